//! Key files: 32 random bytes that only the owner can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// The key in the file, made at the first call. A second process that comes at the same time gets the same key.
///
/// # Errors
/// When the file cannot be read or made, has another length, or others can read it.
pub(crate) fn ensure(path: &Path) -> io::Result<[u8; 32]> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if !path.exists() {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        let fresh = path.with_extension(format!("new-{}", std::process::id()));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(&key)?;
        file.sync_all()?;
        // A link fails where the name exists, so that whoever comes first decides.
        let linked = fs::hard_link(&fresh, path);
        fs::remove_file(&fresh)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    let mut file = OpenOptions::new().read(true).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "others can read it: chmod 600, or delete it"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    bytes
        .try_into()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not 32 bytes long: delete it to make a new one"))
}

/// Puts a new key in the place of the one in the file, which goes to the other file: two keys are known from then on.
///
/// # Errors
/// As [`ensure`], and when the files cannot be written.
pub(crate) fn rotate(path: &Path, previous: &Path) -> io::Result<()> {
    let old = ensure(path)?;
    write(previous, &old)?;
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    write(path, &key)
}

/// The key in the file, if there is one.
///
/// # Errors
/// As [`ensure`].
pub(crate) fn find(path: &Path) -> io::Result<Option<[u8; 32]>> {
    if path.exists() { ensure(path).map(Some) } else { Ok(None) }
}

/// Whole or not at all.
fn write(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    let fresh = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(key)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/session.key");
        let key = ensure(&path).expect("made");
        assert_eq!(ensure(&path).expect("read"), key);
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn after_a_rotation_there_are_a_new_key_and_the_one_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let (current, previous) = (folder.path().join("session.key"), folder.path().join("session.previous.key"));
        let first = ensure(&current).expect("made");
        assert_eq!(find(&previous).expect("looked"), None);
        rotate(&current, &previous).expect("rotated");
        let second = ensure(&current).expect("read");
        assert_ne!(second, first);
        assert_eq!(find(&previous).expect("read"), Some(first));
        rotate(&current, &previous).expect("rotated");
        assert_eq!(find(&previous).expect("read"), Some(second), "the first is forgotten");
        assert_eq!(fs::metadata(&previous).expect("there").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_key_that_is_short_or_open_to_others_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("session.key");
        fs::write(&path, [0; 31]).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        assert_eq!(ensure(&path).expect_err("short").kind(), io::ErrorKind::InvalidData);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        assert_eq!(ensure(&path).expect_err("open").kind(), io::ErrorKind::PermissionDenied);
    }
}
