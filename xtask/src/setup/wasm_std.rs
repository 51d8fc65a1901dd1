//! Rust's standard library for wasm32: from rustup, or built from Debian's copy of its sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::apt;
use crate::command::{capture, cargo, command, quiet};
use crate::paths;
use crate::timing::Timing;

const TARGET: &str = "wasm32-unknown-unknown";

/// Suites that carry rust-src; the first with the compiler's own version is taken.
const SUITES: [&str; 4] = ["trixie-backports", "trixie", "forky", "sid"];

pub(crate) fn ensure(timing: &Timing) -> Result<()> {
    let sysroot = PathBuf::from(capture(command("rustc").args(["--print", "sysroot"]))?.trim());
    let library = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let debian = std::env::var("RUST_STD_FROM").is_ok_and(|from| from == "debian");
    let how = if debian { "building it from Debian's rust-src, about 1 min" } else { "rustup target add" };
    timing.ensure(
        "Rust's standard library for wasm32",
        how,
        || is_there(&library),
        || {
            if debian {
                return from_debian(&sysroot, &library);
            }
            let rustup = quiet(command("rustup").args(["target", "add", TARGET]), "rustup");
            match rustup {
                Ok(()) => Ok(()),
                Err(refused) => from_debian(&sysroot, &library)
                    .with_context(|| format!("rustup could not fetch it either: {refused:#}")),
            }
        },
    )
}

fn is_there(library: &Path) -> bool {
    let Ok(entries) = fs::read_dir(library) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

fn from_debian(sysroot: &Path, library: &Path) -> Result<()> {
    let version = compiler_version()?;
    let work = paths::cache().join("wasm-std");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    if paths::find_program("dpkg-deb").is_none() {
        bail!(
            "neither rustup nor Debian's tools can provide it here; run `rustup target add {TARGET}` where it can reach its server"
        );
    }

    apt::download("rust-src", &SUITES, |offer| offer.starts_with(&format!("{version}+")), &work)?;
    let package = find_file(&work, |name| name.ends_with(".deb")).context("apt-get download left no file")?;
    quiet(command("dpkg-deb").arg("-x").arg(&package).arg(work.join("package")), "dpkg-deb")?;
    let sources = work.join(format!("package/usr/src/rustc-{version}/library"));
    let installed = sysroot.join("lib/rustlib/src/rust");
    fs::create_dir_all(&installed)?;
    if !installed.join("library").exists() {
        quiet(command("cp").arg("-r").arg(&sources).arg(installed.join("library")), "copy-std-sources")?;
    }

    let seed = work.join("seed");
    fs::create_dir_all(seed.join("src"))?;
    fs::write(
        seed.join("Cargo.toml"),
        "[package]\nname = \"seed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n",
    )?;
    fs::write(seed.join("src/lib.rs"), "")?;
    quiet(
        cargo()
            .current_dir(&seed)
            .args(["build", "--release", "--target", TARGET])
            .arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test")
            .env("RUSTC_BOOTSTRAP", "1")
            // cargo builds std without bitcode, and fat LTO of the console then finds none.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .env("CARGO_TARGET_DIR", seed.join("target")),
        "build-std",
    )?;
    fs::create_dir_all(library)?;
    for entry in fs::read_dir(seed.join("target").join(TARGET).join("release/deps"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libseed-") && !name.starts_with("libstd-") {
            fs::copy(&path, library.join(&name))?;
        }
    }
    // std itself comes last: its presence is what says that all of them are there.
    let std = find_file(&seed.join("target").join(TARGET).join("release/deps"), |name| {
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
    .context("the build made no libstd")?;
    fs::copy(&std, library.join(std.file_name().unwrap_or_default()))?;
    fs::remove_dir_all(&work).ok();
    Ok(())
}

/// `1.95.0` of `rustc 1.95.0 (...)`.
fn compiler_version() -> Result<String> {
    let said = capture(command("rustc").arg("--version"))?;
    said.split_whitespace().nth(1).map(str::to_owned).context("`rustc --version` said something unexpected")
}

fn find_file(folder: &Path, wanted: impl Fn(&str) -> bool) -> Option<PathBuf> {
    fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| wanted(&name.to_string_lossy())))
}
