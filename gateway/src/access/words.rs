//! The platform's words about rights and the console's, in both directions.

use api::access::{Action, PrincipalKind, Reason, Source};
use platform::permission;

/// None: no right to use anything.
pub(super) fn action(action: permission::Action) -> Option<Action> {
    match action {
        permission::Action::Deny | permission::Action::List => None,
        permission::Action::Read => Some(Action::Read),
        permission::Action::Write => Some(Action::Write),
        permission::Action::Manage => Some(Action::Manage),
    }
}

/// None: a word that this gateway does not know.
pub(super) fn platform_action(action: Action) -> Option<permission::Action> {
    match action {
        Action::Read => Some(permission::Action::Read),
        Action::Write => Some(permission::Action::Write),
        Action::Manage => Some(permission::Action::Manage),
        Action::Unknown => None,
    }
}

pub(super) fn kind(kind: permission::PrincipalKind) -> PrincipalKind {
    match kind {
        permission::PrincipalKind::User => PrincipalKind::User,
        permission::PrincipalKind::Role => PrincipalKind::Role,
    }
}

/// None: it gives no right to use anything.
pub(super) fn reason(reason: permission::Reason) -> Option<Reason> {
    let source = match reason.source {
        permission::Source::Grant { by, at } => Source::Grant { by, at },
        permission::Source::Project { org, project, role } => {
            Source::Project { org, project, role: role.as_str().to_owned() }
        }
        permission::Source::Org { org, role } => Source::Org { org, role: role.as_str().to_owned() },
        permission::Source::Name => Source::Name,
    };
    Some(Reason { action: action(reason.action)?, uri: reason.uri.to_string(), via: reason.via, source })
}
