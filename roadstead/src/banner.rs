//! What the terminal says once all is up. To standard output, so that a script can read it; the log goes to standard error.

use crate::args::DATA_FOLDER;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use url::Url;

/// What there is to say.
pub(crate) struct Banner<'a> {
    pub(crate) address: &'a Url,
    pub(crate) data: &'a Path,
    /// One-time code of a sign-in link.
    pub(crate) code: Option<&'a str>,
    pub(crate) console: bool,
}

/// The address of a sign-in link. The code lies in the fragment, which browsers send to no server.
pub(crate) fn link(address: &Url, code: &str) -> String {
    format!("{}/sign-in#code={code}", address.as_str().trim_end_matches('/'))
}

impl Banner<'_> {
    /// The text.
    pub(crate) fn text(&self) -> String {
        let address = self.address.as_str().trim_end_matches('/');
        let mut text = String::new();
        let mut line = |words: &str| writeln!(text, "{words}").expect("writing to a string does not fail");
        line("");
        line(&format!("  Roadstead is up at {address}   (data in {})", self.data.display()));
        if !self.console {
            line("  This binary was built without the console; `cargo xtask up` builds both.");
        }
        if let Some(code) = self.code {
            line("");
            line("  Sign in (one time, within 15 minutes):");
            line(&format!("  {}", link(self.address, code)));
            line("");
            let (program, data) = (program(), self.data_option());
            line(&format!("  Another link: {program} user link admin{data}"));
            line(&format!(
                "  Command line: apolo config login-with-token \"$({program} user token admin{data})\" {address}/api/v1"
            ));
        }
        line("  Ctrl-C stops the server; jobs keep running and are picked up again.");
        line("");
        text
    }

    /// What the commands need to find the folder, where that is not the usual one.
    fn data_option(&self) -> String {
        let data = nearby(self.data);
        if data == Path::new(DATA_FOLDER) { String::new() } else { format!(" --data {}", quoted(data)) }
    }
}

/// This program as it can be called from here.
fn program() -> String {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_else(|| "roadstead".into());
    quoted(nearby(&called))
}

/// The path from the current folder on, where it lies below that.
fn nearby(path: &Path) -> &Path {
    std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}

fn quoted(path: &Path) -> String {
    shell_words::quote(&path.to_string_lossy()).into_owned()
}
