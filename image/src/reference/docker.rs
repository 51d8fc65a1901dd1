//! Docker references: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`.

use super::{InvalidReference, name};
use crate::Digest;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A docker reference as written: nothing is added to it.
///
/// ```
/// use image::reference::Reference;
/// let reference: Reference = "127.0.0.1:8080/org/project/name:v1".parse().unwrap();
/// assert_eq!(reference.host(), Some("127.0.0.1:8080"));
/// assert_eq!(reference.path(), "org/project/name");
/// assert_eq!(reference.tag(), Some("v1"));
/// assert_eq!("ubuntu".parse::<Reference>().unwrap().canonical().to_string(), "docker.io/library/ubuntu:latest");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference {
    host: Option<String>,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl Reference {
    /// From its parts.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn try_new(
        host: Option<&str>,
        path: &str,
        tag: Option<&str>,
        digest: Option<Digest>,
    ) -> Result<Self, InvalidReference> {
        if let Some(host) = host {
            name::check_host(host)?;
        }
        name::check_path(path)?;
        let bytes = path.len() + host.map_or(0, |host| host.len() + 1);
        if bytes > name::NAME_MAX_BYTES {
            return Err(InvalidReference::TooLong { bytes });
        }
        if let Some(tag) = tag {
            name::check_tag(tag)?;
        }
        Ok(Self { host: host.map(str::to_owned), path: path.to_owned(), tag: tag.map(str::to_owned), digest })
    }

    /// `HOST[:PORT]`, where one is written.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The repository's name within its registry.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag, where one is written.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, where one is written. It decides where a tag stands beside it.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// What a registry's `/manifests/` takes: the digest, or the tag, or `latest`.
    #[must_use]
    pub fn version(&self) -> &str {
        self.digest.as_ref().map(Digest::as_str).or(self.tag.as_deref()).unwrap_or("latest")
    }

    /// As `docker pull` understands it: `docker.io/library/` before what stands alone, `latest` where nothing else is said.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut full = self.clone();
        let host = match self.host() {
            None | Some("index.docker.io") => "docker.io",
            Some(host) => host,
        };
        if host == "docker.io" && !full.path.contains('/') {
            full.path = format!("library/{}", full.path);
        }
        full.host = Some(host.to_owned());
        if full.tag.is_none() && full.digest.is_none() {
            full.tag = Some("latest".to_owned());
        }
        full
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        if text.contains("://") {
            return Err(InvalidReference::Scheme);
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.parse()?)),
            None => (text, None),
        };
        let (host, rest) = match rest.split_once('/') {
            Some((first, rest)) if name::is_host(first) => (Some(first), rest),
            _ => (None, rest),
        };
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (rest, None),
        };
        Self::try_new(host, path, tag, digest)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "{host}/")?;
        }
        f.write_str(&self.path)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Reference {
    type Error = InvalidReference;

    fn try_from(text: String) -> Result<Self, InvalidReference> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.to_string()
    }
}
