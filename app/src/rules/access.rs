//! What is to be changed about the access to a thing, and how it is said.

use crate::i18n::{I18n, Phrase, catalogue::sharing as words};
use api::access::{Action, Grant, GrantChange, Reason, Sharing, Source};

/// What somebody is to have on the thing itself; None: nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) principal: String,
    pub(crate) action: Option<Action>,
}

/// Changes not saved yet, at most one a principal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft(Vec<Wish>);

impl Draft {
    /// Notes a wish; one for what is already so is none.
    pub(crate) fn wish(&mut self, sharing: &Sharing, principal: &str, action: Option<Action>) {
        self.0.retain(|wish| wish.principal != principal);
        if !is_so(sharing, principal, action) {
            self.0.push(Wish { principal: principal.to_owned(), action });
        }
    }

    pub(crate) fn wishes(&self) -> &[Wish] {
        &self.0
    }

    pub(crate) fn find(&self, principal: &str) -> Option<&Wish> {
        self.0.iter().find(|wish| wish.principal == principal)
    }

    pub(crate) fn forget(&mut self, principal: &str) {
        self.0.retain(|wish| wish.principal != principal);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What must be asked of the gateway: each with what was seen.
    pub(crate) fn changes(&self, sharing: &Sharing) -> Vec<GrantChange> {
        let mut changes = Vec::new();
        for Wish { principal, action } in &self.0 {
            for target in &sharing.targets {
                let from = granted(sharing, principal, target);
                if from != *action {
                    let (principal, uri, to) = (principal.clone(), target.clone(), *action);
                    changes.push(GrantChange { principal, uri, from, to });
                }
            }
        }
        changes
    }
}

fn granted(sharing: &Sharing, principal: &str, target: &str) -> Option<Action> {
    let holder = sharing.holders.iter().find(|holder| holder.principal == principal)?;
    holder.grants.iter().find(|grant| grant.uri == target).map(|grant| grant.action)
}

fn is_so(sharing: &Sharing, principal: &str, action: Option<Action>) -> bool {
    sharing.targets.iter().all(|target| granted(sharing, principal, target) == action)
}

/// The action that grants give on all targets; None where they give none, or different ones.
pub(crate) fn granted_alike(grants: &[Grant], targets: usize) -> Option<Action> {
    let first = grants.first()?.action;
    (grants.len() == targets && grants.iter().all(|grant| grant.action == first)).then_some(first)
}

/// Who may not be named: nobody, oneself.
pub(crate) fn principal_refusal(name: &str, user: &str) -> Option<Phrase> {
    match name.trim() {
        "" => Some(words::NOBODY),
        name if name == user => Some(words::ONESELF),
        _ => None,
    }
}

/// What pressing Save does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SaveStep {
    Refuse(Phrase),
    /// Notes the name that is typed: what it would lead to is to be seen before it is saved.
    Note,
    Save,
}

/// The step for what is typed and noted. `is_coming`: what the changes would lead to is being worked out.
pub(crate) fn save_step(typed: &str, draft: &Draft, is_coming: bool) -> SaveStep {
    if !typed.trim().is_empty() {
        SaveStep::Note
    } else if draft.is_empty() {
        SaveStep::Refuse(words::NOTHING_TO_SAVE)
    } else if is_coming {
        SaveStep::Refuse(words::CHANGES_COMING)
    } else {
        SaveStep::Save
    }
}

