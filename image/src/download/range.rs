//! Which part of a file a request wants (RFC 9110, sections 13 and 14).

use std::ops::Range;

/// What is to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// 200, all of it.
    Whole,
    /// 206, these bytes.
    Part(Range<u64>),
    /// 304: they have it.
    NotModified,
    /// 416.
    Beyond,
}

/// The headers of a request that say which part it wants, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions<'a> {
    /// `Range`.
    pub range: Option<&'a str>,
    /// `If-Range`.
    pub if_range: Option<&'a str>,
    /// `If-None-Match`.
    pub if_none_match: Option<&'a str>,
}

impl Conditions<'_> {
    /// What is to be answered for a file of so many bytes. `etag` is strong and quoted.
    ///
    /// Several ranges at once, other units and what cannot be read are answered with the whole, as the RFC allows.
    ///
    /// ```
    /// use image::download::{Asked, Conditions};
    /// let asked = Conditions { range: Some("bytes=-100"), ..Conditions::default() };
    /// assert_eq!(asked.answer(1000, "\"e\""), Asked::Part(900..1000));
    /// ```
    #[must_use]
    pub fn answer(&self, total_bytes: u64, etag: &str) -> Asked {
        if let Some(known) = self.if_none_match
            && known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == etag)
        {
            return Asked::NotModified;
        }
        // The part belongs to another file: from the start, then. Dates are never equal, there is no Last-Modified.
        if self.if_range.is_some_and(|since| since.trim() != etag) {
            return Asked::Whole;
        }
        let Some(ranges) = self.range.and_then(|range| range.trim().strip_prefix("bytes=")) else {
            return Asked::Whole;
        };
        match part(ranges.trim(), total_bytes) {
            None => Asked::Whole,
            Some(range) if range.is_empty() => Asked::Beyond,
            Some(range) => Asked::Part(range),
        }
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

    fn ask(conditions: Conditions<'_>) -> Asked {
        conditions.answer(1000, "\"e\"")
    }

    fn ranged(range: &str) -> Conditions<'_> {
        Conditions { range: Some(range), ..Conditions::default() }
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
            assert_eq!(ask(ranged(range)), expected, "{range}");
        }
        assert_eq!(ask(Conditions::default()), Asked::Whole);
    }

    #[test]
    fn a_part_is_of_the_same_file_or_the_whole_comes() {
        let with = |tag| Conditions { if_range: Some(tag), ..ranged("bytes=5-") };
        assert_eq!(ask(with("\"e\"")), Asked::Part(5..1000));
        for other in ["\"f\"", "W/\"e\"", "Mon, 23 Nov 2026 08:00:00 GMT"] {
            assert_eq!(ask(with(other)), Asked::Whole, "{other}");
        }
        let known = |tags| Conditions { if_none_match: Some(tags), ..Conditions::default() };
        assert_eq!(ask(known("\"x\", W/\"e\"")), Asked::NotModified);
        assert_eq!(ask(known("\"x\"")), Asked::Whole);
    }
}
