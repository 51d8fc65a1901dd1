//! Changing grants, and what a change would lead to.

use super::{Action, Basis, PrincipalKind, Reason};
use serde::{Deserialize, Serialize};

/// `POST access/changes` and `POST access/preview`: grants to be made, changed and revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantChanges {
    /// 1 to 100. Each says what its author saw; where that no longer holds, nothing is changed: 409 `conflict`.
    pub changes: Vec<GrantChange>,
}

/// One grant to be made, changed or revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantChange {
    /// Whose: a user or role.
    pub principal: String,
    /// On what.
    pub uri: String,
    /// The action granted now on exactly this; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Action>,
    /// The action to be granted; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Action>,
}

/// `POST access/changes` answers it: all changes are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantsChanged {
    /// What takes them back, as long as nobody changes the same grants again.
    pub undo: Vec<GrantChange>,
}

/// `POST access/preview` answers it: who would gain or lose what. Nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// What it was computed from.
    pub basis: Basis,
    /// By thing and name; empty: nobody's rights would change.
    pub effects: Vec<Effect>,
    /// Whether effects were left out to keep the answer bounded.
    #[serde(default)]
    pub partial: bool,
}

/// What would change for one principal on one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Who: the one the change names, or who has a role it goes through.
    pub principal: String,
    /// A user or a role.
    #[serde(default)]
    pub kind: PrincipalKind,
    /// On what.
    pub uri: String,
    /// What they may do now; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Action>,
    /// What they could do then; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Action>,
    /// Where what they could do then would come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Reason>,
}
