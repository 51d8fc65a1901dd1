//! The task that reads one job's log from the cluster into the hub, across breaks.

use super::{
    allowed,
    assemble::{Assembler, Out},
    hub::{Hub, Opened, State},
    joint::{Joint, Position},
    ring::Entry,
    splitter::Splitter,
};
use crate::{
    Gateway,
    ports::{Message, Socket, within},
    session::Session,
    streams::{Backoff, Fate, fate},
    upstream::{LogOpened, LogQuery, UpstreamError},
};
use api::logs::{EndReason, Event};
use futures::{FutureExt, SinkExt, StreamExt, select_biased};
use jiff::Timestamp;
use std::{sync::Arc, time::Duration};

/// Lines read at first where the cluster can seek; what is older is read as history by who wants it.
const TAIL_LINES: i64 = 10_000;
/// How long a hub waits for another viewer before it closes.
const GRACE: Duration = Duration::from_secs(10);
/// Frames are at least so far apart while lines keep coming.
const COALESCE: Duration = Duration::from_millis(4);
/// A pause of this length means that the cluster has sent what it had.
const QUIET: Duration = Duration::from_millis(300);
/// The platform wants a sign of life every 30 s; its own clients give one every 10 s.
const PING: Duration = Duration::from_secs(10);

/// Reads until the log ends, nobody looks, or the gateway drains.
pub(super) async fn run(gateway: &Gateway, hub: &Arc<Hub>) {
    let mut reading = std::pin::pin!(Pump::new(gateway, hub).run().fuse());
    let mut drained = std::pin::pin!(gateway.draining().thrown().fuse());
    let mut asking = std::pin::pin!(allowed::ask(gateway, hub).fuse());
    select_biased! {
        () = drained => {}
        () = asking => {}
        () = reading => {}
    }
}

struct Pump<'a> {
    gateway: &'a Gateway,
    hub: &'a Hub,
    splitter: Splitter,
    joint: Joint,
    assembler: Assembler,
    /// What the cluster showed when the log was first opened.
    seekable: Option<bool>,
    backoff: Backoff,
    /// Breaks in a row that brought nothing, of a job that has ended.
    barren: u32,
}

/// How a connection ended.
enum Ended {
    /// With a close frame.
    Closed,
    /// Without.
    Broke,
    /// Nobody looks.
    Alone,
}

/// How the task goes on.
enum Next {
    Now,
    After(Duration),
    End(EndReason),
}

impl<'a> Pump<'a> {
    fn new(gateway: &'a Gateway, hub: &'a Hub) -> Self {
        Self {
            gateway,
            hub,
            splitter: Splitter::default(),
            joint: Joint::Open,
            assembler: Assembler::new(Position::default()),
            seekable: None,
            backoff: Backoff::default(),
            barren: 0,
        }
    }

    async fn run(mut self) {
        while let Some((member, session)) = self.spokesman().await {
            let next = match self.connection(&session).await {
                Ok(Ended::Alone) => Next::Now,
                Ok(ended) => match self.has_finished(&session).await {
                    Ok(finished) => self.after(&ended, finished),
                    Err(error) => self.failed(member, error),
                },
                Err(error) => self.failed(member, error),
            };
            match next {
                Next::Now => {}
                Next::After(delay) => self.gateway.host().sleep(delay).await,
                Next::End(reason) => {
                    self.hub.end(reason);
                    if reason == EndReason::Finished {
                        self.linger().await;
                    }
                    return;
                }
            }
        }
    }

    /// Whose token to read with; None once nobody has looked for a while.
    async fn spokesman(&self) -> Option<(u64, Arc<Session>)> {
        loop {
            let change = self.hub.room();
            if let Some(spokesman) = self.hub.state().audience.spokesman() {
                return Some(spokesman);
            }
            let quiet = within(self.gateway.host(), GRACE, change).await.is_none();
            if quiet && self.hub.close_if_alone() {
                return None;
            }
        }
    }

