//! How long to wait before the next try, and how many there are.

use serde::{Deserialize, Serialize};

const FIRST_MILLIS: u64 = 500;
const MOST_MILLIS: u64 = 30_000;
/// Longest wait that a registry may ask for.
const ASKED_MOST_SECS: u64 = 300;
/// Tries without progress before the person is asked: about five minutes.
const MOST_TRIES: u32 = 15;

/// Failures since the last progress. Uploads have one of their own; what else is asked of a registry may be given the same patience.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    tries: u32,
}

impl Retry {
    pub(super) fn progressed(&mut self) {
        self.tries = 0;
    }

    pub(super) fn tries(&self) -> u32 {
        self.tries
    }

    /// Milliseconds to wait; `None` when there were enough tries. `jitter` is any random number: between half and the whole of
    /// the delay is waited, so that a thousand pages do not come back at once.
    pub fn failed(&mut self, asked_secs: Option<u64>, jitter: u32) -> Option<u64> {
        self.tries += 1;
        if self.tries >= MOST_TRIES {
            return None;
        }
        let delay = FIRST_MILLIS.saturating_mul(1 << (self.tries - 1).min(10)).min(MOST_MILLIS);
        let jittered = delay / 2 + (delay / 2) * u64::from(jitter) / u64::from(u32::MAX);
        let asked = asked_secs.map_or(0, |secs| secs.min(ASKED_MOST_SECS) * 1000);
        Some(if asked == 0 { jittered } else { asked + jittered / 4 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute_and_then_end() {
        let waits = |jitter| {
            let mut retry = Retry::default();
            std::iter::from_fn(|| retry.failed(None, jitter)).collect::<Vec<_>>()
        };
        let (least, most) = (waits(0), waits(u32::MAX));
        assert_eq!(&most[..8], [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        assert!(least.iter().zip(&most).all(|(least, most)| least * 2 == *most));
        // A minute without a network is lived through even with the shortest waits.
        assert!(least.iter().sum::<u64>() > 60_000, "{least:?}");
    }

    #[test]
    fn a_registry_that_asks_for_time_gets_it_within_reason() {
        let mut retry = Retry::default();
        assert_eq!(retry.failed(Some(7), 0), Some(7062));
        assert!(retry.failed(Some(1_000_000), 0).is_some_and(|millis| millis < 310_000));
        retry.progressed();
        assert_eq!((retry.tries(), retry.failed(None, 0)), (0, Some(250)));
    }
}
