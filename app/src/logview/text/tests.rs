use super::*;
use proptest::prelude::*;

fn shown(bytes: &[u8]) -> String {
    Visible::of(bytes).text
}

#[test]
fn text_is_shown_as_it_came_and_signs_stand_for_what_cannot_be_shown() {
    let table: &[(&[u8], &str)] = &[
        (b"plain", "plain"),
        ("пример ünïcode 日本".as_bytes(), "пример ünïcode 日本"),
        (b"a\0b", "a\u{2400}b"),
        (b"bad \xff\xfe bytes", "bad \u{fffd}\u{fffd} bytes"),
        (b"cut \xe2\x82", "cut \u{fffd}"),
        (b"bell\x07 del\x7f", "bell\u{2407} del\u{2421}"),
        (b"tab\there", "tab\there"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("right-to-left \u{202e}gpj.exe".as_bytes(), "right-to-left \u{fffd}gpj.exe"),
        (b"", ""),
    ];
    for (bytes, want) in table {
        assert_eq!(shown(bytes), *want, "{bytes:?}");
    }
}

#[test]
fn escapes_that_are_not_colours_leave_nothing_behind() {
    let table: &[(&[u8], &str)] = &[
        (b"\x1b[2J\x1b[Hcleared", "cleared"),
        (b"\x1b]0;title\x07text", "text"),
        (b"\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        (b"\x1b(Bset", "set"),
        (b"\x1bPdevice\x1b\\x", "x"),
        (b"\x1b[?25lhidden cursor\x1b[?25h", "hidden cursor"),
        (b"cut off \x1b[31", "cut off "),
        (b"cut off \x1b", "cut off \u{241b}"),
        (b"\x1b]52;c;aGVsbG8=\x07clipboard", "clipboard"),
        (b"\x1b[31\x1b[32mgreen", "green"),
        (b"\x1b[>4;2mkeys", "keys"),
    ];
    for (bytes, want) in table {
        assert_eq!(shown(bytes), *want, "{bytes:?}");
    }
}

#[test]
fn a_carriage_return_overwrites_as_on_a_terminal() {
    let table: &[(&[u8], &str)] = &[
        (b"10%\r20%\r100%", "100%"),
        (b"downloading 5\rdone", "doneloading 5"),
        (b"windows line\r", "windows line"),
        (b"long text\r\x1b[Kshort", "short"),
        (b"ab\x08c", "ac"),
        (b"ab\x1b[3Cx", "ab   x"),
        (b"abcdef\x1b[2Gx", "axcdef"),
        (b"gone\x1b[2K\rnew", "new"),
    ];
    for (bytes, want) in table {
        assert_eq!(shown(bytes), *want, "{bytes:?}");
    }
}

#[test]
fn colours_are_read_in_all_their_spellings() {
    let style = |bytes: &[u8]| Visible::of(bytes).runs.first().map(|r| r.style).unwrap_or_default();
    assert_eq!(style(b"\x1b[31mx").fore, Colour::Named(1));
    assert_eq!(style(b"\x1b[1;92mx"), Style { fore: Colour::Named(10), bold: true, ..Style::default() });
    assert_eq!(style(b"\x1b[38;5;196mx").fore, Colour::Exact(255, 0, 0));
    assert_eq!(style(b"\x1b[38;5;3mx").fore, Colour::Named(3));
    assert_eq!(style(b"\x1b[48;2;1;2;3mx").back, Colour::Exact(1, 2, 3));
    assert_eq!(style(b"\x1b[38:2:10:20:30mx").fore, Colour::Exact(10, 20, 30));
    assert_eq!(style(b"\x1b[38:2::10:20:30mx").fore, Colour::Exact(10, 20, 30));
    assert_eq!(
        style(b"\x1b[38;5;250;4mx"),
        Style { fore: Colour::Exact(188, 188, 188), underline: true, ..Style::default() }
    );
    assert_eq!(style(b"\x1b[7;9mx"), Style { inverse: true, strike: true, ..Style::default() });
    assert_eq!(style(b"\x1b[31m\x1b[mx"), Style::default());
    assert_eq!(style(b"\x1b[38;2;300;0;0mx").fore, Colour::Exact(255, 0, 0));
}

#[test]
fn wrapping_counts_columns_not_bytes() {
    let parts = |text: &str, columns| {
        let visible = Visible::of(text.as_bytes());
        let n = visible.parts(columns);
        (0..n).map(|p| visible.text[visible.part(p, Some(columns))].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(parts("abcdef", 4), ["abcd", "ef"]);
    assert_eq!(parts("日本語", 4), ["日本", "語"]);
    assert_eq!(parts("e\u{301}e\u{301}", 1), ["e\u{301}", "e\u{301}"]);
    assert_eq!(parts("", 4), [""]);
    assert_eq!(parts("a\tb", 8), ["a\t", "b"]);
    assert_eq!(parts("abcd", 4), ["abcd"]);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic_or_emit_a_control(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let visible = Visible::of(&bytes);
        prop_assert!(visible.text.chars().all(|c| c == '\t' || !c.is_control()), "{:?}", visible.text);
        for run in &visible.runs {
            prop_assert!(visible.text.get(run.range.clone()).is_some());
        }
    }

    #[test]
    fn hostile_escapes_never_blow_a_row_up(
        pieces in prop::collection::vec(prop_oneof![
            Just("\x1b[999999999C".to_owned()), Just("x".to_owned()), Just("\x1b[99999G".to_owned()),
            Just("\r".to_owned()), Just("\x1b[K".to_owned()), Just("\x1b[1K".to_owned()), Just("\x08".to_owned()),
            Just("\x1b[38;5;".to_owned()), Just("\x1b]".to_owned()),
        ], 0..200),
    ) {
        let bytes = pieces.concat();
        let visible = Visible::of(bytes.as_bytes());
        prop_assert!(visible.text.len() <= bytes.len() + 3 * 4_200);
    }

    #[test]
    fn the_parts_of_a_row_are_its_whole_text(text in "\\PC{0,80}", columns in 1u32..40) {
        let visible = Visible::of(text.as_bytes());
        let whole: String = (0..visible.parts(columns)).map(|p| &visible.text[visible.part(p, Some(columns))]).collect();
        prop_assert_eq!(whole, visible.text.clone());
    }

    #[test]
    fn the_segments_of_a_part_are_its_whole_text(
        text in "(\x1b\\[[0-9]{1,2}m|[a-zé日]{1,5}){0,20}",
        a in 0usize..60, b in 0usize..60, c in 0usize..60, d in 0usize..60,
    ) {
        let visible = Visible::of(text.as_bytes());
        let edge = |at: usize| visible.text.char_indices().map(|(o, _)| o).nth(at).unwrap_or(visible.text.len());
        let range = |x: usize, y: usize| edge(x.min(y))..edge(x.max(y));
        let part = range(a, b);
        let overlays = [(range(c, d), Overlay::Selected)];
        let cut = segments(&visible, part.clone(), &overlays);
        prop_assert_eq!(cut.iter().map(|s| s.text).collect::<String>(), &visible.text[part.clone()]);
        let selected: String = cut.iter().filter(|s| s.selected).map(|s| s.text).collect();
        let (start, end) = (overlays[0].0.start.max(part.start), overlays[0].0.end.min(part.end));
        prop_assert_eq!(selected, if start < end { &visible.text[start..end] } else { "" });
    }

    #[test]
    fn utf16_offsets_and_bytes_name_each_other(text in "\\PC{0,40}") {
        for (offset, _) in text.char_indices() {
            prop_assert_eq!(byte_of_utf16(&text, utf16_len(&text[..offset])), offset);
        }
        prop_assert_eq!(byte_of_utf16(&text, u32::MAX), text.len());
    }
}
