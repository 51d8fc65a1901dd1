//! Where a page comes back to after signing in: a path of the console's own, or the start.

use url::Url;

const START: &str = "/";
const LONGEST: usize = 2000;
/// Addresses that are not pages.
const NOT_PAGES: [&str; 3] = ["/api/", "/v2", "/oauth/"];

/// The path if it leads to a page of this console and nowhere else; the start otherwise.
pub(crate) fn return_path(given: &str) -> &str {
    if is_own(given) { given } else { START }
}

fn is_own(path: &str) -> bool {
    // Browsers take a backslash for a slash and leave tabs and line breaks out, so that `/\t/evil` is another host's.
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if path.len() > LONGEST || !plain || !path.starts_with('/') || path.starts_with("//") {
        return false;
    }
    // What a browser makes of it, dots and all, must be what was looked at.
    let base = Url::parse("http://console.invalid/").expect("a URL");
    let Ok(url) = base.join(path) else { return false };
    url.origin() == base.origin()
        && !url.path().starts_with("//")
        && !NOT_PAGES.iter().any(|other| url.path().starts_with(other))
        && url.path() != "/sign-in"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_paths_of_the_console_are_come_back_to() {
        for own in
            ["/", "/jobs", "/jobs?status=running&q=a%20b", "/jobs/job-1#log", "/images/a%2Fb?x=https://y.example"]
        {
            assert_eq!(return_path(own), own);
        }
        for other in [
            "",
            "jobs",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            " /jobs",
            "/jobs x",
            "/.//evil.example",
            "/x/..//evil.example",
            "/api/v1/session/callback?code=x",
            "/x/../api/v1/session",
            "/v2/",
            "/oauth/authorize?redirect_uri=x",
            "/sign-in#code=x",
            "/работа",
            "@evil.example",
            ".evil.example",
        ] {
            assert_eq!(return_path(other), "/", "{other:?}");
        }
        assert_eq!(return_path(&format!("/{}", "a".repeat(3000))), "/");
    }

    proptest! {
        #[test]
        fn nothing_leads_to_another_host(text in "[/\\\\.:@a-z\t\n%?#]{0,24}") {
            let base = Url::parse("https://console.example/api/v1/session/callback").expect("a URL");
            let led = base.join(return_path(&text)).expect("a URL");
            prop_assert_eq!(led.origin(), base.origin());
        }
    }
}
