//! Where a user stands: the current cluster, organisation and project, against which short forms are read.

use super::{ImageName, InvalidReference, Reference, TagRule, name};
use std::collections::BTreeMap;

/// The current cluster, organisation and project, and the registry's host of each cluster that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The current cluster.
    pub cluster: String,
    /// The current organisation; absent on platforms without them.
    pub org: Option<String>,
    /// The current project.
    pub project: String,
    /// Cluster -> `HOST[:PORT]` of its registry.
    pub registries: BTreeMap<String, String>,
}

/// What a text means: an image of the platform, or one of some other registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// In a registry of the platform.
    Platform(ImageName),
    /// Anywhere else: passed on unchanged.
    External(Reference),
}

impl Place {
    /// Reads what a person wrote: `image:NAME`, `image:/PROJECT/NAME`, `image://CLUSTER/[ORG/]PROJECT/NAME`,
    /// `HOST/[ORG/]PROJECT/NAME` with the host of a known registry, or the reference of an image elsewhere.
    ///
    /// ```
    /// use image::reference::{Image, Place, TagRule};
    /// let place = Place {
    ///     cluster: "home".into(), org: Some("acme".into()), project: "vision".into(),
    ///     registries: [("home".into(), "127.0.0.1:8080".into())].into(),
    /// };
    /// let Ok(Image::Platform(name)) = place.parse("image:net", TagRule::Latest) else { panic!() };
    /// assert_eq!(name.to_string(), "image://home/acme/vision/net:latest");
    /// assert_eq!(place.reference(&name).unwrap().to_string(), "127.0.0.1:8080/acme/vision/net:latest");
    /// ```
    ///
    /// # Errors
    /// The first rule broken.
    pub fn parse(&self, text: &str, tags: TagRule) -> Result<Image, InvalidReference> {
        if text.is_empty() {
            return Err(InvalidReference::NoName);
        }
        if text.starts_with('-') {
            return Err(InvalidReference::Dash);
        }
        if text == "image:latest" {
            return Err(InvalidReference::Ambiguous);
        }
        if let Some(rest) = text.strip_prefix("image:") {
            return self.parse_uri(rest, tags).map(Image::Platform);
        }
        let reference: Reference = text.parse()?;
        if let Some(name) = self.find_platform(&reference) {
            return name.and_then(|name| tags.apply(name)).map(Image::Platform);
        }
        Ok(Image::External(reference))
    }

    /// Reads a name that must be the platform's own, with or without `image:` before it: what a form's field for the target takes.
    ///
    /// # Errors
    /// As [`Self::parse`]; [`InvalidReference::External`] for an image elsewhere.
    pub fn parse_platform(&self, text: &str, tags: TagRule) -> Result<ImageName, InvalidReference> {
        match self.parse(text, tags)? {
            Image::Platform(name) => Ok(name),
            Image::External(_) => Err(InvalidReference::External),
        }
    }

    /// What a container engine calls an image; nothing where the registry of its cluster is not known.
    #[must_use]
    pub fn reference(&self, name: &ImageName) -> Option<Reference> {
        let host = self.registries.get(name.cluster())?;
        Reference::try_new(Some(host), &name.repository(), name.tag(), name.digest().cloned()).ok()
    }

    /// The shortest form that [`Self::parse`] reads back: `image:NAME` in the current project, `image:/PROJECT/NAME` in the
    /// current organisation, otherwise the whole URI.
    #[must_use]
    pub fn short(&self, name: &ImageName) -> String {
        let here = name.cluster() == self.cluster && name.org() == self.org.as_deref();
        let version = name.version_suffix();
        if here && name.project() == self.project {
            let short = format!("image:{}{version}", name.name());
            if short == "image:latest" { name.to_string() } else { short }
        } else if here {
            format!("image:/{}/{}{version}", name.project(), name.name())
        } else {
            name.to_string()
        }
    }

    fn parse_uri(&self, rest: &str, tags: TagRule) -> Result<ImageName, InvalidReference> {
        if let Some(c) = rest.chars().find(|c| matches!(c, '?' | '#' | '\\' | ' ') || c.is_control()) {
            return Err(InvalidReference::Character { character: c });
        }
        let name = if let Some(full) = rest.strip_prefix("//") {
            let (cluster, path) = full.split_once('/').ok_or(InvalidReference::NoProject)?;
            if !is_cluster(cluster) {
                return Err(InvalidReference::Cluster);
            }
            self.below(cluster, path)?
        } else if let Some(from_project) = rest.strip_prefix('/') {
            let (project, name) = from_project.split_once('/').ok_or(InvalidReference::NoName)?;
            ImageName::with_version(&self.cluster, self.org.as_deref(), project, name)?
        } else {
            ImageName::with_version(&self.cluster, self.org.as_deref(), &self.project, rest)?
        };
        tags.apply(name)
    }

    /// `[ORG/]PROJECT/NAME` of a cluster. An organisation is recognised only when it is the current one: so the platform's own
    /// client reads it, and so permissions are asked for.
    fn below(&self, cluster: &str, path: &str) -> Result<ImageName, InvalidReference> {
        let (first, rest) = path.split_once('/').ok_or(InvalidReference::NoProject)?;
        match &self.org {
            Some(org) if org == first => {
                let (project, name) = rest.split_once('/').ok_or(InvalidReference::NoProject)?;
                ImageName::with_version(cluster, Some(org), project, name)
            }
            org => ImageName::with_version(cluster, org.as_deref(), first, rest),
        }
    }

    fn find_platform(&self, reference: &Reference) -> Option<Result<ImageName, InvalidReference>> {
        let host = reference.host()?;
        // Two clusters may share a host: the current one is meant then.
        let current = self.registries.get(&self.cluster).is_some_and(|own| own == host);
        let cluster = if current {
            &self.cluster
        } else {
            self.registries.iter().find(|(_, known)| *known == host).map(|(cluster, _)| cluster)?
        };
        let name = self
            .below(cluster, reference.path())
            .and_then(|name| name.with_tag(reference.tag()).map(|name| name.with_digest(reference.digest().cloned())));
        Some(name)
    }
}

impl TagRule {
    pub(super) fn apply(self, name: ImageName) -> Result<ImageName, InvalidReference> {
        let bare = name.tag().is_none() && name.digest().is_none();
        match self {
            Self::Forbidden if !bare => Err(InvalidReference::TagForbidden),
            Self::Latest if bare => name.with_tag(Some("latest")),
            Self::Forbidden | Self::Latest | Self::Optional => Ok(name),
        }
    }
}

pub(super) fn split_version(text: &str) -> Result<(&str, Option<&str>, Option<crate::Digest>), InvalidReference> {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest.parse()?)),
        None => (text, None),
    };
    let (path, tag) = match rest.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (rest, None),
    };
    if let Some(tag) = tag {
        name::check_tag(tag)?;
    }
    Ok((path, tag, digest))
}

/// Whether this can be a cluster's name: what stands as the host of a URI, without port, user or password.
fn is_cluster(text: &str) -> bool {
    !text.is_empty()
        && !text.contains("..")
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
