-- Passwords, the codes of the authorization endpoint, and refresh tokens that follow each other.

CREATE TABLE passwords (
    principal TEXT    PRIMARY KEY REFERENCES principals (name) ON DELETE CASCADE,
    -- PHC string: algorithm, parameters, salt, hash.
    hash      TEXT    NOT NULL,
    set_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a one-time link is for.
ALTER TABLE sign_in_codes ADD COLUMN purpose TEXT NOT NULL DEFAULT 'sign_in' CHECK (purpose IN ('sign_in', 'password'));

-- One sign-in of one client: all refresh tokens that come of it.
CREATE TABLE refresh_families (
    id         BLOB    PRIMARY KEY,
    principal  TEXT    NOT NULL REFERENCES principals (name) ON DELETE CASCADE,
    -- Whether each refresh token is good once; the platform's own command line cannot take another.
    rotates    INTEGER NOT NULL CHECK (rotates IN (0, 1)),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO refresh_families (id, principal, rotates, expires_at)
    SELECT hash, principal, 0, expires_at FROM refresh_tokens;

CREATE TABLE family_tokens (
    hash     BLOB    PRIMARY KEY,
    family   BLOB    NOT NULL REFERENCES refresh_families (id) ON DELETE CASCADE,
    -- When it was exchanged, and for which one.
    spent_at INTEGER,
    next     BLOB
) STRICT, WITHOUT ROWID;
INSERT INTO family_tokens (hash, family) SELECT hash, hash FROM refresh_tokens;
DROP TABLE refresh_tokens;
CREATE INDEX family_tokens_by_family ON family_tokens (family);

CREATE TABLE authorization_codes (
    hash         BLOB    PRIMARY KEY,
    principal    TEXT    NOT NULL REFERENCES principals (name) ON DELETE CASCADE,
    redirect_uri TEXT    NOT NULL,
    -- PKCE, method S256.
    challenge    TEXT    NOT NULL,
    rotates      INTEGER NOT NULL CHECK (rotates IN (0, 1)),
    expires_at   INTEGER NOT NULL,
    -- The sign-in that came of it; ended when the code comes again.
    family       BLOB
) STRICT, WITHOUT ROWID;
