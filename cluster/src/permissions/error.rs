//! What can be refused about rights.

use platform::permission::{Action, Permission};

use crate::store::StoreError;

/// Why something was not allowed, or a change of rights not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PermissionError {
    /// The caller lacks these; any one of them would do.
    #[error("not permitted")]
    Missing(Vec<Permission>),
    /// Only read, write and manage can be granted.
    #[error("the action must be read, write or manage, not {}", word(*.0))]
    Ungrantable(Action),
    /// No permission was named.
    #[error("name at least one permission")]
    NothingAsked,
    /// Nothing of what should be revoked was granted. (The platform's own words.)
    #[error("Operation has no effect")]
    NoEffect,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Deny => "deny",
        Action::List => "list",
        Action::Read => "read",
        Action::Write => "write",
        Action::Manage => "manage",
    }
}
