//! Resource URIs: `scheme://CLUSTER[/ORG]/PROJECT/path…`, also `scheme:` for everything of a kind.
//!
//! The permission tree is a prefix tree over scheme, host and path segments; the host counts as the first segment.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A resource URI, normalised: no empty segments, no query, no fragment, no user or port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Uri {
    scheme: String,
    segments: Vec<String>,
}

/// Why a text is not a [`Uri`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUri {
    /// No `scheme:` in front.
    #[error("a resource URI begins with a scheme, as in image://CLUSTER/ORG/PROJECT/NAME")]
    Scheme,
    /// Something after the scheme that is not `//`.
    #[error("after the scheme a resource URI goes on with //CLUSTER, or ends")]
    Authority,
    /// `.` or `..`, an empty segment inside, or a control character, `?`, `#`, `@` or `\`.
    #[error(
        "a resource URI has plain, non-empty path segments: no '.', '..', '?', '#', '@', '\\' or control characters"
    )]
    Segment,
    /// Longer than any real one.
    #[error("a resource URI is at most 2048 bytes long")]
    Length,
}

impl Uri {
    /// Puts a URI together from parts that are known to be plain.
    ///
    /// # Errors
    /// [`InvalidUri::Segment`] when a part is not a plain segment.
    pub fn try_new<S: AsRef<str>>(scheme: &str, segments: impl IntoIterator<Item = S>) -> Result<Self, InvalidUri> {
        let segments: Vec<String> = segments.into_iter().map(|s| s.as_ref().to_owned()).collect();
        if scheme.is_empty() || !scheme.bytes().all(|b| b.is_ascii_lowercase()) {
            return Err(InvalidUri::Scheme);
        }
        if !segments.iter().all(|s| is_plain(s)) {
            return Err(InvalidUri::Segment);
        }
        Ok(Self { scheme: scheme.to_owned(), segments })
    }

    /// `job`, `image`, `role` ...
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Host first, then the path.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// Whether `self` is `other` or an ancestor of it, by whole segments.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.scheme == other.scheme && other.segments.starts_with(&self.segments)
    }

    /// The URI one segment further down.
    ///
    /// # Errors
    /// [`InvalidUri::Segment`] when `segment` is not plain.
    pub fn child(&self, segment: &str) -> Result<Self, InvalidUri> {
        if !is_plain(segment) {
            return Err(InvalidUri::Segment);
        }
        let mut child = self.clone();
        child.segments.push(segment.to_owned());
        Ok(child)
    }
}

fn is_plain(segment: &str) -> bool {
    !segment.is_empty()
        && segment != "."
        && segment != ".."
        && !segment.chars().any(|c| c.is_control() || matches!(c, '/' | '?' | '#' | '@' | '\\'))
}

impl FromStr for Uri {
    type Err = InvalidUri;

    fn from_str(text: &str) -> Result<Self, InvalidUri> {
        if text.len() > 2048 {
            return Err(InvalidUri::Length);
        }
        let (scheme, rest) = text.split_once(':').ok_or(InvalidUri::Scheme)?;
        let path = match rest {
            "" => "",
            _ => rest.strip_prefix("//").ok_or(InvalidUri::Authority)?,
        };
        // One slash at the end is how people write folders.
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<&str> = if path.is_empty() { Vec::new() } else { path.split('/').collect() };
        Self::try_new(scheme, segments)
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme)?;
        if !self.segments.is_empty() {
            write!(f, "//{}", self.segments.join("/"))?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Uri {
    type Error = InvalidUri;

    fn try_from(text: String) -> Result<Self, InvalidUri> {
        text.parse()
    }
}

impl From<Uri> for String {
    fn from(uri: Uri) -> Self {
        uri.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn uris_cover_what_lies_below_by_whole_segments() {
        let uri = |s: &str| s.parse::<Uri>().expect(s);
        for (above, below) in [
            ("image:", "image://c/o/p/n"),
            ("image://c", "image://c/o"),
            ("image://c/o/p/", "image://c/o/p"),
            ("job://c/o/p/job-1", "job://c/o/p/job-1"),
        ] {
            assert!(uri(above).covers(&uri(below)), "{above} {below}");
        }
        for (above, other) in [("image://c/o/p", "image://c/o/pq"), ("job:", "image://c"), ("image://c/o", "image://c")]
        {
            assert!(!uri(above).covers(&uri(other)), "{above} {other}");
        }
    }

    #[test]
    fn what_could_be_mistaken_is_refused() {
        for bad in [
            "",
            "image",
            "image:x",
            "image:/x",
            "image://c/../d",
            "image://c//d",
            "image://c?x",
            "image://u@c",
            "Image://c",
            "image://c/\0",
        ] {
            assert!(bad.parse::<Uri>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_uri_survives_its_own_text(segments in prop::collection::vec("[a-zA-Zа-я0-9_:.-]{1,8}", 0..6)) {
            prop_assume!(segments.iter().all(|s| s != "." && s != ".."));
            let uri = Uri::try_new("image", &segments).expect("plain");
            prop_assert_eq!(uri.to_string().parse::<Uri>(), Ok(uri));
        }
    }
}
