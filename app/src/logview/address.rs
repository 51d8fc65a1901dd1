//! What of the log view stands in the address, and what is remembered for next time.
//!
//! `line=12` or `line=12-20` (from 1, as the numbers on screen), `time=` a moment, `wrap=1`, `tz=` how times are written.

use super::{clock::Zone, core::Goal, told::Wishes};
use crate::client::encode;
use crate::stores::browser;
use leptos::prelude::window;
use std::ops::RangeInclusive;

const STORAGE_KEY: &str = "roadstead.log";

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Lines, from 0.
    pub(crate) lines: Option<RangeInclusive<u64>>,
    pub(crate) goal: Option<Goal>,
    wrap: Option<bool>,
    zone: Option<Zone>,
}

impl Asked {
    /// Reads a query string. What it does not understand it leaves alone.
    pub(crate) fn parse(line: Option<&str>, time: Option<&str>, wrap: Option<&str>, zone: Option<&str>) -> Self {
        let lines = line.and_then(parse_lines);
        let moment = time.and_then(|t| t.parse::<jiff::Timestamp>().ok());
        let moment = moment.and_then(|t| i64::try_from(t.as_nanosecond()).ok());
        Self {
            goal: lines.as_ref().map(|l| Goal::Line(*l.start())).or(moment.map(Goal::Time)),
            lines,
            wrap: wrap.map(|w| w == "1"),
            zone: zone.map(Zone::parse),
        }
    }

    /// The address's own wishes, else those remembered, else the usual ones.
    pub(crate) fn wishes(&self) -> Wishes {
        let stored = browser::stored(STORAGE_KEY).unwrap_or_default();
        let mut words = stored.split(' ');
        let wrap = words.next() == Some("wrap");
        let numbers = words.next() != Some("bare");
        let announce = words.next() != Some("quiet");
        let zone = words.next().map(Zone::parse).unwrap_or_default();
        Wishes { wrap: self.wrap.unwrap_or(wrap), numbers, announce, zone: self.zone.clone().unwrap_or(zone) }
    }
}

/// Remembers how the reader wants it, and writes it into the address.
pub(crate) fn remember(wishes: &Wishes) {
    let words = [
        if wishes.wrap { "wrap" } else { "long" },
        if wishes.numbers { "numbers" } else { "bare" },
        if wishes.announce { "aloud" } else { "quiet" },
        &wishes.zone.to_string(),
    ];
    browser::store(STORAGE_KEY, &words.join(" "));
    set("wrap", wishes.wrap.then_some("1"));
    set("tz", Some(wishes.zone.to_string()).filter(|_| wishes.zone != Zone::Off).as_deref());
}

/// Writes the marked lines into the address. Returns it whole, for copying.
pub(crate) fn mark(lines: Option<&RangeInclusive<u64>>) -> String {
    let word = lines.map(|l| {
        let (first, last) = (l.start() + 1, l.end() + 1);
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    });
    set("line", word.as_deref());
    set("time", None);
    window().location().href().unwrap_or_default()
}

fn set(key: &str, value: Option<&str>) {
    let location = window().location();
    let (Ok(path), Ok(query), Ok(hash)) = (location.pathname(), location.search(), location.hash()) else { return };
    browser::replace_address(&format!("{path}{}{hash}", with(&query, key, value)));
}

/// The query with one pair set or removed, the others as they were.
fn with(query: &str, key: &str, value: Option<&str>) -> String {
    let own = |pair: &&str| pair.split('=').next() != Some(key) && !pair.is_empty();
    let mut pairs: Vec<String> = query.trim_start_matches('?').split('&').filter(own).map(str::to_owned).collect();
    if let Some(value) = value {
        pairs.push(format!("{key}={}", encode(value)));
    }
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

fn parse_lines(word: &str) -> Option<RangeInclusive<u64>> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let number = |w: &str| w.trim_start_matches('L').parse::<u64>().ok()?.checked_sub(1);
    let (first, last) = (number(first)?, number(last)?);
    Some(first.min(last)..=first.max(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_lines_from_one() {
        assert_eq!(parse_lines("123"), Some(122..=122));
        assert_eq!(parse_lines("130-123"), Some(122..=129));
        assert_eq!(parse_lines("L5-L7"), Some(4..=6));
        for bad in ["0", "", "x", "1-", "-1", "99999999999999999999999"] {
            assert_eq!(parse_lines(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_line_goes_before_a_moment_and_a_bad_one_is_left_alone() {
        let asked = Asked::parse(Some("7"), Some("2026-11-23T08:43:41Z"), None, None);
        assert_eq!(asked.goal, Some(Goal::Line(6)));
        let asked = Asked::parse(Some("zero"), Some("2026-11-23T08:43:41Z"), None, None);
        assert_eq!(asked.goal, Some(Goal::Time(1_795_423_421_000_000_000)));
        assert_eq!(Asked::parse(None, Some("yesterday"), None, None).goal, None);
    }

    #[test]
    fn setting_one_pair_leaves_the_others() {
        assert_eq!(with("?a=1&line=3", "line", Some("4-5")), "?a=1&line=4-5");
        assert_eq!(with("?line=3", "line", None), "");
        assert_eq!(with("", "tz", Some("Asia/Tbilisi")), "?tz=Asia%2FTbilisi");
    }
}
