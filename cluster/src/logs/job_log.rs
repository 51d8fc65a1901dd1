//! One job's log: appending, rotation, retention, the end.
//!
//! Owns the writer's state and what readers are told of it. One writer at a time; appends are all or nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::watch;

use super::index::{self, End, Entry};
use super::reader::LogReader;
use super::record::{BLOCK_HEADER, Encoder, Record, Records};
use super::segment::Segment;
use super::{LogError, LogLimits, LogRequest, blocking};

/// Output encoded and written at once; longer appends are cut here so that buffers stay small.
const WRITE_BYTES: usize = 1024 * 1024;
const END_FILE: &str = "end";

/// How much of a log there is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogTotals {
    /// The first line still kept; also how many lines were dropped by retention.
    pub first_line: u64,
    /// How many bytes were dropped by retention.
    pub first_byte: u64,
    /// Lines since the job's start, a last unfinished one included.
    pub lines: u64,
    /// Bytes of output since the job's start.
    pub bytes: u64,
    /// The latest time of any record.
    pub last_time_ns: Option<i64>,
    /// Nothing will be added.
    pub finished: bool,
}

/// The log of one job.
#[derive(Debug)]
pub struct JobLog {
    dir: PathBuf,
    limits: LogLimits,
    writer: Mutex<Writer>,
    pub(super) segments: RwLock<Vec<Arc<Segment>>>,
    totals: watch::Sender<LogTotals>,
    capture: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct Writer {
    /// The file of the last segment, once something was written since the log was opened.
    file: Option<File>,
    end: End,
    encoder: Encoder,
    finished: bool,
}

/// When the log in `dir` was finished, if it was.
pub(super) fn finished_at(dir: &Path) -> Option<i64> {
    fs::read_to_string(dir.join(END_FILE)).ok()?.trim().parse().ok()
}

impl JobLog {
    pub(super) fn open(dir: PathBuf, limits: LogLimits) -> Result<Self, LogError> {
        let mut segments = Vec::new();
        let mut listed = Segment::list(&dir).map_err(|source| LogError::Read { path: dir.clone(), source })?;
        let last = listed.pop();
        for (number, path) in listed {
            let opened = Segment::open(path.clone(), number)
                .map_err(|source| LogError::Read { path: path.clone(), source })?
                .ok_or(LogError::Damaged { path })?;
            segments.push(Arc::new(opened));
        }
        if let Some((number, path)) = last {
            match Segment::open(path.clone(), number).map_err(|source| LogError::Read { path: path.clone(), source })? {
                Some(segment) => segments.push(Arc::new(segment)),
                // Its very header is torn: nothing in it was ever acknowledged.
                None => fs::remove_file(&path).map_err(|source| LogError::Write { path, source })?,
            }
        }
        let mut end = End { len: 0, lines: 0, mid_line: false, max_time: i64::MIN, bytes: 0 };
        if let Some(segment) = segments.last() {
            let (found, torn) =
                segment.recover().map_err(|source| LogError::Read { path: segment.path.clone(), source })?;
            if torn {
                tracing::warn!(segment = %segment.path.display(), "a torn tail was cut off a job's log");
            }
            end = found;
        }
        let finished = finished_at(&dir).is_some();
        let writer = Writer { file: None, end, encoder: Encoder::default(), finished };
        let totals = watch::Sender::new(totals(&segments, &end, finished));
        Ok(Self {
            dir,
            limits,
            writer: Mutex::new(writer),
            segments: RwLock::new(segments),
            totals,
            capture: Arc::default(),
        })
    }

    /// How much there is now.
    #[must_use]
    pub fn totals(&self) -> LogTotals {
        *self.totals.borrow()
    }

    /// The last line has no newline yet.
    #[must_use]
    pub fn ends_in_mid_line(&self) -> bool {
        self.writer.lock().expect("the writer does not panic").end.mid_line
    }

    /// Held by whoever copies an engine's log into this one, so that two never do it at once.
    #[must_use]
    pub fn capture_gate(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(&self.capture)
    }

    pub(super) fn watch(&self) -> watch::Receiver<LogTotals> {
        self.totals.subscribe()
    }

