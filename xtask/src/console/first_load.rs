//! What a browser must load before the jobs list can be used, and how much that may be.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

/// The most that the first load may be, in bytes as sent (brotli).
pub(crate) const LIMIT_BYTES: u64 = 250_000;

/// The files that index.html names, itself first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FirstLoad {
    pub(crate) parts: Vec<Part>,
}

/// One file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Bytes once decoded.
    pub(crate) plain: u64,
    /// Bytes as sent.
    pub(crate) sent: u64,
}

impl FirstLoad {
    pub(crate) fn of(assets: &Path) -> Result<Self> {
        let page = fs::read_to_string(assets.join("index.html"))?;
        let mut names = vec!["index.html".to_owned()];
        for attribute in ["href=\"/", "src=\"/", "href=/", "src=/"] {
            for rest in page.split(attribute).skip(1) {
                let name: String =
                    rest.chars().take_while(|c| !matches!(c, '"' | '\'' | ' ' | '>' | '?' | '#')).collect();
                if assets.join(&name).is_file() && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let part = |name: String| {
            let plain = fs::metadata(assets.join(&name))?.len();
            let sent = fs::metadata(assets.join(format!("{name}.br"))).map_or(plain, |encoded| encoded.len());
            Ok(Part { name, plain, sent })
        };
        Ok(Self { parts: names.into_iter().map(part).collect::<Result<_>>()? })
    }

    /// Bytes as sent.
    pub(crate) fn sent(&self) -> u64 {
        self.parts.iter().map(|part| part.sent).sum()
    }

    /// Prints what it is made of.
    pub(crate) fn print(&self) {
        println!("\n  {:<40}{:>10}{:>10}", "console, first load", "kB", "brotli kB");
        for Part { name, plain, sent } in &self.parts {
            println!("  {name:<40}{:>10}{:>10}", kilobytes(*plain), kilobytes(*sent));
        }
        let plain = self.parts.iter().map(|part| part.plain).sum();
        println!("  {:<40}{:>10}{:>10}", "all", kilobytes(plain), kilobytes(self.sent()));
    }

    /// An error where it is more than it may be.
    pub(crate) fn check(&self) -> Result<()> {
        if self.sent() > LIMIT_BYTES {
            bail!(
                "the console's first load is {} kB, and may be {} kB: load what the jobs list does not need in a chunk of its own \
                 (docs/ARCHITECTURE.md, \"Chunks of the console\")",
                kilobytes(self.sent()),
                kilobytes(LIMIT_BYTES)
            );
        }
        Ok(())
    }
}

/// Thousands of bytes, with one decimal.
pub(crate) fn kilobytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::{FirstLoad, LIMIT_BYTES, Part};
    use std::fs;

    #[test]
    fn each_named_file_counts_once_and_as_it_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let page = "<link rel=modulepreload href=\"/app.js\"><script src=\"/app.js\"></script><link href=\"https://elsewhere/x\">";
        fs::write(folder.path().join("index.html"), page).unwrap();
        fs::write(folder.path().join("app.js"), [0; 100]).unwrap();
        fs::write(folder.path().join("app.js.br"), [0; 10]).unwrap();
        fs::write(folder.path().join("terminal.js"), [0; 1000]).unwrap();
        let whole = page.len() as u64;
        let load = FirstLoad::of(folder.path()).unwrap();
        let [index, app] = [("index.html", whole, whole), ("app.js", 100, 10)].map(|(name, plain, sent)| Part {
            name: name.to_owned(),
            plain,
            sent,
        });
        assert_eq!(load, FirstLoad { parts: vec![index, app] });
        assert_eq!(load.sent(), whole + 10);
    }

    #[test]
    fn one_byte_too_much_is_an_error() {
        let load = |sent| FirstLoad { parts: vec![Part { name: "app.wasm".to_owned(), plain: sent, sent }] };
        assert!(load(LIMIT_BYTES).check().is_ok());
        assert!(load(LIMIT_BYTES + 1).check().is_err());
    }
}
