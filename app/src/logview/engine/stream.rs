//! The stream: opening, what it tells, answering with credit, going back to its end.

use super::Engine;
use crate::client::{Live, Word, with_query};
use crate::logview::told::{Stream, tell};
use api::logs::{EndReason, Event, Reply};
use leptos::{prelude::*, task::spawn_local};

/// Reads out new lines at most this often.
const SAY_EVERY_SECS: u64 = 8;

impl Engine {
    /// Opens the stream where the reader is, or wants to be.
    pub(crate) fn open(&self) {
        tell(self.told.stream, Stream::Opening);
        let (for_path, for_words) = (self.me.clone(), self.me.clone());
        let path = move || for_path.upgrade().map_or_else(String::new, |engine| engine.stream_path());
        let live = Live::open(self.ground.client, path, move |word| {
            if let Some(engine) = for_words.upgrade() {
                engine.hear(word);
            }
        });
        *self.live.borrow_mut() = Some(live);
    }

    fn stream_path(&self) -> String {
        let logs = format!("{}/logs", self.base);
        match self.core.borrow().begin_at() {
            Ok(cursor) => with_query(&logs, [("cursor", cursor.to_string())]),
            Err(start) => with_query(&logs, [("from", start.to_string())]),
        }
    }

    fn hear(&self, word: Word) {
        match word {
            Word::Open => self.core.borrow_mut().intake.begin(),
            Word::Binary(bytes) => self.take(&bytes),
            Word::Text(text) => {
                if let Ok(event) = serde_json::from_str::<Event>(&text) {
                    self.on_event(&event);
                }
            }
            Word::Refused(failure) => tell(self.told.stream, Stream::Refused(failure)),
            Word::Broken => {
                let first_try = self.told.stream.with_untracked(|s| matches!(s, Stream::Opening | Stream::Broken));
                tell(self.told.stream, Stream::Broken);
                if first_try {
                    // A refused handshake says nothing; an ordinary call to the same log does.
                    self.ask_why();
                }
            }
        }
    }

    fn take(&self, bytes: &js_sys::Uint8Array) {
        let mut scratch = self.scratch.borrow_mut();
        let len = bytes.length() as usize;
        if scratch.len() < len {
            scratch.resize(len, 0);
        }
        bytes.copy_to(&mut scratch[..len]);
        let rows = self.core.borrow_mut().take(&scratch[..len]);
        drop(scratch);
        self.rows_since_paint.set(self.rows_since_paint.get() + rows);
        self.answer();
        self.queue_frame();
    }

    /// Tells the gateway that it may send on, when it may.
    pub(super) fn answer(&self) {
        let Some(bytes) = self.core.borrow_mut().answer() else { return };
        if let (Some(live), Ok(reply)) = (&*self.live.borrow(), serde_json::to_string(&Reply::Credit { bytes })) {
            live.send_text(&reply);
        }
    }

    fn on_event(&self, event: &Event) {
        let stream = self.told.stream.with_untracked(|now| stands(now, event, self.core.borrow().init_done));
        match *event {
            Event::Init { total_lines, seekable, .. } => {
                let mut core = self.core.borrow_mut();
                core.seekable = seekable;
                core.total_lines = total_lines.max(core.total_lines);
                core.away = false;
                core.ring.forget_dropped_back();
            }
            Event::InitDone => self.all_is_here(),
            Event::Gap { lines } => self.core.borrow_mut().note_gap(lines),
            Event::Skipped { lines } => self.core.borrow_mut().note_skipped(lines),
            Event::End { reason } => self.on_end(reason),
            Event::Waiting { .. } | Event::Recovered | Event::Heartbeat | Event::Unknown => {}
        }
        if let Some(stream) = stream {
            tell(self.told.stream, stream);
        }
        self.queue_frame();
    }

    fn on_end(&self, reason: EndReason) {
        if reason.may_resume() {
            // The gateway closes next, and the stream is opened again at the cursor.
            return tell(self.told.stream, Stream::Broken);
        }
        if let Some(live) = &*self.live.borrow() {
            live.stopper().stop();
        }
        if reason == EndReason::SignedOut {
            self.ground.session.ended();
        }
        self.all_is_here();
        tell(self.told.stream, Stream::Ended(reason));
    }

    fn all_is_here(&self) {
        let missing = {
            let mut core = self.core.borrow_mut();
            core.init_done = true;
            core.give_up_goal()
        };
        if let Some(line) = missing {
            tell(self.told.missing_line, Some(line + 1));
        }
    }

