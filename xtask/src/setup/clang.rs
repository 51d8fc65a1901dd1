//! clang: compiles the C of the archive workers (zstd) to WebAssembly, which gcc cannot.

use anyhow::Result;

use super::apt;
use crate::paths::find_program;
use crate::timing::Timing;

pub(crate) fn ensure(timing: &Timing) -> Result<()> {
    let ready = || find_program("clang").is_some();
    timing.ensure("clang", "installing Debian's package", ready, || apt::install(&["clang"]))
}
