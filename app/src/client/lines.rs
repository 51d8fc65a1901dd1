//! Answers that come as lines of JSON while the work goes on: read piece by piece, bounded, and never taken for finished
//! because they ended.

use super::{Client, Failure};
use futures::{
    StreamExt,
    channel::oneshot,
    future::{Either, select},
};
use gloo_net::http::Method;
use leptos::{leptos_dom::helpers::set_timeout_with_handle, prelude::*};
use send_wrapper::SendWrapper;
use serde::Serialize;
use std::{ops::ControlFlow, time::Duration};
use wasm_bindgen::JsCast;
use wasm_streams::ReadableStream;
use web_sys::{AbortController, AbortSignal};

/// Longest line. An event is a few hundred bytes.
const LINE_MAX: usize = 256 * 1024;
/// Silence that counts as a break: two heartbeats.
const SILENCE: Duration = Duration::from_secs(2 * api::HEARTBEAT_SECS);

/// Ends the reading when whoever asked is gone. The work that is read about goes on: it is the server's.
#[derive(Clone, Copy)]
pub(crate) struct Leash {
    controller: StoredValue<Option<SendWrapper<AbortController>>>,
}

impl Leash {
    /// A leash of the current reactive owner.
    pub(crate) fn new() -> Self {
        let controller = AbortController::new().ok().map(SendWrapper::new);
        let leash = Self { controller: StoredValue::new(controller.clone()) };
        on_cleanup(move || {
            if let Some(controller) = controller {
                controller.abort();
            }
        });
        leash
    }

    fn signal(self) -> Option<AbortSignal> {
        self.controller.try_get_value().flatten().map(|controller| controller.signal())
    }
}

impl Client {
    /// Posts, and tells each line of the answer until `tell` has heard the last one.
    ///
    /// # Errors
    /// A refusal before the first line; [`Failure::BrokenOff`] when the answer ends, falls silent for two heartbeats, or holds a
    /// line that is no text or too long, before `tell` has heard the last one.
    pub(crate) async fn post_lines(
        self,
        path: &str,
        body: &impl Serialize,
        leash: Leash,
        mut tell: impl FnMut(&str) -> ControlFlow<()>,
    ) -> Result<(), Failure> {
        let body = serde_json::to_string(body).expect("the contract's inputs are plain data");
        told(self.lines(Method::POST, path, Some(body), leash, &mut tell).await?)
    }

    /// The same for an answer that is only asked for.
    ///
    /// # Errors
    /// As [`Self::post_lines`].
    pub(crate) async fn get_lines(
        self,
        path: &str,
        leash: Leash,
        mut tell: impl FnMut(&str) -> ControlFlow<()>,
    ) -> Result<(), Failure> {
        told(self.lines(Method::GET, path, None, leash, &mut tell).await?)
    }

    /// The same for a file of lines, which ends where it ends.
    ///
    /// # Errors
    /// As [`Self::post_lines`], but for the end.
    pub(crate) async fn get_file_lines(
        self,
        path: &str,
        leash: Leash,
        mut tell: impl FnMut(&str) -> ControlFlow<()>,
    ) -> Result<(), Failure> {
        self.lines(Method::GET, path, None, leash, &mut tell).await.map(drop)
    }

    async fn lines(
        self,
        method: Method,
        path: &str,
        body: Option<String>,
        leash: Leash,
        tell: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<End, Failure> {
        let answer = self.answer(method, path, body, leash.signal()).await?;
        let mut pieces = ReadableStream::from_raw(answer.body().ok_or(Failure::BrokenOff)?).into_stream();
        let mut lines = Lines::default();
        loop {
            let (waiting, silence) = oneshot::channel::<()>();
            let timer = set_timeout_with_handle(move || drop(waiting), SILENCE).ok();
            let piece = match select(pieces.next(), silence).await {
                Either::Left((piece, _)) => piece,
                Either::Right(_) => return Err(Failure::BrokenOff),
            };
            if let Some(timer) = timer {
                timer.clear();
            }
            let Some(piece) = piece else { return Ok(End::OfAnswer) };
            let piece = piece.map_err(|_| Failure::BrokenOff)?;
            let bytes: js_sys::Uint8Array = piece.dyn_into().map_err(|_| Failure::BrokenOff)?;
            for line in lines.take(&bytes.to_vec()).ok_or(Failure::BrokenOff)? {
                if tell(&line).is_break() {
                    return Ok(End::Told);
                }
            }
        }
    }
}

/// Why no more lines are read.
#[derive(Clone, Copy)]
enum End {
    /// The last one was heard.
    Told,
    /// There are no more.
    OfAnswer,
}

fn told(end: End) -> Result<(), Failure> {
    match end {
        End::Told => Ok(()),
        End::OfAnswer => Err(Failure::BrokenOff),
    }
}

/// Cuts pieces into lines, wherever the pieces were cut.
#[derive(Debug, Default)]
struct Lines {
    /// What came after the last line end.
    begun: Vec<u8>,
}

impl Lines {
    /// The lines that this piece completes, without empty ones; None when one is too long or no text.
    fn take(&mut self, piece: &[u8]) -> Option<Vec<String>> {
        let mut whole = Vec::new();
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            if self.begun.len() + part.len() > LINE_MAX {
                return None;
            }
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = String::from_utf8(std::mem::take(&mut self.begun)).ok()?;
                let line = line.trim();
                if !line.is_empty() {
                    whole.push(line.to_owned());
                }
            }
        }
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_wherever_the_pieces_are_cut() {
        let text = "{\"a\":\"ё\"}\r\n\n{\"b\":2}\n{\"c\"".as_bytes();
        for cut in 0..text.len() {
            let mut lines = Lines::default();
            let mut all = lines.take(&text[..cut]).expect("text");
            all.extend(lines.take(&text[cut..]).expect("text"));
            assert_eq!(all, ["{\"a\":\"ё\"}", "{\"b\":2}"], "{cut}");
        }
    }

    #[test]
    fn a_line_without_end_and_bytes_that_are_no_text_are_refused() {
        let mut lines = Lines::default();
        let piece = vec![b'x'; LINE_MAX / 2 + 1];
        assert_eq!(lines.take(&piece), Some(Vec::new()));
        assert_eq!(lines.take(&piece), None);
        assert_eq!(Lines::default().take(b"\xff\n"), None);
    }
}
