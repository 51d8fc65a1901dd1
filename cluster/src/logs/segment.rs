//! One file of a job's log, and what survives of it after a crash.
//!
//! Owns file names, the file header and the scan that cuts a torn tail. Knows nothing of readers or retention.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::index::{self, End, Entry};
use super::record::{BLOCK_HEADER, BlockHead, Records};

const MAGIC: &[u8; 8] = b"RSLSEG\x01\n";
pub(super) const SEGMENT_HEADER: u64 = 48;

/// A segment as readers see it.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) number: u64,
    pub(super) path: PathBuf,
    /// What was known when the segment was begun (its `len` is the header's).
    pub(super) start: End,
    /// Bytes of the file that readers may read.
    published: AtomicU64,
    /// `None` until somebody seeks in it.
    index: Mutex<Option<Vec<Entry>>>,
}

fn encode_start(start: &End) -> Vec<u8> {
    let mut out = Vec::with_capacity(SEGMENT_HEADER as usize);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[0; 8]);
    for number in [start.lines, u64::from(start.mid_line), start.max_time.cast_unsigned(), start.bytes] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    let crc = crc32fast::hash(&out[16..]);
    out[8..12].copy_from_slice(&crc.to_le_bytes());
    out
}

fn decode_start(bytes: &[u8]) -> Option<End> {
    if bytes.len() < SEGMENT_HEADER as usize || &bytes[..8] != MAGIC {
        return None;
    }
    let crc = u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes were sliced"));
    let body = &bytes[16..SEGMENT_HEADER as usize];
    if crc32fast::hash(body) != crc {
        return None;
    }
    let number = |at: usize| u64::from_le_bytes(body[at..at + 8].try_into().expect("eight bytes were sliced"));
    Some(End {
        len: SEGMENT_HEADER,
        lines: number(0),
        mid_line: number(8) != 0,
        max_time: number(16).cast_signed(),
        bytes: number(24),
    })
}

impl Segment {
    /// Begins a new segment file.
    pub(super) fn create(dir: &Path, number: u64, start: End) -> io::Result<(Self, File)> {
        let path = dir.join(format!("{number:010}.seg"));
        let start = End { len: SEGMENT_HEADER, ..start };
        let mut file = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(&path)?;
        if let Err(error) = file.write_all(&encode_start(&start)) {
            // A header that could not be written must not look like a damaged segment later.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        let segment = Self {
            number,
            path,
            start,
            published: AtomicU64::new(SEGMENT_HEADER),
            index: Mutex::new(Some(Vec::new())),
        };
        Ok((segment, file))
    }

    /// Opens an existing segment by its header; `Ok(None)` when the header itself is damaged.
    pub(super) fn open(path: PathBuf, number: u64) -> io::Result<Option<Self>> {
        let mut header = Vec::new();
        let file = File::open(&path)?;
        let len = file.metadata()?.len();
        file.take(SEGMENT_HEADER).read_to_end(&mut header)?;
        Ok(decode_start(&header).map(|start| Self {
            number,
            path,
            start,
            published: AtomicU64::new(len),
            index: Mutex::new(None),
        }))
    }

    /// Segment files of a folder, oldest first.
    pub(super) fn list(dir: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut found = Vec::new();
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
            if let (Some(number), true) = (number, path.extension().is_some_and(|e| e == "seg")) {
                found.push((number, path));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    pub(super) fn index_path(&self) -> PathBuf {
        self.path.with_extension("idx")
    }

    pub(super) fn published(&self) -> u64 {
        self.published.load(Ordering::Acquire)
    }

    /// Lets readers see the file up to `len`, and the blocks noted since in the index.
    pub(super) fn publish(&self, len: u64, entries: &mut Vec<Entry>) {
        if !entries.is_empty() {
            let mut index = self.index.lock().expect("no holder of the index lock panics");
            index.get_or_insert_default().append(entries);
        }
        self.published.store(len, Ordering::Release);
    }

    /// The last entry offset noted, for the writer to keep its spacing.
    pub(super) fn last_entry(&self) -> Option<Entry> {
        self.index.lock().expect("no holder of the index lock panics").as_ref().and_then(|e| e.last().copied())
    }

    /// Asks the index a question, loading or rebuilding it when needed.
    pub(super) fn with_index<T>(&self, ask: impl FnOnce(&[Entry]) -> T) -> io::Result<T> {
        let mut guard = self.index.lock().expect("no holder of the index lock panics");
        let entries = match guard.take() {
            Some(entries) => entries,
            None => match index::load(&self.index_path(), self.published()) {
                Some((entries, _)) => entries,
                None => scan(&File::open(&self.path)?, self.start)?.0,
            },
        };
        Ok(ask(guard.insert(entries)))
    }

    /// Makes the segment final: index file written, data on the disk.
    pub(super) fn seal(&self, file: &File, end: &End) -> io::Result<()> {
        file.sync_data()?;
        self.with_index(|entries| index::save(&self.index_path(), entries, end))?
    }

    /// What the segment ends with; a torn tail is cut off the file. `true` when something was cut.
    pub(super) fn recover(&self) -> io::Result<(End, bool)> {
        let len = fs::metadata(&self.path)?.len();
        if let Some((entries, end)) = index::load(&self.index_path(), len) {
            *self.index.lock().expect("no holder of the index lock panics") = Some(entries);
            return Ok((end, false));
        }
        let file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        let (entries, end) = scan(&file, self.start)?;
        *self.index.lock().expect("no holder of the index lock panics") = Some(entries);
        let torn = end.len < len;
        if torn {
            file.set_len(end.len)?;
            file.sync_data()?;
        }
        self.published.store(end.len, Ordering::Release);
        Ok((end, torn))
    }
}

/// Walks the blocks of a segment from its start and stops at the first that is not whole.
fn scan(mut file: &File, start: End) -> io::Result<(Vec<Entry>, End)> {
    use std::io::Seek;
    file.seek(io::SeekFrom::Start(SEGMENT_HEADER))?;
    let mut reader = io::BufReader::with_capacity(1 << 20, file);
    let mut entries = Vec::new();
    let mut end = start;
    let mut block = Vec::new();
    loop {
        block.resize(BLOCK_HEADER, 0);
        if !read_whole(&mut reader, &mut block)? {
            break;
        }
        let Some(head) = BlockHead::parse(&block) else { break };
        if head.lines_before != end.lines || head.mid_line != end.mid_line {
            break;
        }
        block.resize(head.len(), 0);
        if !read_whole(&mut reader, &mut block[BLOCK_HEADER..])? || !head.verify(&block) {
            break;
        }
        index::note(&mut entries, &end);
        let ends_mid_line = Records(&block[BLOCK_HEADER..]).last().is_some_and(|r| r.continues);
        end.advance(&head, ends_mid_line);
    }
    Ok((entries, end))
}

/// Fills `into`; false when the file ends before.
fn read_whole(reader: &mut impl Read, into: &mut [u8]) -> io::Result<bool> {
    match reader.read_exact(into) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
