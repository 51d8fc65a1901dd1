//! Addresses under `/v2/`, as far as the gateway must know what they are about.
//!
//! Whether names and tags are well-formed is the registry's to say; here they need only stay where they are in a path.

use crate::rescue::Failure;
use url::Url;

/// What an address is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// `<name>/blobs/uploads/`: where uploads begin.
    Uploads { name: String },
    /// `<name>/blobs/uploads/<id>`: the id is an address that we sealed.
    Upload { name: String, sealed: String },
    /// Anything else, as decoded segments below `/v2/`.
    Other(Vec<String>),
}

impl Address {
    /// Reads what follows `/v2/`, encoded as it came.
    pub(super) fn parse(path: &str) -> Result<Self, Failure> {
        let decoded = percent_decode(path).ok_or(Failure::NoSuchAddress)?;
        if decoded.is_empty() {
            return Ok(Self::Other(Vec::new()));
        }
        if decoded.chars().any(char::is_control) || decoded.contains('\\') {
            return Err(Failure::NoSuchAddress);
        }
        let segments: Vec<&str> = decoded.split('/').collect();
        let (last, before) = segments.split_last().expect("split gives at least one");
        // `.` and `..` would leave their place; an empty one may only be the end of `uploads/`.
        if before.iter().any(|s| matches!(*s, "" | "." | "..")) || matches!(*last, "." | "..") {
            return Err(Failure::NoSuchAddress);
        }
        match segments.as_slice() {
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] if !name.is_empty() => {
                Ok(Self::Uploads { name: name.join("/") })
            }
            [name @ .., "blobs", "uploads", sealed] if !name.is_empty() => {
                Ok(Self::Upload { name: name.join("/"), sealed: (*sealed).to_owned() })
            }
            _ if last.is_empty() => Err(Failure::NoSuchAddress),
            _ => Ok(Self::Other(segments.into_iter().map(str::to_owned).collect())),
        }
    }

    /// The same at the registry; None for an upload, whose address is sealed.
    pub(super) fn at(&self, registry: &Url) -> Option<Url> {
        let mut url = registry.clone();
        let mut path = url.path_segments_mut().ok()?;
        path.clear().push("v2");
        match self {
            Self::Uploads { name } => path.extend(name.split('/')).extend(["blobs", "uploads", ""]),
            Self::Other(segments) if segments.is_empty() => path.push(""),
            Self::Other(segments) => path.extend(segments),
            Self::Upload { .. } => return None,
        };
        drop(path);
        Some(url)
    }
}

fn percent_decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Option<String> {
        let registry = Url::parse("http://r.test:5000/below/").expect("a URL");
        Some(Address::parse(path).ok()?.at(&registry)?.to_string())
    }

    #[test]
    fn addresses_keep_their_places_at_the_registry() {
        for (path, expected) in [
            ("", "http://r.test:5000/v2/"),
            ("_catalog", "http://r.test:5000/v2/_catalog"),
            ("o/p/n/manifests/v1", "http://r.test:5000/v2/o/p/n/manifests/v1"),
            ("o/p/n/blobs/sha256%3Aab", "http://r.test:5000/v2/o/p/n/blobs/sha256:ab"),
            ("o%2Fp/n/tags/list", "http://r.test:5000/v2/o/p/n/tags/list"),
            ("o/p/n/blobs/uploads", "http://r.test:5000/v2/o/p/n/blobs/uploads/"),
            ("o/p/n/blobs/uploads/", "http://r.test:5000/v2/o/p/n/blobs/uploads/"),
            ("o/p/n/manifests/a%3Fb%23c", "http://r.test:5000/v2/o/p/n/manifests/a%3Fb%23c"),
        ] {
            assert_eq!(url(path).as_deref(), Some(expected), "{path}");
        }
        let upload = Address::parse("o/p/n/blobs/uploads/v1.abc").ok();
        assert_eq!(upload, Some(Address::Upload { name: "o/p/n".into(), sealed: "v1.abc".into() }));
    }

    #[test]
    fn nothing_leaves_its_place() {
        for path in [
            "..",
            "../api/v1/jobs",
            "o/../../api/v1/users/x",
            "o/%2e%2e/%2E%2E/api",
            "o%2F..%2Fx",
            "o//n/tags/list",
            "o/n/",
            "o/%00/n",
            "o/%zz",
            "o/%",
            "o/%ff",
            "o/a%0D%0Ab",
            "o\\..\\x",
            "o%5c..%5cx",
            ".",
            "o/./x",
        ] {
            assert_eq!(url(path), None, "{path}");
        }
    }
}
