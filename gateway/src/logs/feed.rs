//! One viewer's way through a log: history where it begins before the ring, then the ring, at its own pace.

use super::{
    assemble::Block,
    history::History,
    hub::{Membership, Opened},
    joint::Position,
    ring::{Entry, FellOut, Place},
};
use crate::{
    Gateway,
    session::Session,
    streams::{Backoff, Fate, fate},
    upstream::{LogQuery, UpstreamError},
};
use api::logs::{Cursor, EndReason, Event, PAGE_MAX_LINES, StartAt};
use bytes::Bytes;
use event_listener::EventListener;
use futures::{Stream, stream};
use jiff::Timestamp;
use std::{collections::VecDeque, sync::Arc};

/// Where a viewer wants to begin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Begin {
    /// As the query says.
    At(StartAt),
    /// Where an earlier stream ended.
    Resume(Cursor),
}

/// What goes to the viewer, in order; [`Event::End`] is the last.
#[derive(Debug)]
pub(crate) enum Item {
    /// A frame of rows.
    Frame(Bytes),
    /// An event.
    Event(Event),
}

enum Stage {
    /// Nothing is known of the log yet.
    Waiting(Begin),
    /// Before the ring; the open part, if one is open.
    Before(Option<Part>),
    /// In the ring.
    Within(Place),
    Over,
}

/// A part of the log that is being read, and where it began.
struct Part {
    history: Box<History>,
    from: (u64, u64),
}

/// A viewer's feed.
pub(crate) struct Feed {
    gateway: Gateway,
    session: Arc<Session>,
    job: String,
    member: Membership,
    stage: Stage,
    /// What has gone out: the line that comes next, and the bytes of it that are out.
    line: u64,
    open_bytes: u64,
    /// The stream was opened when the log had so many lines; None once that has been told.
    catch_up: Option<u64>,
    queue: VecDeque<Item>,
    backoff: Backoff,
    /// The viewer was told that the cluster cannot be read.
    is_waiting: bool,
}

impl Feed {
    pub(crate) fn new(gateway: &Gateway, session: Arc<Session>, job: String, member: Membership, begin: Begin) -> Self {
        Self {
            gateway: gateway.clone(),
            session,
            job,
            member,
            stage: Stage::Waiting(begin),
            line: 0,
            open_bytes: 0,
            catch_up: None,
            queue: VecDeque::new(),
            backoff: Backoff::default(),
            is_waiting: false,
        }
    }

