//! The console's files, as far as all hosts treat them alike: which paths are pages, what a file is, how long it may be kept.

/// The page that every client-side route gets.
pub const PAGE: &str = "index.html";

const FOREVER: &str = "public, max-age=31536000, immutable";
/// Keep it, and ask each time whether it is still true.
const REVALIDATE: &str = "no-cache";

/// Whether a path without its leading slash is one of the console's routes, which get [`PAGE`].
///
/// A route has no extension; a file that is not there is said so, or a stale page would get HTML for a script.
#[must_use]
pub fn is_route(path: &str) -> bool {
    !path.rsplit('/').next().unwrap_or_default().contains('.') && !path.starts_with("api/")
}

/// Whether a path names its content: `name-<8 or more hex digits>.ext`, or lies in such a folder.
#[must_use]
pub fn has_hash(path: &str) -> bool {
    path.split('/').any(|part| {
        let stem = part.split('.').next().unwrap_or_default();
        let stem = stem.strip_suffix("_bg").unwrap_or(stem);
        stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() >= 8 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

/// `Cache-Control` of a file.
#[must_use]
pub fn cache_control(path: &str) -> &'static str {
    if has_hash(path) { FOREVER } else { REVALIDATE }
}

/// `Content-Type` of a file.
#[must_use]
pub fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_have_no_extension_and_are_not_the_apis() {
        assert!(["", "jobs/job-1", "images/a%2Fb"].iter().all(|path| is_route(path)));
        assert!(["app.js", "api/v1/nothing", "jobs/x.css"].iter().all(|path| !is_route(path)));
    }

    #[test]
    fn only_what_names_its_content_is_kept_for_good() {
        for (path, forever) in [
            ("app-0123456789abcdef.js", true),
            ("app-0123456789abcdef_bg.wasm", true),
            ("index.html", false),
            ("a-b.js", false),
        ] {
            assert_eq!(cache_control(path) == FOREVER, forever, "{path}");
        }
    }
}
