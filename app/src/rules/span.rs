//! Time spans as the platform's CLI writes them: `1d12h`, `30m`, `90s`.

/// Seconds of a span; None when it is not one.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let mut secs: u64 = 0;
    let mut rest = text;
    let mut last_unit = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let n: u64 = rest[..digits].parse().ok()?;
        let mut after = rest[digits..].chars();
        let unit = match after.next()? {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        // Largest first, each once.
        if unit >= last_unit {
            return None;
        }
        last_unit = unit;
        secs = secs.checked_add(n.checked_mul(unit)?)?;
        rest = after.as_str();
    }
    Some(secs)
}

/// A span as [`parse`] reads it, without empty parts.
pub(crate) fn write(secs: u64) -> String {
    let parts = [(secs / 86_400, 'd'), (secs / 3_600 % 24, 'h'), (secs / 60 % 60, 'm'), (secs % 60, 's')];
    let text: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_the_cli_reads_them() {
        for (text, secs) in
            [("30m", 1_800), ("1d", 86_400), ("1d12h", 129_600), ("90s", 90), (" 2h ", 7_200), ("1d2h3m4s", 93_784)]
        {
            assert_eq!(parse(text), Some(secs), "{text}");
        }
        for bad in ["", "5", "m", "1x", "1h1h", "1m1h", "-1m", "1.5h", "99999999999999999999d", "1d 2h"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_written_span_reads_back() {
        for secs in [60, 1_800, 86_400, 93_784] {
            assert_eq!(parse(&write(secs)), Some(secs));
        }
        assert_eq!(write(86_400), "1d");
        assert_eq!(write(0), "0s");
    }
}
