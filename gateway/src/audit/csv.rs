//! Cells and rows of CSV (RFC 4180), such that no spreadsheet takes a cell for a formula.

/// What spreadsheets take for the beginning of a formula; the wide forms too, which some read as the plain ones.
const FORMULA: [char; 9] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '|'];

/// Writes a row.
pub(super) fn row<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (n, text) in cells.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        cell(out, text);
    }
    out.push_str("\r\n");
}

/// A cell that a spreadsheet could take for a formula begins with an apostrophe, which makes it text (OWASP, "CSV Injection").
fn cell(out: &mut String, text: &str) {
    let is_formula = text.starts_with(['\t', '\r', '\n', '\0'])
        || text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control()).starts_with(FORMULA);
    let is_quoted = is_formula || text.contains([',', '"', '\r', '\n', ';', '\t']) || text.trim() != text;
    if !is_quoted {
        out.push_str(text);
        return;
    }
    out.push('"');
    if is_formula {
        out.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads one row as RFC 4180 says, without its line end.
    fn read(row: &str) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut chars = row.strip_suffix("\r\n").expect("a line end").chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(std::mem::take(&mut cell)),
                c => {
                    assert!(quoted || !matches!(c, '\r' | '\n'), "a bare line end");
                    cell.push(c);
                }
            }
        }
        cells.push(cell);
        cells
    }

    proptest! {
        #[test]
        fn every_text_comes_back_but_for_the_guard(cells in prop::collection::vec("[\\PC\\t\\r\\n\"=+@-]{0,6}", 1..5)) {
            let mut out = String::new();
            row(&mut out, cells.iter().map(String::as_str));
            let back = read(&out);
            prop_assert_eq!(back.len(), cells.len());
            for (back, cell) in back.iter().zip(&cells) {
                prop_assert!(back == cell || back.strip_prefix('\'') == Some(cell));
                prop_assert!(!back.starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", back);
            }
        }
    }

    #[test]
    fn what_begins_a_formula_becomes_text() {
        for (cell, expected) in [
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("@SUM(1)", "\"'@SUM(1)\""),
            ("-1", "\"'-1\""),
            ("  =1", "\"'  =1\""),
            ("\t=1", "\"'\t=1\""),
            ("\u{ff1d}1", "\"'\u{ff1d}1\""),
            ("a=b", "a=b"),
            ("image://c/o/p/=x", "image://c/o/p/=x"),
            ("a\"b", "\"a\"\"b\""),
            ("a;b", "\"a;b\""),
            ("", ""),
        ] {
            let mut out = String::new();
            row(&mut out, [cell]);
            assert_eq!(out, format!("{expected}\r\n"), "{cell}");
        }
    }
}
