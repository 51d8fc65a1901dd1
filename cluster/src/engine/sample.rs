//! The sample image: a root file system of one static busybox, so that a first job runs without any network.
//!
//! Owns the archive's contents. Knows nothing of engines but the name the image gets.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use tar::{Builder, EntryType, Header};

/// The sample image's reference.
pub const SAMPLE_IMAGE: &str = "roadstead/sample:latest";

/// What the sample image runs when a job names no command.
pub const SAMPLE_COMMAND: &[&str] = &["/bin/sh"];

const PLACES: [&str; 3] = ["/bin/busybox", "/usr/bin/busybox", "/usr/lib/busybox/busybox-static"];

/// Why there is no sample image.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// No usable busybox on this machine.
    #[error("no static busybox was found; install the package busybox-static")]
    NoBusybox,
    /// It could not be read or asked for its applets.
    #[error("busybox at '{path}' cannot be used")]
    Unusable {
        /// Where it is.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Builds the archive from the given busybox, or from the machine's own.
///
/// # Errors
/// [`SampleError`].
pub fn rootfs(given: Option<&Path>) -> Result<Bytes, SampleError> {
    let places = PLACES.iter().map(PathBuf::from);
    let (path, program) = given
        .map(Path::to_owned)
        .into_iter()
        .chain(places)
        .filter_map(|place| Some((place.clone(), std::fs::read(place).ok()?)))
        .find(|(_, program)| is_static(program))
        .ok_or(SampleError::NoBusybox)?;
    let unusable = |source| SampleError::Unusable { path: path.clone(), source };
    let listing = std::process::Command::new(&path).arg("--list").output().map_err(unusable)?;
    let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
    archive(&program, listing.lines()).map_err(unusable)
}

/// A dynamic program names its interpreter near the start of the file.
fn is_static(program: &[u8]) -> bool {
    let head = &program[..program.len().min(4096)];
    program.starts_with(b"\x7fELF") && !head.windows(4).any(|at| at == b"/ld-" || at == b"ld.s")
}

fn archive<'a>(program: &[u8], applets: impl Iterator<Item = &'a str>) -> io::Result<Bytes> {
    let mut tar = Builder::new(Vec::with_capacity(program.len() + 512 * 1024));
    for (name, mode) in [
        ("bin", 0o755),
        ("dev", 0o755),
        ("etc", 0o755),
        ("proc", 0o755),
        ("root", 0o700),
        ("sys", 0o755),
        ("tmp", 0o1777),
    ] {
        let mut header = header(EntryType::Directory, mode, 0);
        tar.append_data(&mut header, format!("{name}/"), io::empty())?;
    }
    file(&mut tar, "bin/busybox", 0o755, program)?;
    file(&mut tar, "etc/passwd", 0o644, b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")?;
    file(&mut tar, "etc/group", 0o644, b"root:x:0:\nnogroup:x:65534:\n")?;
    for applet in applets.map(str::trim).filter(|name| !name.is_empty() && *name != "busybox" && !name.contains('/')) {
        let mut header = header(EntryType::Symlink, 0o777, 0);
        tar.append_link(&mut header, Path::new("bin").join(applet), "busybox")?;
    }
    tar.into_inner().map(Bytes::from)
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header
}

fn file(tar: &mut Builder<Vec<u8>>, name: &str, mode: u32, content: &[u8]) -> io::Result<()> {
    let mut header = header(EntryType::Regular, mode, content.len() as u64);
    tar.append_data(&mut header, name, content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_applet_is_a_link_to_the_one_program() {
        let bytes = archive(b"\x7fELF program", ["sh", "echo", "busybox", ""].into_iter()).unwrap();
        let mut archive = tar::Archive::new(&bytes[..]);
        let entries: Vec<(String, Option<String>)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let name = entry.path().unwrap().display().to_string();
                (name, entry.link_name().unwrap().map(|link| link.display().to_string()))
            })
            .collect();
        assert!(entries.contains(&("bin/sh".into(), Some("busybox".into()))));
        assert!(entries.contains(&("bin/echo".into(), Some("busybox".into()))));
        assert_eq!(entries.iter().filter(|(name, _)| name == "bin/busybox").count(), 1);
    }

    #[test]
    fn a_program_that_needs_an_interpreter_is_not_taken() {
        assert!(is_static(b"\x7fELF and so on"));
        assert!(!is_static(b"\x7fELF /lib64/ld-linux-x86-64.so.2"));
        assert!(!is_static(b"#!/bin/sh"));
    }
}
