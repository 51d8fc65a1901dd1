//! What the console is made of, as one hash.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::paths;

/// Everything that the console's build reads, and the code that finishes it.
const INPUTS: [&str; 10] = [
    "app",
    "style",
    "api",
    "platform",
    "image",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "rust-toolchain.toml",
    "xtask/src/console",
];

/// A hash over the names and contents of all inputs.
pub(crate) fn of_inputs() -> Result<String> {
    let root = paths::root();
    of(&root, &INPUTS.map(|input| root.join(input)))
}

fn of(root: &Path, inputs: &[PathBuf]) -> Result<String> {
    let mut hasher = Sha256::new();
    for input in inputs {
        for file in files_below(input)? {
            let content = fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
            let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
            hasher.update(format!("{name}\0{}\0", content.len()));
            hasher.update(&content);
        }
    }
    Ok(hex(&hasher.finalize()[..8]))
}

/// All files below a folder in a fixed order; the file itself if it is one; none if it is missing.
pub(crate) fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry?.path();
            match entry.file_name().and_then(|name| name.to_str()) {
                Some("node_modules" | "target" | "dist") => {}
                Some(_) if entry.is_dir() => folders.push(entry),
                _ => files.push(entry),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::of;
    use std::fs;

    #[test]
    fn a_changed_byte_or_name_changes_the_fingerprint_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("app");
        fs::create_dir(&input).unwrap();
        fs::write(input.join("a.rs"), "one").unwrap();
        let inputs = [input.clone()];
        let before = of(folder.path(), &inputs).unwrap();

        fs::create_dir(input.join("node_modules")).unwrap();
        fs::write(input.join("node_modules/x.js"), "not ours").unwrap();
        assert_eq!(of(folder.path(), &inputs).unwrap(), before);

        fs::write(input.join("a.rs"), "two").unwrap();
        let edited = of(folder.path(), &inputs).unwrap();
        assert_ne!(edited, before);

        fs::rename(input.join("a.rs"), input.join("b.rs")).unwrap();
        assert_ne!(of(folder.path(), &inputs).unwrap(), edited);
    }
}
