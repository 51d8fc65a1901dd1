//! The timestamp before each piece of a log body: RFC 3339 with up to nine digits, and a space.
//!
//! Owns reading it quickly: neighbouring pieces share their second, so only the fraction is parsed anew.

use crate::clock;

#[derive(Debug, Default)]
pub(super) struct Stamps {
    /// `2026-01-02T03:04:05` as last read, and its nanoseconds.
    second: Option<([u8; 19], i64)>,
}

impl Stamps {
    /// `2026-01-02T03:04:05.123456789+01:00` and its space fit well.
    pub(super) const LONGEST: usize = 40;

    /// The time at the start of `bytes` and how many bytes it and its space take.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Option<(i64, usize)> {
        let space = memchr::memchr(b' ', &bytes[..bytes.len().min(Self::LONGEST)])?;
        let text = &bytes[..space];
        if text.len() < 20 || text[10] != b'T' {
            return None;
        }
        self.quick(text).or_else(|| self.slow(text)).map(|time| (time, space + 1))
    }

    fn quick(&self, text: &[u8]) -> Option<i64> {
        let (second, base) = self.second.as_ref()?;
        let (&last, body) = text.split_last()?;
        if last != b'Z' || !body.starts_with(second) {
            return None;
        }
        let fraction = body[19..].strip_prefix(b".").or((body.len() == 19).then_some(&[]))?;
        let mut nanos = 0;
        for at in 0..9 {
            let digit = fraction.get(at).copied().unwrap_or(b'0');
            nanos = nanos * 10 + i64::from(digit.is_ascii_digit().then_some(digit - b'0')?);
        }
        (fraction.len() <= 9).then_some(base + nanos)
    }

    fn slow(&mut self, text: &[u8]) -> Option<i64> {
        let time: jiff::Timestamp = std::str::from_utf8(text).ok()?.parse().ok()?;
        let time = clock::nanos(time);
        if text.ends_with(b"Z") {
            let second: [u8; 19] = text[..19].try_into().ok()?;
            self.second = Some((second, time - time.rem_euclid(1_000_000_000)));
        }
        Some(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_way_agrees_with_the_slow_one() {
        let mut stamps = Stamps::default();
        for text in [
            "2026-11-23T15:32:17.088551537Z x",
            "2026-11-23T15:32:17.1Z ",
            "2026-11-23T15:32:17Z y",
            "2026-11-23T15:32:17.999999999Z ",
            "2026-11-23T16:32:18.000000001+01:00 z",
            "2026-11-23T15:32:18.5Z ",
        ] {
            let stamp = text.split(' ').next().unwrap();
            let expected = clock::nanos(stamp.parse().unwrap());
            assert_eq!(stamps.read(text.as_bytes()), Some((expected, stamp.len() + 1)), "{text}");
        }
        for bad in ["", "2026-11-23T15:32:17.08Z", "no time here at all, really", "2026-11-23T15:32:17.0x8Z "] {
            assert_eq!(stamps.read(bad.as_bytes()), None, "{bad}");
        }
    }
}
