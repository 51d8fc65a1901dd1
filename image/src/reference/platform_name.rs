//! The whole name of an image of the platform.

use super::{InvalidReference, name, place::split_version};
use crate::Digest;
use std::fmt;

/// An image of the platform: cluster, organisation, project, name, and the tag or digest where one manifest is meant.
/// Its text is `image://CLUSTER/[ORG/]PROJECT/NAME[:TAG][@DIGEST]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageName {
    cluster: String,
    org: Option<String>,
    project: String,
    name: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl ImageName {
    /// From its parts, without tag or digest.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn try_new(cluster: &str, org: Option<&str>, project: &str, name: &str) -> Result<Self, InvalidReference> {
        if cluster.is_empty()
            || cluster.contains(['/', ':', '@', '?', '#', '\\'])
            || cluster.chars().any(char::is_control)
        {
            return Err(InvalidReference::Cluster);
        }
        let image = Self {
            cluster: cluster.to_owned(),
            org: org.map(str::to_owned),
            project: project.to_owned(),
            name: name.to_owned(),
            tag: None,
            digest: None,
        };
        // Org and project are path components of the repository like any other; a slash in one would shift the rest.
        for part in org.into_iter().chain([project]) {
            if part.contains('/') {
                return Err(InvalidReference::Component { component: part.to_owned() });
            }
        }
        name::check_path(name)?;
        name::check_path(&image.repository())?;
        Ok(image)
    }

    /// From a repository of a cluster's registry: `ORG/PROJECT/NAME`, or `PROJECT/NAME` on platforms without organisations.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn from_repository(cluster: &str, repository: &str, with_org: bool) -> Result<Self, InvalidReference> {
        let (first, rest) = repository.split_once('/').ok_or(InvalidReference::NoProject)?;
        if !with_org {
            return Self::try_new(cluster, None, first, rest);
        }
        let (project, name) = rest.split_once('/').ok_or(InvalidReference::NoProject)?;
        Self::try_new(cluster, Some(first), project, name)
    }

    /// Also splits `NAME[:TAG][@DIGEST]`.
    pub(super) fn with_version(
        cluster: &str,
        org: Option<&str>,
        project: &str,
        name: &str,
    ) -> Result<Self, InvalidReference> {
        let (name, tag, digest) = split_version(name)?;
        if name.is_empty() {
            return Err(InvalidReference::NoName);
        }
        Ok(Self::try_new(cluster, org, project, name)?.with_tag(tag)?.with_digest(digest))
    }

    /// The same image under another tag, or none.
    ///
    /// # Errors
    /// [`InvalidReference::Tag`].
    pub fn with_tag(mut self, tag: Option<&str>) -> Result<Self, InvalidReference> {
        if let Some(tag) = tag {
            name::check_tag(tag)?;
        }
        self.tag = tag.map(str::to_owned);
        Ok(self)
    }

    /// The same image at another digest, or none.
    #[must_use]
    pub fn with_digest(mut self, digest: Option<Digest>) -> Self {
        self.digest = digest;
        self
    }

    /// The cluster.
    #[must_use]
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The organisation, on platforms that have them.
    #[must_use]
    pub fn org(&self) -> Option<&str> {
        self.org.as_deref()
    }

    /// The project.
    #[must_use]
    pub fn project(&self) -> &str {
        &self.project
    }

    /// What remains of the name: may have slashes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tag.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// `ORG/PROJECT/NAME`: the repository's name in its cluster's registry.
    #[must_use]
    pub fn repository(&self) -> String {
        match &self.org {
            Some(org) => format!("{org}/{}/{}", self.project, self.name),
            None => format!("{}/{}", self.project, self.name),
        }
    }

    /// What permissions are granted on: the URI without tag or digest.
    #[must_use]
    pub fn permission_uri(&self) -> String {
        format!("image://{}/{}", self.cluster, self.repository())
    }

    /// `:TAG`, `@DIGEST`, both or nothing.
    pub(super) fn version_suffix(&self) -> String {
        let tag = self.tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest = self.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
        tag + &digest
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.permission_uri(), self.version_suffix())
    }
}
