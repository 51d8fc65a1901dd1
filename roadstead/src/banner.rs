//! What the terminal says once all is up. To standard output, so that a script can read it; the log goes to standard error.

use std::fmt::Write;
use url::Url;

/// What there is to say.
pub(crate) struct Banner<'a> {
    pub(crate) address: &'a Url,
    pub(crate) data: &'a std::path::Path,
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
            line("  Another link: roadstead user link admin");
            line(&format!(
                "  Command line: apolo config login-with-token \"$(roadstead user token admin)\" {address}/api/v1"
            ));
        }
        line("  Ctrl-C stops the server; jobs keep running and are picked up again.");
        line("");
        text
    }
}
