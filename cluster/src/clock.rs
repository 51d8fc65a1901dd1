//! The only place of this crate that asks what time it is.
//!
//! Owns wall-clock reading, so that tests can stand still or jump. Knows nothing of timers: waiting is tokio's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// A source of wall-clock time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
    #[cfg(test)]
    Timers(i64, tokio::time::Instant),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until [`Clock::advance_ns`] moves it. Clones share the hands.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(nanos(start)))))
    }

    /// A clock that goes with tokio's timers, so that a test's paused time moves both.
    #[cfg(test)]
    pub(crate) fn with_timers(start: Timestamp) -> Self {
        Self(Source::Timers(nanos(start), tokio::time::Instant::now()))
    }

    /// Now, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn now_ns(&self) -> i64 {
        match &self.0 {
            Source::System => nanos(Timestamp::now()),
            Source::Manual(hands) => hands.load(Ordering::SeqCst),
            #[cfg(test)]
            Source::Timers(start, since) => start + i64::try_from(since.elapsed().as_nanos()).unwrap_or(i64::MAX),
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        timestamp(self.now_ns())
    }

    /// Moves a manual clock; the system clock cannot be moved and ignores it.
    pub fn advance_ns(&self, nanoseconds: i64) {
        if let Source::Manual(hands) = &self.0 {
            hands.fetch_add(nanoseconds, Ordering::SeqCst);
        }
    }
}

/// Nanoseconds since the Unix epoch; saturates outside 1677..2262, where no job ever ran.
#[must_use]
pub fn nanos(time: Timestamp) -> i64 {
    i64::try_from(time.as_nanosecond()).unwrap_or(if time.as_second() < 0 { i64::MIN } else { i64::MAX })
}

/// The timestamp of nanoseconds since the Unix epoch.
#[must_use]
pub fn timestamp(nanoseconds: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(nanoseconds)).expect("every i64 of nanoseconds lies inside jiff's range")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_for_all_its_clones() {
        let clock = Clock::manual(timestamp(5));
        let other = clock.clone();
        assert_eq!(clock.now_ns(), 5);
        other.advance_ns(10);
        assert_eq!(clock.now_ns(), 15);
        assert_eq!(nanos(clock.now()), 15);
    }
}
