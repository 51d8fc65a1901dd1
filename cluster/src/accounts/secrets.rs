//! Random secrets and the files and hashes they are kept in.
//!
//! Owns how a secret is made and stored. Does not know what it opens.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// 256 random bits as URL-safe text: long enough that its plain SHA-256 is a safe way to store it.
pub(crate) fn random_text() -> String {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored in place of a secret text.
pub(crate) fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// The 32-byte key in `path`, made at first use and readable by its owner only.
pub(crate) fn key_file(path: &Path) -> io::Result<[u8; 32]> {
    match fs::read(path) {
        Ok(bytes) => bytes.try_into().map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{} is not a 32-byte key", path.display()))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_key(path),
        Err(error) => Err(error),
    }
}

fn make_key(path: &Path) -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    fill(&mut key);
    // Written aside and linked into place: two processes starting at once agree on one key, and a crash leaves none
    // or a whole one.
    let aside = path.with_extension(format!("new-{}", uuid::Uuid::new_v4()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => key_file(path),
        Err(error) => Err(error),
    }
}

fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("token.key");
        let first = key_file(&path).expect("makes a key");
        assert_eq!(key_file(&path).expect("reads it back"), first);
        assert_eq!(fs::metadata(&path).expect("exists").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
    }

    #[test]
    fn a_damaged_key_is_reported_and_not_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("token.key");
        fs::write(&path, "short").expect("writes");
        assert!(key_file(&path).is_err());
        assert_eq!(fs::read(&path).expect("still there"), b"short");
    }

    #[test]
    fn random_texts_differ() {
        assert_ne!(random_text(), random_text());
        assert_eq!(random_text().len(), 43);
    }
}
