//! How long a request may take: not long in all, but not long without anything going on.

use crate::ports::{Host, within};
use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

/// Bytes that went by.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter(Arc<AtomicU64>);

/// A body, with its pieces counted as they go by. They are not touched.
struct Metered {
    body: Body,
    meter: Meter,
}

impl Meter {
    pub(super) fn on(&self, body: Body) -> Body {
        Body::new(Metered { body, meter: self.clone() })
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The future's output, or None when nothing went by for `limit`.
    pub(super) async fn paced<F: Future>(&self, host: &dyn Host, limit: Duration, future: F) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        loop {
            let before = self.count();
            if let Some(output) = within(host, limit, &mut future).await {
                return Some(output);
            }
            if self.count() == before {
                return None;
            }
        }
    }
}

impl http_body::Body for Metered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
            self.meter.0.fetch_add(bytes.max(1), Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
