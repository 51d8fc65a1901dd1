//! How much of a terminal's output the page has not shown yet. Both directions know it: output waits, and answers come meanwhile.

use api::exec::WINDOW_BYTES;
use std::{
    future::poll_fn,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

/// So much goes to a page that does not say what it has shown, where sending never waits: then it is too old to be served.
const UNANSWERED_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Bytes of output, counted from the session's beginning.
#[derive(Debug, Default)]
pub(super) struct Credit(Mutex<Sums>);

#[derive(Debug, Default)]
struct Sums {
    sent: u64,
    /// None: the page has never answered.
    shown: Option<u64>,
    waits: Option<Waker>,
}

impl Sums {
    fn is_open(&self) -> bool {
        self.shown.is_none_or(|shown| self.sent - shown < WINDOW_BYTES)
    }
}

impl Credit {
    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So much more goes to the page.
    pub(super) fn send(&self, bytes: usize) {
        self.sums().sent += bytes as u64;
    }

    /// The page has shown so much in all: no more than was sent, and what was shown once is shown.
    pub(super) fn take(&self, bytes: u64) {
        let mut sums = self.sums();
        sums.shown = Some(bytes.clamp(sums.shown.unwrap_or_default(), sums.sent));
        if let Some(waits) = sums.waits.take() {
            waits.wake();
        }
    }

    /// Waits until the page may be sent more. One may wait at a time.
    pub(super) async fn opened(&self) {
        poll_fn(|context| {
            let mut sums = self.sums();
            if sums.is_open() {
                return Poll::Ready(());
            }
            sums.waits = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Whether more was sent than a page gets that never answers.
    pub(super) fn is_spent(&self) -> bool {
        let sums = self.sums();
        sums.shown.is_none() && sums.sent > UNANSWERED_MAX_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn is_open(credit: &Credit) -> bool {
        credit.opened().now_or_never().is_some()
    }

    #[test]
    fn a_page_that_answers_is_never_sent_more_than_the_window_ahead() {
        let credit = Credit::default();
        credit.take(0);
        credit.send(WINDOW_BYTES as usize - 1);
        assert!(is_open(&credit));
        credit.send(1);
        assert!(!is_open(&credit));
        credit.take(1);
        assert!(is_open(&credit));
        credit.take(0);
        assert!(is_open(&credit), "what was shown stays shown");
        credit.take(u64::MAX);
        credit.send(WINDOW_BYTES as usize);
        assert!(!is_open(&credit), "no page has shown more than it was sent");
        assert!(!credit.is_spent());
    }

    #[tokio::test]
    async fn what_waits_goes_on_with_the_next_answer() {
        let credit = Credit::default();
        credit.take(0);
        credit.send(WINDOW_BYTES as usize);
        let answer = async {
            tokio::task::yield_now().await;
            credit.take(1);
        };
        futures::join!(credit.opened(), answer);
    }

    #[test]
    fn a_page_that_never_answers_is_sent_so_much_and_no_more() {
        let credit = Credit::default();
        credit.send(UNANSWERED_MAX_BYTES as usize);
        assert!(is_open(&credit) && !credit.is_spent());
        credit.send(1);
        assert!(credit.is_spent());
    }
}
