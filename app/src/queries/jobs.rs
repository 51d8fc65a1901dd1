//! The jobs list: pages fetched, kept true by the events stream, changes gathered so that a burst draws once.

use super::events::{self, Feed, Heard};
use crate::client::{Client, Failure, Live, with_query};
use crate::paths::endpoint;
use crate::rules::filter::Filter;
use crate::stores::browser;
use api::{
    Page,
    jobs::{Job, JobEvent, JobSelector, JobStatus},
};
use jiff::Timestamp;
use leptos::{prelude::*, task::spawn_local};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

/// Jobs a page.
const PAGE: u32 = 250;
/// How long changes are gathered before they are drawn.
const GATHER: Duration = Duration::from_millis(60);
/// How long no further page may come before the stream is opened over all that is loaded: it tells every job anew.
const SETTLE: Duration = Duration::from_secs(1);

/// A job and when this page heard of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) job: Job,
    pub(crate) received_ms: f64,
}

/// One job of the list; its signal changes with the job.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: Arc<str>,
    pub(crate) seen: ArcRwSignal<Arc<Seen>>,
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// How the list stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Loading,
    Ready,
    Failed(Failure),
}

/// The list, for as long as its page stands.
#[derive(Clone, Copy)]
pub(crate) struct JobsList {
    client: Client,
    rows: StoredValue<HashMap<String, Row>>,
    pending: StoredValue<Pending>,
    scope: StoredValue<JobSelector>,
    live: StoredValue<Option<Live>, LocalStorage>,
    /// Since when the open stream tells what there is; older pages may have come meanwhile.
    told_since: StoredValue<Option<Timestamp>>,
    /// Counts what puts off or replaces the opening of the stream, so that only the last is done.
    turns: StoredValue<u32>,
    version: RwSignal<u64>,
    pub(crate) standing: RwSignal<Standing>,
    pub(crate) feed: RwSignal<Feed>,
    pub(crate) next: RwSignal<Option<String>>,
    pub(crate) loading_more: RwSignal<bool>,
    /// Jobs whose status changed in the last draw, for those who listen rather than look.
    pub(crate) changed: RwSignal<Vec<Arc<Seen>>>,
}

/// What was heard and not yet drawn. Bounded by the number of jobs.
#[derive(Default)]
struct Pending {
    jobs: HashMap<String, Job>,
    removed: HashSet<String>,
    /// Ids heard since `init`, while the stream is telling what there is.
    telling: Option<HashSet<String>>,
    told: bool,
    /// Of what is not newer than this, not all was told.
    told_after: Option<Timestamp>,
    scheduled: bool,
}

impl JobsList {
    /// Loads the first page and opens the stream.
    pub(crate) fn open(client: Client) -> Self {
        let list = Self {
            client,
            rows: StoredValue::new(HashMap::new()),
            pending: StoredValue::new(Pending::default()),
            scope: StoredValue::new(JobSelector::default()),
            live: StoredValue::new_local(None),
            told_since: StoredValue::new(None),
            turns: StoredValue::new(0),
            version: RwSignal::new(0),
            standing: RwSignal::new(Standing::Loading),
            feed: RwSignal::new(Feed::Opening),
            next: RwSignal::new(None),
            loading_more: RwSignal::new(false),
            changed: RwSignal::new(Vec::new()),
        };
        list.load();
        list
    }

    /// All rows; tracks every change.
    pub(crate) fn rows(self) -> Vec<Row> {
        self.version.track();
        self.rows.with_value(|rows| rows.values().cloned().collect())
    }

    /// Shows every job to `look`; tracks every change.
    pub(crate) fn each(self, mut look: impl FnMut(&Job)) {
        self.version.track();
        self.rows.with_value(|rows| rows.values().for_each(|row| row.seen.with_untracked(|seen| look(&seen.job))));
    }

    /// Whether there is any. Tracks every change.
    pub(crate) fn any(self) -> bool {
        self.version.track();
        self.rows.with_value(|rows| !rows.is_empty())
    }

    /// One row, where it is loaded.
    pub(crate) fn row(self, id: &str) -> Option<Row> {
        self.rows.with_value(|rows| rows.get(id).cloned())
    }

