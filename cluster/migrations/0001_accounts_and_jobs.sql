-- Times are microseconds since 1970, UTC.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Users and roles: whoever a grant can be made to.
CREATE TABLE principals (
    name       TEXT    PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('user', 'role')),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE orgs (
    name       TEXT    PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE projects (
    org        TEXT    NOT NULL REFERENCES orgs (name) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    principal TEXT NOT NULL REFERENCES principals (name) ON DELETE CASCADE,
    org       TEXT NOT NULL,
    project   TEXT NOT NULL,
    role      TEXT NOT NULL CHECK (role IN ('reader', 'writer', 'manager', 'admin')),
    PRIMARY KEY (principal, org, project),
    FOREIGN KEY (org, project) REFERENCES projects (org, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    principal  TEXT    NOT NULL REFERENCES principals (name) ON DELETE CASCADE,
    uri        TEXT    NOT NULL,
    action     TEXT    NOT NULL CHECK (action IN ('read', 'write', 'manage')),
    granted_by TEXT    NOT NULL,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (principal, uri)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_uri ON grants (uri);

-- Only hashes: whoever reads this file cannot sign in with what it holds.
CREATE TABLE refresh_tokens (
    hash       BLOB    PRIMARY KEY,
    principal  TEXT    NOT NULL REFERENCES principals (name) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sign_in_codes (
    hash       BLOB    PRIMARY KEY,
    principal  TEXT    NOT NULL REFERENCES principals (name) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    -- The order of creation, which `reverse` and paging follow.
    seq                  INTEGER PRIMARY KEY AUTOINCREMENT,
    id                   TEXT    NOT NULL UNIQUE,
    name                 TEXT,
    owner                TEXT    NOT NULL,
    -- The part of the owner before the first '/'.
    base_owner           TEXT    NOT NULL,
    org                  TEXT    NOT NULL,
    project              TEXT    NOT NULL,
    status               TEXT    NOT NULL
        CHECK (status IN ('pending', 'suspended', 'running', 'succeeded', 'failed', 'cancelled')),
    created_at           INTEGER NOT NULL,
    -- What was asked for, as JSON; never changes.
    spec                 TEXT    NOT NULL,
    max_run_time_minutes INTEGER,
    -- The loopback port the job's own port is published on.
    http_port            INTEGER,
    -- The engine may still hold something of this job.
    materialized         INTEGER NOT NULL DEFAULT 1 CHECK (materialized IN (0, 1)),
    being_dropped        INTEGER NOT NULL DEFAULT 0 CHECK (being_dropped IN (0, 1)),
    logs_removed         INTEGER NOT NULL DEFAULT 0 CHECK (logs_removed IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX jobs_active_name ON jobs (org, project, name)
    WHERE name IS NOT NULL AND status IN ('pending', 'suspended', 'running');
CREATE INDEX jobs_by_project ON jobs (org, project, seq);
CREATE INDEX jobs_by_name ON jobs (name, seq) WHERE name IS NOT NULL;
CREATE INDEX jobs_by_owner ON jobs (owner, seq);
CREATE INDEX jobs_by_time ON jobs (created_at);
CREATE INDEX jobs_active ON jobs (status, seq);
CREATE INDEX jobs_materialized ON jobs (seq) WHERE materialized = 1;

CREATE TABLE transitions (
    job         INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
    n           INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    status      TEXT    NOT NULL,
    reason      TEXT,
    description TEXT,
    exit_code   INTEGER,
    PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_tags (
    tag TEXT    NOT NULL,
    job INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE,
    PRIMARY KEY (tag, job)
) STRICT, WITHOUT ROWID;
