//! Which part of a file a request wants (RFC 9110, sections 13 and 14).

use http::{HeaderMap, header};
use std::ops::Range;

/// What is to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// 200, all of it.
    Whole,
    /// 206, these bytes.
    Part(Range<u64>),
    /// 304: they have it.
    NotModified,
    /// 416.
    Beyond,
}

/// Reads the request's conditions. `etag` is strong and quoted.
///
/// Several ranges at once, other units and what cannot be read are answered with the whole, as the RFC allows.
pub(crate) fn asked(headers: &HeaderMap, total_bytes: u64, etag: &str) -> Asked {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).map(str::trim);
    if let Some(known) = text(header::IF_NONE_MATCH)
        && known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == etag)
    {
        return Asked::NotModified;
    }
    // The part belongs to another file: from the start, then. Dates are never equal, there is no Last-Modified.
    if text(header::IF_RANGE).is_some_and(|since| since != etag) {
        return Asked::Whole;
    }
    let Some(ranges) = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")) else { return Asked::Whole };
    match part(ranges.trim(), total_bytes) {
        None => Asked::Whole,
        Some(range) if range.is_empty() => Asked::Beyond,
        Some(range) => Asked::Part(range),
    }
}

/// An empty range is one that is not there.
fn part(range: &str, total: u64) -> Option<Range<u64>> {
    let (first, last) = range.split_once('-')?;
    let parse = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // More than any file has means its end.
        is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    if first.is_empty() {
        return Some(total.saturating_sub(parse(last)?)..total);
    }
    let first = parse(first)?;
    let end = if last.is_empty() { total } else { parse(last)?.saturating_add(1) };
    (first < end || first >= total).then(|| first.min(total)..end.min(total).max(first.min(total)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn ask(pairs: &[(HeaderName, &str)]) -> Asked {
        let headers = pairs.iter().map(|(k, v)| (k.clone(), HeaderValue::try_from(*v).expect("a value"))).collect();
        asked(&headers, 1000, "\"e\"")
    }

    #[test]
    fn one_range_is_a_part_and_what_is_no_range_is_the_whole() {
        for (range, expected) in [
            ("bytes=0-", Asked::Part(0..1000)),
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=999-", Asked::Part(999..1000)),
            ("bytes=10-19", Asked::Part(10..20)),
            ("bytes=10-5000", Asked::Part(10..1000)),
            ("bytes=-1", Asked::Part(999..1000)),
            ("bytes=-5000", Asked::Part(0..1000)),
            ("bytes=10-99999999999999999999999", Asked::Part(10..1000)),
            ("bytes=1000-", Asked::Beyond),
            ("bytes=99999999999999999999999-", Asked::Beyond),
            ("bytes=2000-3000", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=20-10", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=", Asked::Whole),
            ("lines=0-5", Asked::Whole),
        ] {
            assert_eq!(ask(&[(header::RANGE, range)]), expected, "{range}");
        }
        assert_eq!(ask(&[]), Asked::Whole);
    }

    #[test]
    fn a_part_is_of_the_same_file_or_the_whole_comes() {
        let range = (header::RANGE, "bytes=5-");
        assert_eq!(ask(&[range.clone(), (header::IF_RANGE, "\"e\"")]), Asked::Part(5..1000));
        for other in ["\"f\"", "W/\"e\"", "Mon, 23 Nov 2026 08:00:00 GMT"] {
            assert_eq!(ask(&[range.clone(), (header::IF_RANGE, other)]), Asked::Whole, "{other}");
        }
        assert_eq!(ask(&[(header::IF_NONE_MATCH, "\"x\", W/\"e\"")]), Asked::NotModified);
        assert_eq!(ask(&[(header::IF_NONE_MATCH, "\"x\"")]), Asked::Whole);
    }
}
