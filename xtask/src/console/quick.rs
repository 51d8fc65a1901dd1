//! The console as it is built for work on it: in one piece, neither made small nor compressed. Never shipped.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{fingerprint, page, workers};
use crate::command::{cargo, command, show};
use crate::paths;
use crate::setup;
use crate::timing::Timing;

/// Builds it unless its inputs are unchanged; returns the folder with the assets.
pub(crate) fn build(timing: &Timing) -> Result<PathBuf> {
    let shelf = paths::target().join("console-quick");
    let assets = shelf.join(fingerprint::of_inputs()?);
    if assets.join("index.html").is_file() {
        println!("  console: unchanged");
        return Ok(assets);
    }
    let dist = paths::target().join("console-quick-dist");
    setup::build_packages(timing, "app/terminal-js")?;
    timing.step("build the console, quickly", || trunk(&dist))?;
    timing.step("compile the archive workers", workers::compile)?;
    workers::finish(&dist)?;
    let style = page::finish(&dist)?;
    let index = dist.join("index.html");
    fs::write(&index, with_style(&fs::read_to_string(&index)?, &style)?)?;
    if shelf.exists() {
        fs::remove_dir_all(&shelf)?;
    }
    fs::create_dir_all(&shelf)?;
    fs::rename(&dist, &assets).with_context(|| format!("could not move the console to {}", assets.display()))?;
    Ok(assets)
}

fn trunk(dist: &Path) -> Result<()> {
    show(cargo().args(["fetch", "--quiet", "--target", "wasm32-unknown-unknown"]))?;
    show(
        command("trunk")
            .args(["--config", "Trunk.toml", "build", "--offline", "--cargo-profile", "quick", "--dist"])
            .arg(dist)
            .env("PATH", setup::tool_path()?)
            .env_remove("NO_COLOR"),
    )
}

/// There is no loader of chunks that would bring the second stylesheet: the page links it.
fn with_style(page: &str, style: &str) -> Result<String> {
    let end = page.find("</head>").context("index.html has no </head>")?;
    let (head, rest) = page.split_at(end);
    Ok(format!("{head}<link rel=\"stylesheet\" href=\"/{style}\">{rest}"))
}

#[cfg(test)]
mod tests {
    use super::with_style;

    #[test]
    fn the_page_links_the_stylesheet_that_chunks_would_bring() {
        let page = with_style("<head><title>x</title></head><body>", "later-0a.css").unwrap();
        assert_eq!(page, "<head><title>x</title><link rel=\"stylesheet\" href=\"/later-0a.css\"></head><body>");
        assert!(with_style("<body>", "later-0a.css").is_err());
    }
}
