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

-- What was done in and to jobs that their logs do not tell: who, when, from where. Append-only.
CREATE TABLE acts (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    request_id TEXT,
    address    TEXT,
    act        TEXT    NOT NULL CHECK (act IN ('exec', 'attach', 'port_forward', 'kill', 'cancel', 'save')),
    job        TEXT    NOT NULL,
    -- The program, the port, or the image.
    detail     TEXT    NOT NULL
) STRICT;
CREATE INDEX acts_of_job ON acts (job, seq);
CREATE TRIGGER acts_are_not_changed BEFORE UPDATE ON acts
BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END;
CREATE TRIGGER acts_are_not_deleted BEFORE DELETE ON acts
BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END;
