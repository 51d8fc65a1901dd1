//! From an index of files to images: which form it is, and what is wrong as a whole.
//!
//! Called again after each round of reading: what it needs and does not have yet, it notes on the shelf.

use super::shelf::Shelf;
use super::{Archive, ArchiveError, Problem, docker, oci};

/// What is known of the tar's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    /// The end marker was there.
    pub(super) marked: bool,
    /// Something stands behind it, here.
    pub(super) trailing: Option<u64>,
}

pub(super) fn describe(shelf: &mut Shelf<'_>, end: End) -> Result<Archive, ArchiveError> {
    let root = root(shelf).ok_or_else(|| no_image(shelf))?;
    let mut archive = if shelf.index.contains(&format!("{root}index.json")) {
        oci::describe(shelf, &root)?
    } else {
        docker::describe(shelf, &root)?
    };
    archive.entry_count = shelf.index.len();
    if let Some(cut) = shelf.index.cut() {
        archive.problems.push(Problem::Cut { at: cut.at });
    } else if !end.marked {
        archive.problems.push(Problem::NoEndMarker);
    }
    if let Some(at) = end.trailing {
        archive.problems.push(Problem::Trailing { at });
    }
    Ok(archive)
}

/// What stands before every name: nothing, or the folder that somebody packed together with its content.
fn root(shelf: &Shelf<'_>) -> Option<String> {
    let holds =
        |root: &str| ["index.json", "manifest.json"].iter().any(|name| shelf.index.contains(&format!("{root}{name}")));
    if holds("") {
        return Some(String::new());
    }
    let mut folders =
        shelf.index.paths().filter_map(|path| path.split_once('/')).map(|(folder, _)| format!("{folder}/"));
    let found = folders.find(|folder| holds(folder))?;
    // Two such folders would be two archives: which one is meant nobody knows.
    let others = folders.any(|folder| folder != found && holds(&folder));
    (!others).then_some(found)
}

fn no_image(shelf: &Shelf<'_>) -> ArchiveError {
    let index = shelf.index;
    if let Some(cut) = index.cut() {
        let (at, path, missing_bytes) = (cut.at, cut.path.clone(), cut.missing_bytes);
        return ArchiveError::Truncated { at, path, missing_bytes };
    }
    if index.contains("repositories") {
        ArchiveError::TooOld
    } else if index.contains(".dockerenv")
        || (index.contains("etc/passwd") && index.paths().any(|path| path.starts_with("usr/")))
    {
        ArchiveError::FileSystem
    } else {
        ArchiveError::NoImage
    }
}
