//! `cargo xtask workers`: the gateway for Cloudflare Workers, as it is deployed, and how workerd is started with it.
//!
//! Compiler, wasm-bindgen and esbuild are called by hand rather than by worker-build: that takes 7.5 minutes of
//! processor time to compile on a bare machine, and what it adds (a new instance after a panic) is 120 lines in
//! gateway/workers/js, written for this Worker.

mod rehearsal;
pub(crate) mod suite;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::command::{cargo, command, show};
use crate::console::{self, files_below, kilobytes};
use crate::paths;
use crate::setup;
use crate::timing::Timing;

pub(crate) use rehearsal::tests as rehearse;

const PACKAGE: &str = "gateway-workers";
const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "edge";
/// Worker and glue together, as Cloudflare counts them: after gzip.
const LIMIT_BYTES: u64 = 1_000_000;
#[derive(Args)]
pub(crate) struct Workers {
    /// Run the gateway's tests on what was built, and rehearse the deployment
    #[arg(long)]
    test: bool,
    /// Leave the console out: the Worker alone
    #[arg(long)]
    no_console: bool,
}

impl Workers {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        setup::for_workers(timing)?;
        let assets = if self.no_console {
            None
        } else {
            setup::for_console(timing)?;
            Some(console::build(timing)?)
        };
        build(timing, assets.as_deref())?;
        if self.test {
            let mut counts = suite::tests(timing)?;
            counts += rehearse(timing)?;
            println!("{counts}");
            ensure!(counts.failed == 0, "the Worker does not do what the native host does");
        }
        Ok(())
    }
}

/// The Worker's folder in the repository.
pub(crate) fn folder() -> PathBuf {
    paths::root().join("gateway/workers")
}

/// Where the Worker is built: `worker/`, and `console/` beside it.
fn build_folder() -> PathBuf {
    folder().join("build")
}

/// workerd itself: the starter that npm links is a Node program, whose end does not end its child.
pub(crate) fn workerd() -> Result<PathBuf> {
    let kind = match std::env::consts::ARCH {
        "x86_64" => "linux-64",
        "aarch64" => "linux-arm64",
        other => bail!("there is no workerd for {other}"),
    };
    Ok(folder().join(format!("node_modules/@cloudflare/workerd-{kind}/bin/workerd")))
}

/// Builds the Worker, with the console's files beside it where there are any.
pub(crate) fn build(timing: &Timing, assets: Option<&Path>) -> Result<()> {
    timing.step("build the Worker", || {
        show(cargo().args(["build", "--quiet", "--package", PACKAGE, "--profile", PROFILE, "--target", TARGET]))?;
        let module = paths::target().join(TARGET).join(PROFILE).join("gateway_workers.wasm");
        let bound = paths::target().join("edge-worker");
        bind(&module, &bound)?;
        bundle(&bound, &build_folder().join("worker"))?;
        place_console(assets, &build_folder().join("console"))
    })?;
    let size = size()?;
    println!("  Worker: {} kB after gzip, of {} at most", kilobytes(size), kilobytes(LIMIT_BYTES));
    ensure!(size <= LIMIT_BYTES, "the Worker is larger than it may be");
    Ok(())
}

/// Bytes of the Worker after gzip.
pub(crate) fn size() -> Result<u64> {
    files_below(&build_folder().join("worker"))?
        .iter()
        .map(|file| Ok(console::gzip(&fs::read(file)?)?.len() as u64))
        .sum()
}

