-- Places in organisations, settings of projects, and the history of everything that decides who may do what.

ALTER TABLE projects ADD COLUMN default_role TEXT NOT NULL DEFAULT 'writer'
    CHECK (default_role IN ('reader', 'writer', 'manager', 'admin'));
-- New members of the organisation become members of it by themselves.
ALTER TABLE projects ADD COLUMN is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1));

CREATE TABLE org_members (
    principal TEXT NOT NULL REFERENCES principals (name) ON DELETE CASCADE,
    org       TEXT NOT NULL REFERENCES orgs (name) ON DELETE CASCADE,
    role      TEXT NOT NULL CHECK (role IN ('user', 'manager', 'admin')),
    PRIMARY KEY (principal, org)
) STRICT, WITHOUT ROWID;
INSERT INTO org_members (principal, org, role) SELECT DISTINCT principal, org, 'user' FROM members;

-- Append-only. Times never go back from one row to the next.
CREATE TABLE history (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    at            INTEGER NOT NULL,
    actor         TEXT    NOT NULL,
    request_id    TEXT,
    address       TEXT,
    what          TEXT    NOT NULL CHECK (what IN ('grant', 'member', 'org_member', 'principal', 'project', 'org')),
    -- Whom it is about; empty for projects and organisations.
    principal     TEXT    NOT NULL,
    -- A grant's URI, ORG/PROJECT, or ORG; empty for principals.
    target        TEXT    NOT NULL,
    -- The action, role or kind; absent where there was or is none.
    before_change TEXT,
    after_change  TEXT
) STRICT;
CREATE INDEX history_by_time ON history (at);
CREATE INDEX history_by_subject ON history (principal, what, target, seq);

INSERT INTO history (at, actor, what, principal, target, after_change)
SELECT at, actor, what, principal, target, after_change FROM (
    SELECT created_at AS at, 'roadstead:upgrade' AS actor, 'principal' AS what, name AS principal, '' AS target,
        kind AS after_change, 1 AS n FROM principals
    UNION ALL SELECT created_at, 'roadstead:upgrade', 'org', '', name, 'present', 2 FROM orgs
    UNION ALL SELECT created_at, 'roadstead:upgrade', 'project', '', org || '/' || name, default_role, 3 FROM projects
    UNION ALL SELECT max(principals.created_at, orgs.created_at), 'roadstead:upgrade', 'org_member', principal, org, role, 4
        FROM org_members JOIN principals ON principals.name = principal JOIN orgs ON orgs.name = org
    UNION ALL SELECT max(principals.created_at, projects.created_at), 'roadstead:upgrade', 'member', principal,
        members.org || '/' || members.project, role, 5
        FROM members JOIN principals ON principals.name = principal
        JOIN projects ON projects.org = members.org AND projects.name = members.project
    UNION ALL SELECT granted_at, granted_by, 'grant', principal, uri, action, 6 FROM grants
) ORDER BY at, n;

CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER history_is_not_deleted BEFORE DELETE ON history
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

-- Who changes something in this transaction: one row, there only while it lasts. Without it the triggers below have no actor
-- to write down, and the change is refused: nothing decides about rights that history does not know.
CREATE TABLE changing (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    request_id TEXT,
    address    TEXT
) STRICT;

CREATE VIEW history_entry AS SELECT at, actor, request_id, address, what, principal, target, before_change, after_change
    FROM history;
CREATE TRIGGER history_written INSTEAD OF INSERT ON history_entry
BEGIN
    INSERT INTO history (at, actor, request_id, address, what, principal, target, before_change, after_change)
    VALUES ((SELECT at FROM changing), (SELECT actor FROM changing), (SELECT request_id FROM changing),
        (SELECT address FROM changing), NEW.what, NEW.principal, NEW.target, NEW.before_change, NEW.after_change);
END;

CREATE TRIGGER grant_made AFTER INSERT ON grants
BEGIN
    INSERT INTO history_entry (what, principal, target, after_change)
    VALUES ('grant', NEW.principal, NEW.uri, NEW.action);
END;
CREATE TRIGGER grant_changed AFTER UPDATE ON grants WHEN OLD.action <> NEW.action
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change, after_change)
    VALUES ('grant', NEW.principal, NEW.uri, OLD.action, NEW.action);
END;
CREATE TRIGGER grant_revoked AFTER DELETE ON grants
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change)
    VALUES ('grant', OLD.principal, OLD.uri, OLD.action);
END;

CREATE TRIGGER member_added AFTER INSERT ON members
BEGIN
    INSERT INTO history_entry (what, principal, target, after_change)
    VALUES ('member', NEW.principal, NEW.org || '/' || NEW.project, NEW.role);
END;
CREATE TRIGGER member_changed AFTER UPDATE ON members WHEN OLD.role <> NEW.role
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change, after_change)
    VALUES ('member', NEW.principal, NEW.org || '/' || NEW.project, OLD.role, NEW.role);
END;
CREATE TRIGGER member_removed AFTER DELETE ON members
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change)
    VALUES ('member', OLD.principal, OLD.org || '/' || OLD.project, OLD.role);
END;

CREATE TRIGGER org_member_added AFTER INSERT ON org_members
BEGIN
    INSERT INTO history_entry (what, principal, target, after_change)
    VALUES ('org_member', NEW.principal, NEW.org, NEW.role);
END;
CREATE TRIGGER org_member_changed AFTER UPDATE ON org_members WHEN OLD.role <> NEW.role
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change, after_change)
    VALUES ('org_member', NEW.principal, NEW.org, OLD.role, NEW.role);
END;
CREATE TRIGGER org_member_removed AFTER DELETE ON org_members
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change)
    VALUES ('org_member', OLD.principal, OLD.org, OLD.role);
END;

CREATE TRIGGER principal_added AFTER INSERT ON principals
BEGIN
    INSERT INTO history_entry (what, principal, target, after_change) VALUES ('principal', NEW.name, '', NEW.kind);
END;
CREATE TRIGGER principal_removed AFTER DELETE ON principals
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change) VALUES ('principal', OLD.name, '', OLD.kind);
END;

CREATE TRIGGER org_added AFTER INSERT ON orgs
BEGIN
    INSERT INTO history_entry (what, principal, target, after_change) VALUES ('org', '', NEW.name, 'present');
END;
CREATE TRIGGER org_removed AFTER DELETE ON orgs
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change) VALUES ('org', '', OLD.name, 'present');
END;

CREATE TRIGGER project_added AFTER INSERT ON projects
BEGIN
    INSERT INTO history_entry (what, principal, target, after_change)
    VALUES ('project', '', NEW.org || '/' || NEW.name, NEW.default_role);
END;
CREATE TRIGGER project_changed AFTER UPDATE ON projects WHEN OLD.default_role <> NEW.default_role
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change, after_change)
    VALUES ('project', '', NEW.org || '/' || NEW.name, OLD.default_role, NEW.default_role);
END;
CREATE TRIGGER project_removed AFTER DELETE ON projects
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change)
    VALUES ('project', '', OLD.org || '/' || OLD.name, OLD.default_role);
END;
