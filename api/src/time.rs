//! Reading times: RFC 3339 UTC, as jiff writes a `Timestamp`.
//!
//! jiff's own parser takes every form of a time there is and explains each failure in words; through it a twelfth of the
//! console's first load would be for times that nobody sends.

use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde::{Deserialize, Deserializer, de::Error};

/// For `deserialize_with`.
pub(crate) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    checked(&String::deserialize(from)?)
}

/// For `deserialize_with`, where there may be none.
pub(crate) fn read_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    Option::<String>::deserialize(from)?.map(|text| checked(&text)).transpose()
}

fn checked<E: Error>(text: &str) -> Result<Timestamp, E> {
    parse(text).ok_or_else(|| E::custom("a time reads like 2026-11-23T10:00:00Z"))
}

fn parse(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if whole.len() != 19 || marks.iter().any(|(at, mark)| whole.as_bytes()[*at] != *mark) {
        return None;
    }
    let short = |from: usize| whole.get(from..from + 2).and_then(number).and_then(|n| i8::try_from(n).ok());
    let year = i16::try_from(number(whole.get(..4)?)?).ok()?;
    let nanosecond = match fraction {
        None => 0,
        Some(digits) if digits.len() <= 9 => number(digits)? * 10_i32.pow(9 - u32::try_from(digits.len()).ok()?),
        Some(_) => return None,
    };
    let time = DateTime::new(year, short(5)?, short(8)?, short(11)?, short(14)?, short(17)?, nanosecond).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

/// A number of up to nine digits and nothing else.
fn number(digits: &str) -> Option<i32> {
    (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::parse;
    use jiff::Timestamp;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_time_reads_as_it_is_written(second in -62_167_219_200_i64..=253_402_207_200, nanosecond in 0..1_000_000_000_i32) {
            let time = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(parse(&time.to_string()), Some(time));
        }

        #[test]
        fn what_is_read_is_what_jiff_reads(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z") {
            prop_assert_eq!(parse(&text), text.parse::<Timestamp>().ok());
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Z",
            "2026-11-23T10:00:00",
            "2026-11-23T10:00:00+00:00",
            "2026-11-23 10:00:00Z",
            "2026-13-23T10:00:00Z",
            "2026-02-30T10:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23T10:00:00.Z",
            "2026-11-23T10:00:00.1234567890Z",
            "2026-11-23T10:00:+1Z",
            "2026-11-23T10:00:0ёZ",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
