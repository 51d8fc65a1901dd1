//! Records as the text that goes out. Owns the timestamp format; allocates nothing per line.

use super::LogFormat;
use super::record::RecordRef;
use crate::clock;

/// Appends records to a buffer in one of the formats.
#[derive(Debug)]
pub(super) struct Renderer {
    format: LogFormat,
    /// The second last formatted, and its `2026-01-02T03:04:05`.
    second: Option<i64>,
    text: [u8; 19],
}

impl Renderer {
    pub(super) fn new(format: LogFormat) -> Self {
        Self { format, second: None, text: [0; 19] }
    }

    pub(super) fn put(&mut self, out: &mut Vec<u8>, mid_line: bool, record: &RecordRef<'_>) {
        if self.format == LogFormat::Timestamps && !mid_line {
            self.stamp(out, record.time_ns);
            out.push(b' ');
        }
        out.extend_from_slice(record.bytes);
    }

    fn stamp(&mut self, out: &mut Vec<u8>, time_ns: i64) {
        let second = time_ns.div_euclid(1_000_000_000);
        if self.second != Some(second) {
            let text = format!("{:.0}", clock::timestamp(second * 1_000_000_000));
            self.text.copy_from_slice(&text.as_bytes()[..19]);
            self.second = Some(second);
        }
        out.extend_from_slice(&self.text);
        let mut fraction = *b".000000000Z";
        let mut rest = time_ns.rem_euclid(1_000_000_000);
        for digit in fraction[1..10].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).expect("one digit");
            rest /= 10;
        }
        out.extend_from_slice(&fraction);
    }
}

/// A time as the logs show it: RFC 3339, UTC, nine digits of fraction.
#[must_use]
pub fn rfc3339_nanos(time_ns: i64) -> String {
    let mut out = Vec::with_capacity(30);
    Renderer::new(LogFormat::Timestamps).stamp(&mut out, time_ns);
    String::from_utf8(out).expect("digits and punctuation")
}

#[cfg(test)]
mod tests {
    use super::rfc3339_nanos;

    #[test]
    fn times_have_nine_digits_before_and_after_the_epoch() {
        assert_eq!(rfc3339_nanos(1_763_890_337_088_540_947), "2025-11-23T09:32:17.088540947Z");
        assert_eq!(rfc3339_nanos(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(rfc3339_nanos(-1), "1969-12-31T23:59:59.999999999Z");
    }
}
