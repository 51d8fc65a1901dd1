//! One screen line's elements: number, time, text.

use super::severity::{Severity, severity};
use crate::logview::{
    clock::{self, Clock},
    find::Find,
    store::{Marker, Ring, RowView, ScreenLine},
    text::{self, Colour, Overlay, Segment, Style, Visible},
};
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};

/// Characters shown of a row that is not wrapped; the rest is said to be there.
const UNWRAPPED_MAX: usize = 4_096;

/// What lies over a row. A row is drawn again when this changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// Selected columns.
    pub(crate) selected: Option<Range<u32>>,
    /// Which search; 0 is none.
    pub(crate) search: u32,
    /// The hit the reader stands on.
    pub(crate) current: Option<u32>,
    /// Whether it is the line of the address.
    pub(crate) marked: bool,
    /// Changes when all rows look different (time zone, width, language).
    pub(crate) paper: u32,
}

/// What all rows share.
pub(crate) struct Paper<'a> {
    pub(crate) columns: Option<u32>,
    pub(crate) numbers: bool,
    pub(crate) clock: &'a Clock,
    pub(crate) origin_ns: i64,
    pub(crate) narrow: bool,
    pub(crate) find: Option<&'a Find>,
    /// Words for a note between rows.
    pub(crate) note: &'a dyn Fn(Marker) -> String,
    /// Words for characters not shown.
    pub(crate) more: &'a dyn Fn(usize) -> String,
}

/// One screen line's elements.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) root: HtmlElement,
    number: HtmlElement,
    time: HtmlElement,
    pub(crate) text: HtmlElement,
    document: Document,
    shown: Option<(ScreenLine, Look)>,
    /// UTF-16 column of the text's first character, and whether columns are bytes.
    pub(crate) first_column: u32,
    pub(crate) plain: bool,
    class: &'static str,
}

impl Slot {
    pub(super) fn new(document: &Document) -> Self {
        let make = |name: &str, class: &str| {
            let element =
                document.create_element(name).expect("the name is a valid one").unchecked_into::<HtmlElement>();
            element.set_class_name(class);
            element
        };
        let (root, number) = (make("div", "log-row"), make("span", "log-number"));
        let (time, text) = (make("span", "log-time"), make("span", "log-text"));
        for part in [&number, &time, &text] {
            drop(root.append_child(part));
        }
        Self {
            root,
            number,
            time,
            text,
            document: document.clone(),
            shown: None,
            first_column: 0,
            plain: true,
            class: "log-row",
        }
    }

    pub(crate) fn line(&self) -> Option<ScreenLine> {
        self.shown.as_ref().map(|s| s.0)
    }

    pub(super) fn hide(&mut self) {
        if self.shown.take().is_some() {
            self.set_class("log-row log-hidden");
        }
    }

    pub(super) fn show(&mut self, ring: &Ring, line: ScreenLine, look: Look, paper: &Paper<'_>) {
        if self.shown.as_ref().is_some_and(|s| s.0 == line && s.1 == look) {
            return;
        }
        let Some(row) = ring.row(line.row) else { return self.hide() };
        if let Some(marker) = row.marker {
            self.set_class("log-row log-note");
            self.number.set_text_content(None);
            self.time.set_text_content(None);
            self.text.set_text_content(Some(&(paper.note)(marker)));
            self.plain = false;
        } else {
            self.write_margin(&row, line, paper);
            self.write_text(&row, line, &look, paper);
            self.set_class(row_class(&row, line, &look));
        }
        self.shown = Some((line, look));
    }

    fn set_class(&mut self, class: &'static str) {
        if self.class != class {
            self.root.set_class_name(class);
            self.class = class;
        }
    }

    fn write_margin(&self, row: &RowView<'_>, line: ScreenLine, paper: &Paper<'_>) {
        let begins = line.part == 0 && !row.continues;
        if paper.numbers {
            let number = if begins { (row.line + 1).to_string() } else { String::new() };
            self.number.set_text_content(Some(&number));
        }
        if !paper.clock.is_off() {
            let time =
                if begins { paper.clock.write(row.time_ns, paper.origin_ns, paper.narrow) } else { String::new() };
            self.time.set_text_content(Some(&time));
            self.time.set_title(&clock::in_full(row.time_ns));
        }
    }

