//! Looking into a file: what it is, which images it holds, what is wrong with it.

use crate::remember::FileId;
use crate::{global, spool};
use archive_protocol::{Fault, FaultCode};
use image::Digest;
use image::archive::{Archive, ArchiveError, Format, Reader, Step};
use std::error::Error as _;
use web_sys::{Blob, File};

/// A file that was looked into.
pub(crate) struct Opened {
    pub(crate) id: FileId,
    pub(crate) archive: Archive,
    /// The tar, readable at any place: the file itself, or what it was unpacked to.
    pub(crate) tar: Blob,
    /// How the whole file is compressed: empty, `gzip`, `zstd`.
    pub(crate) outer: &'static str,
    /// Removes the unpacked tar when dropped.
    _spooled: Option<spool::Spooled>,
}

/// Looks into a file. `told` hears how far the unpacking of a compressed one is, bytes.
pub(crate) async fn open(file: &File, told: impl Fn(u64)) -> Result<Opened, Fault> {
    let (size, name) = (file.size() as u64, file.name());
    let (archive, tar, outer, spooled) = match index(file).await {
        Ok(archive) => (archive, Blob::clone(file), "", None),
        Err(Trouble::Archive(ArchiveError::Compressed(format))) => {
            let spooled = spool::unpack(file, format, told).await?;
            let tar = spooled.blob().await?;
            let archive = index(&tar).await.map_err(Trouble::into_fault)?;
            (archive, tar, if format == Format::Zstd { "zstd" } else { "gzip" }, Some(spooled))
        }
        Err(trouble) => return Err(trouble.into_fault()),
    };
    let fingerprint = fingerprint(&archive);
    let id = FileId { name, size_bytes: size, modified_ms: file.last_modified() as u64, fingerprint };
    Ok(Opened { id, archive, tar, outer, _spooled: spooled })
}

enum Trouble {
    Archive(ArchiveError),
    Unreadable(String),
}

impl Trouble {
    fn into_fault(self) -> Fault {
        match self {
            Self::Archive(error) => of_archive(&error),
            Self::Unreadable(words) => Fault::new(FaultCode::FileChanged, words),
        }
    }
}

async fn index(tar: &Blob) -> Result<Archive, Trouble> {
    let mut reader = Reader::new(tar.size() as u64);
    loop {
        match reader.step().map_err(Trouble::Archive)? {
            Step::Done(archive) => return Ok(*archive),
            Step::Read(span) => {
                let unreadable = |error| Trouble::Unreadable(global::words(&error));
                let slice = global::slice(tar, span.offset, span.len).map_err(unreadable)?;
                let bytes = global::read(&slice).await.map_err(unreadable)?;
                reader.feed(span.offset, &bytes.to_vec());
            }
        }
    }
}

/// What the index says, as one digest: another file of the same name, size and time has another.
fn fingerprint(archive: &Archive) -> String {
    let mut said = format!("{:?} {}", archive.form, archive.entry_count);
    for platform in archive.images.iter().flat_map(|image| &image.platforms) {
        let config = platform.config.as_ref().map(|config| &config.descriptor.digest);
        said += &format!(" {config:?}");
        for layer in &platform.layers {
            said += &format!(" {:?} {:?}", layer.diff_id, layer.source);
        }
    }
    Digest::sha256_of(said.as_bytes()).to_string()
}

fn of_archive(error: &ArchiveError) -> Fault {
    let code = match error {
        ArchiveError::NotATar(Format::Utf16 | Format::Text) => FaultCode::Utf16,
        ArchiveError::Truncated { .. } => FaultCode::Truncated,
        ArchiveError::Changed => FaultCode::FileChanged,
        ArchiveError::Tar(_) | ArchiveError::Json { .. } | ArchiveError::MetadataTooLarge { .. } => {
            FaultCode::Malformed
        }
        ArchiveError::List(_) => FaultCode::Missing,
        ArchiveError::Empty
        | ArchiveError::Compressed(_)
        | ArchiveError::NotATar(_)
        | ArchiveError::NoImage
        | ArchiveError::FileSystem
        | ArchiveError::TooOld => FaultCode::NotAnArchive,
    };
    let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    Fault::new(code, format!("{error}{source}"))
}
