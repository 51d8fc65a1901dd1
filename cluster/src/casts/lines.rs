//! The lines of a recording: asciicast v2 (<https://docs.asciinema.org/manual/asciicast/v2/>). Pure.

use std::time::Duration;

use jiff::Timestamp;
use platform::channel::Resize;
use serde::Serialize;

use crate::engine::OutputStream;

/// What a terminal is before anybody said how large it is.
pub(super) const USUAL_SIZE: Resize = Resize { height: 24, width: 80 };

/// What a recording is of.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// The program without its arguments, as in the list of acts; empty when it is the job's own process.
    pub(crate) program: String,
    pub(crate) actor: String,
    pub(crate) job: String,
    /// Whether it has a terminal. Without one lines end as programs write them, which no terminal shows well.
    pub(crate) tty: bool,
}

#[derive(Serialize)]
struct Head<'a> {
    version: u8,
    width: u16,
    height: u16,
    timestamp: i64,
    title: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    command: &'a str,
    env: Environment,
}

#[derive(Serialize)]
struct Environment {
    #[serde(rename = "TERM")]
    term: &'static str,
}

/// Turns what happens into lines.
#[derive(Debug)]
pub(super) struct Lines {
    about: About,
    began: Timestamp,
    outputs: [Text; 2],
}

impl Lines {
    pub(super) fn new(about: About, began: Timestamp) -> Self {
        Self { about, began, outputs: Default::default() }
    }

    /// The first line.
    pub(super) fn head(&self, out: &mut Vec<u8>, size: Resize) {
        let About { program, actor, job, tty: _ } = &self.about;
        let title = if program.is_empty() {
            format!("{actor} attached to {job}")
        } else {
            format!("{program} in {job} by {actor}")
        };
        line(
            out,
            &Head {
                version: 2,
                width: size.width,
                height: size.height,
                timestamp: self.began.as_second(),
                title,
                command: program,
                // What the platform's clients have; the job's own is not known.
                env: Environment { term: "xterm-256color" },
            },
        );
    }

    pub(super) fn output(&mut self, out: &mut Vec<u8>, at: Duration, stream: OutputStream, bytes: &[u8]) {
        let text = &mut self.outputs[usize::from(stream == OutputStream::Stderr)];
        let shown = if self.about.tty {
            text.take(bytes)
        } else {
            let bytes = text.with_returns(bytes);
            text.take(&bytes)
        };
        if !shown.is_empty() {
            line(out, &(seconds(at), "o", shown));
        }
    }

    pub(super) fn resized(&self, out: &mut Vec<u8>, at: Duration, size: Resize) {
        line(out, &(seconds(at), "r", format!("{}x{}", size.width, size.height)));
    }

    /// Says something about the recording itself. Half a character that was waited for does not come any more.
    pub(super) fn mark(&mut self, out: &mut Vec<u8>, at: Duration, words: &str) {
        for text in &mut self.outputs {
            let rest = std::mem::take(&mut text.half);
            if !rest.is_empty() {
                line(out, &(seconds(at), "o", String::from_utf8_lossy(&rest)));
            }
        }
        line(out, &(seconds(at), "m", words));
    }
}

/// One output as text.
#[derive(Debug, Default)]
struct Text {
    /// The beginning of a character that is not whole yet.
    half: Vec<u8>,
    /// Whether the last byte was a carriage return.
    returned: bool,
}

impl Text {
    /// The text of bytes; what is not UTF-8 is replaced, and a character cut in two is joined.
    fn take(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.half);
        all.extend_from_slice(bytes);
        self.half = all.split_off(all.len() - half_character(&all));
        String::from_utf8_lossy(&all).into_owned()
    }

    /// The same bytes with a carriage return before each line feed, as a terminal's driver writes them.
    fn with_returns(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = Vec::with_capacity(bytes.len() + bytes.len() / 16);
        for &byte in bytes {
            if byte == b'\n' && !self.returned {
                all.push(b'\r');
            }
            all.push(byte);
            self.returned = byte == b'\r';
        }
        all
    }
}

