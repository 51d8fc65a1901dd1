//! The watch: one poll a second per principal while anybody looks, told to any number of pages.

use super::{
    diff::Known,
    select::{matches, upstream_selector},
    view::view,
};
use crate::{
    Gateway,
    ports::{Socket, within},
    session::Session,
    streams::{Audience, Backoff, Fate, Happening, Left, Viewer, fate},
    upstream::UpstreamError,
};
use api::{
    jobs::{Job, JobEvent, JobSelector, JobStatus},
    logs::EndReason,
};
use event_listener::Event;
use futures::{FutureExt, select_biased};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const POLL: Duration = Duration::from_secs(1);
/// How long a watch waits for another page before it closes.
const GRACE: Duration = Duration::from_secs(5);
/// Looks overlap by so much, for clocks that differ and answers that take their time.
const OVERLAP: SignedDuration = SignedDuration::from_secs(10);
/// Events kept for pages that are behind; who is further behind begins anew.
const BACKLOG: usize = 1024;
/// Jobs told at the beginning at most: the newest.
const INIT_MAX: usize = 10_000;

/// All watches of a gateway, by principal.
#[derive(Default)]
pub(crate) struct Watches(Mutex<HashMap<String, Arc<Watch>>>);

struct Watch {
    principal: String,
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
    closed: bool,
}

/// What a look has brought.
#[derive(Clone)]
enum Told {
    Job(Arc<Job>),
    Removed(String),
    Waiting(String),
    End(EndReason),
}

/// A page's membership; leaves when dropped.
struct Member {
    watch: Arc<Watch>,
    id: u64,
    next: u64,
}

/// The member is too far behind.
struct FellBehind;

