//! index.html: no inline script or style may be left in it, for the content policy allows none.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::fingerprint::hex;

/// Makes one stylesheet of all, and moves each inline script of Trunk's index.html into a file named after its content.
pub(crate) fn finish(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index).with_context(|| format!("Trunk made no {}", index.display()))?;
    let page = with_one_stylesheet(dist, &page)?;
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

/// Joins the stylesheets that the page links, in their order, into one file: one request, and smaller together.
fn with_one_stylesheet(dist: &Path, page: &str) -> Result<String> {
    let (mut kept, mut css, mut joined) = (String::new(), String::new(), Vec::new());
    let mut rest = page;
    while let Some(start) = rest.find("<link ") {
        let end = start + rest[start..].find('>').context("a <link> tag is not closed")? + 1;
        let tag = &rest[start..end];
        kept.push_str(&rest[..start]);
        rest = &rest[end..];
        let style = tag.contains("stylesheet").then(|| attribute(tag, "href")).flatten();
        let Some(name) = style.and_then(|href| href.strip_prefix('/')) else {
            kept.push_str(tag);
            continue;
        };
        if joined.is_empty() {
            // Where the first one stood.
            kept.push_str(STYLESHEET);
        }
        css += &fs::read_to_string(dist.join(name))
            .with_context(|| format!("index.html names {name}, which is missing"))?;
        css.push('\n');
        joined.push(dist.join(name));
    }
    kept.push_str(rest);
    let name = format!("style-{}.css", hex(&Sha256::digest(&css)[..8]));
    fs::write(dist.join(&name), css)?;
    for file in joined {
        fs::remove_file(file)?;
    }
    Ok(kept.replacen(STYLESHEET, &format!("<link rel=\"stylesheet\" href=\"/{name}\">"), 1))
}

/// Stands for the joined stylesheet until its name is known.
const STYLESHEET: &str = "<link joined>";

/// The value of an attribute, quoted or not.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let value = tag.split_once(&format!(" {name}="))?.1;
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split([' ', '>']).next(),
    }
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
    use super::{first_load, refuse_inline_style, with_one_stylesheet, without_inline_scripts};
    use std::fs;

    #[test]
    fn stylesheets_become_one_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.css"), "a{}").unwrap();
        fs::write(folder.path().join("b.css"), "b{}").unwrap();
        let page = "<link href=/i.svg rel=icon><link href=/b.css integrity=x rel=stylesheet><p><link rel=\"stylesheet\" href=\"/a.css\"></p>";
        let page = with_one_stylesheet(folder.path(), page).unwrap();
        let name = page.split("href=\"/").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), "b{}\na{}\n");
        assert_eq!(page, format!("<link href=/i.svg rel=icon><link rel=\"stylesheet\" href=\"/{name}\"><p></p>"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

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
