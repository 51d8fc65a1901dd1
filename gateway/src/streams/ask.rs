//! Asking the cluster while a page waits: heartbeats meanwhile, and again after what may pass.

use super::{Backoff, Fate, Happening, Left, Viewer, fate};
use crate::upstream::UpstreamError;
use api::logs::EndReason;
use serde::Serialize;

impl Viewer {
    /// Awaits something while keeping the stream alive; the inner Err is the reason to end.
    pub(crate) async fn wait_for<T>(
        &mut self,
        item: impl Future<Output = T>,
        heartbeat: &impl Serialize,
    ) -> Result<Result<T, EndReason>, Left> {
        let mut item = std::pin::pin!(item);
        loop {
            match self.next(item.as_mut()).await? {
                Happening::Item(item) => return Ok(Ok(item)),
                Happening::Over(reason) => return Ok(Err(reason)),
                Happening::Heartbeat => self.event(heartbeat).await?,
                Happening::Text(_) => {}
            }
        }
    }

    /// What the cluster answers. While it cannot be reached the page is told so, once, and the cluster is asked again; the
    /// inner Err is the reason to end.
    pub(crate) async fn ask<T, E: Serialize, F: Future<Output = Result<T, UpstreamError>>>(
        &mut self,
        heartbeat: &E,
        waiting: impl Fn(String) -> E,
        mut ask: impl FnMut() -> F,
    ) -> Result<Result<T, EndReason>, Left> {
        let mut backoff = Backoff::default();
        let mut is_told = false;
        loop {
            let error = match self.wait_for(ask(), heartbeat).await? {
                Ok(Ok(answer)) => return Ok(Ok(answer)),
                Ok(Err(error)) => error,
                Err(reason) => return Ok(Err(reason)),
            };
            let message = match fate(error) {
                Fate::Refused(reason) => return Ok(Err(reason)),
                Fate::Gone => return Ok(Err(EndReason::Gone)),
                Fate::Trouble(message) => message,
            };
            if !std::mem::replace(&mut is_told, true) {
                self.event(&waiting(message)).await?;
            }
            let Some(delay) = backoff.fail(&self.gateway) else { return Ok(Err(EndReason::Upstream)) };
            let pause = self.gateway.host().sleep(delay);
            if let Err(reason) = self.wait_for(pause, heartbeat).await? {
                return Ok(Err(reason));
            }
        }
    }
}
