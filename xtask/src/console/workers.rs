//! The archive workers: a WebAssembly module of their own, built for speed and loaded when a push begins. Not part of the first load.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::fingerprint::hex;
use crate::command::{cargo, command, show};
use crate::paths;
use crate::setup;

const PACKAGE: &str = "archive-worker";
const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "workers";
/// What every browser that runs the console has; the C libraries use it too.
const RUST_FLAGS: &str = "-Ctarget-feature=+simd128,+bulk-memory";
const C_FLAGS: &str = "-O3 -msimd128";

/// Compiles the workers.
pub(crate) fn compile() -> Result<()> {
    let mut compile = cargo();
    compile_c_for_wasm(&mut compile);
    show(
        compile
            .args(["build", "--quiet", "--package", PACKAGE, "--profile", PROFILE, "--target", TARGET])
            .env("RUSTFLAGS", RUST_FLAGS),
    )
}

/// Puts the compiled workers into `dist`, and tells the page where they are.
pub(crate) fn finish(dist: &Path) -> Result<()> {
    let module = paths::target().join(TARGET).join(PROFILE).join("archive_worker.wasm");
    let bound = paths::target().join("archive-worker");
    show(
        command("wasm-bindgen")
            .args(["--target", "web", "--no-typescript", "--out-name", PACKAGE, "--out-dir"])
            .arg(&bound)
            .arg(&module)
            .env("PATH", setup::tool_path()?),
    )?;
    let script = place(&bound, dist)?;
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index)?;
    fs::write(&index, with_worker(&page, &script)?)?;
    Ok(())
}

/// Tells a build for WebAssembly how the C in it is compiled.
pub(crate) fn compile_c_for_wasm(cargo: &mut Command) {
    cargo
        .env("CC_wasm32_unknown_unknown", "clang")
        // Debian's clang brings no archiver of its own; the GNU one does not mind what is in an archive.
        .env("AR_wasm32_unknown_unknown", "ar")
        .env("CFLAGS_wasm32_unknown_unknown", C_FLAGS);
}

/// Puts module and script into `dist` under names that change with their content; returns the script's name.
fn place(bound: &Path, dist: &Path) -> Result<String> {
    let module = fs::read(bound.join(format!("{PACKAGE}_bg.wasm")))?;
    let glue = fs::read_to_string(bound.join(format!("{PACKAGE}.js")))?;
    let module_name = format!("{PACKAGE}-{}.wasm", hash(&module));
    let script = format!("{glue}\n{}", begin(&module_name));
    let script_name = format!("{PACKAGE}-{}.js", hash(script.as_bytes()));
    fs::write(dist.join(&module_name), module)?;
    fs::write(dist.join(&script_name), script)?;
    Ok(script_name)
}

/// A worker may start further ones of its own kind and no other script: the content policy asks for Trusted Types in it, too.
/// Messages that come before the module is ready wait for it, in their order.
fn begin(module: &str) -> String {
    format!(
        "self.trustedTypes?.createPolicy('default', {{ createScriptURL: (url) => (url === self.location.href ? url : null) }});\n\
         const ready = __wbg_init({{ module_or_path: new URL('{module}', import.meta.url) }});\n\
         self.onmessage = (event) => ready.then(() => receive(event.data));\n"
    )
}

fn hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content)[..8])
}

/// The page finds the workers by this; a link would make them part of the first load.
fn with_worker(page: &str, script: &str) -> Result<String> {
    let head = page.find("</head>").context("index.html has no </head>")?;
    Ok(format!("{}<meta name=\"archive-worker\" content=\"/{script}\">{}", &page[..head], &page[head..]))
}

#[cfg(test)]
mod tests {
    use super::{place, with_worker};
    use std::fs;

    #[test]
    fn the_workers_files_are_named_after_their_content_and_the_script_names_the_module() {
        let (bound, dist) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(bound.path().join("archive-worker_bg.wasm"), "one").unwrap();
        fs::write(bound.path().join("archive-worker.js"), "glue").unwrap();
        let first = place(bound.path(), dist.path()).unwrap();
        assert_eq!(place(bound.path(), dist.path()).unwrap(), first);
        fs::write(bound.path().join("archive-worker_bg.wasm"), "two").unwrap();
        assert_ne!(place(bound.path(), dist.path()).unwrap(), first);

        let script = fs::read_to_string(dist.path().join(first)).unwrap();
        let module = script.split("new URL('").nth(1).unwrap().split('\'').next().unwrap();
        assert_eq!(fs::read_to_string(dist.path().join(module)).unwrap(), "one");
    }

    #[test]
    fn the_page_is_told_where_the_workers_are() {
        let page = with_worker("<head><title>x</title></head><body>", "w-1.js").unwrap();
        assert_eq!(page, "<head><title>x</title><meta name=\"archive-worker\" content=\"/w-1.js\"></head><body>");
    }
}