/// What an action allows on a thing of that URI, in plain words.
pub(crate) fn allows(uri: &str, action: Action) -> Phrase {
    let scheme = uri.split(':').next().unwrap_or_default();
    match (scheme, action) {
        (_, Action::Unknown) => words::UNKNOWN,
        ("image", Action::Read) => words::IMAGE_READ,
        ("image", Action::Write) => words::IMAGE_WRITE,
        ("image", Action::Manage) => words::IMAGE_MANAGE,
        ("job", Action::Read) => words::JOB_READ,
        ("job", Action::Write) => words::JOB_WRITE,
        ("job", Action::Manage) => words::JOB_MANAGE,
        ("project", Action::Read) => words::PROJECT_READ,
        ("project", Action::Write) => words::PROJECT_WRITE,
        ("project", Action::Manage) => words::PROJECT_MANAGE,
        ("role", Action::Read) => words::ROLE_READ,
        ("role", Action::Write) => words::ROLE_WRITE,
        ("role", Action::Manage) => words::ROLE_MANAGE,
        (_, Action::Read) => words::OTHER_READ,
        (_, Action::Write) => words::OTHER_WRITE,
        (_, Action::Manage) => words::OTHER_MANAGE,
    }
}

/// The word of an action on screen.
pub(crate) fn word(action: Action) -> Phrase {
    match action {
        Action::Read => words::READ,
        Action::Write => words::WRITE,
        Action::Manage => words::MANAGE,
        Action::Unknown => words::UNKNOWN,
    }
}

/// Where a right comes from. `targets`: the thing itself.
pub(crate) fn because(i18n: I18n, reason: &Reason, targets: &[String]) -> String {
    let text = match &reason.source {
        Source::Project { org, project, role } => {
            i18n.fill(words::FROM_PROJECT, &[("project", &format!("{org}/{project}")), ("role", role)])
        }
        Source::Org { org, role } => i18n.fill(words::FROM_ORG, &[("org", org), ("role", role)]),
        Source::Name => i18n.now(words::FROM_NAME).to_owned(),
        Source::Unknown => i18n.fill(words::FROM_UNKNOWN, &[("uri", &reason.uri)]),
        Source::Grant { by, .. } => match (targets.contains(&reason.uri), by) {
            (true, Some(by)) => i18n.fill(words::GRANTED_HERE_BY, &[("by", by)]),
            (true, None) => i18n.now(words::GRANTED_HERE).to_owned(),
            (false, Some(by)) => i18n.fill(words::GRANTED_ABOVE_BY, &[("uri", &reason.uri), ("by", by)]),
            (false, None) => i18n.fill(words::GRANTED_ABOVE, &[("uri", &reason.uri)]),
        },
    };
    if reason.via.is_empty() {
        return text;
    }
    i18n.fill(words::THROUGH_ROLE, &[("roles", &reason.via.join(" → ")), ("why", &text)])
}

