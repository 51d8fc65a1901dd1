//! Pages over a list that knows `until` and `limit` only.
//!
//! The cursor is the time of the last job shown and the ids of the jobs already shown with that same time: the next page asks
//! for jobs created until then, and leaves those out. Jobs created meanwhile do not shift pages.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use platform::{job::Job, job_selector::JobSelector};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageCursor {
    until: Timestamp,
    seen: Vec<String>,
}

/// The text is no cursor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not a cursor that a page of this list gave.")]
pub(crate) struct InvalidCursor;

impl PageCursor {
    /// Narrows a newest-first query to one page and returns how many jobs to read at most: the page, those already seen,
    /// and one more that tells whether there is a next page.
    pub(crate) fn narrow(cursor: Option<&Self>, query: &mut JobSelector, limit: usize) -> usize {
        let seen = cursor.map_or(0, |c| c.seen.len());
        if let Some(cursor) = cursor {
            query.until = Some(query.until.map_or(cursor.until, |until| until.min(cursor.until)));
        }
        let at_most = limit + seen + 1;
        query.limit = u32::try_from(at_most).ok();
        at_most
    }

    /// Cuts the answer to [`narrow`](Self::narrow)'s query into the page and the next page's cursor.
    pub(crate) fn cut(cursor: Option<&Self>, mut jobs: Vec<Job>, limit: usize) -> (Vec<Job>, Option<Self>) {
        if let Some(cursor) = cursor {
            jobs.retain(|job| !cursor.has_seen(job));
        }
        if jobs.len() <= limit {
            return (jobs, None);
        }
        jobs.truncate(limit);
        let mut next = cursor.cloned();
        jobs.iter().for_each(|job| Self::pass(&mut next, job));
        (jobs, next)
    }

    /// Whether a page before the one that begins here had the job.
    pub(crate) fn has_seen(&self, job: &Job) -> bool {
        job.history.created_at == self.until && self.seen.contains(&job.id)
    }

    /// Goes on to the place after a job that follows in the list.
    pub(crate) fn pass(place: &mut Option<Self>, job: &Job) {
        let (until, id) = (job.history.created_at, job.id.clone());
        match place {
            // A page full of one instant goes on where the page before it had begun with that instant.
            Some(place) if place.until == until => place.seen.push(id),
            _ => *place = Some(Self { until, seen: vec![id] }),
        }
    }
}

impl fmt::Display for PageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for PageCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        serde_json::from_slice(&json).map_err(|_| InvalidCursor)
    }
}

#[cfg(test)]
mod tests;
