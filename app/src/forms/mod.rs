//! Forms: what is typed, what is wrong with it, and what is sent.

pub(crate) mod job_run;
