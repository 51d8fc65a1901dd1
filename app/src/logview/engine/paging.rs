//! Reads pages before what is kept, as the reader scrolls back.

use super::Engine;
use crate::client::Failure;
use api::logs::{CONTINUES, Frame};
use gloo_net::http::RequestBuilder;
use leptos::task::spawn_local;

/// A row of a page: line, time, whether it continues, text.
type PageRow = (u64, i64, bool, Vec<u8>);

/// Calls made for one page; each brings at least one line more.
const CALLS_MAX: usize = 32;

impl Engine {
    /// Asks for the page before what is kept, when the reader is near it.
    pub(super) fn page_back(&self) {
        let wanted = self.core.borrow().page_wanted();
        let Some((first, lines)) = wanted else { return };
        self.core.borrow_mut().paging = true;
        let me = self.me.clone();
        spawn_local(async move {
            let Some(engine) = me.upgrade() else { return };
            let page = engine.read_page(first, lines).await;
            let mut core = engine.core.borrow_mut();
            core.paging = false;
            match page {
                // The ring may have moved on meanwhile: then the page no longer fits, and the next one is asked for.
                Ok(rows)
                    if core.ring.first_line().is_some_and(|now| now == first + lines || now + 1 == first + lines) =>
                {
                    core.take_page(rows);
                }
                Ok(_) => {}
                Err(_) => core.page_failed = true,
            }
            let left = core.away;
            drop(core);
            if left && engine.live.borrow().is_some() {
                engine.leave_stream();
            }
            engine.queue_frame();
        });
    }

    /// Tries a failed page again.
    pub(crate) fn retry_page(&self) {
        self.with(|core| core.page_failed = false);
    }

    /// Reads `lines` lines from `first` on; the gateway may cut its answers short, so it takes as many calls as needed.
    async fn read_page(&self, first: u64, lines: u64) -> Result<Vec<PageRow>, Failure> {
        let end = first + lines;
        let mut rows = Vec::new();
        let mut next = first;
        for _ in 0..CALLS_MAX {
            let bytes = self.fetch_page(next, end - next).await?;
            let frame = Frame::parse(&bytes).map_err(|_| Failure::Nonsense { status: 200 })?;
            let before = rows.len();
            rows.extend(
                frame
                    .rows()
                    .filter(|r| (next..end).contains(&r.line))
                    .map(|r| (r.line, r.time_ns, r.flags & CONTINUES != 0, r.text.to_vec())),
            );
            let Some(last) = rows.last().filter(|_| rows.len() > before).map(|r| r.0) else { break };
            next = last + 1;
            if next >= end {
                break;
            }
        }
        if next < end { Err(Failure::Nonsense { status: 200 }) } else { Ok(rows) }
    }

    /// One call for a page: an [`api::logs::Frame`].
    pub(super) async fn fetch_page(&self, from_line: u64, limit: u64) -> Result<Vec<u8>, Failure> {
        let path = format!("{}/logs/page?from_line={from_line}&limit={limit}", self.base);
        let request = RequestBuilder::new(&path).header(api::CSRF_HEADER, api::CSRF_VALUE).build();
        let answer = request.map_err(|_| Failure::Network)?.send().await.map_err(|_| Failure::Network)?;
        if answer.ok() {
            return answer.binary().await.map_err(|_| Failure::Network);
        }
        let text = answer.text().await.map_err(|_| Failure::Network)?;
        let failure = Failure::from_answer(answer.status(), &text);
        if failure.is_signed_out() {
            self.ground.session.ended();
        }
        Err(failure)
    }

    /// Where the whole log is downloaded from, with times before its lines or without.
    pub(crate) fn download_path(&self, times: bool) -> String {
        let times = if times { "?timestamps=1" } else { "" };
        format!("{}/logs/download{times}", self.base)
    }
}
