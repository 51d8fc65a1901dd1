//! A story in memory, with the same rules as the stored one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::StreamExt as _;
use platform::job::{Container, JobStatus, Resources, RestartPolicy, StatusItem, reason};
use tokio::sync::{broadcast, watch};

use crate::clock::Clock;
use crate::engine::{Archive, ImageError, RegistryAuth};
use crate::jobs::spec::JobSpec;
use crate::jobs::{JobError, JobRecord};
use crate::runner::{JobBook, OwnImage, OwnImages};

#[derive(Debug)]
pub(super) struct MemoryBook {
    clock: Clock,
    jobs: Mutex<BTreeMap<String, JobRecord>>,
    changes: broadcast::Sender<String>,
    seen: watch::Sender<u64>,
    /// The reason whose transition a cancellation comes just before.
    overtaken: Mutex<Option<&'static str>>,
}

impl MemoryBook {
    pub(super) fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            jobs: Mutex::default(),
            changes: broadcast::Sender::new(1024),
            seen: watch::Sender::new(0),
            overtaken: Mutex::default(),
        })
    }

    /// Accepts a job and returns its id.
    pub(super) fn submit(&self, image: &str, command: &str, change: impl FnOnce(&mut JobRecord)) -> String {
        let mut jobs = self.jobs.lock().unwrap();
        let id = format!("job-{:08}-0000-4000-8000-{:012}", jobs.len(), self.clock.now_ns() % 1_000_000_000_000);
        let now = self.clock.now();
        let mut job = JobRecord {
            seq: i64::try_from(jobs.len()).unwrap(),
            id: id.clone(),
            name: None,
            owner: "ann".to_owned(),
            org: "main".to_owned(),
            project: "default".to_owned(),
            created_at: now,
            spec: JobSpec {
                container: Container {
                    image: image.to_owned(),
                    command: (!command.is_empty()).then(|| command.to_owned()),
                    resources: Resources { cpu: 0.5, memory: 64 << 20, ..Resources::default() },
                    ..Container::default()
                },
                preset_name: None,
                tags: Vec::new(),
                description: None,
                restart_policy: RestartPolicy::Never,
                schedule_timeout: None,
                priority: None,
                scheduler_enabled: false,
                wait_for_jobs_quota: false,
            },
            max_run_time_minutes: None,
            http_port: None,
            materialized: true,
            being_dropped: false,
            logs_removed: false,
            transitions: vec![StatusItem {
                transition_time: now,
                status: JobStatus::Pending,
                reason: Some(reason::CREATING.to_owned()),
                description: None,
                exit_code: None,
            }],
        };
        change(&mut job);
        jobs.insert(id.clone(), job);
        drop(jobs);
        self.tell(&id);
        id
    }

    pub(super) fn job(&self, id: &str) -> JobRecord {
        self.jobs.lock().unwrap()[id].clone()
    }

    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.seen.subscribe()
    }

    pub(super) fn change(&self, id: &str, change: impl FnOnce(&mut JobRecord)) {
        change(self.jobs.lock().unwrap().get_mut(id).unwrap());
        self.tell(id);
    }

    pub(super) async fn cancel(&self, id: &str) {
        self.add(id, &self.cancellation()).unwrap();
    }

    /// The next transition with this reason comes too late: the job is cancelled in the moment before.
    pub(super) fn cancel_just_before(&self, reason: &'static str) {
        *self.overtaken.lock().unwrap() = Some(reason);
    }

    fn cancellation(&self) -> StatusItem {
        StatusItem {
            transition_time: self.clock.now(),
            status: JobStatus::Cancelled,
            reason: Some(reason::USER_REQUESTED.to_owned()),
            description: None,
            exit_code: None,
        }
    }

    fn add(&self, id: &str, item: &StatusItem) -> Result<bool, JobError> {
        let mut jobs = self.jobs.lock().unwrap();
        let job = jobs.get_mut(id).ok_or_else(|| JobError::NoSuchJob(id.to_owned()))?;
        if job.status().is_finished() || job.last().says_the_same(item) {
            return Ok(false);
        }
        job.transitions.push(item.clone());
        drop(jobs);
        self.tell(id);
        Ok(true)
    }

    fn tell(&self, id: &str) {
        let _ = self.changes.send(id.to_owned());
        self.seen.send_modify(|count| *count += 1);
    }
}

#[async_trait]
impl JobBook for MemoryBook {
    async fn get(&self, id: &str) -> Result<JobRecord, JobError> {
        self.jobs.lock().unwrap().get(id).cloned().ok_or_else(|| JobError::NoSuchJob(id.to_owned()))
    }

    async fn materialized(&self) -> Result<Vec<JobRecord>, JobError> {
        Ok(self.jobs.lock().unwrap().values().filter(|job| job.materialized).cloned().collect())
    }

    async fn record(&self, id: &str, item: &StatusItem) -> Result<bool, JobError> {
        let is_overtaken = self.overtaken.lock().unwrap().take_if(|reason| item.reason.as_deref() == Some(*reason));
        if is_overtaken.is_some() {
            self.add(id, &self.cancellation())?;
        }
        self.add(id, item)
    }

    async fn set_http_port(&self, id: &str, port: Option<u16>) -> Result<(), JobError> {
        self.change(id, |job| job.http_port = port);
        Ok(())
    }

    async fn settle(&self, id: &str) -> Result<(), JobError> {
        self.change(id, |job| job.materialized = false);
        Ok(())
    }

    fn changes(&self) -> broadcast::Receiver<String> {
        self.changes.subscribe()
    }
}

/// A registry of one image, `own.registry/o/p/n:v1`, which its owner `test` may run and `stranger` may not; no engine can
/// fetch it.
#[derive(Debug)]
pub(super) struct OneImage;

/// What the fake engine calls `unreachable/...` it cannot fetch.
const NAME: &str = "unreachable/o/p/n:v1";

#[async_trait]
impl OwnImages for OneImage {
    async fn find(&self, image: &str, owner: &str) -> Result<Option<OwnImage>, ImageError> {
        if image != "own.registry/o/p/n:v1" {
            return Ok(None);
        }
        if owner == "stranger" {
            return Err(ImageError::Unauthorised { image: image.to_owned(), message: "no right".to_owned() });
        }
        Ok(Some(OwnImage {
            name: NAME.to_owned(),
            loaded_as: "handed/over:v1".to_owned(),
            ids: vec!["sha256:other".to_owned()],
            auth: RegistryAuth {
                username: "token".to_owned(),
                password: "secret".to_owned(),
                registry: "own.registry".to_owned(),
                plain_http: true,
            },
        }))
    }

    async fn archive(&self, image: &OwnImage) -> Result<Archive, ImageError> {
        let archive = crate::engine::fake::FakeEngine::archive_of(&image.loaded_as);
        Ok(futures::stream::iter([Ok(archive)]).boxed())
    }
}
