//! What stands in the form, as typed. Kept for the tab, so that a reload or a sign-in in between loses nothing.

use crate::client::json;
use crate::i18n::{
    Phrase,
    catalogue::{run, status},
};
use crate::rules::{cli, span};
use crate::stores::browser;
use api::jobs::{Job, RestartPolicy};
use serde::{Deserialize, Serialize};

const STORAGE_KEY: &str = "roadstead.draft.job";
/// The life span that the platform's CLI gives too.
const DEFAULT_LIFE_SPAN: &str = "1d";

/// The form as typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Draft {
    pub(crate) image: String,
    /// The cluster's first preset where empty.
    pub(crate) preset: String,
    pub(crate) name: String,
    /// The session's where empty, as the project.
    pub(crate) org: String,
    pub(crate) project: String,
    pub(crate) command: String,
    pub(crate) entrypoint: String,
    pub(crate) working_dir: String,
    pub(crate) http_port: String,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) tags: String,
    pub(crate) description: String,
    pub(crate) life_span: String,
    pub(crate) schedule_timeout: String,
    pub(crate) restart: String,
    pub(crate) tty: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            image: crate::rules::sample::SAMPLE_IMAGE.into(),
            preset: String::new(),
            name: String::new(),
            org: String::new(),
            project: String::new(),
            command: crate::rules::sample::SAMPLE_COMMAND.into(),
            entrypoint: String::new(),
            working_dir: String::new(),
            http_port: String::new(),
            env: Vec::new(),
            tags: String::new(),
            description: String::new(),
            life_span: DEFAULT_LIFE_SPAN.into(),
            schedule_timeout: String::new(),
            restart: restart_word(RestartPolicy::Never).into(),
            tty: false,
        }
    }
}

/// A restart policy's word, in the form and in the platform's CLI.
pub(crate) fn restart_word(policy: RestartPolicy) -> &'static str {
    match policy {
        RestartPolicy::Never | RestartPolicy::Unknown => "never",
        RestartPolicy::OnFailure => "on-failure",
        RestartPolicy::Always => "always",
    }
}

/// What a restart policy is called.
pub(crate) fn restart_phrase(policy: RestartPolicy) -> Phrase {
    match policy {
        RestartPolicy::Never => run::RESTART_NEVER,
        RestartPolicy::OnFailure => run::RESTART_ON_FAILURE,
        RestartPolicy::Always => run::RESTART_ALWAYS,
        RestartPolicy::Unknown => status::UNKNOWN,
    }
}

impl Draft {
    /// What would start the job again. A name still in use by the job itself is left to be chosen anew.
    pub(crate) fn from_job(job: &Job) -> Self {
        let again = cli::again(job);
        Self {
            image: again.image,
            preset: again.preset.unwrap_or_default(),
            name: again.name.filter(|_| job.status.is_finished()).unwrap_or_default(),
            org: again.org.unwrap_or_default(),
            project: again.project.unwrap_or_default(),
            command: again.command.unwrap_or_default(),
            entrypoint: again.entrypoint.unwrap_or_default(),
            working_dir: again.working_dir.unwrap_or_default(),
            http_port: again.http_port.map(|p| p.to_string()).unwrap_or_default(),
            env: again.env.into_iter().collect(),
            tags: again.tags.join(" "),
            description: again.description.unwrap_or_default(),
            life_span: again.life_span_minutes.map(|m| span::write(u64::from(m) * 60)).unwrap_or_default(),
            schedule_timeout: again.schedule_timeout_secs.map(|s| span::write(s as u64)).unwrap_or_default(),
            restart: restart_word(again.restart_policy).into(),
            tty: again.tty,
        }
    }

    /// What runs an image as it is.
    pub(crate) fn of_image(image: String) -> Self {
        Self { image, command: String::new(), ..Self::default() }
    }

    /// The draft kept in this tab.
    pub(crate) fn kept() -> Option<Self> {
        json::read(&browser::tab_stored(STORAGE_KEY)?).ok()
    }

    pub(crate) fn keep(&self) {
        let text = serde_json::to_string(self).expect("a draft is plain data");
        browser::tab_store(STORAGE_KEY, (*self != Self::default()).then_some(text.as_str()));
    }

    pub(crate) fn forget() {
        browser::tab_store(STORAGE_KEY, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::job::tests::job;

    #[test]
    fn a_running_job_keeps_its_name_and_an_ended_one_lends_it() {
        let mut before = job("job-1", "running");
        before.name = Some("train".into());
        before.life_span_minutes = Some(90);
        assert_eq!(Draft::from_job(&before).name, "");
        assert_eq!(Draft::from_job(&before).life_span, "1h30m");
        before.status = api::jobs::JobStatus::Failed;
        assert_eq!(Draft::from_job(&before).name, "train");
    }

    #[test]
    fn a_job_is_run_again_in_the_project_that_it_ran_in() {
        let mut before = job("job-1", "failed");
        before.org = Some("beta".into());
        let draft = Draft::from_job(&before);
        assert_eq!((draft.org.as_str(), draft.project.as_str()), ("beta", "demo"));
    }

    #[test]
    fn a_draft_of_an_older_console_still_reads() {
        let draft: Draft = serde_json::from_str(r#"{"image":"x"}"#).expect("a draft");
        assert_eq!((draft.image.as_str(), draft.life_span.as_str()), ("x", "1d"));
    }
}
