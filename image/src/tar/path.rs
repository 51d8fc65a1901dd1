//! Names of entries and targets of links, made plain: no `./`, no way out of the archive.

/// The name without `./` before it and without slashes at its end; empty for the archive's own root.
pub(super) fn clean(name: &[u8]) -> Result<String, &'static str> {
    let text = std::str::from_utf8(name).map_err(|_| "it is not UTF-8")?;
    if text.chars().any(char::is_control) {
        return Err("it has control characters");
    }
    if text.starts_with('/') || text.contains('\\') {
        return Err("it leads out of the archive");
    }
    let mut parts = Vec::new();
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err("it leads out of the archive"),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// What a symbolic link at `from` means; `None` when it leads out of the archive.
pub(super) fn follow(from: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What a message shows of a name.
pub(super) fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(&name[..name.len().min(120)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{clean, follow};

    #[test]
    fn names_are_made_plain_or_refused() {
        for (name, plain) in
            [("./a//b/", "a/b"), ("a", "a"), ("./", ""), (".", ""), ("a/./b", "a/b"), ("..a/b..", "..a/b..")]
        {
            assert_eq!(clean(name.as_bytes()).as_deref(), Ok(plain));
        }
        for bad in [&b"/etc/passwd"[..], b"../x", b"a/../../x", b"a/..", b"a\0b", b"a\nb", b"\xff", b"..\\x"] {
            assert!(clean(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn links_are_followed_within_the_archive_only() {
        assert_eq!(follow("a/layer.tar", "../b/layer.tar").as_deref(), Some("b/layer.tar"));
        assert_eq!(follow("a", "b").as_deref(), Some("b"));
        assert_eq!(follow("a/b/c", "./d/../e").as_deref(), Some("a/b/e"));
        for (from, target) in [("a/b", "../../x"), ("a", "../x"), ("a", "/x")] {
            assert_eq!(follow(from, target), None);
        }
    }
}