/// How many bytes at the end are the beginning of a character that more bytes could complete.
fn half_character(bytes: &[u8]) -> usize {
    // The longest character has four bytes.
    let lead = (1..=bytes.len().min(3)).find(|back| bytes[bytes.len() - back] & 0xC0 != 0x80);
    let is_half = |tail: &[u8]| std::str::from_utf8(tail).is_err_and(|why| why.error_len().is_none());
    lead.filter(|back| is_half(&bytes[bytes.len() - back..])).unwrap_or(0)
}

/// To the microsecond.
fn seconds(at: Duration) -> f64 {
    (at.as_secs_f64() * 1e6).round() / 1e6
}

fn line(out: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(&mut *out, value).expect("numbers and texts serialise, and memory takes them");
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(tty: bool) -> Lines {
        let about = About { program: "sh".to_owned(), actor: "alice".to_owned(), job: "job-1".to_owned(), tty };
        Lines::new(about, Timestamp::constant(1_800_000_000, 0))
    }

    fn shown(tty: bool, pieces: &[&[u8]]) -> Vec<serde_json::Value> {
        let (mut lines, mut out) = (lines(tty), Vec::new());
        for piece in pieces {
            lines.output(&mut out, Duration::ZERO, OutputStream::Stdout, piece);
        }
        lines.mark(&mut out, Duration::ZERO, "end");
        let values = out.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let values = values.map(|line| serde_json::from_slice::<serde_json::Value>(line).expect("JSON"));
        values.filter(|value| value[1] == "o").map(|value| value[2].clone()).collect()
    }

    #[test]
    fn a_recording_is_an_asciicast() {
        let (mut lines, mut out) = (lines(true), Vec::new());
        lines.head(&mut out, Resize { height: 40, width: 120 });
        lines.output(&mut out, Duration::from_micros(1_500_000), OutputStream::Stdout, b"\x1b[1mhi\x1b[0m\r\n");
        lines.resized(&mut out, Duration::from_micros(2_000_001), Resize { height: 24, width: 80 });
        lines.mark(&mut out, Duration::from_secs(3), "The process ended.");
        let wanted = concat!(
            r#"{"version":2,"width":120,"height":40,"timestamp":1800000000,"title":"sh in job-1 by alice","#,
            r#""command":"sh","env":{"TERM":"xterm-256color"}}"#,
            "\n",
            r#"[1.5,"o","\u001b[1mhi\u001b[0m\r\n"]"#,
            "\n",
            r#"[2.000001,"r","80x24"]"#,
            "\n",
            r#"[3.0,"m","The process ended."]"#,
            "\n"
        );
        assert_eq!(String::from_utf8(out).expect("text"), wanted);
    }

    #[test]
    fn a_character_that_is_cut_in_two_is_joined_wherever_it_is_cut() {
        let text = "aя€🚢b";
        for at in 0..=text.len() {
            let (first, second) = text.as_bytes().split_at(at);
            let got = shown(true, &[first, second]);
            let joined: String = got.iter().map(|value| value.as_str().expect("text")).collect();
            assert_eq!(joined, text, "cut at {at}");
        }
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(shown(true, &bytes), ["a", "я", "€", "🚢", "b"]);
    }

    #[test]
    fn what_is_no_text_is_replaced_and_never_waited_for() {
        assert_eq!(shown(true, &[b"a\xffb", b"\x80\x80\x80\x80\x80"]), ["a\u{fffd}b", &"\u{fffd}".repeat(5)]);
        // The first of two bytes, and then another character; and one that never comes.
        assert_eq!(shown(true, &[b"\xd1", b"x", b"\xf0\x9f\x9a"]), ["\u{fffd}x", "\u{fffd}"]);
    }

    #[test]
    fn without_a_terminal_lines_begin_at_the_left_all_the_same() {
        assert_eq!(shown(false, &[b"a\nb\r", b"\nc"]), ["a\r\nb\r", "\nc"]);
        assert_eq!(shown(true, &[b"a\nb"]), ["a\nb"]);
    }
}