    /// Asks by an ordinary call why the stream cannot be opened, and stops trying when trying is no use.
    fn ask_why(&self) {
        let me = self.me.clone();
        spawn_local(async move {
            let Some(engine) = me.upgrade() else { return };
            let answer = engine.fetch_page(0, 1).await;
            let Err(failure) = answer else { return };
            let hopeless = failure.code().is_some_and(|c| matches!(c.status(), 401 | 403 | 404));
            if hopeless {
                if let Some(live) = &*engine.live.borrow() {
                    live.stopper().stop();
                }
                tell(engine.told.stream, Stream::Refused(failure));
            }
        });
    }

    /// Closes the stream: the reader is far back and rows after them were let go.
    pub(super) fn leave_stream(&self) {
        *self.live.borrow_mut() = None;
        tell(self.told.stream, Stream::Away);
    }

    /// Opens it again when the reader comes near the end of what is kept.
    pub(super) fn stream_again(&self) {
        let wanted = self.core.borrow().wants_stream_again() && self.live.borrow().is_none();
        if wanted {
            self.open();
        }
    }

    /// Reads the end where the goal lay past it. Not from within the stream that said so, which is closed by this.
    pub(super) fn read_the_end(&self) {
        if self.core.borrow().past_end {
            self.to_latest();
        }
    }

    /// Goes to the newest line and follows.
    pub(crate) fn to_latest(&self) {
        let mut core = self.core.borrow_mut();
        let far = core.away || core.held || core.past_end;
        core.goal = None;
        if far {
            core.read_anew();
        }
        core.follow();
        drop(core);
        if far {
            *self.live.borrow_mut() = None;
            self.open();
        }
        self.repaper();
    }

    /// Reads the log anew around a line or a moment that is not kept.
    pub(crate) fn go_to(&self, goal: super::Goal) {
        let mut core = self.core.borrow_mut();
        core.goal = Some(goal);
        core.try_goal();
        let near = core.goal.is_none();
        if !near && core.seekable {
            core.read_anew();
            core.view.follow = false;
            drop(core);
            *self.live.borrow_mut() = None;
            self.open();
        } else {
            drop(core);
        }
        self.repaper();
    }

    /// Tries again after a refusal.
    pub(crate) fn retry(&self) {
        *self.live.borrow_mut() = None;
        self.open();
    }

    /// Reads out how many lines came, now and then, where the reader wants that.
    pub(crate) fn start_saying(&self) -> Option<leptos::leptos_dom::helpers::IntervalHandle> {
        let me = self.me.clone();
        set_interval_with_handle(
            move || {
                if let Some(engine) = me.upgrade() {
                    engine.say_new_lines();
                }
            },
            std::time::Duration::from_secs(SAY_EVERY_SECS),
        )
        .ok()
    }

    fn say_new_lines(&self) {
        let (last, text) = {
            let core = self.core.borrow();
            let last = core.ring.last_line().map_or(0, |l| l + 1);
            let row = core.ring.row(core.ring.end_id() - 1);
            (
                last,
                row.map(|r| crate::logview::text::Visible::of(&r.text[..r.text.len().min(300)]).text)
                    .unwrap_or_default(),
            )
        };
        let said = self.lines_said.replace(last);
        let wanted = self.told.wishes.with_untracked(|w| w.announce);
        let live = self.told.stream.with_untracked(|s| *s == Stream::Live);
        if wanted && live && said > 0 && last > said {
            let i18n = self.ground.i18n;
            let count = untrack(|| i18n.count(crate::i18n::catalogue::logs::SAY_NEW, last - said));
            tell(self.told.say, format!("{count} {text}"));
        }
    }
}

/// How the stream stands after an event, where the event tells. That the gateway is still there says nothing of the cluster.
fn stands(now: &Stream, event: &Event, caught_up: bool) -> Option<Stream> {
    match event {
        Event::Init { .. } => Some(Stream::CatchingUp),
        Event::InitDone => Some(Stream::Live),
        Event::Waiting { message } => Some(Stream::Waiting(message.clone())),
        Event::Recovered if matches!(now, Stream::Waiting(_)) => {
            Some(if caught_up { Stream::Live } else { Stream::CatchingUp })
        }
        Event::Recovered
        | Event::Gap { .. }
        | Event::Skipped { .. }
        | Event::Heartbeat
        | Event::End { .. }
        | Event::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_waits_for_the_cluster_waits_until_it_is_read_again() {
        let waiting = Stream::Waiting("The cluster is away.".into());
        assert_eq!(
            stands(&Stream::Live, &Event::Waiting { message: "The cluster is away.".into() }, true),
            Some(waiting.clone())
        );
        assert_eq!(stands(&waiting, &Event::Heartbeat, true), None);
        assert_eq!(stands(&waiting, &Event::Recovered, true), Some(Stream::Live));
        assert_eq!(stands(&waiting, &Event::Recovered, false), Some(Stream::CatchingUp));
        assert_eq!(stands(&Stream::Ended(EndReason::Finished), &Event::Recovered, true), None);
    }
}
