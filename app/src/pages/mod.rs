//! One page an address.

pub(crate) mod audit;
pub(crate) mod image;
pub(crate) mod images;
pub(crate) mod job;
pub(crate) mod job_new;
pub(crate) mod jobs;
pub(crate) mod links;
pub(crate) mod not_found;
pub(crate) mod org;
pub(crate) mod people;
pub(crate) mod person;
pub(crate) mod project;
pub(crate) mod push;
pub(crate) mod role;
pub(crate) mod shared;
pub(crate) mod shares;
pub(crate) mod sign_in;
