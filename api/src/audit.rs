//! `/api/v1/audit`: who may do what with the images of a cluster, how that came to be, and taking it back.
//!
//! The facts are the platform's own ([`platform::permission::Facts`]); the rights that follow from them are computed by whoever
//! reads, with the platform's own rules. Administrators see everything; others what they manage and what they have.

mod event;
mod history;
mod revoke;
mod select;

pub use event::{AuditEvent, AuditGap, AuditImage, AuditStep};
pub use history::{Acts, ActsSelector, AuditCapability, History, HistorySelector};
pub use revoke::{REVOCATIONS_MAX, Revocation, RevocationEvent, RevocationOutcome, Revocations};
pub use select::{ExportForm, ExportOf, narrowing_from_pairs, narrowing_pairs};
