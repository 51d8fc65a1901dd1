-- Links to jobs' statuses. Only the SHA-256 of a token is kept. Times are microseconds since the epoch.
CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    cluster TEXT NOT NULL,
    job TEXT NOT NULL,
    job_name TEXT,
    project TEXT NOT NULL,
    job_uri TEXT NOT NULL,
    author TEXT NOT NULL,
    scope TEXT NOT NULL,
    -- A JSON list of words.
    fields TEXT NOT NULL,
    note TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    views INTEGER NOT NULL DEFAULT 0,
    last_viewed_at INTEGER
) STRICT;

CREATE INDEX links_of_job ON links (cluster, job, created_at DESC, id DESC);
CREATE INDEX links_of_author ON links (cluster, author, created_at DESC, id DESC);
CREATE INDEX links_of_cluster ON links (cluster, created_at DESC, id DESC);
CREATE INDEX links_by_end ON links (cluster, expires_at);
