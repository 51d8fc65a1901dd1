//! Reading a part of a log by line number, where the cluster can.

use super::{
    assemble::{Assembler, Block, Out},
    joint::{Joint, Position},
    splitter::Splitter,
};
use crate::{
    Gateway,
    ports::within,
    session::Session,
    upstream::{LOG_SEPARATOR, LogOpened, LogQuery, UpstreamError},
};
use api::logs::FRAME_MAX_BYTES;
use axum::body::BodyDataStream;
use bytes::Bytes;
use futures::StreamExt;
use std::collections::VecDeque;

/// A part of a log that is being read.
pub(crate) struct History {
    body: BodyDataStream,
    splitter: Splitter,
    joint: Joint,
    assembler: Assembler,
    ready: VecDeque<Block>,
    ended: bool,
}

impl History {
    /// Opens at most `limit` lines from `position` on; None where the cluster cannot seek.
    pub(crate) async fn open(
        gateway: &Gateway,
        session: &Session,
        job: &str,
        position: Position,
        limit: u64,
    ) -> Result<Option<Self>, UpstreamError> {
        let from_line = Some(i64::try_from(position.line).unwrap_or(i64::MAX));
        let query = LogQuery { from_line, limit: Some(limit), ..LogQuery::default() };
        let (body, opened) = gateway.upstream().log(session, job, query).await?;
        let Some(opened) = opened else { return Ok(None) };
        // What is no longer kept cannot be read: the part begins later, and its numbers say so.
        let position = if opened.first_line > position.line {
            Position { line: opened.first_line, ..Position::default() }
        } else {
            position
        };
        Ok(Some(Self {
            body: body.into_data_stream(),
            splitter: Splitter::new(LOG_SEPARATOR),
            joint: Joint::by_line(opened.first_line, position.line, position.open_bytes),
            assembler: Assembler::new(position),
            ready: VecDeque::new(),
            ended: false,
        }))
    }

    /// Where the part has got to.
    pub(crate) fn position(&self) -> Position {
        self.assembler.position()
    }

    /// The next block; None at the end. An unfinished last line is left out: its rest is still to be written.
    pub(crate) async fn next(&mut self, gateway: &Gateway) -> Result<Option<Block>, UpstreamError> {
        loop {
            if let Some(block) = self.ready.pop_front() {
                return Ok(Some(block));
            }
            if self.ended {
                return Ok(None);
            }
            let limit = gateway.config().upstream_timeout;
            match within(gateway.host(), limit, self.body.next()).await {
                None => return Err(UpstreamError::Timeout),
                Some(None) => {
                    self.ended = true;
                    self.assembler.cut();
                }
                Some(Some(bytes)) => {
                    let bytes: Bytes = bytes.map_err(|e| UpstreamError::BrokeOff(e.into()))?;
                    let (joint, assembler) = (&mut self.joint, &mut self.assembler);
                    self.splitter.feed(&bytes, &mut |piece| assembler.take(&piece, joint));
                }
            }
            self.ready.extend(self.assembler.drain().filter_map(|out| match out {
                Out::Block(block) => Some(block),
                Out::Gap => None,
            }));
        }
    }

    /// Ends an unfinished last line where it is: the log has ended.
    fn finish(&mut self) {
        let (joint, assembler) = (&mut self.joint, &mut self.assembler);
        self.splitter.finish(&mut |piece| assembler.take(&piece, joint));
        self.assembler.cut();
        self.ready.extend(self.assembler.drain().filter_map(|out| match out {
            Out::Block(block) => Some(block),
            Out::Gap => None,
        }));
    }
}

/// A page of a log as one frame.
pub(crate) struct PageOf {
    /// The frame.
    pub(crate) frame: Vec<u8>,
    /// What the cluster said of the log.
    pub(crate) opened: LogOpened,
}

/// Reads one page: at most `limit` lines from `line` on, cut short at the largest frame. None where the cluster cannot seek.
pub(crate) async fn read_page(
    gateway: &Gateway,
    session: &Session,
    job: &str,
    line: u64,
    limit: u64,
) -> Result<Option<PageOf>, UpstreamError> {
    let from_line = Some(i64::try_from(line).unwrap_or(i64::MAX));
    let query = LogQuery { from_line, limit: Some(limit), ..LogQuery::default() };
    let (body, opened) = gateway.upstream().log(session, job, query).await?;
    let Some(opened) = opened else { return Ok(None) };
    let mut history = History {
        body: body.into_data_stream(),
        splitter: Splitter::new(LOG_SEPARATOR),
        joint: Joint::by_line(opened.first_line, line.max(opened.first_line), 0),
        assembler: Assembler::new(Position { line: line.max(opened.first_line), ..Position::default() }),
        ready: VecDeque::new(),
        ended: false,
    };
    let mut page = api::logs::Batch::new(line.max(opened.first_line));
    let mut full = false;
    while let Some(block) = history.next(gateway).await? {
        full = !add(&mut page, &block);
        if full {
            break;
        }
    }
    if !full {
        history.finish();
        while let Some(block) = history.ready.pop_front() {
            if !add(&mut page, &block) {
                break;
            }
        }
    }
    Ok(Some(PageOf { frame: page.encode(), opened }))
}

/// Adds a block's rows to the page; false when the page is full.
fn add(page: &mut api::logs::Batch, block: &Block) -> bool {
    let frame = api::logs::Frame::parse(&block.frame).expect("a block holds a frame of our own making");
    frame.rows().all(|row| {
        let row_bytes = page.size_bytes() + row.text.len() + 16;
        row_bytes <= FRAME_MAX_BYTES && page.push(row.time_ns, row.flags, row.text)
    })
}
