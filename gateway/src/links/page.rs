//! The public page: the console's own, with the tags that a chat's preview and a search engine read put into its head.

use std::fmt::Write as _;

/// What every public page says to robots, shown or not.
const ROBOTS: &str =
    r#"<meta name="robots" content="noindex, nofollow, noarchive"><meta name="referrer" content="no-referrer">"#;

/// The page's HTML with the title of what it shows; without one, as for a link that opens nothing.
pub(crate) fn dress(html: &str, title: Option<&str>) -> String {
    let mut head = ROBOTS.to_owned();
    if let Some(title) = title.map(escape) {
        let _ = write!(
            head,
            r#"<meta property="og:title" content="{title}"><meta property="og:type" content="website"><meta property="og:site_name" content="Roadstead"><meta name="twitter:card" content="summary">"#,
        );
    }
    let html = match title.map(escape).zip(between(html, "<title>", "</title>")) {
        Some((title, (before, after))) => format!("{before}{title}{after}"),
        None => html.to_owned(),
    };
    match html.split_once("</head>") {
        Some((before, after)) => format!("{before}{head}</head>{after}"),
        None => html,
    }
}

/// What stands up to and with `open`, and from `close` on.
fn between<'a>(html: &'a str, open: &str, close: &str) -> Option<(&'a str, &'a str)> {
    let from = html.find(open)? + open.len();
    let to = from + html[from..].find(close)?;
    Some((&html[..from], &html[to..]))
}

/// For text and for attributes in double quotes (HTML, 13.1.2.3).
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = "<html><head><title>Roadstead</title></head><body></body></html>";

    #[test]
    fn the_title_stands_in_the_page_and_in_its_preview() {
        let html = dress(PAGE, Some("train · running"));
        assert!(html.contains("<title>train · running</title>"), "{html}");
        assert!(html.contains(r#"<meta property="og:title" content="train · running">"#), "{html}");
        assert!(html.contains("noindex"), "{html}");
    }

    #[test]
    fn a_page_of_nothing_names_nothing_and_is_not_indexed_either() {
        let html = dress(PAGE, None);
        assert!(
            html.contains("<title>Roadstead</title>") && html.contains("noindex") && !html.contains("og:"),
            "{html}"
        );
    }

    proptest! {
        #[test]
        fn no_title_becomes_markup(title in "[<>\"'&a-z/=\\n !-]{0,40}") {
            let plain = dress(PAGE, Some("x"));
            let html = dress(PAGE, Some(&title));
            let marks = |html: &str| ['<', '>', '"', '\''].map(|mark| html.matches(mark).count());
            prop_assert_eq!(marks(&html), marks(&plain));
        }
    }
}
