//! Recordings of terminals: what was shown in them, as asciicast v2, one file for each act.
//!
//! Owns the folder, and how much of it is kept. Does not know what a job is, nor who may see a recording. What is typed is not
//! recorded: it holds passwords that no terminal shows.

mod lines;
mod recorder;
#[cfg(test)]
mod tests;

use std::{
    collections::HashSet,
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, UNIX_EPOCH},
};

use platform::audit::ActsPage;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
pub(crate) use lines::About;
pub(crate) use recorder::Recorder;

const ENDING: &str = ".cast";
/// Where the end of the last whole line is looked for, at once.
const LOOK_BACK: u64 = 64 * 1024;
/// No recording takes more than this part of what all may take.
const SHARE: u64 = 4;

/// Which processes that people start in jobs, or attach to, are recorded.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Recorded {
    /// None.
    #[default]
    Nothing,
    /// Those with a terminal.
    Terminals,
    /// Those without one too.
    Everything,
}

/// How much is kept; what is older, and then the oldest, goes first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CastLimits {
    pub(crate) max_age: Option<Duration>,
    pub(crate) max_bytes: Option<u64>,
}

/// The folder of recordings did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("a recording cannot be {step}")]
pub(crate) struct CastError {
    step: &'static str,
    #[source]
    source: io::Error,
}

impl CastError {
    pub(crate) fn is_disk_full(&self) -> bool {
        self.source.kind() == io::ErrorKind::StorageFull
    }
}

/// The recordings of one cluster. Clones are handles of the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Casts(Arc<Folder>);

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    recorded: Recorded,
    limits: CastLimits,
    clock: Clock,
    /// Acts that are being recorded: their files are not removed.
    live: Mutex<HashSet<i64>>,
    tasks: TaskTracker,
}

/// A recording as far as it has come, in whole lines.
#[derive(Debug)]
pub(crate) struct OpenCast {
    pub(crate) file: File,
    pub(crate) len_bytes: u64,
}

impl Casts {
    pub(crate) fn new(path: PathBuf, recorded: Recorded, limits: CastLimits, clock: Clock, tasks: TaskTracker) -> Self {
        Self(Arc::new(Folder { path, recorded, limits, clock, live: Mutex::default(), tasks }))
    }

    /// Whether a process with or without a terminal is to be recorded.
    pub(crate) fn wants(&self, tty: bool) -> bool {
        match self.0.recorded {
            Recorded::Nothing => false,
            Recorded::Terminals => tty,
            Recorded::Everything => true,
        }
    }

    /// Begins the recording of an act. What is to be recorded must not begin when this fails.
    pub(crate) async fn begin(&self, act: i64, about: About) -> Result<Recorder, CastError> {
        let folder = Arc::clone(&self.0);
        let file = blocking(move || folder.create(act)).await;
        let file = file.map_err(|source| CastError { step: "begun", source })?;
        Ok(Recorder::start(Arc::clone(&self.0), act, file, about))
    }

    /// Says of each act on a page how large its recording is, where there is one.
    pub(crate) async fn note(&self, mut page: ActsPage) -> ActsPage {
        let folder = Arc::clone(&self.0);
        blocking(move || {
            for act in &mut page.items {
                let found = fs::metadata(folder.of(act.seq)).map(|about| about.len());
                act.recording_bytes = found.ok().filter(|len| *len > 0);
            }
            page
        })
        .await
    }

    /// The recording of an act; none: it was not recorded, or is not kept any more.
    pub(crate) async fn find(&self, act: i64) -> Result<Option<OpenCast>, CastError> {
        let folder = Arc::clone(&self.0);
        let opened = blocking(move || {
            let file = match File::open(folder.of(act)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            };
            let len_bytes = whole_lines(&file)?;
            Ok((len_bytes > 0).then_some(OpenCast { file, len_bytes }))
        });
        opened.await.map_err(|source| CastError { step: "read", source })
    }

    /// Gives other names to the recordings of acts beyond this one; how many those were.
    pub(crate) async fn set_aside_after(&self, last: i64) -> Result<usize, CastError> {
        let folder = Arc::clone(&self.0);
        let done = blocking(move || folder.set_aside_after(last)).await;
        done.map_err(|source| CastError { step: "set aside", source })
    }

