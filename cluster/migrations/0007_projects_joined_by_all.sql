-- Whether new members of an organisation join a project by themselves decides who may do what; history tells it, as
-- `writer, joined by all`.

DROP TRIGGER project_added;
DROP TRIGGER project_changed;
DROP TRIGGER project_removed;

CREATE TRIGGER project_added AFTER INSERT ON projects
BEGIN
    INSERT INTO history_entry (what, principal, target, after_change)
    VALUES ('project', '', NEW.org || '/' || NEW.name, NEW.default_role || iif(NEW.is_default, ', joined by all', ''));
END;
CREATE TRIGGER project_changed AFTER UPDATE ON projects
    WHEN OLD.default_role <> NEW.default_role OR OLD.is_default <> NEW.is_default
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change, after_change)
    VALUES ('project', '', NEW.org || '/' || NEW.name, OLD.default_role || iif(OLD.is_default, ', joined by all', ''),
            NEW.default_role || iif(NEW.is_default, ', joined by all', ''));
END;
CREATE TRIGGER project_removed AFTER DELETE ON projects
BEGIN
    INSERT INTO history_entry (what, principal, target, before_change)
    VALUES ('project', '', OLD.org || '/' || OLD.name, OLD.default_role || iif(OLD.is_default, ', joined by all', ''));
END;

INSERT INTO history (at, actor, what, principal, target, before_change, after_change)
SELECT (SELECT max(at) FROM history), 'roadstead:upgrade', 'project', '', org || '/' || name, default_role,
    default_role || ', joined by all'
FROM projects WHERE is_default;