    /// Fetches the first page anew; what is shown stays until it comes.
    pub(crate) fn load(self) {
        self.close();
        self.feed.set(Feed::Opening);
        let asked = self.scope.get_value();
        spawn_local(async move {
            let answer = self.fetch(&asked, None).await;
            if self.scope.try_get_value().as_ref() != Some(&asked) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.rows.update_value(HashMap::clear);
                    self.take_page(page);
                    self.standing.set(Standing::Ready);
                    self.watch();
                }
                Err(failure) => self.standing.set(Standing::Failed(failure)),
            }
        });
    }

    /// Tries again after a failure.
    pub(crate) fn retry(self) {
        self.standing.set(Standing::Loading);
        self.load();
    }

    /// Fetches the next page, if there is one and none is on its way.
    pub(crate) fn load_more(self, on_failure: impl FnOnce(&Failure) + 'static) {
        let Some(cursor) = self.next.get_untracked().filter(|_| !self.loading_more.get_untracked()) else { return };
        let asked = self.scope.get_value();
        self.loading_more.set(true);
        spawn_local(async move {
            let answer = self.fetch(&asked, Some(cursor)).await;
            if self.loading_more.try_set(false).is_some() || self.scope.get_value() != asked {
                return;
            }
            match answer {
                Ok(page) => {
                    self.take_page(page);
                    // The stream must cover what is now on the list; until it does, it goes on over what it covered.
                    self.watch_when_settled();
                }
                Err(failure) => on_failure(&failure),
            }
        });
    }

    /// Follows the filter. While all jobs are loaded that is the page's work alone; else the server must look further.
    pub(crate) fn follow(self, filter: &Filter) {
        let wanted = JobSelector {
            statuses: filter.statuses.clone(),
            owners: filter.owner.iter().cloned().collect(),
            tags: filter.tag.iter().cloned().collect(),
            orgs: filter.org.iter().cloned().collect(),
            ..JobSelector::default()
        };
        let has_more = self.next.with_untracked(Option::is_some);
        let standing = self.standing.get_untracked();
        if self.scope.with_value(|scope| must_load(&standing, has_more, scope, &wanted)) {
            self.scope.set_value(wanted);
            self.load();
        }
    }

    async fn fetch(self, scope: &JobSelector, cursor: Option<String>) -> Result<Page<Job>, Failure> {
        let selector = JobSelector { limit: Some(PAGE), cursor, ..scope.clone() };
        self.client.get(&with_query(endpoint::JOBS, selector.to_pairs())).await
    }

    fn take_page(self, page: Page<Job>) {
        let received_ms = browser::now_ms();
        self.rows.update_value(|rows| {
            for job in page.items {
                put(rows, job, received_ms);
            }
        });
        self.next.set(page.next);
        self.version.update(|v| *v += 1);
    }

    /// Opens the stream over what is loaded: all, or from the oldest loaded job on.
    fn watch(self) {
        self.close();
        self.pending.update_value(|pending| *pending = Pending::default());
        let path = move || {
            let JobSelector { owners, tags, orgs, .. } = self.scope.try_get_value().unwrap_or_default();
            let since = self.covered_since();
            self.told_since.try_set_value(since);
            let selector = JobSelector { owners, tags, orgs, since, ..JobSelector::default() };
            with_query(endpoint::JOB_EVENTS, selector.to_pairs())
        };
        let live = events::open(self.client, path, move |heard| match heard {
            Heard::Feed(feed) => {
                if self.feed.try_with_untracked(|now| *now != feed) == Some(true) {
                    self.feed.set(feed);
                }
            }
            Heard::Event(event) => self.hear(event),
        });
        self.live.set_value(Some(live));
    }

    fn close(self) {
        self.turns.update_value(|turns| *turns = turns.wrapping_add(1));
        self.live.set_value(None);
    }

    fn watch_when_settled(self) {
        let turn = self.turns.get_value().wrapping_add(1);
        self.turns.set_value(turn);
        let due = move || {
            if self.turns.try_get_value() == Some(turn) {
                self.watch();
            }
        };
        set_timeout(due, SETTLE);
    }

    fn covered_since(self) -> Option<Timestamp> {
        self.next.try_get_untracked().flatten()?;
        self.rows.try_with_value(|rows| rows.values().map(|row| row.seen.with_untracked(|s| s.job.created_at)).min())?
    }

    fn hear(self, event: JobEvent) {
        let due = self.pending.try_update_value(|pending| {
            match event {
                JobEvent::Init => pending.telling = Some(HashSet::new()),
                JobEvent::Job { job } => {
                    if let Some(telling) = &mut pending.telling {
                        telling.insert(job.id.clone());
                        // Nearly all that is told at first is on the list already.
                        if self.stands(&job) && !pending.jobs.contains_key(&job.id) {
                            return false;
                        }
                    }
                    pending.removed.remove(&job.id);
                    pending.jobs.insert(job.id.clone(), *job);
                }
                JobEvent::Removed { id } => {
                    pending.jobs.remove(&id);
                    pending.removed.insert(id);
                }
                JobEvent::InitDone(reach) => {
                    pending.told = true;
                    pending.told_after = reach.after;
                }
                JobEvent::Waiting { .. }
                | JobEvent::Recovered
                | JobEvent::Heartbeat
                | JobEvent::End { .. }
                | JobEvent::Unknown => return false,
            }
            // What there is comes at once in the end, and not in a hundred draws of a list that is long.
            let complete = pending.telling.is_none() || pending.told;
            complete && !std::mem::replace(&mut pending.scheduled, true)
        });
        if due == Some(true) {
            set_timeout(move || self.draw(), GATHER);
        }
    }

    /// Whether the list shows this job as it is.
    fn stands(self, job: &Job) -> bool {
        let row = self.rows.with_value(|rows| rows.get(&job.id).cloned());
        row.is_some_and(|row| row.seen.with_untracked(|seen| changeable(&seen.job) == changeable(job)))
    }

    /// Takes in what was gathered.
    fn draw(self) {
        let Some((jobs, removed, told, after)) = self.pending.try_update_value(|pending| {
            pending.scheduled = false;
            let told = if std::mem::take(&mut pending.told) { pending.telling.take() } else { None };
            (std::mem::take(&mut pending.jobs), std::mem::take(&mut pending.removed), told, pending.told_after)
        }) else {
            return;
        };
        let since = self.told_since.get_value();
        let received_ms = browser::now_ms();
        let mut changed = Vec::new();
        self.rows.update_value(|rows| {
            for id in &removed {
                rows.remove(id);
            }
            if let Some(told) = told {
                // What the stream covers and did not tell is gone.
                rows.retain(|id, row| {
                    told.contains(id) || !is_covered(row.seen.with_untracked(|s| s.job.created_at), since, after)
                });
            }
            for job in jobs.into_values() {
                changed.extend(put(rows, job, received_ms));
            }
        });
        self.version.update(|v| *v += 1);
        self.changed.set(changed);
    }
}

