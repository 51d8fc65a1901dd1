//! docs/SECURITY.md names the test that shows each thing it says: whether those tests are there.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::paths;

/// A test as the document cites it: where it stands, and which it is; any of the file's where it names none.
#[derive(Debug, PartialEq, Eq)]
struct Citation {
    file: String,
    name: Option<String>,
}

/// All that is cited. A name alone is of the file named before it.
fn citations(document: &str) -> Vec<Citation> {
    let mut found: Vec<Citation> = Vec::new();
    // What stands between marks of code is at odd places.
    for line in document.lines() {
        let mut file = None;
        for code in line.split('`').skip(1).step_by(2) {
            let (path, name) = code.split_once(": ").map_or((code, None), |(path, name)| (path, Some(name.to_owned())));
            let is_file = path.contains('/') && [".rs", ".ts", ".py"].iter().any(|ending| path.ends_with(ending));
            if is_file {
                file = Some(path.to_owned());
                found.push(Citation { file: path.to_owned(), name });
            } else if let Some(file) = file.as_ref().filter(|_| is_name(code)) {
                found.push(Citation { file: file.clone(), name: Some(code.to_owned()) });
            }
        }
    }
    found
}

/// A test's, and nothing else that stands after a file.
fn is_name(code: &str) -> bool {
    code.matches('_').count() > 1 && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn check(citation: &Citation) -> Result<()> {
    let Citation { file, name } = citation;
    let text = fs::read_to_string(paths::root().join(file)).with_context(|| format!("{file} is cited"))?;
    let holds = match name {
        None => {
            ["#[test]", "#[tokio::test", "proptest!", "\ntest(", "\ndef test_"].iter().any(|mark| text.contains(mark))
        }
        Some(name) if file.ends_with(".rs") => text.contains(&format!("fn {name}(")),
        Some(name) if file.ends_with(".py") => text.contains(&format!("\ndef {name}(")),
        Some(name) => text.contains(&format!("test(\"{name}\"")) || text.contains(&format!("test('{name}'")),
    };
    ensure!(holds, "{file} holds no test {}", name.as_deref().unwrap_or("at all"));
    Ok(())
}

/// Rows of tables that show nothing.
fn unshown(document: &str) -> Vec<&str> {
    let rows = document.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat |"));
    rows.filter(|row| citations(row).is_empty() && !row.ends_with("| the same |")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Citation, check, citations, unshown};
    use crate::paths;
    use std::fs;

    fn cited(file: &str, name: Option<&str>) -> Citation {
        Citation { file: file.to_owned(), name: name.map(str::to_owned) }
    }

    #[test]
    fn each_test_that_the_document_on_security_names_is_there() {
        let document = fs::read_to_string(paths::root().join("docs/SECURITY.md")).unwrap();
        let cited = citations(&document);
        assert!(cited.len() > 40, "only {} are cited: is the document's form another?", cited.len());
        let wrong: Vec<_> = cited.iter().filter_map(|one| check(one).err()).map(|error| format!("{error:#}")).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(unshown(&document).is_empty(), "shown by nothing: {:?}", unshown(&document));
    }

    #[test]
    fn a_citation_is_a_file_a_test_of_it_or_one_more_of_the_same_file() {
        let row = "| `X: 1` in a header | `--flag` | `a/b.rs: one_of_two`, `two_of_two`; `c/d.spec.ts: it's told`, `e/f.rs` (`Retry-After`) |";
        let wanted = [
            cited("a/b.rs", Some("one_of_two")),
            cited("a/b.rs", Some("two_of_two")),
            cited("c/d.spec.ts", Some("it's told")),
            cited("e/f.rs", None),
        ];
        assert_eq!(citations(row), wanted);
        assert_eq!(
            unshown("| threat | what |\n|---|---|\n| a | b | none |\n| a | b | the same |"),
            ["| a | b | none |"]
        );
    }

    #[test]
    fn a_test_or_file_that_is_not_there_is_told() {
        for (file, name) in [
            ("xtask/src/nowhere.rs", None),
            ("xtask/src/security.rs", Some("no_such_test")),
            ("xtask/src/paths.rs", None),
        ] {
            assert!(check(&cited(file, name)).is_err(), "{file} {name:?}");
        }
        assert!(check(&cited("xtask/src/security.rs", None)).is_ok());
    }
}