    /// Stores `records` after all that is there: one write, then readers are told. On an error nothing of an
    /// unfinished write is visible, and the records not yet stored are handed back to be tried again.
    ///
    /// # Errors
    /// [`LogError::Write`] with the records not stored; [`LogError::Finished`].
    pub async fn append(self: &Arc<Self>, records: Vec<Record>) -> Result<(), (LogError, Vec<Record>)> {
        let log = Arc::clone(self);
        blocking(move || log.append_now(records)).await
    }

    /// [`JobLog::append`] for callers that may block.
    ///
    /// # Errors
    /// As [`JobLog::append`].
    pub fn append_now(&self, mut records: Vec<Record>) -> Result<(), (LogError, Vec<Record>)> {
        let mut writer = self.writer.lock().expect("the writer does not panic");
        if writer.finished {
            return Err((LogError::Finished, records));
        }
        let mut stored = 0;
        while stored < records.len() {
            let mut bytes = 0;
            let batch = records[stored..]
                .iter()
                .take_while(|record| {
                    let room = bytes < WRITE_BYTES;
                    bytes += record.bytes.len() + BLOCK_HEADER;
                    room
                })
                .count();
            if let Err(error) = self.write(&mut writer, &records[stored..stored + batch]) {
                records.drain(..stored);
                return Err((error, records));
            }
            stored += batch;
        }
        Ok(())
    }

    fn write(&self, writer: &mut Writer, records: &[Record]) -> Result<(), LogError> {
        let failed = |source| LogError::Write { path: self.dir.clone(), source };
        let segment = self.segment_to_write(writer).map_err(failed)?;
        let Writer { file, end, encoder, .. } = writer;
        let file = file.as_mut().expect("segment_to_write leaves an open file");
        encoder.start(end.lines, end.mid_line);
        for record in records {
            encoder.push(record);
        }
        let (bytes, blocks) = encoder.finish();
        if let Err(source) = file.write_all(bytes) {
            // Take back what got in, so that the next append continues from whole blocks.
            let _ = file.set_len(end.len).and_then(|()| file.seek(io::SeekFrom::Start(end.len)));
            return Err(failed(source));
        }
        let mut entries: Vec<Entry> = segment.last_entry().into_iter().collect();
        let known = entries.len();
        for (at, head) in blocks {
            index::note(&mut entries, end);
            let payload = &bytes[at + BLOCK_HEADER..at + head.len()];
            end.advance(head, Records(payload).last().is_some_and(|r| r.continues));
        }
        entries.drain(..known);
        segment.publish(end.len, &mut entries);
        self.tell(end, false);
        Ok(())
    }

    /// The segment the next blocks go to, with `writer.file` open at its end.
    fn segment_to_write(&self, writer: &mut Writer) -> io::Result<Arc<Segment>> {
        let last = self.segments.read().expect("holders of the segment list do not panic").last().cloned();
        if let Some(segment) = &last {
            // A line is kept in one segment when it can be, so that dropping a segment drops whole lines.
            let full = writer.end.len >= self.limits.segment_bytes
                && (!writer.end.mid_line || writer.end.len >= 2 * self.limits.segment_bytes);
            if !full {
                if writer.file.is_none() {
                    let mut file = OpenOptions::new().read(true).write(true).open(&segment.path)?;
                    file.seek(io::SeekFrom::Start(writer.end.len))?;
                    // It grows again: a sealed index would be of another length.
                    let _ = fs::remove_file(segment.index_path());
                    writer.file = Some(file);
                }
                return Ok(Arc::clone(segment));
            }
        } else {
            fs::create_dir_all(&self.dir)?;
        }
        let number = last.as_ref().map_or(0, |segment| segment.number + 1);
        let (segment, file) = Segment::create(&self.dir, number, writer.end)?;
        if let Some(previous) = &last {
            let sealed = match writer.file.take() {
                Some(file) => Ok(file),
                None => File::open(&previous.path),
            }
            .and_then(|file| previous.seal(&file, &writer.end));
            if let Err(error) = sealed {
                let _ = fs::remove_file(&segment.path);
                return Err(error);
            }
        }
        writer.file = Some(file);
        writer.end = segment.start;
        let segment = Arc::new(segment);
        let mut segments = self.segments.write().expect("holders of the segment list do not panic");
        segments.push(Arc::clone(&segment));
        self.drop_oldest(&mut segments);
        Ok(segment)
    }

