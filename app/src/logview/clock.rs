//! How a row's time is written: not at all, since the start, or as date and time of any zone the browser knows.

use js_sys::{Array, Function, Object, Reflect};
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};

/// A way to write times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Not at all.
    #[default]
    Off,
    /// Since the job's first sign of life.
    Relative,
    /// The reader's own zone.
    Local,
    Utc,
    /// A zone by its IANA name.
    Named(String),
}

impl Zone {
    /// Its word in addresses and in storage.
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "" | "off" => Self::Off,
            "relative" => Self::Relative,
            "local" => Self::Local,
            "utc" | "UTC" => Self::Utc,
            name => Self::Named(name.to_owned()),
        }
    }

    /// The next of the usual ones, for the key that steps through them.
    pub(crate) fn next(&self) -> Self {
        match self {
            Self::Off => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc | Self::Named(_) => Self::Relative,
            Self::Relative => Self::Off,
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Relative => "relative",
            Self::Local => "local",
            Self::Utc => "utc",
            Self::Named(name) => name,
        })
    }
}

/// Every zone name the browser knows.
pub(crate) fn zones() -> Vec<String> {
    let names = intl("supportedValuesOf")
        .and_then(|f| f.dyn_into::<Function>().ok())
        .and_then(|f| f.call1(&JsValue::UNDEFINED, &"timeZone".into()).ok());
    names.map(|names| Array::from(&names).iter().filter_map(|n| n.as_string()).collect()).unwrap_or_default()
}

/// Writes times in one zone.
#[derive(Debug)]
pub(crate) struct Clock {
    zone: Zone,
    format: Option<(JsValue, Function)>,
}

impl Clock {
    /// A zone the browser does not know is written as UTC.
    pub(crate) fn new(zone: Zone) -> Self {
        let format = match &zone {
            Zone::Off | Zone::Relative => None,
            Zone::Local => formatter(None),
            Zone::Utc => formatter(Some("UTC")),
            Zone::Named(name) => formatter(Some(name)).or_else(|| formatter(Some("UTC"))),
        };
        Self { zone, format }
    }

    pub(crate) fn is_off(&self) -> bool {
        self.zone == Zone::Off
    }

    /// Characters a time takes.
    pub(crate) fn columns(&self, narrow: bool) -> u32 {
        match (&self.zone, narrow) {
            (Zone::Off, _) => 0,
            (Zone::Relative, _) | (_, true) => 12,
            (_, false) => 23,
        }
    }

    /// `2026-11-23 08:43:41.123`, or the time of day alone where room is narrow; since `origin_ns`, `+0:00:41.123`.
    pub(crate) fn write(&self, time_ns: i64, origin_ns: i64, narrow: bool) -> String {
        if self.zone == Zone::Relative {
            return relative(time_ns.saturating_sub(origin_ns));
        }
        let whole = self.format.as_ref().and_then(|(owner, format)| {
            let ms = JsValue::from_f64((time_ns / 1_000_000) as f64);
            format.call1(owner, &ms).ok()?.as_string()
        });
        // Swedish writes ISO 8601, but for its decimal comma.
        let whole = whole.unwrap_or_default().replace(',', ".");
        match whole.split_once(' ') {
            Some((_, time)) if narrow => time.to_owned(),
            _ => whole,
        }
    }
}

/// Time of a row in words, for the tooltip: always whole, always with its zone.
pub(crate) fn in_full(time_ns: i64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64((time_ns / 1_000_000) as f64));
    date.to_iso_string().into()
}

fn relative(ns: i64) -> String {
    let sign = if ns < 0 { '-' } else { '+' };
    let ms = ns.unsigned_abs() / 1_000_000;
    format!("{sign}{}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}

fn intl(name: &str) -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    Reflect::get(&intl, &name.into()).ok().filter(|f| !f.is_undefined())
}

/// Made through Reflect because an unknown zone makes the constructor throw.
fn formatter(zone: Option<&str>) -> Option<(JsValue, Function)> {
    let options = Object::new();
    let set = |key: &str, value: JsValue| drop(Reflect::set(&options, &key.into(), &value));
    for key in ["month", "day", "hour", "minute", "second"] {
        set(key, "2-digit".into());
    }
    set("year", "numeric".into());
    set("fractionalSecondDigits", 3.into());
    set("hourCycle", "h23".into());
    if let Some(zone) = zone {
        set("timeZone", zone.into());
    }
    let constructor: Function = intl("DateTimeFormat")?.dyn_into().ok()?;
    let made = Reflect::construct(&constructor, &Array::of2(&"sv-SE".into(), &options)).ok()?;
    let format: Function = Reflect::get(&made, &"format".into()).ok()?.dyn_into().ok()?;
    Some((made, format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_word() {
        for zone in [Zone::Off, Zone::Relative, Zone::Local, Zone::Utc, Zone::Named("Asia/Tbilisi".to_owned())] {
            assert_eq!(Zone::parse(&zone.to_string()), zone);
        }
    }

    #[test]
    fn time_since_the_start_is_written_with_its_sign() {
        assert_eq!(relative(3_723_004_000_000), "+1:02:03.004");
        assert_eq!(relative(-1_500_000_000), "-0:00:01.500");
    }
}
