use super::*;
use proptest::prelude::*;

type Row = (i64, bool, bool, Vec<u8>);

fn split(chunks: &[&[u8]], finish: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut splitter = Splitter::new("<live>");
    let mut out = |p: Piece<'_>| rows.push((p.time_ns, p.begins, p.ends, p.text.to_vec()));
    for chunk in chunks {
        splitter.feed(chunk, &mut out);
    }
    if finish {
        splitter.finish(&mut out);
    }
    rows
}

fn stamped(n: usize, text: &[u8]) -> Vec<u8> {
    let mut line = format!("2026-11-23T08:43:{:02}.5Z ", n % 60).into_bytes();
    line.extend_from_slice(text);
    line
}

#[test]
fn a_line_is_its_time_and_its_untouched_bytes() {
    let rows = split(&[b"1970-01-01T00:00:01.5Z a\0\xff<b>\x1b[1m\r\n"], false);
    assert_eq!(rows, [(1_500_000_000, true, true, b"a\0\xff<b>\x1b[1m\r".to_vec())]);
}

#[test]
fn nothing_comes_out_before_the_newline_and_everything_at_the_end() {
    assert_eq!(split(&[b"1970-01-01T00:00:01Z ab"], false), []);
    assert_eq!(split(&[b"1970-01-01T00:00:01Z ab"], true), [(1_000_000_000, true, true, b"ab".to_vec())]);
    assert_eq!(split(&[b"1970-01-01T00:00:01Z ab\n"], true).len(), 1);
}

#[test]
fn empty_lines_and_lines_without_a_time_are_lines() {
    let rows = split(&[b"1970-01-01T00:00:01Z \n1970-01-01T00:00:02Z\nno time\n\n"], true);
    let expected = [(1, ""), (2, ""), (2, "no time"), (2, "")];
    let expected = expected.map(|(s, text)| (s * 1_000_000_000, true, true, text.as_bytes().to_vec()));
    assert_eq!(rows, expected);
}

#[test]
fn the_platforms_separator_is_not_the_jobs_text_unless_the_job_wrote_it() {
    let rows = split(&[b"<live>\n1970-01-01T00:00:01Z <live>\n"], true);
    assert_eq!(rows, [(1_000_000_000, true, true, b"<live>".to_vec())]);
}

#[test]
fn a_ten_megabyte_line_comes_out_as_it_comes_in() {
    let mut splitter = Splitter::new("");
    let (mut pieces, mut bytes) = (0, 0);
    let mut out = |p: Piece<'_>| {
        assert!(p.text.len() <= ROW_MAX_BYTES && !p.text.is_empty());
        assert_eq!((p.begins, p.ends), (pieces == 0, false));
        pieces += 1;
        bytes += p.text.len();
    };
    splitter.feed(b"1970-01-01T00:00:01Z ", &mut out);
    for _ in 0..10 {
        splitter.feed(&vec![b'x'; 1 << 20], &mut out);
        assert!(splitter.held.len() <= ROW_MAX_BYTES);
    }
    assert!(bytes > (10 << 20) - 2 * ROW_MAX_BYTES);
    let mut end = Vec::new();
    splitter.feed(b"\n", &mut |p| end.push((p.ends, p.text.len())));
    assert_eq!(end, [(true, (10 << 20) - bytes)]);
}

#[test]
fn long_lines_are_cut_between_characters() {
    let text = "ы".repeat(ROW_MAX_BYTES);
    let line = stamped(0, format!("x{text}").as_bytes());
    for (_, _, _, piece) in split(&[&line, b"\n"], false) {
        assert!(std::str::from_utf8(&piece).is_ok());
    }
}

proptest! {
    #[test]
    fn how_the_bytes_are_cut_on_the_way_does_not_matter(
        lines in prop::collection::vec((prop::collection::vec(any::<u8>().prop_filter("newline", |b| *b != b'\n'), 0..30), 0usize..3), 1..20),
        cuts in prop::collection::vec(1usize..20_000, 1..40),
    ) {
        let mut whole = Vec::new();
        let mut texts = Vec::new();
        for (n, (text, blow)) in lines.iter().enumerate() {
            // Some lines are longer than a row.
            let text = if *blow == 0 && !text.is_empty() { text.repeat(40_000 / text.len()) } else { text.clone() };
            whole.extend(stamped(n, &text));
            whole.push(b'\n');
            texts.push(text);
        }
        let mut rest = &whole[..];
        let mut chunks = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break }
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            chunks.push(now);
            rest = later;
        }
        let rows = split(&chunks, true);
        let mut joined: Vec<Vec<u8>> = Vec::new();
        let mut open = false;
        for (_, begins, ends, text) in rows {
            prop_assert_eq!(begins, !open);
            prop_assert!(text.len() <= ROW_MAX_BYTES);
            if begins { joined.push(text) } else { joined.last_mut().expect("begun").extend(text) }
            open = !ends;
        }
        prop_assert!(!open);
        prop_assert_eq!(joined, texts);
    }
}
