//! People of a cluster: organisations, projects, and who has which place in them.
//!
//! Speaks the platform's admin API. Owns two rules that hold on every platform: a project keeps a manager, and a place is
//! changed only as its author saw it. Whether somebody may do something is the cluster's decision.

mod members;
mod orgs;
mod places;
mod projects;

pub(crate) use members::{add, change, list, remove};
pub(crate) use orgs::{add_org, orgs, person, persons, remove_org};
pub(crate) use places::{OfMember, OfOrg, OfPrincipal, OfProject};
pub(crate) use projects::{add_project, projects, remove_project, update_project};
