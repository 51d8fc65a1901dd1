//! Go, in which the OCI's conformance suite is written: the machine's own if it is new enough, else one from Go's module proxy.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::apt;
use crate::command::{capture, command};
use crate::paths;
use crate::timing::Timing;

/// What the suite asks for, and what is fetched where there is nothing newer.
const OLDEST: (u32, u32) = (1, 24);
const FETCHED: &str = "1.24.13";

/// Gets a Go that can build the suite.
pub(crate) fn ensure(timing: &Timing) -> Result<()> {
    let what = format!("Go {}.{} or newer", OLDEST.0, OLDEST.1);
    timing.ensure(&what, "fetching it through Go's module proxy", || find().is_ok(), fetch)
}

/// The Go to build with.
pub(crate) fn find() -> Result<PathBuf> {
    let own = fs::read_to_string(own_note()).ok().map(|path| PathBuf::from(path.trim()));
    candidates()
        .chain(own)
        .find(|go| version(go).is_some_and(|version| version >= OLDEST))
        .with_context(|| format!("there is no Go {}.{} here", OLDEST.0, OLDEST.1))
}

/// A run of Go that fetches no other Go by itself.
pub(crate) fn run(go: &Path) -> std::process::Command {
    let mut run = command(go);
    run.env("GOTOOLCHAIN", "local").env("GOFLAGS", "-mod=mod -buildvcs=false").env("CGO_ENABLED", "0");
    run
}

fn candidates() -> impl Iterator<Item = PathBuf> {
    let usual = PathBuf::from("/usr/local/go/bin/go");
    paths::find_program("go").into_iter().chain(usual.is_file().then_some(usual))
}

fn version(go: &Path) -> Option<(u32, u32)> {
    parse(&capture(run(go).arg("version")).ok()?)
}

/// `go version go1.24.13 linux/amd64`
fn parse(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.split_whitespace().nth(2)?.strip_prefix("go")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Where the path of a fetched Go is noted.
fn own_note() -> PathBuf {
    paths::tool("go", FETCHED).join("path")
}

/// Any Go, however old, can fetch another: toolchains are modules (<https://go.dev/doc/toolchain>).
fn fetch() -> Result<()> {
    if candidates().next().is_none() {
        apt::install(&["golang-go"])?;
    }
    let old = candidates().next().context("golang-go brought no go")?;
    let folder = paths::tool("go", FETCHED);
    fs::create_dir_all(&folder)?;
    let system = capture(run(&old).args(["env", "GOOS", "GOARCH"]))?;
    let system = system.split_whitespace().collect::<Vec<_>>().join("-");
    let module = format!("golang.org/toolchain@v0.0.1-go{FETCHED}.{system}");
    let answer = capture(
        run(&old)
            .args(["mod", "download", "-json", &module])
            .env("GOMODCACHE", folder.join("modules"))
            .current_dir(&folder),
    )?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    let Some(root) = answer["Dir"].as_str().map(PathBuf::from) else { bail!("{module} has no folder: {answer}") };
    // Module archives carry no permissions.
    for programs in ["bin".to_owned(), format!("pkg/tool/{}", system.replace('-', "_"))] {
        for entry in fs::read_dir(root.join(programs))? {
            fs::set_permissions(entry?.path(), Permissions::from_mode(0o755))?;
        }
    }
    let go = root.join("bin/go");
    capture(run(&go).arg("version"))?;
    fs::write(own_note(), go.display().to_string())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn releases_and_development_versions_are_told_apart_by_number() {
        assert_eq!(parse("go version go1.26.8 linux/amd64"), Some((1, 26)));
        assert_eq!(parse("go version go1.19 linux/amd64\n"), Some((1, 19)));
        for odd in ["", "go version devel +abc linux/amd64", "go version"] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }
}