    /// The feed as a stream; waiting for its next item may be given up and taken up again.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Item> + Send {
        stream::unfold(self, |mut feed| async move { Some((feed.next().await?, feed)) })
    }

    async fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.queue.pop_front() {
                return Some(item);
            }
            if !matches!(self.stage, Stage::Over)
                && let Some(reason) = self.member.refusal()
            {
                self.end(reason);
                continue;
            }
            match &mut self.stage {
                Stage::Waiting(begin) => {
                    let begin = *begin;
                    self.begin(begin).await;
                }
                Stage::Before(_) => self.history().await,
                Stage::Within(place) => {
                    let place = *place;
                    self.ring(place).await;
                }
                Stage::Over => return None,
            }
        }
    }

    async fn begin(&mut self, begin: Begin) {
        let news = self.member.news();
        let (opened, ended, next_line) = {
            let state = self.member.state();
            (state.opened, state.ended, state.next_line)
        };
        let Some(opened) = opened else {
            match ended {
                Some(reason) => self.end(reason),
                None => self.wait_for_news(news).await,
            }
            return;
        };
        let total = opened.total_lines.unwrap_or(next_line).max(next_line);
        let line = match begin {
            Begin::At(StartAt::Start) => 0,
            Begin::At(StartAt::Tail(lines)) if opened.seekable => total.saturating_sub(lines),
            Begin::At(StartAt::Line(line)) if opened.seekable => line.min(total),
            Begin::At(StartAt::Time(time)) if opened.seekable => match self.line_at(time, total).await {
                Ok(line) => line,
                Err(error) => return self.trouble(error).await,
            },
            Begin::At(StartAt::Tail(_) | StartAt::Line(_) | StartAt::Time(_)) => 0,
            Begin::Resume(cursor) if opened.seekable => cursor.line.min(total),
            Begin::Resume(cursor) => cursor.line,
        };
        // Without a count of lines, only a pause tells that what was there has been sent.
        (self.line, self.catch_up) = (line, Some(if opened.seekable { total } else { u64::MAX }));
        let Opened { total_lines, seekable, .. } = opened;
        let first_line = if seekable { line } else { self.reachable(line) };
        self.backoff.reset();
        self.is_waiting = false;
        self.queue.push_back(Item::Event(Event::Init {
            first_line,
            total_lines: total_lines.map(|_| total),
            seekable,
        }));
        if seekable && line >= total {
            self.caught_up();
        }
        self.attach();
    }

    /// Without seeking, what has left the ring cannot be had.
    fn reachable(&self, line: u64) -> u64 {
        line.max(self.member.state().ring.first_line().unwrap_or(0))
    }

    /// The first line written at a time or later: the cluster says the number of the first line it would send.
    async fn line_at(&mut self, time: Timestamp, total: u64) -> Result<u64, UpstreamError> {
        let query = LogQuery { since: Some(time), limit: Some(1), ..LogQuery::default() };
        let session = self.gateway.current(&self.session).await?;
        let (_, opened) = self.gateway.upstream().log(&session, &self.job, query).await?;
        Ok(opened.map_or(0, |o| o.first_line).min(total))
    }

    /// Finds the way on from `self.line`: in the ring, or before it, or, where that cannot be read, at the ring's beginning.
    fn attach(&mut self) {
        let (stage, skipped) = {
            let state = self.member.state();
            let seekable = state.opened.is_some_and(|o| o.seekable);
            let first = state.ring.first_line().unwrap_or(state.next_line);
            match state.ring.find(self.line) {
                Some(place) if self.line >= first && self.open_bytes == 0 => (Stage::Within(place), None),
                _ if seekable => (Stage::Before(None), None),
                _ => (Stage::Within(state.ring.start()), Some(first)),
            }
        };
        self.stage = stage;
        if let Some(first) = skipped {
            self.skip_to(first);
        }
    }

    fn skip_to(&mut self, first: u64) {
        let lines = first.saturating_sub(self.line);
        (self.line, self.open_bytes) = (first, 0);
        self.queue.push_back(Item::Event(Event::Skipped { lines }));
    }

    async fn history(&mut self) {
        let Stage::Before(part) = &mut self.stage else { return };
        let Some(part) = part else { return self.open_history().await };
        match part.history.next(&self.gateway).await {
            Ok(Some(block)) => {
                self.backoff.reset();
                self.recovered();
                self.rows(block);
            }
            // A part that brought nothing ends in a line that is still being written; the ring has the rest.
            Ok(None) if part.from == (self.line, self.open_bytes) => self.join_late(),
            Ok(None) => self.attach(),
            Err(error) => {
                self.stage = Stage::Before(None);
                self.trouble(error).await;
            }
        }
    }

    async fn open_history(&mut self) {
        let position = Position { line: self.line, open_bytes: self.open_bytes, ..Position::default() };
        // A viewer that is held for long comes back with a token that is over.
        let opened = async {
            let session = self.gateway.current(&self.session).await?;
            History::open(&self.gateway, &session, &self.job, position, PAGE_MAX_LINES).await
        };
        match opened.await {
            Ok(Some(history)) => {
                let line = history.position().line;
                if line > self.line {
                    // The cluster does not keep these any more.
                    self.queue.push_back(Item::Event(Event::Gap { lines: Some(line - self.line) }));
                    (self.line, self.open_bytes) = (line, 0);
                }
                let from = (self.line, self.open_bytes);
                self.stage = Stage::Before(Some(Part { history: Box::new(history), from }));
            }
            Ok(None) => self.join_late(),
            Err(error) => self.trouble(error).await,
        }
    }

    /// Goes on at the ring's beginning, telling how many lines that leaves out.
    fn join_late(&mut self) {
        let (start, first) = {
            let state = self.member.state();
            (state.ring.start(), state.ring.first_line().unwrap_or(state.next_line))
        };
        self.stage = Stage::Within(start);
        if first > self.line {
            self.skip_to(first);
        }
    }

    async fn ring(&mut self, place: Place) {
        let news = self.member.news();
        if self.member.state().waiting.is_none() {
            self.recovered();
        }
        match self.member.read(place) {
            Err(FellOut) => self.attach(),
            Ok(Some((entry, after))) => {
                self.stage = Stage::Within(after);
                match entry {
                    Entry::Note(event) => self.queue.push_back(Item::Event(event)),
                    Entry::Rows(block) => self.rows_from_ring(block),
                }
            }
            Ok(None) => {
                let (ended, quiet) = {
                    let state = self.member.state();
                    (state.ended, state.quiet)
                };
                if quiet || ended.is_some() {
                    self.caught_up();
                }
                match ended {
                    Some(reason) => self.end(reason),
                    None => self.wait_for_news(news).await,
                }
            }
        }
    }

    fn rows_from_ring(&mut self, block: Block) {
        let out_already = (block.next_line, block.open_bytes) <= (self.line, self.open_bytes);
        if out_already {
            return;
        }
        let rest = if self.open_bytes > 0 { Some(block) } else { block.since_line(self.line) };
        if let Some(rest) = rest {
            self.rows(rest);
        }
    }

    fn rows(&mut self, block: Block) {
        (self.line, self.open_bytes) = (block.next_line, block.open_bytes);
        self.queue.push_back(Item::Frame(block.frame));
        if self.catch_up.is_some_and(|total| self.line >= total) {
            self.caught_up();
        }
    }

    fn caught_up(&mut self) {
        if self.catch_up.take().is_some() {
            self.queue.push_back(Item::Event(Event::InitDone));
        }
    }

    fn end(&mut self, reason: EndReason) {
        self.queue.push_back(Item::Event(Event::End { reason }));
        self.stage = Stage::Over;
    }

    /// Waits at the end of what is there; first tells how the reading stands, and what else there is to tell.
    async fn wait_for_news(&mut self, news: EventListener) {
        let waiting = self.member.state().waiting.clone();
        if let Some(message) = waiting {
            self.waiting(message);
        }
        if self.queue.is_empty() {
            news.await;
        }
    }

    fn waiting(&mut self, message: String) {
        if !std::mem::replace(&mut self.is_waiting, true) {
            self.queue.push_back(Item::Event(Event::Waiting { message }));
        }
    }

    fn recovered(&mut self) {
        if std::mem::take(&mut self.is_waiting) {
            self.queue.push_back(Item::Event(Event::Recovered));
        }
    }

    async fn trouble(&mut self, error: UpstreamError) {
        match fate(error) {
            Fate::Refused(reason) => self.end(reason),
            Fate::Gone => self.end(EndReason::Gone),
            Fate::Trouble(message) => {
                self.waiting(message);
                match self.backoff.fail(&self.gateway) {
                    Some(delay) => self.gateway.host().sleep(delay).await,
                    None => self.end(EndReason::Upstream),
                }
            }
        }
    }
}
