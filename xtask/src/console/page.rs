//! index.html: no inline script or style may be left in it, for the content policy allows none.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::fingerprint::hex;

/// Moves each inline script of Trunk's index.html into a file named after its content.
pub(crate) fn externalise_scripts(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index).with_context(|| format!("Trunk made no {}", index.display()))?;
    let (page, scripts) = without_inline_scripts(&page)?;
    for (name, content) in scripts {
        fs::write(dist.join(name), content)?;
    }
    refuse_inline_style(&page)?;
    fs::write(&index, page)?;
    Ok(())
}

/// Brotli bytes of everything that index.html names: what a browser must load before the jobs list is usable.
pub(crate) fn first_load(assets: &Path) -> Result<u64> {
    let page = fs::read_to_string(assets.join("index.html"))?;
    let mut names = vec!["index.html".to_owned()];
    for attribute in ["href=\"/", "src=\"/", "href=/", "src=/"] {
        for rest in page.split(attribute).skip(1) {
            let name: String = rest.chars().take_while(|c| !matches!(c, '"' | '\'' | ' ' | '>' | '?' | '#')).collect();
            if assets.join(&name).is_file() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let mut total = 0;
    for name in names {
        let (plain, encoded) = (assets.join(&name), assets.join(format!("{name}.br")));
        total += fs::metadata(if encoded.is_file() { encoded } else { plain })?.len();
    }
    Ok(total)
}

type Script = (String, String);

fn without_inline_scripts(page: &str) -> Result<(String, Vec<Script>)> {
    let (mut kept, mut scripts, mut rest) = (String::new(), Vec::new(), page);
    while let Some(start) = rest.find("<script") {
        let tag_end = start + rest[start..].find('>').context("a <script> tag is not closed")? + 1;
        let end = tag_end + rest[tag_end..].find("</script>").context("a <script> has no end")?;
        let (tag, body) = (&rest[start..tag_end], rest[tag_end..end].trim());
        kept.push_str(&rest[..start]);
        if body.is_empty() {
            kept.push_str(&rest[start..end]);
        } else {
            let name = format!("start-{}.js", hex(&Sha256::digest(body)[..8]));
            kept.push_str(&format!("{} src=\"/{name}\">", tag.trim_end_matches('>')));
            scripts.push((name, format!("{body}\n")));
        }
        kept.push_str("</script>");
        rest = &rest[end + "</script>".len()..];
    }
    kept.push_str(rest);
    Ok((kept, scripts))
}

fn refuse_inline_style(page: &str) -> Result<()> {
    for (sign, what) in [
        ("<style", "a <style> element"),
        (" style=", "a style attribute"),
        (" onclick=", "an inline handler"),
        (" onload=", "an inline handler"),
    ] {
        if page.contains(sign) {
            bail!("index.html has {what}, which the content policy forbids: move it into a file");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{first_load, refuse_inline_style, without_inline_scripts};
    use std::fs;

    #[test]
    fn an_inline_script_becomes_a_file_named_after_its_content() {
        let page = "<head><script type=\"module\">\nimport init from '/app.js';\n</script><script src=\"/x.js\"></script></head>";
        let (kept, scripts) = without_inline_scripts(page).unwrap();
        let [(name, content)] = &scripts[..] else { panic!("{scripts:?}") };
        assert_eq!(content, "import init from '/app.js';\n");
        assert_eq!(
            kept,
            format!("<head><script type=\"module\" src=\"/{name}\"></script><script src=\"/x.js\"></script></head>")
        );
    }

    #[test]
    fn inline_style_is_refused() {
        assert!(refuse_inline_style("<p style=\"color:red\">").is_err());
        assert!(refuse_inline_style("<style>p{}</style>").is_err());
        assert!(refuse_inline_style("<link rel=\"stylesheet\" href=\"/a.css\">").is_ok());
    }

    #[test]
    fn the_first_load_counts_each_named_file_once_and_encoded() {
        let folder = tempfile::tempdir().unwrap();
        let page = "<link rel=modulepreload href=\"/app.js\"><script src=\"/app.js\"></script><link href=\"https://elsewhere/x\">";
        fs::write(folder.path().join("index.html"), page).unwrap();
        fs::write(folder.path().join("app.js"), [0; 100]).unwrap();
        fs::write(folder.path().join("app.js.br"), [0; 10]).unwrap();
        fs::write(folder.path().join("terminal.js"), [0; 1000]).unwrap();
        assert_eq!(first_load(folder.path()).unwrap(), page.len() as u64 + 10);
    }
}
