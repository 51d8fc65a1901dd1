//! A job as a link shows it: fetched once, then kept true by the link's stream until the job has ended.

use super::{events::Feed, jobs::Seen};
use crate::client::{Client, Failure, Live, Stopper, Word};
use crate::paths::endpoint;
use crate::stores::browser;
use api::{
    jobs::{Container, Job, Transition},
    links::{SharedEvent, SharedJob, SharedTransition},
    logs::EndReason,
};
use leptos::{prelude::*, task::spawn_local};
use std::{cell::OnceCell, rc::Rc, sync::Arc, time::Duration};

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Standing {
    Loading,
    Ready(Arc<Shown>),
    /// The link shows nothing, or nothing any more.
    Nothing,
    Failed(Failure),
}

/// What the link shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) shared: SharedJob,
    /// The same, as the console's own parts take a job.
    pub(crate) seen: Arc<Seen>,
}

/// The job behind a link, for as long as its page stands.
#[derive(Clone, Copy)]
pub(crate) struct SharedQuery {
    client: Client,
    token: StoredValue<String>,
    live: StoredValue<Option<Live>, LocalStorage>,
    pub(crate) standing: RwSignal<Standing>,
    pub(crate) feed: RwSignal<Feed>,
}

impl SharedQuery {
    /// Fetches the job, and follows it while it can change.
    pub(crate) fn open(client: Client, token: String) -> Self {
        let query = Self {
            client,
            token: StoredValue::new(token),
            live: StoredValue::new_local(None),
            standing: RwSignal::new(Standing::Loading),
            feed: RwSignal::new(Feed::Opening),
        };
        query.load();
        query
    }

    pub(crate) fn load(self) {
        self.standing.set(Standing::Loading);
        let path = endpoint::of_shared(&self.token.get_value(), "status");
        spawn_local(async move {
            match self.client.get::<SharedJob>(&path).await {
                Ok(job) => {
                    let watch = job.status.is_active();
                    self.take(job);
                    if watch {
                        self.watch();
                    }
                }
                Err(failure) if failure.is_not_found() => self.nothing(),
                Err(failure) => drop(self.standing.try_set(Standing::Failed(failure))),
            }
        });
    }

    fn take(self, shared: SharedJob) {
        let seen = Arc::new(Seen { job: as_job(&shared), received_ms: browser::now_ms() });
        self.standing.try_set(Standing::Ready(Arc::new(Shown { shared, seen })));
    }

    fn nothing(self) {
        self.standing.try_set(Standing::Nothing);
        self.feed.try_set(Feed::Over);
    }

    fn watch(self) {
        let Some(token) = self.token.try_get_value() else { return };
        let path = endpoint::of_shared(&token, "events");
        let stop = Rc::new(OnceCell::<Stopper>::new());
        let stop_inside = Rc::clone(&stop);
        let live = Live::open(
            self.client,
            move || path.clone(),
            move |word| match word {
                Word::Open | Word::Binary(_) => {}
                Word::Broken => drop(self.feed.try_set(Feed::Broken)),
                Word::Refused(failure) => drop(self.feed.try_set(Feed::Refused(failure))),
                Word::Text(text) => match serde_json::from_str(&text) {
                    Ok(SharedEvent::Job { job }) => {
                        self.feed.try_set(Feed::Live);
                        self.take(*job);
                    }
                    Ok(SharedEvent::Waiting) => drop(self.feed.try_set(Feed::Waiting(String::new()))),
                    Ok(SharedEvent::End { reason }) if !reason.may_resume() => {
                        if let Some(stopper) = stop_inside.get() {
                            stopper.stop();
                        }
                        self.over(reason);
                    }
                    // A frame that is not the contract's is skipped: the heartbeat shows whether the stream is well.
                    Ok(SharedEvent::Heartbeat | SharedEvent::End { .. } | SharedEvent::Unknown) | Err(_) => {}
                },
            },
        );
        // Nothing is heard before this function has returned, so the stopper is always set in time.
        drop(stop.set(live.stopper()));
        if !self.live.is_disposed() {
            self.live.set_value(Some(live));
        }
    }

    fn over(self, reason: EndReason) {
        if reason == EndReason::Finished {
            self.feed.try_set(Feed::Over);
        } else {
            self.nothing();
        }
        set_timeout(move || drop(self.live.try_set_value(None)), Duration::ZERO);
    }
}

/// The job as far as the link tells of it; what it does not tell stays empty and is shown nowhere.
fn as_job(shared: &SharedJob) -> Job {
    let shared = shared.clone();
    Job {
        id: String::new(),
        name: Some(shared.name),
        owner: String::new(),
        cluster: String::new(),
        org: None,
        project: String::new(),
        uri: String::new(),
        status: shared.status,
        reason: shared.reason,
        status_description: None,
        exit_code: shared.exit_code,
        created_at: shared.created_at,
        started_at: shared.started_at,
        finished_at: shared.finished_at,
        run_time_secs: shared.run_time_secs,
        observed_at: shared.observed_at,
        restarts: shared.restarts,
        transitions: shared.transitions.into_iter().map(as_transition).collect(),
        container: Container::default(),
        preset: None,
        tags: Vec::new(),
        description: None,
        http_url: None,
        restart_policy: api::jobs::RestartPolicy::default(),
        life_span_minutes: None,
        schedule_timeout_secs: None,
        total_price_credits: String::new(),
    }
}

fn as_transition(step: SharedTransition) -> Transition {
    Transition {
        time: step.time,
        status: step.status,
        reason: step.reason,
        description: None,
        exit_code: step.exit_code,
    }
}
