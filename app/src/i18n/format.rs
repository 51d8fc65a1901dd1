//! Numbers, sizes, durations and dates as each language writes them. Dates and grouping come from the browser's `Intl`.

use super::{Lang, Phrase, catalogue::units};
use jiff::Timestamp;
use js_sys::{Function, Intl::DateTimeFormat};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

/// A whole number, grouped by the language's rules.
pub(crate) fn integer(lang: Lang, n: u64) -> String {
    let digits = n.to_string();
    // Russian groups from five digits on (CLDR minimumGroupingDigits would be 1; the typographic norm is five).
    if digits.len() < 4 || (lang == Lang::Ru && digits.len() < 5) {
        return digits;
    }
    let separator = match lang {
        Lang::En => ',',
        Lang::Ru => '\u{a0}',
    };
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// A number with at most this many digits after the point, trailing zeros left out.
pub(crate) fn decimal(lang: Lang, value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    match lang {
        Lang::En => text.to_owned(),
        Lang::Ru => text.replace('.', ","),
    }
}

/// A size of memory or of text, in powers of 1024 (`1.5 GiB`).
pub(crate) fn bytes(lang: Lang, size_bytes: u64) -> String {
    scaled(lang, size_bytes, 1024.0, [units::B, units::KIB, units::MIB, units::GIB, units::TIB])
}

/// A size of images and of what travels, in powers of 1000 as `docker` and registries give it (`1.5 GB`).
pub(crate) fn image_bytes(lang: Lang, size_bytes: u64) -> String {
    scaled(lang, size_bytes, 1000.0, [units::B, units::KB, units::MB, units::GB, units::TB])
}

fn scaled(lang: Lang, size_bytes: u64, step: f64, names: [Phrase; 5]) -> String {
    let mut value = size_bytes as f64;
    let mut unit = 0;
    while value >= step && unit + 1 < names.len() {
        value /= step;
        unit += 1;
    }
    let digits = if value >= 100.0 || unit == 0 { 0 } else { 1 };
    format!("{}\u{a0}{}", decimal(lang, value, digits), names[unit].in_lang(lang))
}

/// A duration in its two largest units (`2 h 05 min`).
pub(crate) fn duration(lang: Lang, secs: u64) -> String {
    let (d, h, m, s) = (secs / 86_400, secs / 3_600 % 24, secs / 60 % 60, secs % 60);
    let (day, hour, min, sec) =
        (units::DAY.in_lang(lang), units::HOUR.in_lang(lang), units::MINUTE.in_lang(lang), units::SECOND.in_lang(lang));
    if d > 0 && h == 0 {
        format!("{d}\u{a0}{day}")
    } else if d > 0 {
        format!("{d}\u{a0}{day} {h}\u{a0}{hour}")
    } else if h > 0 && m == 0 {
        format!("{h}\u{a0}{hour}")
    } else if h > 0 {
        format!("{h}\u{a0}{hour} {m:02}\u{a0}{min}")
    } else if m > 0 {
        format!("{m}\u{a0}{min} {s:02}\u{a0}{sec}")
    } else {
        format!("{s}\u{a0}{sec}")
    }
}

/// How long ago, in one unit.
pub(crate) fn ago(lang: Lang, secs: u64) -> String {
    let (n, unit) = match secs {
        0..=4 => return units::JUST_NOW.in_lang(lang).to_owned(),
        5..=59 => (secs, units::SECOND),
        60..=3_599 => (secs / 60, units::MINUTE),
        3_600..=86_399 => (secs / 3_600, units::HOUR),
        _ => (secs / 86_400, units::DAY),
    };
    units::AGO.fill(lang, &[("time", &format!("{n}\u{a0}{}", unit.in_lang(lang)))])
}

/// Date and time to the second, in the reader's time zone.
pub(crate) fn date_time(lang: Lang, time: Timestamp) -> String {
    browser_date(lang, time, r#"{"dateStyle":"medium","timeStyle":"medium"}"#)
}

/// Time of day to the second, in the reader's time zone.
pub(crate) fn time_of_day(lang: Lang, time: Timestamp) -> String {
    browser_date(lang, time, r#"{"hour":"2-digit","minute":"2-digit","second":"2-digit","hour12":false}"#)
}

thread_local! {
    /// The browser's formatters: to make one takes it longer than to draw the row of a list in which it is used.
    static FORMATTERS: RefCell<Vec<(Lang, &'static str, Function)>> = const { RefCell::new(Vec::new()) };
}

fn browser_date(lang: Lang, time: Timestamp, options: &'static str) -> String {
    let time = JsValue::from_f64(time.as_millisecond() as f64);
    let format = FORMATTERS.with_borrow_mut(|known| {
        if let Some((.., format)) = known.iter().find(|(of, with, _)| (*of, *with) == (lang, options)) {
            return format.clone();
        }
        let wanted = js_sys::JSON::parse(options).unwrap_or_default();
        let made = DateTimeFormat::new(&js_sys::Array::of1(&lang.tag().into()), wanted.unchecked_ref());
        known.push((lang, options, made.format()));
        made.format()
    });
    format.call1(&JsValue::UNDEFINED, &time).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_grouped_by_language() {
        assert_eq!(integer(Lang::En, 1_234_567), "1,234,567");
        assert_eq!(integer(Lang::En, 999), "999");
        assert_eq!(integer(Lang::Ru, 12_345), "12\u{a0}345");
        assert_eq!(integer(Lang::Ru, 1_234), "1234");
    }

    #[test]
    fn sizes_take_the_largest_fitting_unit() {
        assert_eq!(bytes(Lang::En, 0), "0\u{a0}B");
        assert_eq!(bytes(Lang::En, 1536), "1.5\u{a0}KiB");
        assert_eq!(bytes(Lang::Ru, 1536 * 1024 * 1024), "1,5\u{a0}ГиБ");
        assert_eq!(bytes(Lang::En, 2_147_483_648), "2\u{a0}GiB");
        assert_eq!(image_bytes(Lang::En, 999), "999\u{a0}B");
        assert_eq!(image_bytes(Lang::En, 93_800_000), "93.8\u{a0}MB");
        assert_eq!(image_bytes(Lang::Ru, 1_500), "1,5\u{a0}кБ");
    }

    #[test]
    fn durations_show_their_two_largest_units() {
        assert_eq!(duration(Lang::En, 7), "7\u{a0}s");
        assert_eq!(duration(Lang::En, 65), "1\u{a0}min 05\u{a0}s");
        assert_eq!(duration(Lang::En, 7_500), "2\u{a0}h 05\u{a0}min");
        assert_eq!(duration(Lang::En, 86_400), "1\u{a0}d");
        assert_eq!(duration(Lang::Ru, 90_000), "1\u{a0}д 1\u{a0}ч");
    }

    #[test]
    fn ages_show_one_unit() {
        assert_eq!(ago(Lang::En, 2), "just now");
        assert_eq!(ago(Lang::En, 120), "2\u{a0}min ago");
        assert_eq!(ago(Lang::Ru, 86_400 * 3), "3\u{a0}д назад");
    }
}