    /// Removes what is kept no longer; how many recordings those were.
    pub(crate) async fn sweep(&self) -> Result<usize, CastError> {
        let folder = Arc::clone(&self.0);
        let swept = blocking(move || folder.sweep()).await.map_err(|source| CastError { step: "removed", source })?;
        Ok(swept.removed)
    }
}

/// What is left after some was removed.
struct Swept {
    removed: usize,
    /// Also of what is being recorded.
    left_bytes: u64,
}

impl Folder {
    fn of(&self, act: i64) -> PathBuf {
        self.path.join(format!("{act}{ENDING}"))
    }

    fn create(&self, act: i64) -> io::Result<File> {
        // What people saw is nobody else's business.
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        if !self.live().insert(act) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let create = || OpenOptions::new().append(true).create_new(true).mode(0o600).open(self.of(act));
        let file = create().or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => self.set_aside(act).and_then(|()| create()),
            _ => Err(error),
        });
        if file.is_err() {
            self.live().remove(&act);
        }
        file
    }

    /// Gives another name to a recording of an act that no longer is: the database was restored from before it, and counts its
    /// acts anew. Swept as all are.
    fn set_aside(&self, act: i64) -> io::Result<()> {
        let since_epoch = fs::metadata(self.of(act))?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let aside = self.path.join(format!("{act}.{}{ENDING}", since_epoch.as_nanos()));
        fs::rename(self.of(act), &aside)?;
        tracing::warn!(act, aside = %aside.display(), "there was a recording of an act that is new: it has another name now");
        Ok(())
    }

    fn set_aside_after(&self, last: i64) -> io::Result<usize> {
        let mut aside = 0;
        for (act, path) in self.list()? {
            if act > last && path == self.of(act) {
                self.set_aside(act)?;
                aside += 1;
            }
        }
        Ok(aside)
    }

    /// Every recording with the act it is or was of.
    fn list(&self) -> io::Result<Vec<(i64, PathBuf)>> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let act = name.to_str().and_then(|name| name.strip_suffix(ENDING)?.split('.').next()?.parse::<i64>().ok());
            found.extend(act.map(|act| (act, entry.path())));
        }
        Ok(found)
    }

    fn live(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.live.lock().expect("holders of the lock do not panic")
    }

    /// Most bytes of one recording.
    fn share(&self) -> u64 {
        self.limits.max_bytes.map_or(u64::MAX, |max| max / SHARE)
    }

    fn sweep(&self) -> io::Result<Swept> {
        let mut found = Vec::new();
        for (act, path) in self.list()? {
            if let Ok(about) = fs::symlink_metadata(&path) {
                let changed = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
                found.push((act, about.len(), changed, path));
            }
        }
        found.sort_unstable();
        let now = Duration::from_nanos(u64::try_from(self.clock.now_ns()).unwrap_or(0));
        let mut swept = Swept { removed: 0, left_bytes: found.iter().map(|(_, len, ..)| len).sum() };
        for (act, len, changed, path) in found {
            let is_old = self.limits.max_age.is_some_and(|most| now.saturating_sub(changed) > most);
            let is_too_much = self.limits.max_bytes.is_some_and(|most| swept.left_bytes > most);
            let is_live = path == self.of(act) && self.live().contains(&act);
            if (is_old || is_too_much) && !is_live {
                match fs::remove_file(path) {
                    // Recordings that end at the same moment sweep at the same moment.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    removed => {
                        removed?;
                        swept.removed += 1;
                    }
                }
                swept.left_bytes -= len;
            }
        }
        Ok(swept)
    }
}

/// Up to where a file is whole lines: a server that was killed may have left half of one.
fn whole_lines(file: &File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    let mut piece = Vec::new();
    while end > 0 {
        let begin = end.saturating_sub(LOOK_BACK);
        piece.resize(usize::try_from(end - begin).expect("a short piece"), 0);
        file.read_exact_at(&mut piece, begin)?;
        if let Some(last) = memchr::memrchr(b'\n', &piece) {
            return Ok(begin + last as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("work with files does not panic")
}
