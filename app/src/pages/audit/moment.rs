//! Moments: UTC in the address, so that whoever opens it sees the same span; by the reader's clock in fields.

use super::field::Field;
use jiff::{SignedDuration, Timestamp, tz::Offset};
use leptos::prelude::*;

/// A field for a moment.
#[component]
pub(super) fn MomentField(
    id: &'static str,
    #[prop(into)] label: Signal<String>,
    /// As the address has it.
    #[prop(into)]
    value: Signal<String>,
    /// Told what the address is to have; nothing for an empty field.
    #[prop(into)]
    on_change: Callback<String>,
) -> impl IntoView {
    let shown = Signal::derive(move || value.with(|text| moment(text)).map(by_own_clock).unwrap_or_default());
    let change = move |text: String| on_change.run(moment(&text).map(|at| at.to_string()).unwrap_or_default());
    view! { <Field kind="datetime-local" id label value=shown on_change=change/> }
}

/// The moment that a text names; without a zone, as a field gives it, by the reader's clock.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let millis = js_sys::Date::parse(text);
    (!millis.is_nan()).then(|| Timestamp::from_millisecond(millis as i64).ok()).flatten()
}

fn by_own_clock(at: Timestamp) -> String {
    let date = js_sys::Date::new(&(at.as_millisecond() as f64).into());
    by_clock(at, date.get_timezone_offset() as i64)
}

/// A moment as a field takes it, by a clock so many minutes behind UTC.
fn by_clock(at: Timestamp, behind_mins: i64) -> String {
    let Ok(at) = at.checked_sub(SignedDuration::from_mins(behind_mins)) else { return String::new() };
    let at = Offset::UTC.to_datetime(at);
    let format = if at.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reader_sees_a_moment_by_the_own_clock() {
        for (at, behind_mins, shown) in [
            ("2026-01-01T01:00:00Z", 0, "2026-01-01T01:00"),
            ("2026-01-01T01:00:00Z", -540, "2026-01-01T10:00"),
            ("2026-01-01T01:00:30Z", 300, "2025-12-31T20:00:30"),
        ] {
            let at: Timestamp = at.parse().expect("a moment");
            assert_eq!(by_clock(at, behind_mins), shown);
        }
    }
}