/// Whether what is wanted has to be fetched, where the list is of `scope`.
fn must_load(standing: &Standing, has_more: bool, scope: &JobSelector, wanted: &JobSelector) -> bool {
    match standing {
        // The filter is looked at again when the answer has come.
        Standing::Loading => false,
        Standing::Ready if !has_more && *scope == JobSelector::default() => false,
        Standing::Ready | Standing::Failed(_) => scope != wanted,
    }
}

/// Whether a job of this age was told if it is there: `since` is what was asked for, `after` how far the telling came.
fn is_covered(created_at: Timestamp, since: Option<Timestamp>, after: Option<Timestamp>) -> bool {
    since.is_none_or(|since| created_at >= since) && after.is_none_or(|after| created_at > after)
}

/// What can change of a job, but for the time that passes.
fn changeable(job: &Job) -> (JobStatus, Option<&str>, u32, usize, Option<u32>, Option<&str>) {
    let (reason, url) = (job.reason.as_deref(), job.http_url.as_deref());
    (job.status, reason, job.restarts, job.transitions.len(), job.life_span_minutes, url)
}

/// Puts a job in its row; the job where its status has changed.
fn put(rows: &mut HashMap<String, Row>, job: Job, received_ms: f64) -> Option<Arc<Seen>> {
    let seen = Arc::new(Seen { job, received_ms });
    let Some(row) = rows.get(&seen.job.id) else {
        let id = seen.job.id.clone();
        rows.insert(id.clone(), Row { id: id.into(), seen: ArcRwSignal::new(seen) });
        return None;
    };
    let before = row.seen.get_untracked();
    let turned = before.job.status != seen.job.status;
    row.seen.set(Arc::clone(&seen));
    turned.then_some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: JobStatus) -> JobSelector {
        JobSelector { statuses: vec![status], ..JobSelector::default() }
    }

    #[test]
    fn a_filter_is_the_page_s_work_alone_while_all_jobs_are_loaded() {
        let (all, failed) = (JobSelector::default(), of(JobStatus::Failed));
        assert!(!must_load(&Standing::Ready, false, &all, &failed));
        assert!(must_load(&Standing::Ready, true, &all, &failed));
        assert!(must_load(&Standing::Ready, false, &failed, &all));
        assert!(!must_load(&Standing::Loading, true, &all, &failed));
    }

    #[test]
    fn a_filter_that_is_chosen_after_a_failure_is_fetched_and_the_one_that_failed_waits_for_the_reader() {
        let (failed, running) = (of(JobStatus::Failed), of(JobStatus::Running));
        let standing = Standing::Failed(Failure::Network);
        assert!(must_load(&standing, true, &failed, &running));
        assert!(must_load(&standing, false, &JobSelector::default(), &running));
        assert!(!must_load(&standing, true, &failed, &failed));
    }

    #[test]
    fn what_was_not_told_is_gone_only_where_everything_was_told() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let covered = |since, after| [10, 20, 30].map(|second| is_covered(at(second), since, after));
        assert_eq!(covered(None, None), [true, true, true]);
        assert_eq!(covered(Some(at(20)), None), [false, true, true]);
        assert_eq!(covered(None, Some(at(20))), [false, false, true], "others of that moment may be left out");
        assert_eq!(covered(Some(at(10)), Some(at(10))), [false, true, true]);
    }
}