/// Where that can be changed, when it is not the thing itself: a URI.
pub(crate) fn changed_at(reason: &Reason, targets: &[String], cluster: &str) -> Option<String> {
    if let Some(role) = reason.via.first() {
        return Some(format!("role://{role}"));
    }
    match &reason.source {
        Source::Project { org, project, .. } => Some(format!("project://{cluster}/{org}/{project}")),
        Source::Org { org, .. } => Some(format!("org://{cluster}/{org}")),
        Source::Grant { .. } => (!targets.contains(&reason.uri)).then(|| reason.uri.clone()),
        Source::Name | Source::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::access::{Basis, Holder, PrincipalKind};

    fn grant(uri: &str, action: Action) -> Grant {
        Grant { uri: uri.into(), action, granted_by: None, granted_at: None }
    }

    fn sharing(targets: &[&str], holders: &[(&str, &[Grant])]) -> Sharing {
        let holder = |(name, grants): &(&str, &[Grant])| Holder {
            principal: (*name).into(),
            kind: PrincipalKind::User,
            action: None,
            grants: grants.to_vec(),
            reasons: Vec::new(),
        };
        Sharing {
            uri: targets[0].into(),
            targets: targets.iter().map(|t| (*t).to_owned()).collect(),
            action: Some(Action::Manage),
            basis: Basis::Facts,
            holders: holders.iter().map(holder).collect(),
        }
    }

    #[test]
    fn a_wish_becomes_changes_that_say_what_was_seen() {
        let seen = sharing(&["image://c/n"], &[("bob", &[grant("image://c/n", Action::Read)])]);
        let mut draft = Draft::default();
        draft.wish(&seen, "bob", Some(Action::Write));
        draft.wish(&seen, "carol", Some(Action::Read));
        let changes = draft.changes(&seen);
        assert_eq!((changes[0].from, changes[0].to), (Some(Action::Read), Some(Action::Write)));
        assert_eq!((changes[1].from, changes[1].to), (None, Some(Action::Read)));
        draft.wish(&seen, "bob", None);
        assert_eq!(draft.changes(&seen).last().map(|c| (c.from, c.to)), Some((Some(Action::Read), None)));
    }

    #[test]
    fn going_back_to_what_is_so_leaves_nothing_to_save() {
        let seen = sharing(&["image://c/n"], &[("bob", &[grant("image://c/n", Action::Read)])]);
        let mut draft = Draft::default();
        draft.wish(&seen, "bob", Some(Action::Write));
        draft.wish(&seen, "bob", Some(Action::Read));
        assert!(draft.is_empty());
    }

    #[test]
    fn a_project_is_brought_to_the_same_on_all_its_parts() {
        let parts = ["job://c/o/p", "image://c/o/p"];
        let bob = [grant(parts[1], Action::Read)];
        let seen = sharing(&parts, &[("bob", &bob)]);
        assert_eq!(granted_alike(&bob, 2), None);
        let mut draft = Draft::default();
        draft.wish(&seen, "bob", Some(Action::Read));
        let changes = draft.changes(&seen);
        assert_eq!(changes.iter().map(|c| c.uri.as_str()).collect::<Vec<_>>(), [parts[0]]);
        draft.wish(&seen, "bob", None);
        assert_eq!(draft.changes(&seen).len(), 1);
    }

    #[test]
    fn nobody_and_oneself_are_refused_before_anything_is_asked() {
        assert_eq!(principal_refusal("  ", "alice"), Some(words::NOBODY));
        assert_eq!(principal_refusal("alice ", "alice"), Some(words::ONESELF));
        assert_eq!(principal_refusal("bob", "alice"), None);
    }

    #[test]
    fn nothing_is_saved_before_what_it_leads_to_is_seen() {
        let seen = sharing(&["image://c/n"], &[("bob", &[grant("image://c/n", Action::Manage)])]);
        let mut draft = Draft::default();
        assert_eq!(save_step(" ", &draft, false), SaveStep::Refuse(words::NOTHING_TO_SAVE));
        assert_eq!(save_step("bob", &draft, false), SaveStep::Note);
        draft.wish(&seen, "bob", Some(Action::Read));
        assert_eq!(save_step("carol", &draft, false), SaveStep::Note, "what is noted waits for what is typed");
        assert_eq!(save_step("", &draft, true), SaveStep::Refuse(words::CHANGES_COMING));
        assert_eq!(save_step("", &draft, false), SaveStep::Save);
    }

    #[test]
    fn what_comes_from_elsewhere_leads_there() {
        let targets = ["image://c/o/p/n".to_owned()];
        let reason = |uri: &str, via: &[&str], source| Reason {
            action: Action::Read,
            uri: uri.into(),
            via: via.iter().map(|v| (*v).to_owned()).collect(),
            source,
        };
        let granted = || Source::Grant { by: None, at: None };
        let member = || Source::Project { org: "o".into(), project: "p".into(), role: "reader".into() };
        for (reason, at) in [
            (reason("image://c/o/p/n", &[], granted()), None),
            (reason("image://c/o", &[], granted()), Some("image://c/o")),
            (reason("image://c/o/p/n", &["a/r"], granted()), Some("role://a/r")),
            (reason("image://c/o/p", &[], member()), Some("project://c/o/p")),
            (reason("role://a", &[], Source::Name), None),
        ] {
            assert_eq!(changed_at(&reason, &targets, "c").as_deref(), at);
        }
    }
}
