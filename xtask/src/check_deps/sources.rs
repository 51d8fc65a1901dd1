//! Rules about places in a package: which files may name which library or module.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::Breach;
use super::source::{code_of, lines_with};
use crate::console::files_below;

/// An identifier that only some files of a folder may name.
struct Rule {
    within: &'static str,
    identifier: &'static str,
    /// A file may if its path below `within` starts with, or has a component named like, one of these.
    only: &'static [&'static str],
    message: &'static str,
}

const NO_CLOCK: &str = "the gateway takes clock and randomness through ports only";
const HOST_NEUTRAL: &str = "the gateway is host-neutral; this belongs to a host (gateway/native)";
const NO_IO: &str = "the contracts do no I/O";
const UI_ALONE: &str = "`ui` knows nothing of ours; what knows the domain belongs in components";

const RULES: &[Rule] = &[
    Rule { within: "gateway/src", identifier: "tokio", only: &[], message: HOST_NEUTRAL },
    Rule { within: "gateway/src", identifier: "worker", only: &[], message: HOST_NEUTRAL },
    Rule { within: "gateway/src", identifier: "Instant", only: &[], message: NO_CLOCK },
    Rule { within: "gateway/src", identifier: "SystemTime", only: &[], message: NO_CLOCK },
    Rule { within: "gateway/src", identifier: "getrandom", only: &[], message: NO_CLOCK },
    Rule { within: "cluster/src", identifier: "sqlx", only: &["store"], message: "SQL belongs in store files only" },
    Rule {
        within: "gateway/native/src",
        identifier: "sqlx",
        only: &["store", "rows"],
        message: "SQL belongs in store files only",
    },
    Rule {
        within: "cluster/src",
        identifier: "bollard",
        only: &["engine"],
        message: "containers belong in `engine` only",
    },
    Rule {
        within: "cluster/src",
        identifier: "axum",
        only: &["http", "cluster"],
        message: "HTTP belongs in `http` only",
    },
    Rule {
        within: "app/src",
        identifier: "web_sys",
        only: &["client", "stores", "ui", "logview", "terminal", "workers"],
        message: "the browser is reached through client, stores, ui, the log view, the terminal and the archive workers only",
    },
    Rule { within: "app/src/ui", identifier: "api", only: &[], message: UI_ALONE },
    Rule { within: "app/src/ui", identifier: "components", only: &[], message: UI_ALONE },
    Rule { within: "app/src/ui", identifier: "pages", only: &[], message: UI_ALONE },
    Rule { within: "app/src/ui", identifier: "client", only: &[], message: UI_ALONE },
    Rule { within: "app/src/ui", identifier: "stores", only: &[], message: UI_ALONE },
    Rule { within: "app/src/ui", identifier: "queries", only: &[], message: UI_ALONE },
];

const CONTRACT_FOLDERS: [&str; 3] = ["api/src", "platform/src", "image/src"];
const IO_PATHS: [&str; 5] = ["std::fs", "std::net", "std::process", "std::thread", "std::time::SystemTime"];

/// Breaches in the sources below the repository's root.
pub(crate) fn breaches(root: &Path) -> Result<Vec<Breach>> {
    let mut found = Vec::new();
    for rule in RULES {
        for_each_source(root, rule.within, |below, place, code| {
            if !rule.allows(below) {
                found.extend(
                    lines_with(code, rule.identifier)
                        .into_iter()
                        .filter(|line| is_path(code, *line, rule.identifier))
                        .map(|line| {
                            Breach::new(
                                format!("{place}:{line}"),
                                format!("names `{}`: {}", rule.identifier, rule.message),
                            )
                        }),
                );
            }
        })?;
    }
    for folder in CONTRACT_FOLDERS {
        for_each_source(root, folder, |_, place, code| {
            for path in IO_PATHS {
                found.extend(
                    lines_with(code, path)
                        .into_iter()
                        .map(|line| Breach::new(format!("{place}:{line}"), format!("names `{path}`: {NO_IO}"))),
                );
            }
        })?;
    }
    Ok(found)
}

impl Rule {
    fn allows(&self, below: &str) -> bool {
        below.split('/').any(|part| self.only.contains(&part.trim_end_matches(".rs")))
    }
}

/// A lower-case word is meant only where it stands as a path (`api::`, `use api`), not as some variable's name.
fn is_path(code: &str, line: usize, identifier: &str) -> bool {
    let text = code.lines().nth(line - 1).unwrap_or_default();
    identifier.starts_with(char::is_uppercase)
        || text.contains(&format!("{identifier}::"))
        || text.trim_start().trim_start_matches("pub ").starts_with("use ")
}

/// Calls `visit` with each source file's path below the folder, its path in the repository, and its code without tests.
fn for_each_source(root: &Path, folder: &str, mut visit: impl FnMut(&str, &str, &str)) -> Result<()> {
    let folder = root.join(folder);
    for file in files_below(&folder)? {
        let below = file.strip_prefix(&folder)?.to_string_lossy().into_owned();
        let is_test = below.split('/').any(|part| matches!(part, "tests" | "tests.rs"));
        if !below.ends_with(".rs") || is_test {
            continue;
        }
        let code = code_of(&fs::read_to_string(&file)?);
        let place = file.strip_prefix(root)?.to_string_lossy().into_owned();
        visit(&below, &place, without_tests(&code));
    }
    Ok(())
}

/// Tests stand last in a file, by the house style.
fn without_tests(code: &str) -> &str {
    code.find("#[cfg(test)]").map_or(code, |at| &code[..at])
}

#[cfg(test)]
mod tests {
    use super::breaches;
    use std::fs;
    use std::path::Path;

    fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn places(root: &Path) -> Vec<String> {
        breaches(root).unwrap().into_iter().map(|breach| breach.place).collect()
    }

    #[test]
    fn sql_stands_in_store_files_only() {
        let root = repository(&[
            ("cluster/src/jobs/store.rs", "use sqlx::query;"),
            ("cluster/src/accounts/store/users.rs", "use sqlx::query;"),
            ("cluster/src/jobs/run.rs", "//! sqlx is not for here\n\nlet rows = sqlx::query(x);"),
        ]);
        assert_eq!(places(root.path()), ["cluster/src/jobs/run.rs:3"]);
    }

    #[test]
    fn the_gateway_takes_no_clock_but_its_tests_may() {
        let root = repository(&[
            ("gateway/src/logs.rs", "use std::time::Instant;\n#[cfg(test)]\nmod tests { use tokio::test; }"),
            ("gateway/src/logs/tests.rs", "use tokio::test;"),
        ]);
        assert_eq!(places(root.path()), ["gateway/src/logs.rs:1"]);
    }

    #[test]
    fn ui_imports_nothing_of_ours_but_may_call_a_variable_what_it_likes() {
        let root = repository(&[
            ("app/src/ui/button.rs", "use web_sys::Element;\nlet client = pages + 1;\nuse crate::components::Badge;"),
            ("app/src/pages/jobs.rs", "use api::jobs::Job;\nweb_sys::window();"),
        ]);
        assert_eq!(places(root.path()), ["app/src/pages/jobs.rs:2", "app/src/ui/button.rs:3"]);
    }

    #[test]
    fn the_contracts_touch_no_file() {
        let root = repository(&[("image/src/archive.rs", "let x = std::fs::read(path);")]);
        assert_eq!(places(root.path()), ["image/src/archive.rs:1"]);
    }
}
