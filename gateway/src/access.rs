//! Sharing: who has access to a thing and why, changing it, and what a change would lead to.
//!
//! Computes with `platform::permission` from the facts of the audit extension where the cluster has it, else from what the
//! platform's standard per-user calls tell; every answer says which. Whether something is allowed is the cluster's decision:
//! nothing here lets anything through.

mod change;
mod policy;
mod preview;
mod principals;
mod roles;
mod shares;
mod sharing;
mod thing;
mod words;

pub(crate) use change::change;
pub(crate) use policy::{Known, Policies, known};
pub(crate) use preview::preview;
pub(crate) use principals::suggest;
pub(crate) use roles::{add_role, list_roles, remove_role, role};
pub(crate) use shares::{by_me, with_me};
pub(crate) use sharing::sharing;
pub(crate) use thing::{Thing, check_principal};