    /// Keeps the files within the limit; the segment being written always stays.
    fn drop_oldest(&self, segments: &mut Vec<Arc<Segment>>) {
        let Some(limit) = self.limits.max_bytes_per_job else { return };
        let mut total: u64 = segments.iter().map(|segment| segment.published()).sum();
        while total > limit && segments.len() > 1 {
            let oldest = segments.remove(0);
            total -= oldest.published();
            for path in [&oldest.index_path(), &oldest.path] {
                if let Err(error) = fs::remove_file(path)
                    && error.kind() != io::ErrorKind::NotFound
                {
                    tracing::warn!(path = %path.display(), %error, "an old log segment could not be removed");
                }
            }
        }
    }

    fn tell(&self, end: &End, finished: bool) {
        let segments = self.segments.read().expect("holders of the segment list do not panic");
        self.totals.send_replace(totals(&segments, end, finished));
    }

    /// Ends the log at `now_ns`: data on the disk, followers come to their end. Doing it twice is fine.
    ///
    /// # Errors
    /// [`LogError::Write`].
    pub async fn finish(self: &Arc<Self>, now_ns: i64) -> Result<(), LogError> {
        let log = Arc::clone(self);
        blocking(move || log.finish_now(now_ns)).await
    }

    fn finish_now(&self, now_ns: i64) -> Result<(), LogError> {
        let mut writer = self.writer.lock().expect("the writer does not panic");
        if writer.finished {
            return Ok(());
        }
        let failed = |source| LogError::Write { path: self.dir.clone(), source };
        let last = self.segments.read().expect("holders of the segment list do not panic").last().cloned();
        if let (Some(segment), Some(file)) = (last, &writer.file) {
            segment.seal(file, &writer.end).map_err(failed)?;
        }
        fs::create_dir_all(&self.dir).map_err(failed)?;
        fs::write(self.dir.join(END_FILE), now_ns.to_string()).map_err(failed)?;
        writer.file = None;
        writer.finished = true;
        self.tell(&writer.end, true);
        Ok(())
    }

    /// Ends all readers: the files are about to go.
    pub(super) fn abandon(&self) {
        let mut writer = self.writer.lock().expect("the writer does not panic");
        writer.finished = true;
        writer.file = None;
        self.segments.write().expect("holders of the segment list do not panic").clear();
        self.tell(&writer.end, true);
    }

    /// A reader that stands where `request` says.
    ///
    /// # Errors
    /// [`LogError::Read`].
    pub async fn read(self: &Arc<Self>, request: LogRequest) -> Result<LogReader, LogError> {
        LogReader::open(Arc::clone(self), request).await
    }

    /// The times of all stored records of `time_ns` or later, in stored order: what an engine that is asked for its
    /// log since then will send again.
    ///
    /// # Errors
    /// [`LogError::Read`].
    pub async fn times_since(self: &Arc<Self>, time_ns: i64) -> Result<Vec<i64>, LogError> {
        let log = Arc::clone(self);
        blocking(move || super::cursor::times_since(&log, time_ns)).await
    }

    /// The times of all stored records after the first `bytes` of the job's output, in stored order.
    ///
    /// # Errors
    /// [`LogError::Read`].
    pub async fn times_after(self: &Arc<Self>, bytes: u64) -> Result<Vec<i64>, LogError> {
        let log = Arc::clone(self);
        blocking(move || super::cursor::times_after(&log, bytes)).await
    }
}

fn totals(segments: &[Arc<Segment>], end: &End, finished: bool) -> LogTotals {
    LogTotals {
        first_line: segments.first().map_or(end.lines, |segment| segment.start.lines),
        first_byte: segments.first().map_or(end.bytes, |segment| segment.start.bytes),
        lines: end.lines + u64::from(end.mid_line),
        bytes: end.bytes,
        last_time_ns: (end.max_time != i64::MIN).then_some(end.max_time),
        finished,
    }
}
