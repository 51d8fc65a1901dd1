//! How fast a push goes, by what landed lately. Chunks land at once and then nothing does for a while: time is counted from landing to
//! landing, else speed would fall after each and leap at the next.

use std::collections::VecDeque;

/// What landed longer ago is no longer lately, but for the last two landings.
const LATELY_MS: f64 = 15_000.0;
/// After so long without a landing the wait counts, too.
const STALLED_MS: f64 = 10_000.0;

/// When there were how many bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace(VecDeque<(f64, u64)>);

impl Pace {
    /// Takes in how many bytes there are now, in milliseconds of any clock. Bytes per second; 0 where nothing has landed yet.
    pub(crate) fn bytes_per_sec(&mut self, now_ms: f64, bytes: u64) -> u64 {
        if self.0.back().is_some_and(|(_, before)| *before > bytes) {
            // The registry has lost some: it begins anew.
            self.forget();
        }
        if self.0.back().is_none_or(|(_, before)| *before != bytes) {
            self.0.push_back((now_ms, bytes));
        }
        while self.0.len() > 2 && now_ms - self.0[0].0 > LATELY_MS {
            self.0.pop_front();
        }
        let (Some((since, from)), Some((until, to))) = (self.0.front(), self.0.back()) else { return 0 };
        let until = if now_ms - until > STALLED_MS { now_ms } else { *until };
        if until > *since { ((to - from) as f64 / (until - since) * 1000.0) as u64 } else { 0 }
    }

    /// What was is no measure of what comes.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK_MS: usize = 250;

    /// Speeds as they are seen while so many bytes land every so often.
    fn seen(pace: &mut Pace, from_ms: usize, to_ms: usize, chunk_bytes: u64, every_ms: usize) -> Vec<u64> {
        let bytes = |at: usize| (at / every_ms) as u64 * chunk_bytes;
        (from_ms..to_ms).step_by(LOOK_MS).map(|at| pace.bytes_per_sec(at as f64, bytes(at))).collect()
    }

    #[test]
    fn the_speed_is_steady_though_chunks_land_seconds_apart() {
        let seen = seen(&mut Pace::default(), 0, 60_000, 4_000_000, 4_000);
        assert!(seen[..16].iter().all(|speed| *speed == 0), "nothing has landed: {seen:?}");
        assert!(seen[16..].iter().all(|speed| *speed == 1_000_000), "{seen:?}");
    }

    #[test]
    fn another_speed_shows_within_fifteen_seconds() {
        let mut pace = Pace::default();
        seen(&mut pace, 0, 60_000, 1_000_000, 1_000);
        let before = 59_000_000;
        let later: Vec<u64> = (60..76)
            .map(|at| pace.bytes_per_sec(f64::from(at) * 1000.0, before + (at as u64 - 59) * 100_000))
            .collect();
        assert!(later.is_sorted_by(|one, next| one >= next), "{later:?}");
        assert_eq!(later.last(), Some(&100_000));
    }

    #[test]
    fn what_stands_still_becomes_slow() {
        let mut pace = Pace::default();
        seen(&mut pace, 0, 20_000, 1_000_000, 1_000);
        let speeds = [25, 40, 80].map(|at| pace.bytes_per_sec(f64::from(at) * 1000.0, 19_000_000));
        assert_eq!(speeds[0], 1_000_000, "a few seconds say nothing");
        assert!(speeds[1] < 200_000 && speeds[2] < 50_000, "{speeds:?}");
    }

    #[test]
    fn what_was_before_a_pause_or_a_loss_is_forgotten() {
        let mut pace = Pace::default();
        seen(&mut pace, 0, 20_000, 1_000_000, 1_000);
        pace.forget();
        assert_eq!(pace.bytes_per_sec(90_000.0, 19_000_000), 0);
        assert_eq!(pace.bytes_per_sec(92_000.0, 23_000_000), 2_000_000);
        assert_eq!(pace.bytes_per_sec(93_000.0, 0), 0, "the registry has lost all");
    }
}
