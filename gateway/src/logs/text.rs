//! A log as plain text, for saving: streamed, nothing kept.

use super::splitter::{Piece, Splitter};
use crate::{
    Gateway,
    ports::within,
    upstream::{LOG_SEPARATOR, UpstreamError},
};
use axum::body::Body;
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use jiff::Timestamp;
use std::time::Duration;

/// A log that follows its job and cannot be told to stop is taken to be complete after this long a silence.
const SILENCE: Duration = Duration::from_secs(3);

/// How the text is to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextForm {
    /// Each line begins with its time, as the platform gives it.
    pub(crate) timestamps: bool,
    /// The source does not end by itself.
    pub(crate) follows: bool,
}

struct Reading {
    body: axum::body::BodyDataStream,
    splitter: Splitter,
    gateway: Gateway,
    form: TextForm,
    ended: bool,
}

/// The text of a timestamped log.
pub(crate) fn as_text(
    gateway: &Gateway,
    body: Body,
    form: TextForm,
) -> impl Stream<Item = Result<Bytes, UpstreamError>> + Send + 'static {
    let splitter = Splitter::new(LOG_SEPARATOR);
    let reading = Reading { body: body.into_data_stream(), splitter, gateway: gateway.clone(), form, ended: false };
    stream::try_unfold(reading, |mut reading| async move { Ok(reading.next().await?.map(|bytes| (bytes, reading))) })
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, UpstreamError> {
        let mut text = Vec::new();
        while text.is_empty() && !self.ended {
            let timestamps = self.form.timestamps;
            let mut write = |piece: Piece<'_>| write(&mut text, &piece, timestamps);
            let limit = if self.form.follows { SILENCE } else { self.gateway.config().upstream_timeout };
            match within(self.gateway.host(), limit, self.body.next()).await {
                Some(Some(Ok(bytes))) => self.splitter.feed(&bytes, &mut write),
                // A download that breaks off must not look complete: the error ends the body before its end.
                Some(Some(Err(error))) => return Err(UpstreamError::BrokeOff(error.into())),
                None if !self.form.follows => return Err(UpstreamError::Timeout),
                Some(None) | None => {
                    self.splitter.finish(&mut write);
                    self.ended = true;
                }
            }
        }
        Ok((!text.is_empty()).then(|| text.into()))
    }
}

fn write(text: &mut Vec<u8>, piece: &Piece<'_>, timestamps: bool) {
    if piece.begins && timestamps {
        let time = Timestamp::from_nanosecond(piece.time_ns.into()).unwrap_or_default();
        text.extend_from_slice(time.to_string().as_bytes());
        text.push(b' ');
    }
    text.extend_from_slice(piece.text);
    if piece.ends {
        text.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_line_is_the_jobs_bytes_with_or_without_its_time() {
        let piece = Piece { time_ns: 1_500_000_000, begins: true, ends: true, text: b"a\0\xff" };
        for (timestamps, expected) in [(true, &b"1970-01-01T00:00:01.5Z a\0\xff\n"[..]), (false, b"a\0\xff\n")] {
            let mut text = Vec::new();
            write(&mut text, &piece, timestamps);
            assert_eq!(text, expected);
        }
    }
}