impl Watches {
    fn join(&self, gateway: &Gateway, session: &Arc<Session>) -> Member {
        let principal = session.principal();
        let mut watches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(member) = watches.get(&principal).and_then(|watch| watch.enter(session.clone())) {
            return member;
        }
        let watch = Arc::new(Watch {
            principal: principal.clone(),
            state: Mutex::default(),
            news: Event::new(),
            audience_changed: Event::new(),
        });
        let member = watch.enter(session.clone()).expect("a new watch is open");
        watches.insert(principal, watch.clone());
        drop(watches);
        let task_gateway = gateway.clone();
        let task = async move {
            {
                let mut polling = std::pin::pin!(poll(&task_gateway, &watch).fuse());
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
        if watches.get(&watch.principal).is_some_and(|known| Arc::ptr_eq(known, watch)) {
            watches.remove(&watch.principal);
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
        Some(Member { watch: self.clone(), id, next })
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
            }
            news.await;
        }
    }

    /// Has the watch tell when these end.
    fn was_shown(&self, jobs: &[platform::job::Job]) {
        let active = jobs.iter().filter(|job| !job.status.is_finished()).cloned();
        self.watch.state().shown.extend(active);
    }

    /// Goes on with what comes from now on.
    fn begin_anew(&mut self) {
        self.next = self.watch.state().end();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.watch.state().audience.leave(self.id);
        self.watch.audience_changed.notify(usize::MAX);
    }
}

/// Polls until nobody looks or the cluster has failed for too long.
async fn poll(gateway: &Gateway, watch: &Watch) {
    let mut known = Known::default();
    let mut backoff = Backoff::default();
    let mut since = gateway.host().now();
    loop {
        let changed = watch.audience_changed.listen();
        let spokesman = watch.state().audience.spokesman();
        let Some((member, session)) = spokesman else {
            let quiet = within(gateway.host(), GRACE, changed).await.is_none();
            let mut state = watch.state();
            state.closed |= quiet && state.audience.is_empty();
            if state.closed {
                return;
            }
            continue;
        };
        let began = gateway.host().now();
        let shown = std::mem::take(&mut watch.state().shown);
        shown.into_iter().for_each(|job| known.expect(job));
        let delay = match look(gateway, &session, &mut known, since).await {
            Ok(told) => {
                since = began;
                backoff.reset();
                watch.tell(told);
                POLL
            }
            Err(error) => match fate(error) {
                Fate::Refused(reason) => {
                    watch.state().audience.refuse(member, reason);
                    watch.news.notify(usize::MAX);
                    continue;
                }
                Fate::Gone => POLL,
                Fate::Trouble(message) => {
                    if backoff.is_fresh() {
                        watch.tell([Told::Waiting(message)]);
                    }
                    match backoff.fail(gateway.host()) {
                        Some(delay) => delay,
                        None => return watch.tell([Told::End(EndReason::Upstream)]),
                    }
                }
            },
        };
        gateway.host().sleep(delay).await;
    }
}

/// One look: the active jobs, those created since the last look, and, one by one, those that are not active any more.
async fn look(
    gateway: &Gateway,
    session: &Session,
    known: &mut Known,
    since: Timestamp,
) -> Result<Vec<Told>, UpstreamError> {
    let upstream = gateway.upstream();
    let statuses = vec![JobStatus::Pending, JobStatus::Suspended, JobStatus::Running];
    let active = upstream_selector(&JobSelector { statuses, ..JobSelector::default() }, session);
    let since = since.checked_sub(OVERLAP).ok();
    let recent = upstream_selector(&JobSelector { since, ..JobSelector::default() }, session);
    let active = upstream.jobs(session, &active, INIT_MAX).await?;
    let recent = upstream.jobs(session, &recent, INIT_MAX).await?;
    let changes = known.look(active, recent);
    let now = gateway.host().now();
    let mut told: Vec<Told> = changes.changed.into_iter().map(|job| Told::Job(Arc::new(view(job, now)))).collect();
    for id in changes.missing {
        match upstream.job(session, &id).await {
            Ok(job) => told.push(Told::Job(Arc::new(view(job, now)))),
            Err(error) if error.is_absent() => told.push(Told::Removed(id)),
            Err(error) => {
                // It is asked for again in the next look.
                known.keep_asking(id);
                tracing::debug!(error = &error as &dyn std::error::Error, "a job that ended could not be read");
            }
        }
    }
    Ok(told)
}

/// Serves one page.
pub(crate) async fn serve_events(gateway: Gateway, session: Arc<Session>, selector: JobSelector, socket: Socket) {
    let mut viewer = Viewer::new(&gateway, &session, socket);
    if let Ok(reason) = run(&gateway, &session, &selector, &mut viewer).await
        && viewer.event(&JobEvent::End { reason }).await.is_ok()
    {
        viewer.close(1000, "").await;
    }
}

async fn run(
    gateway: &Gateway,
    session: &Arc<Session>,
    selector: &JobSelector,
    viewer: &mut Viewer,
) -> Result<EndReason, Left> {
    let mut backoff = Backoff::default();
    let mut shown = HashSet::new();
    // Joined before the list is read, so that no change falls between the two.
    let mut member = gateway.watches().join(gateway, session);
    // The list is read with the page's own token: it is what allows the page to look at all.
    if let Some(reason) = init(gateway, session, selector, viewer, &member, &mut shown, &mut backoff).await? {
        return Ok(reason);
    }
    loop {
        match viewer.next(member.next()).await? {
            Happening::Item(Ok(Told::Job(job))) => tell_job(viewer, selector, &mut shown, &job).await?,
            Happening::Item(Ok(Told::Removed(id))) => {
                if shown.remove(&id) {
                    viewer.event(&JobEvent::Removed { id }).await?;
                }
            }
            Happening::Item(Ok(Told::Waiting(message))) => viewer.event(&JobEvent::Waiting { message }).await?,
            Happening::Item(Ok(Told::End(reason))) | Happening::Over(reason) => return Ok(reason),
            Happening::Item(Err(FellBehind)) => {
                member.begin_anew();
                if let Some(reason) =
                    init(gateway, session, selector, viewer, &member, &mut shown, &mut backoff).await?
                {
                    return Ok(reason);
                }
            }
            Happening::Heartbeat => viewer.event(&JobEvent::Heartbeat).await?,
            Happening::Text(_) => {}
        }
    }
}

/// A job as it is now: shown, or, when it has left the selection, taken away.
async fn tell_job(
    viewer: &mut Viewer,
    selector: &JobSelector,
    shown: &mut HashSet<String>,
    job: &Job,
) -> Result<(), Left> {
    if matches(selector, job) {
        shown.insert(job.id.clone());
        return viewer.event(&JobEvent::Job { job: Box::new(job.clone()) }).await;
    }
    if shown.remove(&job.id) {
        viewer.event(&JobEvent::Removed { id: job.id.clone() }).await?;
    }
    Ok(())
}

/// Everything that matches now; Some is the reason to end.
async fn init(
    gateway: &Gateway,
    session: &Session,
    selector: &JobSelector,
    viewer: &mut Viewer,
    member: &Member,
    shown: &mut HashSet<String>,
    backoff: &mut Backoff,
) -> Result<Option<EndReason>, Left> {
    let mut query = upstream_selector(selector, session);
    query.limit = u32::try_from(INIT_MAX).ok();
    let jobs = loop {
        let read = {
            let mut reading = std::pin::pin!(gateway.upstream().jobs(session, &query, INIT_MAX));
            loop {
                match viewer.next(reading.as_mut()).await? {
                    Happening::Item(read) => break read,
                    Happening::Over(reason) => return Ok(Some(reason)),
                    Happening::Heartbeat => viewer.event(&JobEvent::Heartbeat).await?,
                    Happening::Text(_) => {}
                }
            }
        };
        match read.map_err(fate) {
            Ok(jobs) => break jobs,
            Err(Fate::Refused(reason)) => return Ok(Some(reason)),
            Err(Fate::Gone) => return Ok(Some(EndReason::Gone)),
            Err(Fate::Trouble(message)) => {
                if backoff.is_fresh() {
                    viewer.event(&JobEvent::Waiting { message }).await?;
                }
                let Some(delay) = backoff.fail(gateway.host()) else { return Ok(Some(EndReason::Upstream)) };
                let mut pause = gateway.host().sleep(delay);
                loop {
                    match viewer.next(&mut pause).await? {
                        Happening::Item(()) => break,
                        Happening::Over(reason) => return Ok(Some(reason)),
                        Happening::Heartbeat => viewer.event(&JobEvent::Heartbeat).await?,
                        Happening::Text(_) => {}
                    }
                }
            }
        }
    };
    backoff.reset();
    member.was_shown(&jobs);
    viewer.event(&JobEvent::Init).await?;
    shown.clear();
    let now = gateway.host().now();
    for job in jobs {
        let job = view(job, now);
        shown.insert(job.id.clone());
        viewer.event(&JobEvent::Job { job: Box::new(job) }).await?;
    }
    viewer.event(&JobEvent::InitDone).await?;
    Ok(None)
}
