//! The bodies of refusals.

use crate::permission::Permission;
use serde::{Deserialize, Serialize};

/// A refusal's JSON.
///
/// `{"error": "..."}`, or, on a 403 of a permission check, `{"missing": [{"uri", "action"}]}`. A refused
/// WebSocket handshake carries the same JSON in the header [`X_ERROR`], for clients that cannot read its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ErrorBody {
    /// The permissions the caller lacks.
    Missing {
        /// Each a URI and the action wanted on it.
        missing: Vec<Permission>,
    },
    /// A sentence.
    Error {
        /// For the person.
        error: String,
    },
}

/// Header of a refused WebSocket handshake.
pub const X_ERROR: &str = "x-error";
