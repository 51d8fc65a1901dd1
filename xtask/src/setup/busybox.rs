//! Debian's static busybox, from which the server makes the sample image that the first job runs without a network.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::apt;
use crate::paths::find_program;
use crate::timing::Timing;

pub(crate) fn ensure(timing: &Timing) -> Result<()> {
    if find().is_none() && !apt::may_install() {
        println!(
            "  sample image: left out, there is no static busybox here (Debian: `apt-get install busybox-static`)"
        );
        return Ok(());
    }
    let ready = || find().is_some();
    timing.ensure("static busybox for the sample image", "installing Debian's package", ready, || {
        apt::install(&["busybox-static"])
    })
}

/// A statically linked busybox, if there is one.
pub(crate) fn find() -> Option<PathBuf> {
    [Some(PathBuf::from("/bin/busybox")), find_program("busybox")]
        .into_iter()
        .flatten()
        .find(|candidate| is_static(candidate))
}

/// A 64-bit ELF program with no PT_INTERP header asks for no dynamic loader (ELF-64 object file format, section 4).
fn is_static(program: &Path) -> bool {
    let Ok(bytes) = fs::read(program) else { return false };
    asks_for_loader(&bytes) == Some(false)
}

fn asks_for_loader(elf: &[u8]) -> Option<bool> {
    const PT_INTERP: u32 = 3;
    if elf.get(..5)? != b"\x7fELF\x02" {
        return None;
    }
    let u16_at = |at: usize| Some(u16::from_le_bytes(elf.get(at..at + 2)?.try_into().ok()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(elf.get(at..at + 4)?.try_into().ok()?));
    let u64_at = |at: usize| Some(u64::from_le_bytes(elf.get(at..at + 8)?.try_into().ok()?));
    let first = usize::try_from(u64_at(32)?).ok()?;
    let (size, count) = (usize::from(u16_at(54)?), usize::from(u16_at(56)?));
    for header in 0..count {
        if u32_at(first.checked_add(header * size)?)? == PT_INTERP {
            return Some(true);
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::asks_for_loader;

    fn elf(segment: u32) -> Vec<u8> {
        let mut bytes = vec![0_u8; 64 + 56];
        bytes[..5].copy_from_slice(b"\x7fELF\x02");
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = 1;
        bytes[64..68].copy_from_slice(&segment.to_le_bytes());
        bytes
    }

    #[test]
    fn a_program_with_an_interpreter_is_not_static() {
        assert_eq!(asks_for_loader(&elf(3)), Some(true));
        assert_eq!(asks_for_loader(&elf(1)), Some(false));
    }

    #[test]
    fn a_shell_script_or_a_cut_file_is_no_program_at_all() {
        assert_eq!(asks_for_loader(b"#!/bin/sh\n"), None);
        assert_eq!(asks_for_loader(&elf(1)[..60]), None);
        assert_eq!(asks_for_loader(&elf(1)[..66]), None);
    }
}
