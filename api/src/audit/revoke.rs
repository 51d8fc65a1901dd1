//! Taking back an explicit list of grants that somebody has read.

use crate::Problem;
use platform::{Uri, permission::Action};
use serde::{Deserialize, Serialize};

/// Most grants in one list.
pub const REVOCATIONS_MAX: usize = 1_000;

/// `POST audit/revocations`. Answers NDJSON of [`RevocationEvent`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocations {
    /// The list, 1 to [`REVOCATIONS_MAX`]; no grant twice.
    pub items: Vec<Revocation>,
}

/// A grant to be taken back, as it was when the list was read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Whose.
    pub principal: String,
    /// On what.
    pub uri: Uri,
    /// The action that was granted. A grant that says something else by now is left alone.
    pub action: Action,
}

/// One line of the answer. The last is `done`; an end without it is a break, after which nobody knows how far it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RevocationEvent {
    /// What became of one grant.
    Row {
        /// Its place in the list, from 0.
        index: u32,
        /// What.
        outcome: RevocationOutcome,
        /// The action that is granted there now, where the outcome is `changed`; absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<Action>,
        /// Why, where the outcome is `failed`, and what is known of it where it is `changed` (code `conflict`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<Problem>,
    },
    /// Nothing new; proof that the work goes on.
    Heartbeat,
    /// The end of the list.
    Done {
        /// How many were taken back.
        revoked: u32,
        /// Whether it was all or none.
        atomic: bool,
    },
    /// A line this reader does not know.
    #[serde(other)]
    Unknown,
}

/// What became of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationOutcome {
    /// It was taken back.
    Revoked,
    /// It is no longer what the list says, and was left alone.
    Changed,
    /// It could not be taken back.
    Failed,
    /// It is as it was: another row kept the whole list from being done.
    Kept,
    /// An outcome this reader does not know.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_have_the_json_that_is_promised() {
        let row = RevocationEvent::Row {
            index: 2,
            outcome: RevocationOutcome::Changed,
            now: Some(Action::Write),
            problem: None,
        };
        let expected = json!({"type": "row", "index": 2, "outcome": "changed", "now": "write"});
        assert_eq!(serde_json::to_value(&row).expect("serialises"), expected);
        let done = RevocationEvent::Done { revoked: 3, atomic: true };
        assert_eq!(
            serde_json::to_value(&done).expect("serialises"),
            json!({"type": "done", "revoked": 3, "atomic": true})
        );
        let wrong = json!({"items": [{"principal": "bob", "uri": "image://c", "action": "read", "force": true}]});
        assert!(serde_json::from_value::<Revocations>(wrong).is_err());
    }
}
