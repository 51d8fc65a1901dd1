//! index.html: no inline script or style may be left in it, for the content policy allows none.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::fingerprint::hex;
use super::minify;

/// What the jobs list and the frame around it are drawn with. All other stylesheets come with the chunks.
const FIRST_STYLES: [&str; 11] =
    ["tokens", "base", "button", "field", "badge", "menu", "state", "tip", "toast", "shell", "jobs"];

/// Makes two stylesheets of all, and moves each inline script of Trunk's index.html into a file named after its content.
/// Returns the name of the stylesheet that comes with the chunks; the page does not link it.
pub(crate) fn finish(dist: &Path) -> Result<String> {
    let index = dist.join("index.html");
    let page = fs::read_to_string(&index).with_context(|| format!("Trunk made no {}", index.display()))?;
    let (page, first, later) = with_one_stylesheet(dist, &without_comments(&page)?)?;
    for style in [&first, &later] {
        minify::in_place(&dist.join(style))?;
    }
    let (page, scripts) = without_inline_scripts(&page)?;
    for (name, content) in scripts {
        fs::write(dist.join(name), content)?;
    }
    refuse_inline_style(&page)?;
    fs::write(&index, page)?;
    Ok(later)
}

/// Drops what is for readers of the source, and the white space at the lines' beginnings.
fn without_comments(page: &str) -> Result<String> {
    let (mut kept, mut rest) = (String::new(), page);
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = after.split_once("-->").context("a comment is not closed")?.1;
    }
    kept.push_str(rest);
    Ok(kept.lines().map(str::trim_start).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect())
}

/// Joins the stylesheets that the page links, in their order, into one file for the first load and one for the chunks: fewer
/// requests, and smaller together. Returns the page and both names.
fn with_one_stylesheet(dist: &Path, page: &str) -> Result<(String, String, String)> {
    let (mut kept, mut first, mut later, mut joined) = (String::new(), String::new(), String::new(), Vec::new());
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
        let css = if FIRST_STYLES.contains(&stem(name)) { &mut first } else { &mut later };
        *css += &fs::read_to_string(dist.join(name))
            .with_context(|| format!("index.html names {name}, which is missing"))?;
        css.push('\n');
        joined.push(dist.join(name));
    }
    kept.push_str(rest);
    let [first, later] = [("style", first), ("later", later)].map(|(word, css)| {
        let name = format!("{word}-{}.css", hex(&Sha256::digest(&css)[..8]));
        fs::write(dist.join(&name), css).map(|()| name)
    });
    for file in joined {
        fs::remove_file(file)?;
    }
    let (first, later) = (first?, later?);
    Ok((kept.replacen(STYLESHEET, &format!("<link rel=\"stylesheet\" href=\"/{first}\">"), 1), first, later))
}

/// `base` of `base-0123456789abcdef.css`, as Trunk names it.
fn stem(name: &str) -> &str {
    name.rsplit_once('-').map_or(name, |(stem, _)| stem)
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
    use super::{refuse_inline_style, with_one_stylesheet, without_comments, without_inline_scripts};
    use std::fs;

    #[test]
    fn stylesheets_become_two_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["jobs-1", "base-2", "run-3", "job-4"] {
            fs::write(folder.path().join(format!("{name}.css")), format!("{name}{{}}")).unwrap();
        }
        let page = "<link href=/i.svg rel=icon><link href=/run-3.css rel=stylesheet><link href=/base-2.css integrity=x rel=stylesheet><p>\
                    <link rel=\"stylesheet\" href=\"/jobs-1.css\"><link rel=\"stylesheet\" href=\"/job-4.css\"></p>";
        let (page, first, later) = with_one_stylesheet(folder.path(), page).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join(&first)).unwrap(), "base-2{}\njobs-1{}\n");
        assert_eq!(fs::read_to_string(folder.path().join(&later)).unwrap(), "run-3{}\njob-4{}\n");
        assert_eq!(page, format!("<link href=/i.svg rel=icon><link rel=\"stylesheet\" href=\"/{first}\"><p></p>"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
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
    fn comments_and_indents_are_left_out() {
        let page = "<head>\n  <!-- Why. -->\n  <title>x</title> <!-- two\nlines --><p>\n</head>\n";
        assert_eq!(without_comments(page).unwrap(), "<head>\n<title>x</title> <p>\n</head>\n");
        assert!(without_comments("<!-- open").is_err());
    }

    #[test]
    fn inline_style_is_refused() {
        assert!(refuse_inline_style("<p style=\"color:red\">").is_err());
        assert!(refuse_inline_style("<style>p{}</style>").is_err());
        assert!(refuse_inline_style("<link rel=\"stylesheet\" href=\"/a.css\">").is_ok());
    }
}
