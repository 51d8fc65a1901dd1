//! What can be refused about rights.

use platform::{
    Uri,
    permission::{Action, Permission, Reason, Source},
};

use crate::store::StoreError;

/// Why something was not allowed, or a change of rights not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PermissionError {
    /// The caller lacks these; any one of them would do.
    #[error("not permitted")]
    Missing(Vec<Permission>),
    /// Only read, write and manage can be granted.
    #[error("the action must be read, write or manage, not {}", .0.as_str())]
    Ungrantable(Action),
    /// No permission was named.
    #[error("name at least one permission")]
    NothingAsked,
    /// Nothing of what should be revoked was granted. (The first words are the platform's own.)
    #[error("Operation has no effect: {0}")]
    NoEffect(String),
    /// Whoever may share a thing has every right on it already.
    #[error("you already have manage on {uri}{why}; share it with somebody else")]
    Oneself {
        /// The thing.
        uri: Uri,
        /// Through what.
        why: String,
    },
    /// A URI that no grant can be made on.
    #[error("{uri}: {why}")]
    Target {
        /// As it was given.
        uri: Uri,
        /// The rule, and what to do.
        why: String,
    },
    /// There is no such role to give.
    #[error("there is no role {0}; add it first with 'apolo acl add-role {0}'")]
    UnknownRole(String),
    /// Nobody would be left to look after the cluster.
    #[error("nobody would be left to administer cluster {cluster}; give another user the role {role} first")]
    LastAdministrator {
        /// The cluster.
        cluster: String,
        /// The role of its administrators.
        role: String,
    },
    /// The administrators' role is part of the cluster.
    #[error(
        "role {0} cannot be removed: whoever has it administers the cluster; take it back from single users instead"
    )]
    AdminRole(String),
    /// Somebody else changed what the caller looked at.
    #[error("nothing was changed: {0}. Look at the list again and repeat what you still want")]
    Changed(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where a right comes from, in words: ` from image://... (member of project main/demo as reader)`.
pub(crate) fn because(reason: &Reason) -> String {
    let from = format!(" from {}", reason.uri);
    let via: String = reason.via.iter().map(|role| format!(" through role {role}")).collect();
    let source = match &reason.source {
        Source::Grant { by: Some(by), .. } => format!("granted by {by}"),
        Source::Grant { by: None, .. } => "granted".to_owned(),
        Source::Project { org, project, role } => format!("member of project {org}/{project} as {role}"),
        Source::Org { org, role } => format!("member of organisation {org} as {role}"),
        Source::Name => "by name".to_owned(),
    };
    format!("{from}{via} ({source})")
}
