//! Addresses of images.

use super::IMAGES;
use crate::client::{decode, encode, with_query};

/// The repository of the image at an address. It has a project before its name; anything else is nobody's address.
pub(crate) fn repository_at(pathname: &str) -> Option<String> {
    let rest = pathname.strip_prefix(IMAGES)?.strip_prefix('/')?.trim_end_matches('/');
    let repository = (!rest.contains('/')).then(|| decode(rest))?;
    repository.contains('/').then_some(repository)
}

/// A view of one image's tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImageTab {
    Layers,
    Config,
    Commands,
    Access,
    Jobs,
}

impl ImageTab {
    pub(crate) const ALL: [Self; 5] = [Self::Layers, Self::Config, Self::Commands, Self::Access, Self::Jobs];

    /// Its word in addresses and ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Config => "config",
            Self::Commands => "commands",
            Self::Access => "access",
            Self::Jobs => "jobs",
        }
    }

    /// The tab of an address; the layers where it names none or an unknown one.
    pub(crate) fn parse(word: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|tab| Some(tab.word()) == word).unwrap_or(Self::Layers)
    }
}

/// Which manifest of an image is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Tag(String),
    Digest(String),
}

impl Version {
    /// The version of an address; the digest decides where both stand.
    pub(crate) fn parse(tag: Option<String>, digest: Option<String>) -> Option<Self> {
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        filled(digest).map(Self::Digest).or_else(|| filled(tag).map(Self::Tag))
    }

    /// The tag or the digest alone.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Tag(text) | Self::Digest(text) => text,
        }
    }

    /// `NAME:TAG` or `NAME@DIGEST`.
    pub(crate) fn of(&self, repository: &str) -> String {
        match self {
            Self::Tag(tag) => format!("{repository}:{tag}"),
            Self::Digest(digest) => format!("{repository}@{digest}"),
        }
    }
}

/// An image, by its repository `ORG/PROJECT/NAME`.
pub(crate) fn image(repository: &str) -> String {
    format!("{IMAGES}/{}", encode(repository))
}

/// One manifest of an image, seen from one side, for one platform.
pub(crate) fn image_at(repository: &str, version: &Version, tab: ImageTab, platform: Option<&str>) -> String {
    let mut pairs = vec![match version {
        Version::Tag(tag) => ("tag", tag.as_str()),
        Version::Digest(digest) => ("digest", digest.as_str()),
    }];
    if tab != ImageTab::Layers {
        pairs.push(("view", tab.word()));
    }
    pairs.extend(platform.map(|platform| ("platform", platform)));
    with_query(&image(repository), pairs)
}

/// What a receipt names: `ORG/PROJECT/NAME:TAG` or `ORG/PROJECT/NAME@DIGEST`.
pub(crate) fn image_named(reference: &str) -> String {
    let (repository, version) = if let Some((repository, digest)) = reference.split_once('@') {
        (repository, Version::Digest(digest.to_owned()))
    } else {
        match reference.rsplit_once(':') {
            Some((repository, tag)) => (repository, Version::Tag(tag.to_owned())),
            None => return image(reference),
        }
    };
    image_at(repository, &version, ImageTab::Layers, None)
}
