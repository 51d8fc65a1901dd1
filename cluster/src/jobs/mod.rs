//! Jobs: what was asked for, where each stands, and its story.
//!
//! Owns the rules of jobs and their rows. Knows neither containers (the runner brings transitions) nor rights (callers
//! are checked before they get here).

pub(crate) mod create;
mod error;
pub(crate) mod record;
pub(crate) mod spec;
mod store;
#[cfg(test)]
mod tests;
pub(crate) mod view;

use jiff::Timestamp;
use platform::{
    job::{JobStatus, StatusItem, reason},
    job_create::MaxRunTime,
    job_selector::JobSelector,
};
use tokio::sync::broadcast;

pub(crate) use error::JobError;
pub(crate) use record::JobRecord;
use spec::JobSpec;
use store::{Appended, Inserted};

use crate::{
    clock::Clock,
    store::{Store, StoreError},
};

/// Ten years: no honest life span is longer.
pub(crate) const LONGEST_RUN_MINUTES: u32 = 10 * 366 * 24 * 60;
/// A follower that lags more than this many changes behind is told so and reads everything afresh.
const CHANGES_KEPT: usize = 1024;

/// A checked job that is about to be stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewJob {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) owner: String,
    pub(crate) org: String,
    pub(crate) project: String,
    pub(crate) spec: JobSpec,
    pub(crate) max_run_time_minutes: Option<u32>,
}

/// Which jobs a caller may see.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Visible {
    /// Nothing.
    #[default]
    None,
    /// Those of these organisations, these `org/project`s, and these `org/project/id-or-name`s.
    Some { orgs: Vec<String>, projects: Vec<String>, jobs: Vec<String> },
    /// Everything.
    All,
}

/// The jobs of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Jobs {
    store: Store,
    clock: Clock,
    changes: broadcast::Sender<String>,
}

