//! Every address of the console. Links come from here and from nowhere else.

use crate::client::encode;

pub(crate) const HOME: &str = "/";
pub(crate) const SIGN_IN: &str = "/sign-in";
pub(crate) const JOBS: &str = "/jobs";
pub(crate) const JOB_NEW: &str = "/jobs/new";

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

/// Paths of the gateway's API.
pub(crate) mod endpoint {
    use crate::client::encode;

    pub(crate) const SESSION: &str = "/api/v1/session";
    pub(crate) const PRESETS: &str = "/api/v1/presets";
    pub(crate) const JOBS: &str = "/api/v1/jobs";
    pub(crate) const JOB_EVENTS: &str = "/api/v1/jobs/events";

    pub(crate) fn job(id: &str) -> String {
        format!("{JOBS}/{}", encode(id))
    }

    pub(crate) fn life_span(id: &str) -> String {
        format!("{}/life-span", job(id))
    }

    pub(crate) fn top(id: &str) -> String {
        format!("{}/top", job(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_as_documented() {
        let id = "job-1/?#";
        let all = [
            HOME.to_owned(),
            SIGN_IN.to_owned(),
            JOBS.to_owned(),
            JOB_NEW.to_owned(),
            job(id),
            job_tab(id, JobTab::Overview),
            job_tab(id, JobTab::Logs),
            job_logs_at("job-1", "2026-11-23T08:43:41+00:00"),
            job_again(id),
            endpoint::job(id),
            endpoint::life_span("job-1"),
            endpoint::top("job-1"),
        ];
        assert_eq!(
            all,
            [
                "/",
                "/sign-in",
                "/jobs",
                "/jobs/new",
                "/jobs/job-1%2F%3F%23",
                "/jobs/job-1%2F%3F%23",
                "/jobs/job-1%2F%3F%23/logs",
                "/jobs/job-1/logs?time=2026-11-23T08%3A43%3A41%2B00%3A00",
                "/jobs/new?from=job-1%2F%3F%23",
                "/api/v1/jobs/job-1%2F%3F%23",
                "/api/v1/jobs/job-1/life-span",
                "/api/v1/jobs/job-1/top",
            ]
        );
    }

    #[test]
    fn tabs_are_known_by_their_words() {
        for tab in JobTab::ALL {
            assert_eq!(JobTab::parse(Some(tab.word())), Some(tab));
        }
        assert_eq!(JobTab::parse(None), Some(JobTab::Overview));
        assert_eq!(JobTab::parse(Some("x")), None);
    }
}
