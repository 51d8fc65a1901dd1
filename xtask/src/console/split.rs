//! The console's module in chunks: pages that `app` marks are loaded when they are opened.
//!
//! Splitting belongs between the linker and wasm-bindgen, where Trunk has no hook. So Trunk is handed this program under the
//! name wasm-bindgen: it splits the module, and lets the real wasm-bindgen do the rest of the work.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use sha2::{Digest, Sha256};

use super::fingerprint::hex;
use super::minify;
use crate::command::{command, show};
use crate::setup;

const NAME: &str = "wasm-bindgen";
/// Where the real wasm-bindgen lies, and where the chunks go.
const REAL: &str = "ROADSTEAD_WASM_BINDGEN";
const CHUNKS: &str = "ROADSTEAD_CHUNKS";
/// What loads the chunks; the main script imports it.
const LINK: &str = "link.js";
/// The main script as the loader names it, until Trunk has hashed its name.
const MAIN: &str = "../app.js";
/// Where the loader waits for a chunk.
const LOADS: &str = "await callee()";
/// A failure is forgotten, so that the next chunk tries again.
const WITH_STYLE: &str = r#"let styled;
function withStyle() {
  return (styled ??= new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL(STYLE, import.meta.url);
    link.onload = done;
    link.onerror = (event) => {
      styled = undefined;
      link.remove();
      failed(event);
    };
    document.head.append(link);
  }));
}
"#;
/// Each is a request. What several chunks share is cut once for every set of them that shares it: a few chunks make many files.
const MOST_FILES: usize = 40;
/// wasm-opt takes seconds to start, and what two pages share is often a function or two.
const WORTHWHILE_BYTES: u64 = 8 * 1024;
/// What Rust's wasm32 target has on. Chunks do not say it of themselves.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Makes Trunk split: its own wasm-bindgen comes first on PATH, and writes the chunks below a folder.
pub(super) fn hook(trunk: &mut Command, work: &Path) -> Result<()> {
    let (bin, chunks) = (work.join("bin"), work.join("chunks"));
    if work.exists() {
        fs::remove_dir_all(work)?;
    }
    fs::create_dir_all(&bin)?;
    fs::create_dir_all(&chunks)?;
    symlink(env::current_exe()?, bin.join(NAME))?;
    let path = env::join_paths(std::iter::once(bin).chain(env::split_paths(&setup::tool_path()?)))?;
    trunk.args(["--features", "split"]).env("PATH", path).env(REAL, setup::wasm_bindgen()?).env(CHUNKS, chunks);
    Ok(())
}

/// Moves the chunks into the console and makes them small. Their loader is named in the page, so that it comes along with
/// the main script and not after it; it brings their stylesheet, too.
pub(super) fn finish(work: &Path, dist: &Path, style: &str) -> Result<()> {
    let mut folders = fs::read_dir(work.join("chunks"))?.collect::<Result<Vec<_>, _>>()?;
    let (Some(folder), true) = (folders.pop(), folders.is_empty()) else {
        bail!("Trunk left no chunks, or those of several builds: does it still call wasm-bindgen by PATH?");
    };
    let name = folder.file_name().into_string().map_err(|name| anyhow!("{} is not text", name.display()))?;
    let shelf = dist.join(&name);
    fs::rename(folder.path(), &shelf)?;
    let files = fs::read_dir(&shelf)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    bounded(files.len())?;
    for chunk in files {
        if chunk.extension() == Some(OsStr::new("wasm")) && chunk.metadata()?.len() >= WORTHWHILE_BYTES {
            let mut optimise = command("wasm-opt");
            optimise.env("PATH", setup::tool_path()?).arg("-Oz").args(FEATURES).arg(&chunk).arg("-o").arg(&chunk);
            show(&mut optimise)?;
        }
    }
    let (main, link) = (main_script(dist)?, shelf.join(LINK));
    let loader = fs::read_to_string(&link)?;
    let loader = loader.replace(&format!("\"{MAIN}\""), &format!("\"../{main}\""));
    fs::write(&link, with_style(&loader, style)?)?;
    minify::in_place(&link)?;
    minify::in_place(&dist.join(main))?;
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index).with_context(|| format!("Trunk made no {}", index.display()))?;
    Ok(fs::write(&index, with_loader(&page, &name)?)?)
}

fn bounded(files: usize) -> Result<()> {
    if files > MOST_FILES {
        bail!(
            "the console falls into {files} files, {MOST_FILES} at most: each is a request when a page is opened. Put pages that are \
             opened together into one chunk: the word in `chunk!`"
        );
    }
    Ok(())
}

/// `app-0123456789abcdef.js`.
fn main_script(dist: &Path) -> Result<String> {
    let names = fs::read_dir(dist)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<Result<Vec<String>>>()?;
    let mut scripts = names.into_iter().filter(|name| name.starts_with("app-") && name.ends_with(".js"));
    match (scripts.next(), scripts.next()) {
        (Some(script), None) => Ok(script),
        _ => bail!("Trunk left no main script app-<hash>.js, or several"),
    }
}

