//! One job: fetched, then kept true by the events stream.

use super::{
    events::{self, Feed, Heard},
    jobs::Seen,
};
use crate::client::{Client, Failure, Live};
use crate::paths::endpoint;
use crate::stores::browser;
use api::jobs::{Job, JobCreate, JobEvent, LifeSpan};
use leptos::{prelude::*, task::spawn_local};
use std::{sync::Arc, time::Duration};

/// How the job stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Standing {
    Loading,
    Ready(Arc<Seen>),
    Failed(Failure),
}

/// A job, for as long as its page stands.
#[derive(Clone, Copy)]
pub(crate) struct JobQuery {
    client: Client,
    id: StoredValue<String>,
    live: StoredValue<Option<Live>, LocalStorage>,
    pub(crate) standing: RwSignal<Standing>,
    pub(crate) feed: RwSignal<Feed>,
}

impl JobQuery {
    /// Fetches the job and follows it while it can change.
    pub(crate) fn open(client: Client, id: String) -> Self {
        let query = Self {
            client,
            id: StoredValue::new(id),
            live: StoredValue::new_local(None),
            standing: RwSignal::new(Standing::Loading),
            feed: RwSignal::new(Feed::Opening),
        };
        query.load();
        query
    }

    /// The job, where it is known. Tracks.
    pub(crate) fn seen(self) -> Option<Arc<Seen>> {
        self.standing.with(|standing| match standing {
            Standing::Ready(seen) => Some(Arc::clone(seen)),
            Standing::Loading | Standing::Failed(_) => None,
        })
    }

    pub(crate) fn load(self) {
        let id = self.id.get_value();
        spawn_local(async move {
            match get(self.client, &id).await {
                Ok(job) => {
                    let watch = job.status.is_active();
                    self.take(job);
                    if watch {
                        self.watch();
                    }
                }
                Err(failure) => drop(self.standing.try_set(Standing::Failed(failure))),
            }
        });
    }

    /// Takes in the job as some answer showed it.
    pub(crate) fn take(self, job: Job) {
        let seen = Arc::new(Seen { job, received_ms: browser::now_ms() });
        self.standing.try_set(Standing::Ready(seen));
    }

    /// Follows the job until it has ended, or cannot be seen any more.
    fn watch(self) {
        let Some(path) = self.id.try_with_value(|id| endpoint::job_events(id)) else { return };
        let live = events::open(
            self.client,
            move || path.clone(),
            move |heard| match heard {
                Heard::Feed(Feed::Over) => self.over(),
                Heard::Feed(feed) => self.stand(feed),
                Heard::Event(JobEvent::Job { job }) => self.take(*job),
                Heard::Event(_) => {}
            },
        );
        if self.live.is_disposed() {
            return;
        }
        self.live.set_value(Some(live));
    }

    fn stand(self, feed: Feed) {
        if self.feed.try_with_untracked(|now| *now != feed) == Some(true) {
            self.feed.set(feed);
        }
    }

    /// No more will come. Where the job has not ended, it is gone or not theirs to see any more: asking for it tells which.
    fn over(self) {
        self.stand(Feed::Over);
        set_timeout(move || drop(self.live.try_set_value(None)), Duration::ZERO);
        let has_ended = self.standing.try_with_untracked(|standing| match standing {
            Standing::Ready(seen) => seen.job.status.is_finished(),
            Standing::Loading | Standing::Failed(_) => true,
        });
        if has_ended != Some(false) {
            return;
        }
        let id = self.id.get_value();
        spawn_local(async move {
            match get(self.client, &id).await {
                Ok(job) => self.take(job),
                // Signing in again leads back here.
                Err(failure) if failure.is_signed_out() => {}
                Err(failure) => drop(self.standing.try_set(Standing::Failed(failure))),
            }
        });
    }
}

/// One job.
pub(crate) async fn get(client: Client, id: &str) -> Result<Job, Failure> {
    client.get(&endpoint::job(id)).await
}

/// Starts a job.
pub(crate) async fn create(client: Client, create: &JobCreate) -> Result<Job, Failure> {
    client.post(endpoint::JOBS, create).await
}

/// Ends a job; one that has ended already is as good.
pub(crate) async fn kill(client: Client, id: &str) -> Result<(), Failure> {
    client.delete(&endpoint::job(id)).await
}

/// Gives a job more time.
pub(crate) async fn extend(client: Client, id: &str, add_minutes: u32) -> Result<Job, Failure> {
    client.post(&endpoint::life_span(id), &LifeSpan { add_minutes }).await
}
