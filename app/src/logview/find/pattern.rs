//! What is looked for: bytes, or the browser's regular expression.

use memchr::{memchr2_iter, memmem};
use std::ops::Range;
use wasm_bindgen::{JsCast, JsValue};

/// Hits told of one row; a row of 16 KiB cannot make the page draw more.
const HITS_A_ROW: usize = 2_000;

/// What the reader asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) text: String,
    pub(crate) case: bool,
    pub(crate) regex: bool,
}

/// The browser does not take the expression; its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidPattern(pub(crate) String);

/// Something that can be looked for.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// These bytes.
    Exact(Box<memmem::Finder<'static>>),
    /// These ASCII bytes, in either case.
    AnyCase(Vec<u8>),
    /// A `RegExp` with the flags g and u.
    Browser(js_sys::RegExp),
}

impl Pattern {
    /// # Errors
    /// [`InvalidPattern`] when it is a regular expression that the browser refuses.
    pub(crate) fn new(asked: &Asked) -> Result<Self, InvalidPattern> {
        if asked.regex {
            return Self::browser(&asked.text, asked.case);
        }
        if asked.case {
            return Ok(Self::Exact(Box::new(memmem::Finder::new(asked.text.as_bytes()).into_owned())));
        }
        if asked.text.is_ascii() {
            return Ok(Self::AnyCase(asked.text.to_ascii_lowercase().into_bytes()));
        }
        Self::browser(&escaped(&asked.text), false)
    }

    /// Strict first; an expression that is only right without Unicode rules, such as `\_`, is taken without them.
    fn browser(source: &str, case: bool) -> Result<Self, InvalidPattern> {
        let (strict, loose) = if case { ("gu", "g") } else { ("giu", "gi") };
        Self::regexp(source, strict).or_else(|error| Self::regexp(source, loose).map_err(|_| error))
    }

    fn regexp(source: &str, flags: &str) -> Result<Self, InvalidPattern> {
        // The constructor is called through Reflect because `RegExp::new` would throw past us on a bad expression.
        let arguments = js_sys::Array::of2(&source.into(), &flags.into());
        let constructor = js_sys::Reflect::get(&js_sys::global(), &"RegExp".into())
            .and_then(JsCast::dyn_into::<js_sys::Function>)
            .map_err(|_| InvalidPattern(String::new()))?;
        js_sys::Reflect::construct(&constructor, &arguments)
            .map(|made| Self::Browser(made.unchecked_into()))
            .map_err(|error| InvalidPattern(message(&error)))
    }

    /// Whether it can be looked for in bytes.
    pub(crate) fn is_bytes(&self) -> bool {
        !matches!(self, Self::Browser(_))
    }

    /// The first hit in bytes.
    pub(crate) fn find_bytes(&self, text: &[u8]) -> Option<Range<usize>> {
        match self {
            Self::Exact(finder) => finder.find(text).map(|at| at..at + finder.needle().len()),
            Self::AnyCase(needle) => {
                let first = *needle.first()?;
                memchr2_iter(first, first.to_ascii_uppercase(), text)
                    .find(|at| text[*at..].get(..needle.len()).is_some_and(|t| t.eq_ignore_ascii_case(needle)))
                    .map(|at| at..at + needle.len())
            }
            Self::Browser(_) => None,
        }
    }

    /// All hits in bytes, as far as they are told.
    pub(crate) fn hits_bytes(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut hits = Vec::new();
        let mut at = 0;
        while hits.len() < HITS_A_ROW
            && let Some(hit) = self.find_bytes(&text[at..])
        {
            hits.push(at + hit.start..at + hit.end);
            at += hit.end;
        }
        hits
    }

    /// All hits in text, as far as they are told, by byte.
    pub(crate) fn hits(&self, text: &str) -> Vec<Range<usize>> {
        let Self::Browser(regex) = self else { return self.hits_bytes(text.as_bytes()) };
        let mut hits = Vec::new();
        let mut place = Place { text, byte: 0, units: 0 };
        regex.set_last_index(0);
        while hits.len() < HITS_A_ROW
            && let Some(found) = regex.exec(text)
        {
            let start =
                js_sys::Reflect::get(&found, &"index".into()).ok().and_then(|i| i.as_f64()).unwrap_or(0.0) as u32;
            let end = regex.last_index();
            if end <= start {
                // Nothing, found: step on, or it would be found for ever.
                if end as usize > text.len() {
                    break;
                }
                regex.set_last_index(end + 1);
                continue;
            }
            hits.push(place.byte_of(start)..place.byte_of(end));
        }
        hits
    }
}

/// Walks a text once, from UTF-16 units to bytes.
struct Place<'a> {
    text: &'a str,
    byte: usize,
    units: u32,
}

impl Place<'_> {
    fn byte_of(&mut self, units: u32) -> usize {
        for c in self.text[self.byte..].chars() {
            if self.units >= units {
                break;
            }
            self.units += c.len_utf16() as u32;
            self.byte += c.len_utf8();
        }
        self.byte
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if r"\^$.|?*+()[]{}/".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn message(error: &JsValue) -> String {
    let text = js_sys::Reflect::get(error, &"message".into()).ok().and_then(|m| m.as_string()).unwrap_or_default();
    // Chromium: "Invalid regular expression: /x/giu: what is wrong".
    text.rsplit_once(": ").map_or(text.clone(), |(_, what)| what.to_owned())
}
