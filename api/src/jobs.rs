//! `/api/v1/jobs`: listing, starting, watching and ending jobs.

mod create;
mod select;
mod view;

pub use create::{JobCreate, LifeSpan};
pub use select::{InvalidSelector, JobSelector};
pub use view::{Container, Job, JobEvent, JobStatus, Reach, Resources, RestartPolicy, Transition};
