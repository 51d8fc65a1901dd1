//! Names of repositories, tags and what a manifest is asked for by (OCI distribution spec, "Pulling manifests").

use std::fmt;

use image::reference::{NAME_MAX_BYTES, TAG_MAX_BYTES, check_path, check_tag};
use platform::Uri;

use super::{RegistryError, digest::Digest};

/// `ORG/PROJECT/NAME`, where the name may have slashes of its own.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct RepositoryName {
    path: String,
    org_end: usize,
    project_end: usize,
}

impl RepositoryName {
    /// Reads a name by the spec's rule, with at least the three parts that say whose it is.
    pub(crate) fn parse(path: &str) -> Result<Self, RegistryError> {
        let refused = |why| RegistryError::Name { name: path.chars().take(NAME_MAX_BYTES).collect(), why };
        let parts = || refused("it must be ORG/PROJECT/NAME".to_owned());
        check_path(path).map_err(|why| refused(why.to_string()))?;
        let org_end = path.find('/').ok_or_else(parts)?;
        let project_end = path[org_end + 1..].find('/').ok_or_else(parts)?;
        Ok(Self { path: path.to_owned(), org_end, project_end: org_end + 1 + project_end })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.path
    }

    pub(crate) fn org(&self) -> &str {
        &self.path[..self.org_end]
    }

    pub(crate) fn project(&self) -> &str {
        &self.path[self.org_end + 1..self.project_end]
    }

    /// `image://CLUSTER/ORG/PROJECT/NAME`, what rights are held on.
    pub(crate) fn uri(&self, cluster: &str) -> Uri {
        Uri::try_new("image", std::iter::once(cluster).chain(self.path.split('/')))
            .expect("the parts of a repository's name are plain segments")
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// What a manifest is asked for by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Reference {
    /// What the tag stands for now.
    Tag(String),
    /// Exactly this one.
    Digest(Digest),
}

impl Reference {
    /// A digest if it has a colon, which no tag may have.
    pub(crate) fn parse(text: &str) -> Result<Self, RegistryError> {
        if text.contains(':') {
            return Ok(Self::Digest(text.parse::<Digest>()?));
        }
        if check_tag(text).is_err() {
            return Err(RegistryError::Tag { tag: text.chars().take(TAG_MAX_BYTES).collect() });
        }
        Ok(Self::Tag(text.to_owned()))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => f.write_str(tag),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whose_it_is() {
        let name = RepositoryName::parse("main/demo/tools/train").expect("a name");
        assert_eq!((name.org(), name.project(), name.as_str()), ("main", "demo", "main/demo/tools/train"));
        assert_eq!(name.uri("default").to_string(), "image://default/main/demo/tools/train");
    }

    #[test]
    fn names_follow_the_specs_pattern() {
        for good in ["a/b/c", "a/b/c.d", "a/b/c_d", "a/b/c__d", "a/b/c-d", "a/b/c---d", "0/1/2/3/4"] {
            assert!(RepositoryName::parse(good).is_ok(), "{good}");
        }
        let long = format!("a/b/{}", "c".repeat(252));
        for bad in [
            "",
            "/",
            "a",
            "a/b",
            "a/b/",
            "/a/b",
            "a//b",
            "a/b/C",
            "a/b/..",
            "a/b/.c",
            "a/b/c.",
            "a/b/c..d",
            "a/b/c___d",
            "a/b/c._d",
            "a/b/c-",
            "a/b/-c",
            "a/b/c d",
            "a/b/c\0",
            "a/b/ы",
            "a/b/c%2f",
            &long,
        ] {
            assert!(matches!(RepositoryName::parse(bad), Err(RegistryError::Name { .. })), "{bad}");
        }
    }

    #[test]
    fn a_reference_is_a_tag_or_a_digest() {
        assert_eq!(Reference::parse("v1.0_x-y").expect("a tag"), Reference::Tag("v1.0_x-y".to_owned()));
        let digest = format!("sha256:{}", "a".repeat(64));
        assert!(matches!(Reference::parse(&digest).expect("a digest"), Reference::Digest(_)));
        for bad in ["", ".x", "-x", "a b", "a/b", "ы", &"a".repeat(129)] {
            assert!(matches!(Reference::parse(bad), Err(RegistryError::Tag { .. })), "{bad}");
        }
        assert!(matches!(Reference::parse("sha256:zz"), Err(RegistryError::Digest(_))));
    }
}
