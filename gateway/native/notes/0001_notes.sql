-- What is remembered of sessions, in any SQLite: the native host's file, and a Durable Object.
CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, value TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS notes_by_end ON notes (until);