/// A server with the Worker on this port, before the cluster at `upstream` (a base URL of the platform API).
pub(crate) fn server(port: u16, upstream: &str) -> Result<Command> {
    let objects = paths::target().join(format!("edge-objects/{port}"));
    if objects.exists() {
        fs::remove_dir_all(&objects)?;
    }
    fs::create_dir_all(&objects)?;
    let mut workerd = command(workerd()?);
    workerd
        .args(["serve", "--socket-addr", &format!("http=127.0.0.1:{port}")])
        .args(["--directory-path", &format!("objects={}", objects.display())])
        .arg("workerd.capnp")
        // Paths in the description begin here.
        .current_dir(folder())
        .env("UPSTREAM_URL", upstream)
        // Of tests: whoever reads it here can seal sessions for nobody else.
        .env("SESSION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    Ok(workerd)
}

/// What is bundled with the glue: the entry, and the tables, which both hosts make by the same text.
fn sources() -> [PathBuf; 4] {
    ["workers/js/entry.js", "workers/js/life.js", "native/migrations/0001_links.sql", "native/notes/0001_notes.sql"]
        .map(|file| paths::root().join("gateway").join(file))
}

/// Writes the glue between the module and JavaScript.
fn bind(module: &Path, bound: &Path) -> Result<()> {
    if bound.exists() {
        fs::remove_dir_all(bound)?;
    }
    show(
        command(setup::wasm_bindgen()?)
            .args([
                "--target",
                "module",
                "--no-typescript",
                "--remove-name-section",
                "--out-name",
                "index",
                "--out-dir",
            ])
            .arg(bound)
            .args(["--experimental-reset-state-function", "--force-enable-abort-handler"])
            .arg(module),
    )?;
    for source in sources() {
        fs::copy(&source, bound.join(source.file_name().context("a source is a file")?))?;
    }
    let glue = bound.join("index.js");
    let text = fs::read_to_string(&glue)?;
    fs::write(&glue, with_plain_import(&text)?)?;
    Ok(())
}

/// Workers hand out a compiled module by an ordinary import.
fn with_plain_import(glue: &str) -> Result<String> {
    let plain = glue.replacen("import source ", "import ", 1);
    ensure!(plain != glue, "wasm-bindgen's glue imports its module in another way than it did");
    Ok(plain)
}

/// Makes one script and one module. wasm-opt is left out: -Oz makes the module smaller by a tenth and, after gzip, larger by a tenth.
fn bundle(bound: &Path, into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    show(
        command(folder().join("node_modules/.bin/esbuild"))
            .arg(bound.join("entry.js"))
            .args(["--bundle", "--format=esm", "--minify", "--log-level=warning"])
            .args(["--loader:.sql=text", "--external:./index_bg.wasm", "--external:cloudflare:*"])
            .arg(format!("--outfile={}", into.join("index.js").display())),
    )?;
    fs::copy(bound.join("index_bg.wasm"), into.join("index_bg.wasm"))?;
    Ok(())
}

/// Cloudflare compresses by itself: the compressed forms stay behind.
fn place_console(assets: Option<&Path>, into: &Path) -> Result<()> {
    if into.exists() {
        fs::remove_dir_all(into)?;
    }
    fs::create_dir_all(into)?;
    let Some(assets) = assets else { return Ok(()) };
    for file in files_below(assets)? {
        let is_compressed = file.extension().is_some_and(|extension| extension == "br" || extension == "gz");
        if !is_compressed {
            let to = into.join(file.strip_prefix(assets)?);
            fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
            fs::copy(&file, &to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{place_console, with_plain_import};
    use std::fs;

    #[test]
    fn the_module_is_imported_as_workers_hand_it_out() {
        let glue = "import source wasmModule from \"./index_bg.wasm\";\nlet x;";
        assert_eq!(with_plain_import(glue).unwrap(), "import wasmModule from \"./index_bg.wasm\";\nlet x;");
        assert!(with_plain_import("import wasmModule from \"x\"").is_err());
    }

    #[test]
    fn the_consoles_files_are_deployed_without_their_compressed_forms() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in ["index.html", "index.html.br", "index.html.gz"] {
            fs::write(from.path().join(name), "x").unwrap();
        }
        place_console(Some(from.path()), to.path()).unwrap();
        let names: Vec<_> = fs::read_dir(to.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["index.html"]);
    }
}
