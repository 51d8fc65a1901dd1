//! How many streams one session may have open: each holds a socket here and one at the cluster.
//!
//! Counted in this process alone, as requests are.

use crate::{Gateway, rescue::Failure, session::Session};
use jiff::Timestamp;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The places that are taken.
#[derive(Default)]
pub(crate) struct Places(Mutex<Taken>);

#[derive(Default)]
struct Taken {
    last: u64,
    /// By the session's id: each one's number, and when it is over whatever happens. A host may end a task without a word.
    of_sessions: HashMap<String, Vec<(u64, Timestamp)>>,
}

/// One open stream; the place is free again when this is dropped.
pub(crate) struct Place {
    places: Arc<Places>,
    session: String,
    number: u64,
}

impl Places {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self: &Arc<Self>, session: &str, most: usize, now: Timestamp, until: Timestamp) -> Option<Place> {
        let mut taken = self.taken();
        taken.last += 1;
        let number = taken.last;
        let open = taken.of_sessions.entry(session.to_owned()).or_default();
        open.retain(|(_, until)| now < *until);
        if open.len() >= most {
            return None;
        }
        open.push((number, until));
        Some(Place { places: self.clone(), session: session.to_owned(), number })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(open) = taken.of_sessions.get_mut(&self.session) {
            open.retain(|(number, _)| *number != self.number);
            if open.is_empty() {
                taken.of_sessions.remove(&self.session);
            }
        }
    }
}

impl Gateway {
    /// A place for one more stream of the session, which lives no longer than `life`.
    pub(crate) fn place(&self, session: &Session, life: Duration) -> Result<Place, Failure> {
        let now = self.host().now();
        let until = now.saturating_add(life).unwrap_or(Timestamp::MAX);
        let most = self.config().session_streams_max;
        self.places().take(&session.id, most, now, until).ok_or(Failure::TooManyStreams { most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_session_has_so_many_places_until_they_are_left_or_over() {
        let places = Arc::new(Places::default());
        let noon = Timestamp::constant(1_800_000_000, 0);
        let one = noon + SignedDuration::from_hours(1);
        let first = places.take("a", 2, noon, one);
        let second = places.take("a", 2, noon, one);
        assert!(first.is_some() && second.is_some());
        assert!(places.take("a", 2, noon, one).is_none());
        assert!(places.take("b", 2, noon, one).is_some(), "another's are another's");
        drop(first);
        let third = places.take("a", 2, noon, one);
        assert!(third.is_some() && places.take("a", 2, noon, one).is_none());
        // Whose tasks ended without a word.
        let late = places.take("a", 2, one, one + SignedDuration::from_hours(1));
        assert!(late.is_some());
        drop((second, third, late));
        assert!(places.taken().of_sessions.is_empty());
    }
}
