//! The form that starts a job.

mod check;
mod draft;
mod env;
mod fields;
mod presets;
mod project;

pub(crate) use draft::{Draft, restart_phrase};
pub(crate) use fields::JobRunForm;
