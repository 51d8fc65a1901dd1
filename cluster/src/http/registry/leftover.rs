//! What a refused request had still to say.
//!
//! A server that answers before it has read a request closes the connection, and a proxy that was about to use that connection
//! again, or was still sending, sees a break in place of the answer. So what is left of a refused body is read first: a little
//! of it, for a short time. Owns no rule of the registry.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, BodyDataStream, Bytes};
use futures::{Stream, StreamExt as _};

/// More than this is not worth keeping a connection for.
const MOST_BYTES: usize = 8 << 20;
/// Nor is waiting longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// A body that is read by a handler, and to its end by whoever answers.
#[derive(Clone)]
pub(super) struct Leftover(Arc<Mutex<BodyDataStream>>);

impl Leftover {
    /// The body for the handler, and the hold on what it leaves.
    pub(super) fn of(body: Body) -> (Body, Self) {
        let held = Self(Arc::new(Mutex::new(body.into_data_stream())));
        (Body::from_stream(held.clone()), held)
    }

    /// Reads what is left, within bounds.
    pub(super) async fn drain(mut self) {
        let read = async {
            let mut read_bytes = 0;
            while let Some(Ok(piece)) = self.next().await {
                read_bytes += piece.len();
                if read_bytes > MOST_BYTES {
                    break;
                }
            }
        };
        // Out of patience: the connection is closed, as it would have been at once.
        tokio::time::timeout(PATIENCE, read).await.ok();
    }
}

impl Stream for Leftover {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;

    #[tokio::test]
    async fn what_a_handler_did_not_read_is_read_when_it_is_drained() {
        let (read, all) = (Arc::new(Mutex::new(0)), 5);
        let counted = Arc::clone(&read);
        let pieces = stream::iter(0..all).map(move |_| {
            *counted.lock().expect("whole") += 1;
            Ok::<_, std::io::Error>(Bytes::from_static(b"piece"))
        });
        let (body, left) = Leftover::of(Body::from_stream(pieces));
        body.into_data_stream().next().await.expect("a piece").expect("whole");
        left.drain().await;
        assert_eq!(*read.lock().expect("whole"), all);
    }

    #[tokio::test]
    async fn an_endless_body_is_not_read_for_ever() {
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![0; 1 << 20])));
        Leftover::of(Body::from_stream(endless)).1.drain().await;
    }
}
