//! Reading answers within bounds.

use super::UpstreamError;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use serde::de::DeserializeOwned;

/// A refusal's body is a sentence.
const REFUSAL_MAX_BYTES: usize = 64 * 1024;
/// A job, a configuration.
const JSON_MAX_BYTES: usize = 16 * 1024 * 1024;
/// A line of a list; the platform's own clients take as much.
const LINE_MAX_BYTES: usize = 4 * 1024 * 1024;

/// A refusal's body; what is over the limit is left unread.
pub(super) async fn small(body: Body) -> Result<Bytes, UpstreamError> {
    whole(body, REFUSAL_MAX_BYTES).await
}

/// A whole body, within a limit.
pub(super) async fn whole(body: Body, limit_bytes: usize) -> Result<Bytes, UpstreamError> {
    let mut data = body.into_data_stream();
    let mut all = BytesMut::new();
    while let Some(piece) = data.next().await {
        let piece = piece.map_err(|e| UpstreamError::BrokeOff(e.into()))?;
        if all.len() + piece.len() > limit_bytes {
            return Err(UpstreamError::TooLong { limit_bytes });
        }
        all.extend_from_slice(&piece);
    }
    Ok(all.freeze())
}

/// A JSON answer.
pub(crate) async fn json<T: DeserializeOwned>(body: Body, expected: &'static str) -> Result<T, UpstreamError> {
    let bytes = whole(body, JSON_MAX_BYTES).await?;
    serde_json::from_slice(&bytes).map_err(|source| UpstreamError::Unreadable { expected, source })
}

struct Lines {
    data: axum::body::BodyDataStream,
    rest: BytesMut,
    ended: bool,
}

/// A newline-delimited JSON answer, item by item, holding one line at a time.
pub(crate) fn ndjson<T: DeserializeOwned>(
    body: Body,
    expected: &'static str,
) -> impl Stream<Item = Result<T, UpstreamError>> {
    let lines = Lines { data: body.into_data_stream(), rest: BytesMut::new(), ended: false };
    stream::try_unfold(lines, move |mut lines| async move {
        while let Some(line) = lines.next().await? {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let item =
                serde_json::from_slice(&line).map_err(|source| UpstreamError::Unreadable { expected, source })?;
            return Ok(Some((item, lines)));
        }
        Ok(None)
    })
}

impl Lines {
    async fn next(&mut self) -> Result<Option<Bytes>, UpstreamError> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.rest[searched..].iter().position(|b| *b == b'\n') {
                return Ok(Some(self.rest.split_to(searched + at + 1).freeze()));
            }
            searched = self.rest.len();
            if self.ended {
                return Ok((searched > 0).then(|| self.rest.split().freeze()));
            }
            if searched > LINE_MAX_BYTES {
                return Err(UpstreamError::TooLong { limit_bytes: LINE_MAX_BYTES });
            }
            match self.data.next().await {
                Some(piece) => self.rest.extend_from_slice(&piece.map_err(|e| UpstreamError::BrokeOff(e.into()))?),
                None => self.ended = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    fn pieces(pieces: &[&'static str]) -> Body {
        let pieces: Vec<Result<_, std::io::Error>> =
            pieces.iter().map(|p| Ok(Bytes::from_static(p.as_bytes()))).collect();
        Body::from_stream(stream::iter(pieces))
    }

    #[tokio::test]
    async fn lines_are_put_together_across_pieces_and_the_last_needs_no_newline() {
        let body = pieces(&["{\"a\":1}\n{\"a\"", ":2}\n\n", "{\"a\":3}"]);
        let read: Vec<serde_json::Value> = ndjson(body, "numbers").try_collect().await.expect("readable");
        assert_eq!(read.iter().map(|v| v["a"].as_i64()).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    }

    #[tokio::test]
    async fn html_is_unreadable_and_names_what_was_expected() {
        let error = json::<serde_json::Value>(Body::from("<html>"), "a job").await.expect_err("html");
        assert_eq!(error.to_string(), "the cluster's answer is not a job");
    }

    #[tokio::test]
    async fn a_line_without_end_is_given_up() {
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 1 << 20])));
        let read: Result<Vec<serde_json::Value>, _> = ndjson(Body::from_stream(endless), "x").try_collect().await;
        assert!(matches!(read, Err(UpstreamError::TooLong { .. })));
    }
}
