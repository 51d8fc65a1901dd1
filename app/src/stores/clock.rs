//! One ticking second for every age and run time on screen.

use super::browser;
use jiff::Timestamp;
use leptos::prelude::*;
use std::time::Duration;

/// The time now, renewed once a second while the page is visible.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    now_ms: RwSignal<f64>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let now_ms = RwSignal::new(browser::now_ms());
        set_interval(
            move || {
                if !browser::is_hidden() {
                    now_ms.set(browser::now_ms());
                }
            },
            Duration::from_secs(1),
        );
        Self { now_ms }
    }

    /// Whole seconds from then until now; 0 when then is ahead of the reader's clock. Tracks the tick.
    pub(crate) fn secs_since(self, then: Timestamp) -> u64 {
        elapsed_secs(then, self.now_ms.get())
    }

    /// Whole seconds from now until then; 0 when then is past. Tracks the tick.
    pub(crate) fn secs_until(self, then: Timestamp) -> u64 {
        ((then.as_millisecond() as f64 - self.now_ms.get()) / 1000.0).max(0.0) as u64
    }

    /// Now, in milliseconds; tracks the tick.
    pub(crate) fn now_ms(self) -> f64 {
        self.now_ms.get()
    }
}

fn elapsed_secs(then: Timestamp, now_ms: f64) -> u64 {
    ((now_ms - then.as_millisecond() as f64) / 1000.0).max(0.0) as u64
}

/// The clock in context.
pub(crate) fn use_clock() -> Clock {
    expect_context()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_ahead_of_the_readers_clock_is_no_time_ago() {
        let then = Timestamp::from_millisecond(10_000).expect("a time");
        assert_eq!(elapsed_secs(then, 12_900.0), 2);
        assert_eq!(elapsed_secs(then, 9_000.0), 0);
    }
}
