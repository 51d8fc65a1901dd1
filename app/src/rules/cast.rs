//! A recording of a terminal, asciicast v2, as it is played: which of its events come until when.
//!
//! Whoever was recorded wrote what is in it, sizes included: everything is bounded here.

use serde_json::Value;
use std::ops::ControlFlow;

/// Nothing happening is not played for longer than this.
const LONGEST_GAP_SECS: f64 = 2.0;
/// More than this is not played: the screen takes no more at once, and one would look for days.
const PLAYED_MAX_BYTES: usize = 24 << 20;
const COLUMNS_MAX: u64 = 400;
const ROWS_MAX: u64 = 200;

/// A recording, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cast {
    pub(crate) title: String,
    /// Columns and rows at the beginning.
    pub(crate) size: (u16, u16),
    events: Vec<Event>,
    /// When the last event was, as recorded and as played.
    last: (f64, f64),
    bytes: usize,
    has_head: bool,
    /// There is more that is not played.
    pub(crate) is_cut: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// When it is played, with long gaps shortened.
    pub(crate) at_secs: f64,
    pub(crate) what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    Output(String),
    /// Columns and rows.
    Size(u16, u16),
    /// Something about the recording itself.
    Mark(String),
}

impl Cast {
    /// Reads a line; breaks when no more is to be read. Lines of kinds that are not known are passed over.
    pub(crate) fn take(&mut self, line: &str) -> ControlFlow<()> {
        let Ok(value) = serde_json::from_str::<Value>(line) else { return ControlFlow::Continue(()) };
        if !self.has_head {
            self.has_head = true;
            self.title = value["title"].as_str().unwrap_or_default().to_owned();
            let side = |name: &str, usual| value[name].as_u64().unwrap_or(usual);
            self.size = bounded(side("width", 80), side("height", 24));
            return ControlFlow::Continue(());
        }
        let (Some(at), Some(kind), Some(text)) = (value[0].as_f64(), value[1].as_str(), value[2].as_str()) else {
            return ControlFlow::Continue(());
        };
        let what = match kind {
            "o" => What::Output(text.to_owned()),
            "m" => What::Mark(text.to_owned()),
            "r" => match text.split_once('x').map(|(columns, rows)| (columns.parse(), rows.parse())) {
                Some((Ok(columns), Ok(rows))) => {
                    let (columns, rows) = bounded(columns, rows);
                    What::Size(columns, rows)
                }
                Some(_) | None => return ControlFlow::Continue(()),
            },
            _ => return ControlFlow::Continue(()),
        };
        self.bytes += text.len();
        if self.bytes > PLAYED_MAX_BYTES {
            self.is_cut = true;
            return ControlFlow::Break(());
        }
        let (recorded, played) = self.last;
        let gap = (at - recorded).clamp(0.0, LONGEST_GAP_SECS);
        self.last = (at.max(recorded), played + gap);
        self.events.push(Event { at_secs: self.last.1, what });
        ControlFlow::Continue(())
    }

    /// How long it plays.
    pub(crate) fn duration_secs(&self) -> f64 {
        self.last.1
    }

    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// How many events there are until a moment, itself included.
    pub(crate) fn until(&self, secs: f64) -> usize {
        self.events.partition_point(|event| event.at_secs <= secs)
    }
}

fn bounded(columns: u64, rows: u64) -> (u16, u16) {
    let side = |cells: u64, most: u64| u16::try_from(cells.clamp(1, most)).unwrap_or(1);
    (side(columns, COLUMNS_MAX), side(rows, ROWS_MAX))
}

/// `1:05`, as players write it.
pub(crate) fn clock(secs: f64) -> String {
    let secs = secs.max(0.0) as u64;
    format!("{}:{:02}", secs / 60, secs % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cast(lines: &[&str]) -> Cast {
        let mut cast = Cast::default();
        for line in lines {
            assert!(cast.take(line).is_continue(), "{line}");
        }
        cast
    }

    #[test]
    fn events_are_played_in_time_and_long_gaps_are_shortened() {
        let cast = cast(&[
            r#"{"version":2,"width":120,"height":40,"title":"sh in job-1 by alice"}"#,
            r#"[0.5,"o","$ "]"#,
            r#"[600.5,"o","ls\r\n"]"#,
            r#"[601.0,"r","60x20"]"#,
            r#"[601.0,"m","The process ended."]"#,
        ]);
        assert_eq!((cast.title.as_str(), cast.size), ("sh in job-1 by alice", (120, 40)));
        let times: Vec<f64> = cast.events().iter().map(|event| event.at_secs).collect();
        assert_eq!(times, [0.5, 2.5, 3.0, 3.0]);
        assert_eq!(cast.events()[2].what, What::Size(60, 20));
        assert_eq!([0.0, 0.5, 2.6, 3.0].map(|secs| cast.until(secs)), [0, 1, 2, 4]);
        assert_eq!(
            (cast.duration_secs(), clock(cast.duration_secs()), clock(125.9)),
            (3.0, "0:03".into(), "2:05".into())
        );
    }

    #[test]
    fn what_a_recorded_user_made_up_does_no_harm() {
        let cast = cast(&[
            r#"{"width":65535,"height":0}"#,
            r#"[5,"r","65535x65535"]"#,
            r#"[3,"r","1x99999999999999999999999"]"#,
            r#"[-9,"o","back in time"]"#,
            r#"[null,"o","x"]"#,
            r#"[1,"i","typed"]"#,
            "{",
            "[]",
            "7",
        ]);
        assert_eq!(cast.size, (400, 1));
        let said: Vec<&What> = cast.events().iter().map(|event| &event.what).collect();
        assert_eq!(said, [&What::Size(400, 200), &What::Output("back in time".to_owned())]);
        assert!(cast.events()[1].at_secs >= cast.events()[0].at_secs);
    }

    #[test]
    fn no_more_is_read_than_can_be_played() {
        let mut cast = cast(&["{}"]);
        let line = format!("[0,\"o\",\"{}\"]", "x".repeat(1 << 20));
        let read = (0..100).take_while(|_| cast.take(&line).is_continue()).count();
        assert_eq!((read, cast.is_cut, cast.events().len()), (24, true, 24));
    }
}
