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