    /// The log is whole; its ring serves until nobody looks.
    async fn linger(&self) {
        loop {
            let change = self.hub.room();
            let quiet = within(self.gateway.host(), GRACE, change).await.is_none();
            if quiet && self.hub.close_if_alone() {
                return;
            }
        }
    }

    async fn has_finished(&self, session: &Session) -> Result<bool, UpstreamError> {
        let session = self.gateway.current(session).await?;
        Ok(self.gateway.upstream().job(&session, &self.hub.key.1).await?.status.is_finished())
    }

    async fn connection(&mut self, session: &Session) -> Result<Ended, UpstreamError> {
        let position = self.assembler.position();
        let mut query = LogQuery::default();
        match self.seekable {
            None => query.from_line = Some(-TAIL_LINES),
            Some(true) => query.from_line = i64::try_from(position.line).ok(),
            Some(false) if position.same_time > 0 => {
                query.since = Timestamp::from_nanosecond(position.time_ns.into()).ok();
            }
            // Nothing finished yet: from the start.
            Some(false) => {}
        }
        // Connections outlive tokens: each begins with a fresh one.
        let session = self.gateway.current(session).await?;
        let (socket, opened) = self.gateway.upstream().log_socket(&session, &self.hub.key.1, query).await?;
        self.join(opened);
        self.splitter = Splitter::new(crate::upstream::LOG_SEPARATOR);
        Ok(self.read(socket).await)
    }

    /// Puts the new connection to what is out already.
    fn join(&mut self, opened: Option<LogOpened>) {
        let first = self.seekable.is_none();
        self.seekable = Some(opened.is_some());
        let position = self.assembler.position();
        self.joint = match opened {
            None => Joint::by_time(&position),
            Some(opened) if first || opened.first_line > position.line || opened.total_lines < position.line => {
                if !first {
                    let lines = opened.first_line.checked_sub(position.line).filter(|lines| *lines > 0);
                    self.note(Event::Gap { lines });
                }
                self.assembler.go_to_line(opened.first_line);
                Joint::Open
            }
            Some(opened) => Joint::by_line(opened.first_line, position.line, position.open_bytes),
        };
        let next_line = self.assembler.position().line;
        self.hub.tell(|state| {
            state.next_line = next_line;
            state.opened.get_or_insert(Opened {
                first_line: next_line,
                total_lines: opened.map(|o| o.total_lines),
                seekable: opened.is_some(),
            });
        });
    }

    async fn read(&mut self, mut socket: Socket) -> Ended {
        let host = self.gateway.host();
        let mut cut_at = Timestamp::UNIX_EPOCH;
        loop {
            if !self.room().await {
                return Ended::Alone;
            }
            let message = match socket.rx.next().now_or_never() {
                Some(message) => message,
                None if self.assembler.is_empty() => match self.idle(&mut socket).await {
                    Ok(message) => message,
                    Err(ended) => return ended,
                },
                // What is there goes out now, unless something went out just before.
                None => {
                    let since = Duration::try_from(host.now().duration_since(cut_at)).unwrap_or(COALESCE);
                    let more = match COALESCE.checked_sub(since).filter(|rest| !rest.is_zero()) {
                        Some(rest) => within(host, rest, socket.rx.next()).await,
                        None => None,
                    };
                    match more {
                        Some(message) => message,
                        None => {
                            self.publish(true);
                            cut_at = host.now();
                            continue;
                        }
                    }
                }
            };
            let bytes = match &message {
                Some(Ok(Message::Binary(bytes))) => &bytes[..],
                Some(Ok(Message::Text(text))) => text.as_bytes(),
                Some(Ok(Message::Ping)) => continue,
                Some(Ok(Message::Close(..))) => return Ended::Closed,
                Some(Err(_)) | None => return Ended::Broke,
            };
            self.recovered();
            let (joint, assembler) = (&mut self.joint, &mut self.assembler);
            self.splitter.feed(bytes, &mut |piece| assembler.take(&piece, joint));
            if !self.assembler.is_empty() {
                self.backoff.reset();
                self.barren = 0;
            }
            if self.assembler.is_ready() {
                self.publish(false);
                cut_at = host.now();
            }
        }
    }

