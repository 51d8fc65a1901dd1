//! Ranges of a download: what is answered lies in the file.

use image::download::{Asked, Conditions};

pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let total: u64 = lines.next().unwrap_or_default().parse().unwrap_or(1000);
    let asked = Conditions { range: lines.next(), if_range: lines.next(), if_none_match: lines.next() };
    match asked.answer(total, "\"e\"") {
        Asked::Part(range) => {
            assert!(range.start < range.end && range.end <= total, "{range:?} of {total} for {asked:?}");
            assert!(asked.range.is_some());
        }
        Asked::NotModified => assert!(asked.if_none_match.is_some()),
        Asked::Beyond => assert!(asked.range.is_some()),
        Asked::Whole => {}
    }
}