    fn write_text(&mut self, row: &RowView<'_>, line: ScreenLine, look: &Look, paper: &Paper<'_>) {
        self.plain = row.plain;
        let bare = look.selected.is_none() && look.search == 0;
        if row.plain && bare && row.text.len() <= UNWRAPPED_MAX.max(paper.columns.unwrap_or(0) as usize) {
            let text = std::str::from_utf8(row.text).unwrap_or_default();
            let part = part_of_plain(text.len(), line.part, paper.columns);
            self.first_column = part.start as u32;
            self.text.set_text_content(Some(&text[part]));
            return;
        }
        let visible = Visible::of(row.text);
        let mut part = visible.part(line.part, paper.columns);
        let mut hidden = 0;
        if paper.columns.is_none() && visible.text.len() > UNWRAPPED_MAX {
            let end = visible.text.floor_char_boundary(UNWRAPPED_MAX);
            hidden = visible.text[end..].chars().count();
            part.end = end;
        }
        self.first_column = text::utf16_len(&visible.text[..part.start]);
        let overlays = overlays(row, &visible, look, paper.find);
        let segments = text::segments(&visible, part, &overlays);
        self.write_segments(&segments);
        if hidden > 0 {
            let more = self.span(&(paper.more)(hidden));
            more.set_class_name("log-more");
            drop(self.text.append_child(&more));
        }
    }

    fn write_segments(&self, segments: &[Segment<'_>]) {
        match segments {
            [] => self.text.set_text_content(None),
            [one] if one.is_bare() => self.text.set_text_content(Some(one.text)),
            many => {
                self.text.set_text_content(None);
                for segment in many {
                    if segment.is_bare() {
                        drop(self.text.append_child(&self.document.create_text_node(segment.text)));
                    } else {
                        let span = self.span(segment.text);
                        dress(&span, segment);
                        drop(self.text.append_child(&span));
                    }
                }
            }
        }
    }

    fn span(&self, text: &str) -> HtmlElement {
        let span =
            self.document.create_element("span").expect("the name is a valid one").unchecked_into::<HtmlElement>();
        span.set_text_content(Some(text));
        span
    }
}

fn part_of_plain(len: usize, part: u32, columns: Option<u32>) -> Range<usize> {
    let Some(columns) = columns else { return 0..len };
    let (columns, part) = (columns as usize, part as usize);
    (part * columns).min(len)..((part + 1) * columns).min(len)
}

fn overlays(row: &RowView<'_>, visible: &Visible, look: &Look, find: Option<&Find>) -> Vec<(Range<usize>, Overlay)> {
    let mut out = Vec::new();
    if let Some(find) = find.filter(|_| look.search != 0) {
        for (nth, hit) in find.hits(row).into_iter().enumerate() {
            let current = look.current == Some(nth as u32);
            out.push((hit, if current { Overlay::CurrentHit } else { Overlay::Hit }));
        }
    }
    if let Some(columns) = &look.selected {
        let start = text::byte_of_utf16(&visible.text, columns.start);
        let end = text::byte_of_utf16(&visible.text, columns.end);
        out.push((start..end.max(start), Overlay::Selected));
    }
    out
}

/// Classes for what has names; the CSS object model for exact colours, which the style sheet keeps readable.
fn dress(span: &HtmlElement, segment: &Segment<'_>) {
    let Style { fore, back, bold, dim, italic, underline, strike, inverse } = segment.style;
    let (fore, back) = if inverse { (back, fore) } else { (fore, back) };
    let mut class = String::new();
    let mut add = |name: &str| {
        if !class.is_empty() {
            class.push(' ');
        }
        class.push_str(name);
    };
    for (on, name) in [
        (bold, "log-bold"),
        (dim, "log-dim"),
        (italic, "log-italic"),
        (underline, "log-underline"),
        (strike, "log-strike"),
        (inverse && fore == Colour::Default, "log-fore-ground"),
        (inverse && back == Colour::Default, "log-back-ink"),
        (segment.hit, "log-hit"),
        (segment.current, "log-hit log-hit-current"),
        (segment.selected, "log-selected"),
    ] {
        if on {
            add(name);
        }
    }
    for (colour, which) in [(fore, "fore"), (back, "back")] {
        match colour {
            Colour::Default => {}
            Colour::Named(n) => add(&format!("log-{which}-{n}")),
            Colour::Exact(r, g, b) => {
                add(if which == "fore" && back != Colour::Default {
                    "log-fore-as-is"
                } else if which == "fore" {
                    "log-fore-exact"
                } else {
                    "log-back-exact"
                });
                drop(span.style().set_property(&format!("--log-{which}"), &format!("rgb({r} {g} {b})")));
            }
        }
    }
    span.set_class_name(&class);
}

fn row_class(row: &RowView<'_>, line: ScreenLine, look: &Look) -> &'static str {
    let goes_on = line.part > 0 || row.continues;
    match (look.marked, goes_on, severity(row.text)) {
        (true, false, _) => "log-row log-marked",
        (true, true, _) => "log-row log-marked log-goes-on",
        (false, false, Severity::None) => "log-row",
        (false, true, Severity::None) => "log-row log-goes-on",
        (false, false, Severity::Warning) => "log-row log-warning",
        (false, true, Severity::Warning) => "log-row log-warning log-goes-on",
        (false, false, Severity::Error) => "log-row log-error",
        (false, true, Severity::Error) => "log-row log-error log-goes-on",
    }
}
