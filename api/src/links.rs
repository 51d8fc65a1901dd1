//! Links to a job's status: what their makers ask for and see, and what a visitor is shown.

use crate::{jobs::JobStatus, logs::EndReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Shortest life of a link, seconds: an hour.
pub const LIFE_MIN_SECS: u64 = 3600;
/// Longest life of a link, seconds: 30 days.
pub const LIFE_MAX_SECS: u64 = 30 * 24 * 3600;
/// Life of a link when nothing is said, seconds: 7 days.
pub const LIFE_DEFAULT_SECS: u64 = 7 * 24 * 3600;
/// Longest note, characters.
pub const NOTE_MAX_CHARS: usize = 200;
/// Links a job may have at once.
pub const LINKS_PER_JOB: usize = 100;
/// Links in one page of a list, and in one [`LinksRevoke`].
pub const LINKS_PER_PAGE: usize = 500;

/// What a link shows of the job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkScope {
    /// Its status, story and run time.
    #[default]
    Status,
    /// The same, and its log.
    Log,
}

/// What a link shows besides, each only when chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkField {
    /// Who started the job.
    Owner,
    /// Its project.
    Project,
    /// Its image.
    Image,
    /// Its preset.
    Preset,
    /// The owner's words about it.
    Description,
    /// Its tags.
    Tags,
}

impl LinkField {
    /// Every field there is.
    pub const ALL: [Self; 6] = [Self::Owner, Self::Project, Self::Image, Self::Preset, Self::Description, Self::Tags];
}

/// `POST /api/v1/jobs/{id}/links`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkCreate {
    /// What it shows.
    #[serde(default)]
    pub scope: LinkScope,
    /// How long it lives, seconds: [`LIFE_MIN_SECS`] to [`LIFE_MAX_SECS`].
    #[serde(default = "default_life")]
    pub life_secs: u64,
    /// What it is for; seen by who manages the job, never by a visitor. At most [`NOTE_MAX_CHARS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it shows besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<LinkField>,
}

const fn default_life() -> u64 {
    LIFE_DEFAULT_SECS
}

impl Default for LinkCreate {
    fn default() -> Self {
        Self { scope: LinkScope::default(), life_secs: LIFE_DEFAULT_SECS, note: None, fields: Vec::new() }
    }
}

/// A link, for who made it and who manages its job. Not the token, which only the answer to its making holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Opaque; opens nothing.
    pub id: String,
    /// The job.
    pub job_id: String,
    /// The job's name, as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_name: Option<String>,
    /// The job's project.
    pub project: String,
    /// Who made it.
    pub author: String,
    /// What it shows.
    pub scope: LinkScope,
    /// What it shows besides.
    #[serde(default)]
    pub fields: Vec<LinkField>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was made.
    #[serde(deserialize_with = "crate::time::read")]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[serde(deserialize_with = "crate::time::read")]
    pub expires_at: Timestamp,
    /// How often its page was opened.
    #[serde(default)]
    pub views: u64,
    /// When it was last opened.
    #[serde(default, deserialize_with = "crate::time::read_option", skip_serializing_if = "Option::is_none")]
    pub last_viewed_at: Option<Timestamp>,
}

/// `GET /api/v1/jobs/{id}/links`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLinks {
    /// The job's living links, newest first: all for who may share the job, else the user's own.
    pub links: Vec<Link>,
    /// Whether the user may make links: whoever may `manage` the job.
    pub may_share: bool,
    /// The account that is granted `read` on the job while it has links, as the platform's own lists show it.
    pub account: String,
}

/// `GET /api/v1/links`: a page of living links, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkList {
    /// The links.
    pub items: Vec<Link>,
    /// Opaque; goes back as `cursor`. Absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether the user may see all links of the cluster.
    pub may_see_all: bool,
}

/// The answer to a link's making: the only time that its token is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCreated {
    /// The link.
    pub link: Link,
    /// What opens it: `/s/<token>` on the console's own address.
    pub token: String,
}

/// `POST /api/v1/links/revoke`: a list that was looked through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinksRevoke {
    /// At most [`LINKS_PER_PAGE`].
    pub ids: Vec<String>,
}

/// What became of a [`LinksRevoke`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinksRevoked {
    /// Revoked now.
    pub revoked: Vec<String>,
    /// Not there (any more), or not yours to revoke.
    pub missing: Vec<String>,
}

/// What a visitor sees of a job: nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedJob {
    /// Its name, or its id where it has none.
    pub name: String,
    /// Where it stands.
    pub status: JobStatus,
    /// The platform's word for why, where it is one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Exit code of the last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// When it was accepted.
    #[serde(deserialize_with = "crate::time::read")]
    pub created_at: Timestamp,
    /// When it first ran.
    #[serde(default, deserialize_with = "crate::time::read_option", skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "crate::time::read_option", skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Total time spent running until `observed_at`, seconds.
    pub run_time_secs: f64,
    /// When all this was read.
    #[serde(deserialize_with = "crate::time::read")]
    pub observed_at: Timestamp,
    /// How often it was started again.
    #[serde(default)]
    pub restarts: u32,
    /// Its story, oldest first.
    #[serde(default)]
    pub transitions: Vec<SharedTransition>,
    /// What the link shows.
    pub scope: LinkScope,
    /// When the link ends.
    #[serde(deserialize_with = "crate::time::read")]
    pub expires_at: Timestamp,
    /// Who started it, where chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its project, where chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Its image, where chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Its preset, where chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The owner's words about it, where chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags, where chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A step of a [`SharedJob`]'s story. Without the engine's own message, which may name anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedTransition {
    /// When.
    #[serde(deserialize_with = "crate::time::read")]
    pub time: Timestamp,
    /// What it became.
    pub status: JobStatus,
    /// The platform's word for why, where it is one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Exit code, if a run ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// A text frame of `WS /s/{token}/events`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SharedEvent {
    /// The job as it is now: first at once, then with each change.
    Job {
        /// The whole view.
        job: Box<SharedJob>,
    },
    /// The cluster cannot be reached; what you have may be old.
    Waiting,
    /// Nothing new, still there.
    Heartbeat,
    /// No more will come on this stream.
    End {
        /// Why; `gone` when the link opens nothing any more.
        reason: EndReason,
    },
    /// An event this reader does not know.
    #[serde(other)]
    Unknown,
}
