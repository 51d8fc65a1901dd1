//! One recording under way: events go into a bounded queue, and a task of its own writes them to disk.
//!
//! A slow disk keeps the terminal waiting for a moment, and no longer: what it cannot take in time is left out, and the recording
//! says so at that place.

use std::{
    fs::File,
    io::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use platform::channel::Resize;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

use super::{
    About, Folder, blocking,
    lines::{Lines, USUAL_SIZE},
};
use crate::engine::OutputStream;

/// Events that wait for the disk; with pieces of the size below a few MiB.
const QUEUE: usize = 256;
const PIECE_BYTES: usize = 8 * 1024;
/// Events written at once.
const BATCH: usize = 64;
/// How long a full queue is waited for; only once until it has room again.
const PATIENCE: Duration = Duration::from_millis(250);
/// Clients say how large a terminal is a moment after it was opened, and the first line of a recording tells it.
const SIZE_WAIT: Duration = Duration::from_millis(500);
/// What all recordings take is looked at after so much of one.
const SWEEP_AFTER_BYTES: u64 = 8 << 20;

/// What happened, when, and what could not be told before it.
struct Event {
    at: Duration,
    lost_bytes: u64,
    size: Option<Resize>,
    what: What,
}

enum What {
    Nothing,
    Output(OutputStream, Bytes),
    Mark(&'static str),
}

/// What waits for room in the queue.
#[derive(Debug, Default)]
struct Waiting {
    size: Option<Resize>,
    is_behind: bool,
}

/// Takes what happens in a terminal. The recording ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Recorder {
    queue: mpsc::Sender<Event>,
    began: Instant,
    lost_bytes: Arc<AtomicU64>,
    waiting: Mutex<Waiting>,
}

impl Recorder {
    pub(super) fn start(folder: Arc<Folder>, act: i64, file: File, about: About) -> Self {
        let (queue, events) = mpsc::channel(QUEUE);
        let (began, lost_bytes) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let is_sized = about.tty;
        let lines = Lines::new(about, folder.clock.now());
        let cast = Cast { act, file: Arc::new(file), lines, written: 0, swept_at: 0, state: State::Fine, folder };
        cast.folder.tasks.clone().spawn(write(cast, events, Arc::clone(&lost_bytes), began, is_sized));
        Self { queue, began, lost_bytes, waiting: Mutex::default() }
    }

    /// The process wrote something.
    pub(crate) async fn output(&self, stream: OutputStream, bytes: &Bytes) {
        let mut rest = bytes.clone();
        while !rest.is_empty() {
            let piece = rest.split_to(rest.len().min(PIECE_BYTES));
            self.tell(What::Output(stream, piece)).await;
        }
    }

    /// The terminal has another size.
    pub(crate) async fn resized(&self, size: Resize) {
        self.waiting().size = Some(size);
        self.tell(What::Nothing).await;
    }

    /// It is over; why.
    pub(crate) async fn end(self, words: &'static str) {
        self.tell(What::Mark(words)).await;
    }

    async fn tell(&self, what: What) {
        let at = self.began.elapsed();
        let is_behind = self.waiting().is_behind;
        let room = match self.queue.try_reserve() {
            Ok(room) => Some(room),
            // How it ended is worth a moment in any case.
            Err(_) if is_behind && !matches!(what, What::Mark(_)) => None,
            Err(_) => timeout(PATIENCE, self.queue.reserve()).await.ok().and_then(Result::ok),
        };
        self.waiting().is_behind = room.is_none();
        match room {
            Some(room) => {
                let lost_bytes = self.lost_bytes.swap(0, Ordering::Relaxed);
                let size = self.waiting().size.take();
                room.send(Event { at, lost_bytes, size, what });
            }
            None => {
                if let What::Output(_, bytes) = what {
                    self.lost_bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                }
            }
        }
    }

    #[cfg(test)]
    pub(super) fn lost_bytes(&self) -> u64 {
        self.lost_bytes.load(Ordering::Relaxed)
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("holders of the lock do not panic")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fine,
    /// The disk did not take the last piece.
    Failing,
    /// It is as large as it may become.
    Full,
}

/// The file of a recording.
struct Cast {
    act: i64,
    file: Arc<File>,
    lines: Lines,
    /// Bytes of whole lines.
    written: u64,
    /// Bytes at which it was last looked whether all recordings take too much.
    swept_at: u64,
    state: State,
    folder: Arc<Folder>,
}

impl Drop for Cast {
    fn drop(&mut self) {
        self.folder.live().remove(&self.act);
    }
}

async fn write(
    mut cast: Cast,
    mut events: mpsc::Receiver<Event>,
    lost_bytes: Arc<AtomicU64>,
    began: Instant,
    is_sized: bool,
) {
    let mut batch = Vec::with_capacity(BATCH);
    let size = if is_sized { first_size(&mut events, &mut batch).await } else { None };
    let size = size.unwrap_or(USUAL_SIZE);
    let mut lost = 0;
    let mut is_open = true;
    while is_open {
        let mut out = Vec::new();
        if cast.written == 0 {
            cast.lines.head(&mut out, size);
        }
        let (mut told_bytes, mut last) = (0, size);
        for Event { at, lost_bytes, size, what } in batch.drain(..) {
            lost += lost_bytes;
            if lost > 0 {
                cast.lines.mark(&mut out, at, &left_out(lost));
                told_bytes += std::mem::take(&mut lost);
            }
            if let Some(size) = size.filter(|size| *size != last || cast.written > 0) {
                cast.lines.resized(&mut out, at, size);
                last = size;
            }
            match what {
                What::Nothing => {}
                What::Output(stream, bytes) => {
                    told_bytes += bytes.len() as u64;
                    cast.lines.output(&mut out, at, stream, &bytes);
                }
                What::Mark(words) => cast.lines.mark(&mut out, at, words),
            }
        }
        if !cast.append(out).await {
            lost += told_bytes;
        }
        cast.bound(began.elapsed()).await;
        is_open = events.recv_many(&mut batch, BATCH).await > 0;
    }
    lost += lost_bytes.swap(0, Ordering::Relaxed);
    if lost > 0 {
        let mut out = Vec::new();
        cast.lines.mark(&mut out, began.elapsed(), &left_out(lost));
        cast.append(out).await;
    }
    cast.sweep().await;
    let file = Arc::clone(&cast.file);
    if let Err(error) = blocking(move || file.sync_data()).await {
        tracing::warn!(act = cast.act, %error, "a recording may not survive a loss of power");
    }
}

fn left_out(bytes: u64) -> String {
    format!("{bytes} bytes are left out here: the disk did not take them in time.")
}

/// Waits for the first size; what comes before it goes to `held`.
async fn first_size(events: &mut mpsc::Receiver<Event>, held: &mut Vec<Event>) -> Option<Resize> {
    let reading = async {
        while held.len() < BATCH {
            let event = events.recv().await?;
            let size = event.size;
            held.push(event);
            if size.is_some() {
                return size;
            }
        }
        None
    };
    timeout(SIZE_WAIT, reading).await.ok().flatten()
}

impl Cast {
    /// Writes whole lines, or none of them. What comes after the end is thrown away.
    async fn append(&mut self, out: Vec<u8>) -> bool {
        if self.state == State::Full || out.is_empty() {
            return true;
        }
        let (file, written, len) = (Arc::clone(&self.file), self.written, out.len() as u64);
        let done = blocking(move || {
            let done = (&*file).write_all(&out);
            if done.is_err() {
                // Half a line, before the next one, would make both unreadable.
                file.set_len(written)?;
            }
            done
        });
        match done.await {
            Ok(()) => {
                self.written += len;
                self.state = State::Fine;
                true
            }
            Err(error) => {
                if self.state == State::Fine {
                    tracing::error!(act = self.act, %error, "a recording is not written; the terminal goes on");
                }
                self.state = State::Failing;
                false
            }
        }
    }

    /// Ends it when it, or all together, take as much as they may.
    async fn bound(&mut self, at: Duration) {
        if self.state == State::Full {
            return;
        }
        let mut is_full = self.written > self.folder.share();
        if !is_full && self.written - self.swept_at >= SWEEP_AFTER_BYTES {
            self.swept_at = self.written;
            let left_bytes = self.sweep().await;
            is_full = self.folder.limits.max_bytes.zip(left_bytes).is_some_and(|(most, left)| left > most);
        }
        if is_full {
            let mut out = Vec::new();
            self.lines.mark(
                &mut out,
                at,
                "The recording ends here: it is as large as it may become. The session went on.",
            );
            self.append(out).await;
            self.state = State::Full;
            tracing::warn!(act = self.act, bytes = self.written, "a recording is full; its session goes on unrecorded");
        }
    }

    /// Removes what is kept no longer; how much is left.
    async fn sweep(&self) -> Option<u64> {
        let folder = Arc::clone(&self.folder);
        let swept = blocking(move || folder.sweep()).await;
        swept
            .inspect_err(|error| tracing::error!(%error, "old recordings were not removed"))
            .ok()
            .map(|swept| swept.left_bytes)
    }
}
