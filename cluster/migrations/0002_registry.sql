-- Images. Blobs lie in files named after their digests; here stands who may reach them, and all manifests.

CREATE TABLE repositories (
    id         INTEGER PRIMARY KEY,
    -- ORG/PROJECT/NAME: the name in the registry's API, and the order of its catalog.
    path       TEXT    NOT NULL UNIQUE,
    org        TEXT    NOT NULL,
    project    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (org, project) REFERENCES projects (org, name) ON DELETE CASCADE
) STRICT;
CREATE INDEX repositories_by_project ON repositories (org, project, path);

-- A row is written after its file is whole and in place.
CREATE TABLE blobs (
    digest     TEXT    PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Through which repositories a blob can be reached.
CREATE TABLE blob_links (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    digest     TEXT    NOT NULL REFERENCES blobs (digest),
    -- When a client last sent it or was told that it is here.
    touched_at INTEGER NOT NULL,
    PRIMARY KEY (repository, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_links_by_digest ON blob_links (digest);

CREATE TABLE manifests (
    id            INTEGER PRIMARY KEY,
    repository    INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    digest        TEXT    NOT NULL,
    media_type    TEXT    NOT NULL,
    content       BLOB    NOT NULL,
    -- Of the layers; for an index, of the layers of all its manifests.
    layers_bytes  INTEGER NOT NULL,
    artifact_type TEXT,
    -- Digest of the manifest that this one is about.
    subject       TEXT,
    -- As JSON.
    annotations   TEXT,
    -- When it was last pushed, or lost a tag.
    touched_at    INTEGER NOT NULL,
    pulled_at     INTEGER,
    UNIQUE (repository, digest)
) STRICT;
CREATE INDEX manifests_by_subject ON manifests (repository, subject, digest) WHERE subject IS NOT NULL;

-- The blobs of a manifest: its config and its layers, in its order.
CREATE TABLE manifest_blobs (
    manifest   INTEGER NOT NULL REFERENCES manifests (id) ON DELETE CASCADE,
    n          INTEGER NOT NULL,
    digest     TEXT    NOT NULL,
    size_bytes INTEGER NOT NULL,
    media_type TEXT    NOT NULL,
    -- Digest of the layer's tar before compression, where the config tells.
    diff_id    TEXT,
    PRIMARY KEY (manifest, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX manifest_blobs_by_digest ON manifest_blobs (digest);

-- The manifests of an index.
CREATE TABLE manifest_children (
    manifest INTEGER NOT NULL REFERENCES manifests (id) ON DELETE CASCADE,
    digest   TEXT    NOT NULL,
    PRIMARY KEY (manifest, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE image_tags (
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    manifest   INTEGER NOT NULL REFERENCES manifests (id) ON DELETE CASCADE,
    updated_at INTEGER NOT NULL,
    pulled_at  INTEGER,
    PRIMARY KEY (repository, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_tags_by_manifest ON image_tags (manifest);

-- Unfinished uploads. How far each has come is the length of its file.
CREATE TABLE uploads (
    id         TEXT    PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    started_at INTEGER NOT NULL,
    touched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_repository ON uploads (repository);
