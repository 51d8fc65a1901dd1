//! The level that a line names, for a tint beside it.

/// A level worth a tint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    None,
    Warning,
    Error,
}

/// Bytes of a row in which a level is looked for.
const LEVEL_WITHIN: usize = 120;

/// The level a line names in capitals, as a word of its own. A tint beside the line, no more: a guess must not shout.
pub(super) fn severity(text: &[u8]) -> Severity {
    let head = &text[..text.len().min(LEVEL_WITHIN)];
    let is_word = |start: usize, end: usize| {
        let edge = |at: Option<&u8>| at.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
        edge(start.checked_sub(1).and_then(|at| head.get(at))) && edge(head.get(end))
    };
    let has =
        |word: &[u8]| head.windows(word.len()).enumerate().any(|(at, w)| w == word && is_word(at, at + word.len()));
    if [&b"ERROR"[..], b"FATAL", b"CRITICAL", b"PANIC"].into_iter().any(has) {
        Severity::Error
    } else if [&b"WARN"[..], b"WARNING"].into_iter().any(has) {
        Severity::Warning
    } else {
        Severity::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_word_in_capitals_near_the_start() {
        let table: &[(&[u8], Severity)] = &[
            (b"2026-11-23 ERROR boom", Severity::Error),
            (b"[WARN] careful", Severity::Warning),
            (b"level=WARNING x", Severity::Warning),
            (b"no error here", Severity::None),
            (b"ERRORS_TOTAL 0", Severity::None),
            (b"", Severity::None),
        ];
        for (text, want) in table {
            assert_eq!(severity(text), *want, "{}", String::from_utf8_lossy(text));
        }
    }
}
