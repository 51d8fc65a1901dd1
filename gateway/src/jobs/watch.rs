//! The watch: one poll a second per principal and organisation while anybody looks, told to any number of pages.

mod job;
mod one;
mod page;
mod poll;

pub(crate) use job::serve_job_events;
pub(crate) use one::{News, follow};
pub(crate) use page::serve_events;

use crate::{Gateway, session::Session, streams::Audience};
use api::{jobs::Job, logs::EndReason};
use event_listener::Event;
use futures::{FutureExt, select_biased};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Events kept for pages that are behind; who is further behind begins anew.
const BACKLOG: usize = 1024;

/// All watches of a gateway, by principal and organisation.
#[derive(Default)]
pub(crate) struct Watches(Mutex<HashMap<String, Arc<Watch>>>);

struct Watch {
    key: String,
    /// Of which organisation the jobs are; of any where there is none.
    org: Option<String>,
    state: Mutex<State>,
    news: Event,
    audience_changed: Event,
}

#[derive(Default)]
struct State {
    audience: Audience,
    backlog: VecDeque<Told>,
    /// Number of the backlog's front.
    first: u64,
    /// Active jobs that pages were shown by their own lists since the last look.
    shown: Vec<platform::job::Job>,
    /// Why the cluster cannot be read, while it cannot.
    waiting: Option<String>,
    closed: bool,
}

/// What a look has brought.
#[derive(Clone)]
enum Told {
    Job(Arc<Job>),
    Removed(String),
    /// The cluster cannot be read; the sentence is for the person.
    Waiting(String),
    /// It is read again, and what changed meanwhile has been told.
    Recovered,
    End(EndReason),
}

/// A page's membership; leaves when dropped.
struct Member {
    watch: Arc<Watch>,
    id: u64,
    next: u64,
    /// It was told that the cluster cannot be read.
    is_waiting: bool,
}

/// The member is too far behind.
struct FellBehind;

impl Watches {
    fn join(&self, gateway: &Gateway, session: &Arc<Session>, org: Option<String>) -> Member {
        let key = format!("{}\n{}", session.principal(), org.as_deref().unwrap_or_default());
        let mut watches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(member) = watches.get(&key).and_then(|watch| watch.enter(session.clone())) {
            return member;
        }
        let watch = Arc::new(Watch {
            key: key.clone(),
            org,
            state: Mutex::default(),
            news: Event::new(),
            audience_changed: Event::new(),
        });
        let member = watch.enter(session.clone()).expect("a new watch is open");
        watches.insert(key, watch.clone());
        drop(watches);
        let task_gateway = gateway.clone();
        let task = async move {
            {
                let mut polling = std::pin::pin!(poll::poll(&task_gateway, &watch).fuse());
                let mut drained = std::pin::pin!(task_gateway.draining().thrown().fuse());
                select_biased! {
                    () = drained => {}
                    () = polling => {}
                }
            }
            watch.state().closed = true;
            task_gateway.watches().forget(&watch);
        };
        gateway.host().spawn(task.boxed());
        member
    }

    fn forget(&self, watch: &Arc<Watch>) {
        let mut watches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watches.get(&watch.key).is_some_and(|known| Arc::ptr_eq(known, watch)) {
            watches.remove(&watch.key);
        }
    }
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(self: &Arc<Self>, session: Arc<Session>) -> Option<Member> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        let id = state.audience.enter(session);
        let next = state.end();
        drop(state);
        self.audience_changed.notify(usize::MAX);
        Some(Member { watch: self.clone(), id, next, is_waiting: false })
    }

    fn tell(&self, told: impl IntoIterator<Item = Told>) {
        let mut state = self.state();
        for told in told {
            state.backlog.push_back(told);
            if state.backlog.len() > BACKLOG {
                state.backlog.pop_front();
                state.first += 1;
            }
        }
        drop(state);
        self.news.notify(usize::MAX);
    }

    /// Tells whether the cluster can be read, where that has changed.
    fn stands(&self, waiting: Option<String>) {
        let mut state = self.state();
        if state.waiting.is_some() != waiting.is_some() {
            state.waiting = waiting;
            drop(state);
            self.news.notify(usize::MAX);
        }
    }
}

impl State {
    fn end(&self) -> u64 {
        self.first + self.backlog.len() as u64
    }
}

impl Member {
    async fn next(&mut self) -> Result<Told, FellBehind> {
        loop {
            let news = self.watch.news.listen();
            {
                let state = self.watch.state();
                if let Some(reason) = state.audience.refusal(self.id) {
                    return Ok(Told::End(reason));
                }
                let index = self.next.checked_sub(state.first).ok_or(FellBehind)?;
                if let Some(told) = usize::try_from(index).ok().and_then(|i| state.backlog.get(i)) {
                    self.next += 1;
                    return Ok(told.clone());
                }
                if state.closed {
                    return Ok(Told::End(EndReason::Upstream));
                }
                if state.waiting.is_some() != self.is_waiting {
                    self.is_waiting = state.waiting.is_some();
                    return Ok(state.waiting.clone().map_or(Told::Recovered, Told::Waiting));
                }
            }
            news.await;
        }
    }

    /// Has the watch tell when these end.
    fn was_shown(&self, jobs: &[platform::job::Job]) {
        let active = jobs.iter().filter(|job| !job.status.is_finished()).cloned();
        self.watch.state().shown.extend(active);
    }

    /// Goes on with what comes from now on; how the watch stands is told anew.
    fn begin_anew(&mut self) {
        self.is_waiting = false;
        self.next = self.watch.state().end();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.watch.state().audience.leave(self.id);
        self.watch.audience_changed.notify(usize::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Tokens;
    use jiff::Timestamp;

    fn session() -> Arc<Session> {
        let (user, cluster, project) = Default::default();
        Arc::new(Session {
            id: String::new(),
            tokens: Tokens::pasted(String::new(), None, Timestamp::UNIX_EPOCH),
            user,
            cluster,
            org: None,
            project,
            ends_at: Timestamp::MAX,
            origin: Default::default(),
        })
    }

    fn next(member: &mut Member) -> Option<&'static str> {
        match member.next().now_or_never()?.ok()? {
            Told::Waiting(_) => Some("waiting"),
            Told::Recovered => Some("recovered"),
            Told::Removed(_) => Some("removed"),
            Told::Job(_) => Some("job"),
            Told::End(_) => Some("end"),
        }
    }

    #[test]
    fn everybody_is_told_once_that_the_cluster_is_away_and_when_it_is_back() {
        let watch = Arc::new(Watch {
            key: String::new(),
            org: None,
            state: Mutex::default(),
            news: Event::new(),
            audience_changed: Event::new(),
        });
        let mut early = watch.enter(session()).expect("open");
        assert_eq!(next(&mut early), None);
        watch.stands(Some("away".into()));
        watch.stands(Some("still away".into()));
        let mut late = watch.enter(session()).expect("open");
        for member in [&mut early, &mut late] {
            assert_eq!((next(member), next(member)), (Some("waiting"), None));
        }
        watch.tell([Told::Removed("job-1".into())]);
        watch.stands(None);
        for member in [&mut early, &mut late] {
            assert_eq!((next(member), next(member), next(member)), (Some("removed"), Some("recovered"), None));
        }
        assert_eq!(next(&mut watch.enter(session()).expect("open")), None);
    }
}
