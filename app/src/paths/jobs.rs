//! Addresses of jobs.

use super::{JOB_NEW, JOBS};
use crate::client::{decode, encode};

/// The id of the job at an address, and the view; no view where it names an unknown one.
pub(crate) fn job_at(pathname: &str) -> Option<(String, Option<JobTab>)> {
    let rest = pathname.strip_prefix(JOBS)?.strip_prefix('/')?.trim_end_matches('/');
    let (id, tab) = rest.split_once('/').map_or((rest, None), |(id, tab)| (id, Some(tab)));
    let plain = !id.is_empty() && !tab.is_some_and(|tab| tab.contains('/'));
    plain.then(|| (decode(id), JobTab::parse(tab)))
}

/// Whether that is the address of a view of the job with this id.
pub(crate) fn is_of_job(pathname: &str, id: &str) -> bool {
    job_at(pathname).is_some_and(|(at, tab)| at == id && tab.is_some())
}

/// A view of one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobTab {
    Overview,
    Logs,
    Telemetry,
    Terminal,
}

impl JobTab {
    pub(crate) const ALL: [Self; 4] = [Self::Overview, Self::Logs, Self::Telemetry, Self::Terminal];

    /// Its word in addresses and ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Logs => "logs",
            Self::Telemetry => "telemetry",
            Self::Terminal => "terminal",
        }
    }

    /// The tab of an address; the overview where it names none, None where it names an unknown one.
    pub(crate) fn parse(word: Option<&str>) -> Option<Self> {
        match word {
            None => Some(Self::Overview),
            Some(word) => Self::ALL.into_iter().find(|tab| tab.word() == word),
        }
    }
}

pub(crate) fn job(id: &str) -> String {
    format!("{JOBS}/{}", encode(id))
}

pub(crate) fn job_tab(id: &str, tab: JobTab) -> String {
    match tab {
        JobTab::Overview => job(id),
        JobTab::Logs | JobTab::Telemetry | JobTab::Terminal => format!("{}/{}", job(id), tab.word()),
    }
}

/// The log from the first line of that moment on (RFC 3339).
pub(crate) fn job_logs_at(id: &str, time: &str) -> String {
    format!("{}?time={}", job_tab(id, JobTab::Logs), encode(time))
}

/// The form, filled in from a job.
pub(crate) fn job_again(id: &str) -> String {
    format!("{JOB_NEW}?from={}", encode(id))
}

/// The form with this image in it.
pub(crate) fn job_of_image(reference: &str) -> String {
    format!("{JOB_NEW}?image={}", encode(reference))
}
