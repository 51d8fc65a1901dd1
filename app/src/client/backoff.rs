//! How long to wait before trying again.

const FIRST_MS: f64 = 500.0;
const MOST_MS: f64 = 20_000.0;
/// What lasts so long before it breaks was well.
const WELL_MS: f64 = 5_000.0;

/// Waits that double from half a second to twenty, each spread between half and all of its length so that many pages that
/// lost the same server do not return in step.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff {
    tries: i32,
}

impl Backoff {
    /// The next wait in milliseconds; `random` is from 0 up to 1.
    pub(crate) fn next_ms(&mut self, random: f64) -> u32 {
        let full = (FIRST_MS * 2f64.powi(self.tries.min(10))).min(MOST_MS);
        self.tries = self.tries.saturating_add(1);
        (full * (0.5 + random / 2.0)) as u32
    }

    /// What was tried has lasted so long: if it was well, the waits begin again from the shortest.
    pub(crate) fn lasted(&mut self, ms: f64) {
        if ms >= WELL_MS {
            self.tries = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_begin_again_after_what_lasted() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..8).map(|_| backoff.next_ms(1.0)).collect();
        assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
        backoff.lasted(100.0);
        assert_eq!(backoff.next_ms(1.0), 20_000, "a stream that ends as soon as it has begun is not well");
        backoff.lasted(WELL_MS);
        assert_eq!(backoff.next_ms(0.0), 250);
    }
}
