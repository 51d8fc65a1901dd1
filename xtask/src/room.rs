//! Room on the disk: what is built and tested needs gigabytes, and compilers that find none left say so in riddles.

use anyhow::{Context, Result};

use crate::paths;

const GB: u64 = 1_000_000_000;
/// What a whole test run leaves in cargo's target folder and in the cache of tools, and needs beside it for a while.
const NEEDED_GB: u64 = 12;

/// Prints how much is free where the target folder is.
pub(crate) fn tell() -> Result<()> {
    // The target folder itself may not be there yet.
    let found = rustix::fs::statvfs(paths::root()).context("could not ask how much room the disk has")?;
    println!("{}", words(found.f_bavail * found.f_frsize));
    Ok(())
}

fn words(free_bytes: u64) -> String {
    let free_gb = free_bytes / GB;
    let mut words = format!("{free_gb} GB free on the disk");
    if free_gb < NEEDED_GB {
        words += &format!(
            "; warning: a run that builds everything takes up to {NEEDED_GB} GB, and `cargo clean` makes room"
        );
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{GB, words};

    #[test]
    fn too_little_room_is_warned_of() {
        assert_eq!(words(80 * GB + 1), "80 GB free on the disk");
        assert!(words(GB - 1).starts_with("0 GB free on the disk; warning: "));
    }
}
