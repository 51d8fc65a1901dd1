//! How much of a session's output the screen has shown, so that the gateway sends no more than that bears.

use api::exec::WINDOW_BYTES;

/// Told after so many bytes: often enough that the gateway need not wait for a screen that keeps up.
const STEP_BYTES: u64 = WINDOW_BYTES / 16;

/// Bytes since the screen was opened. It outlives sessions, and shows all that is written to it, in order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Credit {
    written: u64,
    shown: u64,
    /// What had been written when this session began.
    begun: u64,
    /// What this session's gateway was told.
    told: u64,
}

impl Credit {
    /// A session begins; what is still to be shown of an earlier one is none of its output.
    pub(super) fn begin(&mut self) {
        self.begun = self.written;
        self.told = 0;
    }

    /// So much more goes to the screen.
    pub(super) fn write(&mut self, bytes: usize) {
        self.written += bytes as u64;
    }

    /// The screen has shown so much more. What the gateway is to be told, if it is time.
    pub(super) fn show(&mut self, bytes: u32) -> Option<u64> {
        self.shown += u64::from(bytes);
        let shown = self.shown.saturating_sub(self.begun);
        (shown >= self.told + STEP_BYTES).then(|| {
            self.told = shown;
            shown
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: u32 = STEP_BYTES as u32;

    #[test]
    fn the_gateway_is_told_in_steps_what_is_shown() {
        let mut credit = Credit::default();
        credit.begin();
        credit.write(3 * STEP as usize);
        assert_eq!(credit.show(STEP - 1), None);
        assert_eq!(credit.show(1), Some(STEP_BYTES));
        assert_eq!(credit.show(1), None);
        assert_eq!(credit.show(STEP), Some(2 * STEP_BYTES + 1));
    }

    #[test]
    fn what_an_earlier_session_wrote_counts_for_no_later_one() {
        let mut credit = Credit::default();
        credit.begin();
        credit.write(2 * STEP as usize);
        assert_eq!(credit.show(STEP), Some(STEP_BYTES));
        credit.begin();
        credit.write(STEP as usize);
        assert_eq!(credit.show(STEP), None);
        assert_eq!(credit.show(STEP), Some(STEP_BYTES));
    }
}
