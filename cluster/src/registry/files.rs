//! The registry's files: whole blobs under their digests, unfinished uploads under their ids.
//!
//! Owns paths, durable renames and reading in large pieces. Knows no database. Everything here blocks, except where it
//! says otherwise.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, Read as _, Seek as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    RegistryError, UploadId,
    digest::{Algorithm, Digest, Hasher},
};

/// How much is read or written at once: large enough that system calls cost nothing beside hashing.
pub(super) const PIECE_BYTES: usize = 1 << 20;

/// Behind an upload's id: its second name.
const SECOND: &str = ".whole";

/// Where the files lie.
#[derive(Clone, Debug)]
pub(super) struct Files {
    blobs: PathBuf,
    uploads: PathBuf,
}

/// Puts an action and a path beside what the system said.
pub(super) fn failed(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RegistryError {
    move |source| RegistryError::File { act, path: path.to_owned(), source }
}

impl Files {
    pub(super) fn open(folder: &Path) -> Result<Self, RegistryError> {
        let files = Self { blobs: folder.join("blobs"), uploads: folder.join("uploads") };
        for made in [&files.blobs, &files.uploads] {
            DirBuilder::new().recursive(true).mode(0o700).create(made).map_err(failed("make", made))?;
        }
        Ok(files)
    }

    /// `blobs/sha256/ab/<hex>`: no folder grows beyond what file systems like.
    pub(super) fn blob(&self, digest: &Digest) -> PathBuf {
        self.blobs.join(digest.algorithm().name()).join(&digest.hex()[..2]).join(digest.hex())
    }

    pub(super) fn upload(&self, id: &UploadId) -> PathBuf {
        self.uploads.join(id.as_str())
    }

    /// Bytes of an upload that are there.
    pub(super) fn upload_len(&self, id: &UploadId) -> Result<u64, RegistryError> {
        let path = self.upload(id);
        match fs::metadata(&path) {
            Ok(found) => Ok(found.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(failed("look at", &path)(error)),
        }
    }

    /// Gives a whole and synced upload its place as a blob, durably. It keeps its old name as well until its row is
    /// gone, so that a crash in between loses nothing that was acknowledged.
    pub(super) fn commit(&self, id: &UploadId, digest: &Digest) -> Result<(), RegistryError> {
        let (from, to) = (self.upload(id), self.blob(digest));
        let folder = to.parent().expect("blobs lie in folders");
        if !folder.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed("make", folder))?;
            // A new folder's own name must survive as well.
            for above in folder.ancestors().skip(1).take(2) {
                sync_folder(above)?;
            }
        }
        let second = self.second(id);
        remove(&second)?;
        let source = match fs::hard_link(&from, &second) {
            Ok(()) => &second,
            // Not every file system has them; there the upload is gone once it is whole.
            Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => &from,
            Err(error) => return Err(failed("link", &from)(error)),
        };
        fs::rename(source, &to).map_err(failed("move", source))?;
        // Renaming onto another name of the same file does nothing (POSIX).
        remove(&second)?;
        sync_folder(folder)
    }

    pub(super) fn remove_upload(&self, id: &UploadId) -> Result<(), RegistryError> {
        remove(&self.second(id))?;
        remove(&self.upload(id))
    }

    /// An upload's second name, from when it is whole until it is a blob. A crash may leave it.
    fn second(&self, id: &UploadId) -> PathBuf {
        self.uploads.join(format!("{}{SECOND}", id.as_str()))
    }

    pub(super) fn remove_blob(&self, digest: &Digest) -> Result<(), RegistryError> {
        remove(&self.blob(digest))
    }

    pub(super) fn open_blob(&self, digest: &Digest) -> Result<File, RegistryError> {
        let path = self.blob(digest);
        File::open(&path).map_err(failed("read", &path))
    }

    /// Digests of all files in the blob folder that have lain there for at least `age`.
    pub(super) fn blobs_older_than(&self, age: Duration) -> Result<Vec<Digest>, RegistryError> {
        let mut found = Vec::new();
        for algorithm in Algorithm::ALL {
            let top = self.blobs.join(algorithm.name());
            for folder in list(&top)? {
                for path in list(&folder)? {
                    let hex = path.file_name().unwrap_or_default().to_string_lossy();
                    if let Ok(digest) = format!("{}:{hex}", algorithm.name()).parse::<Digest>()
                        && is_older(&path, age)
                    {
                        found.push(digest);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Ids of all files in the folder of uploads that were not written to for at least `age`.
    pub(super) fn uploads_older_than(&self, age: Duration) -> Result<Vec<UploadId>, RegistryError> {
        let old = list(&self.uploads)?.into_iter().filter(|path| is_older(path, age));
        let id = |path: PathBuf| {
            let name = path.file_name()?.to_str()?;
            UploadId::parse(name.strip_suffix(SECOND).unwrap_or(name))
        };
        Ok(old.filter_map(id).collect())
    }

    /// Whether a blob's file is there.
    pub(super) fn has_blob(&self, digest: &Digest) -> bool {
        self.blob(digest).is_file()
    }
}

/// The hash of the first `len` bytes of a file.
pub(super) fn hash_file(path: &Path, algorithm: Algorithm, len: u64) -> Result<Hasher, RegistryError> {
    let mut hash = Hasher::new(algorithm);
    if len == 0 {
        return Ok(hash);
    }
    let mut file = File::open(path).map_err(failed("read", path))?;
    let mut piece = vec![0; PIECE_BYTES];
    let mut left = len;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(PIECE_BYTES);
        let got = file.read(&mut piece[..most]).map_err(failed("read", path))?;
        if got == 0 {
            let cut = io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than it was");
            return Err(failed("read", path)(cut));
        }
        hash.update(&piece[..got]);
        left -= got as u64;
    }
    Ok(hash)
}

/// A file opened for writing at its end.
pub(super) fn open_to_append(path: &Path) -> Result<(File, u64), RegistryError> {
    let mut file =
        File::options().create(true).truncate(false).write(true).open(path).map_err(failed("write", path))?;
    let end = file.seek(io::SeekFrom::End(0)).map_err(failed("write", path))?;
    Ok((file, end))
}

fn remove(path: &Path) -> Result<(), RegistryError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}

fn sync_folder(folder: &Path) -> Result<(), RegistryError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("sync", folder))
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, RegistryError> {
    match fs::read_dir(folder) {
        Ok(entries) => {
            entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map_err(failed("list", folder))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed("list", folder)(error)),
    }
}

fn is_older(path: &Path, age: Duration) -> bool {
    // A file of the future (the clock was put back) counts as young.
    let modified = fs::metadata(path).and_then(|found| found.modified());
    modified.is_ok_and(|time| time.elapsed().is_ok_and(|lain| lain >= age))
}
