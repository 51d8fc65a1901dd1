//! Trying again: later and later, never all at once, not forever.

use crate::Gateway;
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Counts failures in a row.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// It works again.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after one more failure; None when it is time to give up.
    pub(crate) fn fail(&mut self, gateway: &Gateway) -> Option<Duration> {
        let mut byte = [0];
        gateway.host().random(&mut byte);
        self.failures += 1;
        (self.failures <= gateway.config().upstream_tries_max).then(|| delay(self.failures, byte[0]))
    }
}

/// Half of the doubled delay is certain, the other half by chance.
fn delay(failures: u32, chance: u8) -> Duration {
    let full = FIRST.saturating_mul(1 << (failures - 1).min(10)).min(LONGEST);
    full / 2 + full.mul_f64(f64::from(chance) / 512.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_a_limit_with_chance() {
        assert_eq!(delay(1, 0), Duration::from_millis(250));
        assert_eq!(delay(3, 0), Duration::from_secs(1));
        assert_eq!(delay(30, 0), Duration::from_secs(15));
        assert!(delay(30, 255) > Duration::from_secs(29) && delay(30, 255) <= LONGEST);
    }
}