/// No chunk is there before its stylesheet is: a page must not be seen undressed.
fn with_style(loader: &str, style: &str) -> Result<String> {
    if loader.matches(LOADS).count() != 1 {
        bail!("the splitter's loader has changed: where does it await `{LOADS}` now?");
    }
    let loader = loader.replace(LOADS, "await Promise.all([callee(), withStyle()])");
    Ok(format!("{loader}\nconst STYLE = \"../{style}\";\n{WITH_STYLE}"))
}

fn with_loader(page: &str, folder: &str) -> Result<String> {
    let end = page.find("</head>").context("index.html has no </head>")?;
    let (head, rest) = page.split_at(end);
    Ok(format!("{head}<link rel=\"modulepreload\" href=\"/{folder}/{LINK}\" crossorigin=\"anonymous\">{rest}"))
}

/// Whether this program was started as wasm-bindgen.
pub(crate) fn is_asked() -> bool {
    env::args_os().next().is_some_and(|name| Path::new(&name).file_name() == Some(OsStr::new(NAME)))
}

/// What it does then: splits the module it is given, and becomes the real wasm-bindgen for the main part.
pub(crate) fn run() -> Result<()> {
    let real = env::var_os(REAL).with_context(|| format!("{REAL} does not say where wasm-bindgen is"))?;
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if let Some(module) = arguments.iter_mut().find(|argument| is_module(argument)) {
        let chunks = PathBuf::from(env::var_os(CHUNKS).with_context(|| format!("{CHUNKS} does not say where to"))?);
        let input = fs::read(&module).with_context(|| format!("could not read {}", module.display()))?;
        let main = chunks.with_file_name("main.wasm");
        split(&input, &main, &chunks)?;
        *module = main.into();
        // The chunks link against what lld exports, by the names it has in them.
        arguments.extend(["--keep-lld-exports", "--no-demangle"].map(OsString::from));
    }
    Err(Command::new(&real).args(arguments).exec()).with_context(|| format!("could not start {}", real.display()))
}

fn is_module(argument: &OsStr) -> bool {
    Path::new(argument).extension() == Some(OsStr::new("wasm"))
}

fn split(input: &[u8], main: &Path, chunks: &Path) -> Result<()> {
    let folder = format!("split-{}", hex(&Sha256::digest(input)[..8]));
    let shelf = chunks.join(&folder);
    // The main script names the loader from where it lies itself, and so does the splitter: a folder too deep.
    let deep = shelf.join(&folder);
    fs::create_dir_all(&deep)?;
    let link = format!("./{folder}/{LINK}");
    let mut options = wasm_split_cli_support::Options::new(input);
    options.output_dir = &shelf;
    options.main_out_path = main;
    options.link_name = &link;
    options.main_module = MAIN;
    wasm_split_cli_support::transform(options).map_err(|error| anyhow!("could not split the console: {error:#}"))?;
    fs::rename(deep.join(LINK), shelf.join(LINK))?;
    Ok(fs::remove_dir(deep)?)
}

#[cfg(test)]
mod tests {
    use super::{MOST_FILES, bounded, main_script, with_loader, with_style};
    use std::fs;

    #[test]
    fn the_main_script_is_the_one_that_trunk_named() {
        let dist = tempfile::tempdir().unwrap();
        for name in ["app-0a.js", "boot-0b.js", "app-0a_bg.wasm"] {
            fs::write(dist.path().join(name), "").unwrap();
        }
        assert_eq!(main_script(dist.path()).unwrap(), "app-0a.js");
        fs::write(dist.path().join("app-0c.js"), "").unwrap();
        assert!(main_script(dist.path()).is_err());
    }

    #[test]
    fn a_console_in_too_many_files_is_refused_with_what_to_do() {
        assert!(bounded(MOST_FILES).is_ok());
        let told = bounded(MOST_FILES + 1).unwrap_err().to_string();
        assert!(told.contains("41 files") && told.contains("`chunk!`"), "{told}");
    }

    #[test]
    fn the_loader_waits_for_the_stylesheet_too() {
        let loader = with_style("try { await callee(); } catch {}", "later-0a.css").unwrap();
        assert!(loader.starts_with("try { await Promise.all([callee(), withStyle()]); } catch {}\n"), "{loader}");
        assert!(loader.contains("const STYLE = \"../later-0a.css\";"));
        assert!(with_style("await another()", "later-0a.css").is_err());
    }

    #[test]
    fn the_page_names_the_loader_in_its_head() {
        let page = with_loader("<head><title>x</title></head><body>", "split-0a").unwrap();
        let link = "<link rel=\"modulepreload\" href=\"/split-0a/link.js\" crossorigin=\"anonymous\">";
        assert_eq!(page, format!("<head><title>x</title>{link}</head><body>"));
        assert!(with_loader("<body>", "split-0a").is_err());
    }
}
