//! Blobs: whole, in part, or only whether they are there.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{CONTENT_DIGEST, Call, Refusal, plain};
use crate::registry::{Digest, RepositoryName};

/// A digest names its bytes for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// What a request's `Range` comes to (RFC 9110, section 14).
#[derive(Debug, Eq, PartialEq)]
enum Wanted {
    Whole,
    Part {
        begin: u64,
        len: u64,
    },
    /// It begins beyond the end.
    Nothing,
}

pub(super) async fn get(call: Call, name: RepositoryName, digest: Digest) -> Result<Response, Refusal> {
    let size = call.registry.blob_size(&name, &digest).await?;
    let etag = plain(&format!("\"{digest}\""));
    let mut response = if matches(call.headers(), &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (status, begin, len) = match wanted(call.headers(), &etag, size) {
            Wanted::Whole => (StatusCode::OK, 0, size),
            Wanted::Part { begin, len } => (StatusCode::PARTIAL_CONTENT, begin, len),
            Wanted::Nothing => {
                let range = plain(&format!("bytes */{size}"));
                return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)]).into_response());
            }
        };
        let body = if call.is_head() {
            Body::empty()
        } else {
            Body::from_stream(call.registry.open_blob(&digest).await?.read(begin, len))
        };
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, len.into());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        if status == StatusCode::PARTIAL_CONTENT {
            headers.insert(header::CONTENT_RANGE, plain(&format!("bytes {begin}-{}/{size}", begin + len - 1)));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_DIGEST, plain(digest.as_str()));
    headers.insert(header::ETAG, etag);
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(response)
}

/// Whether the client has it already.
pub(super) fn matches(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let Some(given) = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) else { return false };
    given.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == "*" || tag.as_bytes() == etag)
}

fn wanted(headers: &HeaderMap, etag: &HeaderValue, size: u64) -> Wanted {
    let Some(range) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else { return Wanted::Whole };
    // Another version than the client's would be sent whole; there is but one.
    if headers.get(header::IF_RANGE).is_some_and(|condition| condition != etag) {
        return Wanted::Whole;
    }
    part(range, size)
}

/// One range. Several at once, other units and nonsense are answered with the whole, as the RFC allows.
fn part(range: &str, size: u64) -> Wanted {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|spec| spec.trim().split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let (begin, end) = match (first, last) {
        ("", suffix) => match number(suffix) {
            Some(0) => return Wanted::Nothing,
            Some(suffix) => (size.saturating_sub(suffix), size),
            None => return Wanted::Whole,
        },
        (first, "") => match number(first) {
            Some(begin) => (begin, size),
            None => return Wanted::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(begin), Some(last)) if begin <= last => (begin, last.saturating_add(1).min(size)),
            _ => return Wanted::Whole,
        },
    };
    if begin >= size { Wanted::Nothing } else { Wanted::Part { begin, len: end - begin } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let part_of = |begin, len| Wanted::Part { begin, len };
        for (range, expected) in [
            ("bytes=0-0", part_of(0, 1)),
            ("bytes=2-", part_of(2, 8)),
            ("bytes=2-100", part_of(2, 8)),
            ("bytes=-3", part_of(7, 3)),
            ("bytes=-100", part_of(0, 10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=99999999999999999999-", Wanted::Whole),
            ("bytes=0-18446744073709551615", part_of(0, 10)),
            ("lines=1-2", Wanted::Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
        assert_eq!(part("bytes=0-0", 0), Wanted::Nothing);
    }
}