    /// Waits while nothing comes: says when the log has gone quiet, and keeps the connection alive.
    async fn idle(
        &mut self,
        socket: &mut Socket,
    ) -> Result<Option<Result<Message, crate::ports::SocketBroken>>, Ended> {
        let host = self.gateway.host();
        if let Some(message) = within(host, QUIET, socket.rx.next()).await {
            return Ok(message);
        }
        self.recovered();
        if !self.hub.state().quiet {
            self.hub.tell(|state| state.quiet = true);
        }
        loop {
            if let Some(message) = within(host, PING, socket.rx.next()).await {
                return Ok(message);
            }
            // It has stood: when it breaks, that is the first failure, however little the job writes.
            self.backoff.reset();
            if self.hub.state().audience.is_empty() {
                return Err(Ended::Alone);
            }
            let pinged = within(host, PING, socket.tx.send(Message::Ping)).await;
            if !matches!(pinged, Some(Ok(()))) {
                return Err(Ended::Broke);
            }
        }
    }

    /// Waits until the fastest viewer is near; false when nobody looks any more.
    async fn room(&self) -> bool {
        loop {
            let change = self.hub.room();
            if self.hub.has_room() {
                return true;
            }
            let quiet = within(self.gateway.host(), GRACE, change).await.is_none();
            if quiet && self.hub.state().audience.is_empty() {
                return false;
            }
        }
    }

    /// Gives the viewers what is complete, or everything.
    fn publish(&mut self, everything: bool) {
        if everything {
            self.assembler.cut();
        }
        let entries: Vec<Entry> = self.assembler.drain().map(entry).collect();
        if entries.is_empty() {
            return;
        }
        let next_line = self.assembler.position().line;
        self.hub.tell(|state: &mut State| {
            state.next_line = next_line;
            entries.into_iter().for_each(|entry| state.ring.push(entry));
        });
    }

    fn note(&mut self, event: Event) {
        self.publish(true);
        self.hub.tell(|state| state.ring.push(Entry::Note(event)));
    }

    /// The connection brings something, or holds: it was not opened to break at once.
    fn recovered(&self) {
        if self.hub.state().waiting.is_some() {
            self.hub.tell(|state| state.waiting = None);
        }
    }

    /// A connection ended; the job's state says what that means.
    fn after(&mut self, ended: &Ended, finished: bool) -> Next {
        if finished {
            self.barren += 1;
            // A server that ends without a close frame, and has nothing to add when asked again, is done as well.
            if matches!(ended, Ended::Closed) || self.barren > 2 {
                let (joint, assembler) = (&mut self.joint, &mut self.assembler);
                self.splitter.finish(&mut |piece| assembler.take(&piece, joint));
                self.publish(true);
                return Next::End(EndReason::Finished);
            }
        }
        self.publish(true);
        self.later()
    }

    fn failed(&mut self, member: u64, error: UpstreamError) -> Next {
        self.publish(true);
        match fate(error) {
            Fate::Refused(reason) => {
                self.hub.tell(|state| state.audience.refuse(member, reason));
                Next::Now
            }
            Fate::Gone => Next::End(EndReason::Gone),
            Fate::Trouble(message) => {
                self.hub.tell(|state| state.waiting = Some(message));
                self.later()
            }
        }
    }

    fn later(&mut self) -> Next {
        self.backoff.fail(self.gateway).map_or(Next::End(EndReason::Upstream), Next::After)
    }
}

fn entry(out: Out) -> Entry {
    match out {
        Out::Block(block) => Entry::Rows(block),
        Out::Gap => Entry::Note(Event::Gap { lines: None }),
    }
}
