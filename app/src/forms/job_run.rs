//! The form that starts a job.

mod check;
mod draft;
mod env;
mod fields;
mod presets;

pub(crate) use draft::Draft;
pub(crate) use fields::JobRunForm;