impl Jobs {
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, changes: broadcast::Sender::new(CHANGES_KEPT) }
    }

    /// Ids of jobs as they are created or change. A receiver that lags sees `Lagged` and must look at every job.
    pub(crate) fn changes(&self) -> broadcast::Receiver<String> {
        self.changes.subscribe()
    }

    /// Accepts a job: pending, reason Creating. It survives the death of this process from the moment this returns.
    pub(crate) async fn create(&self, new: NewJob) -> Result<JobRecord, JobError> {
        let first = self.item(JobStatus::Pending, reason::CREATING, None, None);
        let (jobs, job, item) = (self.clone(), new.clone(), first.clone());
        let inserted = to_its_end(async move {
            let inserted = store::insert(&jobs.store, &job, &item).await?;
            if matches!(inserted, Inserted::As(_)) {
                jobs.tell(&job.id);
            }
            Ok::<_, StoreError>(inserted)
        });
        match inserted.await? {
            Inserted::As(seq) => Ok(JobRecord {
                seq,
                id: new.id,
                name: new.name,
                owner: new.owner,
                org: new.org,
                project: new.project,
                created_at: first.transition_time,
                spec: new.spec,
                max_run_time_minutes: new.max_run_time_minutes,
                http_port: None,
                materialized: true,
                being_dropped: false,
                logs_removed: false,
                transitions: vec![first],
            }),
            Inserted::NameTaken { by } => {
                let name = new.name.unwrap_or_default();
                Err(JobError::NameTaken { name, project: new.project, by })
            }
        }
    }

    /// The job with this id.
    pub(crate) async fn get(&self, id: &str) -> Result<JobRecord, JobError> {
        store::find(&self.store, id).await?.ok_or_else(|| JobError::NoSuchJob(id.to_owned()))
    }

    /// The job with this id, or else the caller's newest one of this name.
    pub(crate) async fn get_by_id_or_name(&self, key: &str, owner: &str) -> Result<JobRecord, JobError> {
        if let Some(job) = store::find(&self.store, key).await? {
            return Ok(job);
        }
        store::find_named(&self.store, owner, key).await?.ok_or_else(|| JobError::NoSuchJob(key.to_owned()))
    }

    /// The next jobs of a listing, after the one with order number `after`.
    pub(crate) async fn page(
        &self,
        selector: &JobSelector,
        visible: &Visible,
        after: Option<i64>,
        size: u32,
    ) -> Result<Vec<JobRecord>, JobError> {
        // No job of this cluster has a host name of its own, so none is behind the one asked for.
        if *visible == Visible::None || selector.hostname.is_some() {
            return Ok(Vec::new());
        }
        Ok(store::page(&self.store, selector, visible, after, size).await?)
    }

    /// Every job the engine may still hold something of, oldest first: what the runner takes up after a restart.
    pub(crate) async fn materialized(&self) -> Result<Vec<JobRecord>, JobError> {
        Ok(store::materialized(&self.store).await?)
    }

    /// Cores and bytes that each active job asks for.
    pub(crate) async fn active_resources(&self) -> Result<Vec<(f64, u64)>, JobError> {
        Ok(store::active_resources(&self.store).await?)
    }

    /// Adds a transition to a job's story. False when the story already says it or the job has ended.
    pub(crate) async fn record(&self, id: &str, item: &StatusItem) -> Result<bool, JobError> {
        Ok(self.append(id, item).await? == Appended::Added)
    }

    async fn append(&self, id: &str, item: &StatusItem) -> Result<Appended, JobError> {
        let (jobs, job, item) = (self.clone(), id.to_owned(), item.clone());
        let appended = to_its_end(async move {
            let append = || store::append(&jobs.store, &job, &item);
            let appended = match item.status {
                // It may be this very job that fills the disk.
                JobStatus::Cancelled => jobs.store.with_reserve(append).await?,
                _ => append().await?,
            };
            if appended == Appended::Added {
                jobs.tell(&job);
            }
            Ok::<_, StoreError>(appended)
        });
        match appended.await? {
            Appended::NoJob => Err(JobError::NoSuchJob(id.to_owned())),
            appended => Ok(appended),
        }
    }

    /// A transition that happens now.
    pub(crate) fn item(
        &self,
        status: JobStatus,
        reason: &str,
        description: Option<&str>,
        exit_code: Option<i32>,
    ) -> StatusItem {
        StatusItem {
            transition_time: microseconds(self.clock.now()),
            status,
            reason: Some(reason.to_owned()),
            description: description.map(str::to_owned),
            exit_code,
        }
    }

    /// Cancels a job; one that has ended stays as it is. The runner sees the change and stops the container.
    pub(crate) async fn cancel(&self, id: &str, reason: &str) -> Result<(), JobError> {
        let item = self.item(JobStatus::Cancelled, reason, None, None);
        if self.append(id, &item).await? != Appended::Added {
            // Whoever asks again may have seen a container run on: the runner looks at it again.
            self.tell(id);
        }
        Ok(())
    }

    /// Changes how long an active job may run.
    pub(crate) async fn change_max_run_time(&self, job: &JobRecord, asked: MaxRunTime) -> Result<(), JobError> {
        let minutes = match (asked.max_run_time_minutes, asked.additional_max_run_time_minutes) {
            (Some(minutes), None) => bounded("max_run_time_minutes", Some(minutes))?,
            (None, Some(more)) => {
                bounded("additional_max_run_time_minutes", Some(more))?;
                let now = job.max_run_time_minutes.unwrap_or(0);
                bounded("additional_max_run_time_minutes", now.checked_add(more))?
            }
            (Some(_), Some(_)) | (None, None) => {
                return Err(JobError::field(
                    "max_run_time_minutes",
                    "give exactly one of max_run_time_minutes and additional_max_run_time_minutes",
                ));
            }
        };
        let (jobs, id) = (self.clone(), job.id.clone());
        let changed = to_its_end(async move {
            let changed = store::set_max_run_time(&jobs.store, &id, minutes).await?;
            jobs.tell(&id);
            Ok::<_, StoreError>(changed)
        });
        if changed.await? { Ok(()) } else { Err(JobError::Ended(job.id.clone())) }
    }

    /// Remembers where the job's HTTP port is published; none: nowhere now.
    pub(crate) async fn set_http_port(&self, id: &str, port: Option<u16>) -> Result<(), JobError> {
        store::set_http_port(&self.store, id, port).await?;
        self.tell(id);
        Ok(())
    }

    /// Remembers that the engine holds nothing of the job any more.
    pub(crate) async fn settle(&self, id: &str) -> Result<(), JobError> {
        store::settle(&self.store, id).await?;
        self.tell(id);
        Ok(())
    }

    /// Remembers that the job's log was removed.
    pub(crate) async fn set_logs_removed(&self, id: &str) -> Result<(), JobError> {
        Ok(store::set_logs_removed(&self.store, id).await?)
    }

    fn tell(&self, id: &str) {
        // An error means that nobody listens, which is fine.
        let _ = self.changes.send(id.to_owned());
    }
}

/// Does a write, and tells of it, on a task of its own: a request's future is dropped when its client hangs up, but the database may commit
/// what it was given all the same.
async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(work).await.expect("storing does not panic")
}

fn bounded(field: &'static str, minutes: Option<u32>) -> Result<u32, JobError> {
    minutes
        .filter(|minutes| (1..=LONGEST_RUN_MINUTES).contains(minutes))
        .ok_or_else(|| JobError::field(field, format!("must be 1 or more, and {LONGEST_RUN_MINUTES} at most in all")))
}

/// The precision that is stored, so that what is told now equals what is read later.
fn microseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).expect("a coarser form of a valid time")
}
