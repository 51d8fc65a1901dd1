//! `Location`: absolute, from the root, or relative to the request (RFC 9110 section 10.2.2); and the query at its end.

/// What `location` means in the answer to a request to `base`; `None` when it is nothing to go to.
pub(super) fn resolve(base: &str, location: &str) -> Option<String> {
    if location.is_empty() || location.chars().any(|c| c.is_control() || c == ' ') {
        return None;
    }
    let location = location.split('#').next().unwrap_or_default();
    if location.starts_with("http://") || location.starts_with("https://") {
        return Some(location.to_owned());
    }
    if location.contains("://") || location.starts_with("//") {
        return None;
    }
    let path_at = match base.split_once("://") {
        Some((scheme, rest)) => scheme.len() + 3 + rest.find('/').unwrap_or(rest.len()),
        None => 0,
    };
    if location.starts_with('/') {
        return Some(format!("{}{location}", &base[..path_at]));
    }
    let path = base.split(['?', '#']).next().unwrap_or_default();
    if location.starts_with('?') {
        return Some(format!("{path}{location}"));
    }
    let folder = path.rfind('/').filter(|at| *at >= path_at).map_or("/", |at| &path[..=at]);
    Some(format!("{folder}{location}"))
}

/// The address with one more query parameter.
pub(super) fn with_query(url: &str, key: &str, value: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    format!("{url}{joint}{key}={encoded}")
}

#[cfg(test)]
mod tests {
    use super::{resolve, with_query};

    #[test]
    fn every_kind_of_location_is_understood() {
        for (base, location, expected) in [
            ("/v2/a/blobs/uploads/", "/v2/a/blobs/uploads/1", Some("/v2/a/blobs/uploads/1")),
            ("/v2/a/blobs/uploads/", "1?s=2", Some("/v2/a/blobs/uploads/1?s=2")),
            ("/v2/a/blobs/uploads/1?s=1", "?s=2", Some("/v2/a/blobs/uploads/1?s=2")),
            ("/v2/a/", "https://r.example/v2/x", Some("https://r.example/v2/x")),
            ("https://r.example/v2/x", "/v2/y", Some("https://r.example/v2/y")),
            ("https://r.example/v2/x?y", "z", Some("https://r.example/v2/z")),
            ("/v2/a/", "/v2/b#c", Some("/v2/b")),
            ("/v2/a/", "", None),
            ("/v2/a/", "//evil.example/x", None),
            ("/v2/a/", "ftp://x/y", None),
            ("/v2/a/", "/v2/\r\nx", None),
        ] {
            assert_eq!(resolve(base, location).as_deref(), expected, "{location}");
        }
    }

    #[test]
    fn a_query_is_added_to_what_is_there() {
        assert_eq!(with_query("/a", "digest", "sha256:1"), "/a?digest=sha256%3A1");
        assert_eq!(with_query("/a?b", "from", "x/y z"), "/a?b&from=x/y%20z");
    }
}
