//! Room on the disk for what must be possible when there is no other: ending what fills it.
//!
//! Owns one file beside the database, which holds nothing. Knows nothing of what is written when it is given up.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Enough for thousands of rows, and for what a job that is ended has not stored of its log.
const SIZE_BYTES: u64 = 8 * 1024 * 1024;

/// The reserve of one data folder.
#[derive(Clone, Debug)]
pub(crate) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub(super) fn beside(database: &Path) -> Self {
        Self { path: database.with_extension("reserve") }
    }

    /// Takes the room, where it is not taken already and others keep as much.
    pub(crate) async fn ensure(&self) -> io::Result<()> {
        let reserve = self.clone();
        tokio::task::spawn_blocking(move || reserve.ensure_now()).await.expect("taking room does not panic")
    }

    fn ensure_now(&self) -> io::Result<()> {
        // One that is shorter was cut off by the death of its maker.
        let is_taken = fs::metadata(&self.path).is_ok_and(|found| found.len() >= SIZE_BYTES);
        // What was given up is still needed while there is little: it must not be taken back at once.
        if is_taken || self.room_bytes()? < 2 * SIZE_BYTES {
            return Ok(());
        }
        let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&self.path)?;
        // Written, since a file that was only made long has no room.
        let taken = io::copy(&mut io::Read::take(io::repeat(0), SIZE_BYTES), &mut file);
        if taken.is_err() {
            fs::remove_file(&self.path)?;
        }
        taken.map(drop)
    }

    /// Gives the room up to whoever writes next.
    pub(crate) async fn give_up(&self) {
        match tokio::fs::remove_file(&self.path).await {
            Ok(()) => tracing::warn!("the disk is full: the room that was kept for this is given up"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::error!(%error, "the disk is full, and the room that was kept for this cannot be given up");
            }
        }
    }

    /// The same, where so little is left that a database could not even be opened.
    pub(crate) async fn give_up_if_full(&self) {
        match self.room_bytes() {
            Ok(room) if room >= SIZE_BYTES => {}
            Ok(_) => self.give_up().await,
            Err(error) => tracing::warn!(%error, "how much room the disk has is not known"),
        }
    }

    /// Bytes of the disk that a program may still take.
    fn room_bytes(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(self.path.parent().unwrap_or(Path::new("/")))?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_reserve_is_taken_once_and_again_after_it_was_given_up() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let reserve = Reserve::beside(&folder.path().join("cluster.sqlite"));
        let held = || fs::metadata(folder.path().join("cluster.reserve")).map_or(0, |found| found.len());
        for _ in 0..2 {
            reserve.ensure().await.expect("there is room");
            reserve.ensure().await.expect("it is there");
            assert_eq!(held(), SIZE_BYTES);
            // There is room: this disk is not full.
            reserve.give_up_if_full().await;
            assert_eq!(held(), SIZE_BYTES);
            reserve.give_up().await;
            reserve.give_up().await;
            assert_eq!(held(), 0);
        }
    }

    #[tokio::test]
    async fn a_reserve_whose_maker_died_is_taken_anew() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let reserve = Reserve::beside(&folder.path().join("cluster.sqlite"));
        fs::write(&reserve.path, b"half").expect("writes");
        reserve.ensure().await.expect("there is room");
        assert_eq!(fs::metadata(&reserve.path).expect("is there").len(), SIZE_BYTES);
    }
}
