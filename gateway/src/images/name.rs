//! An image as it stands in an address or an input of the console's API, and cursors of lists of names.

use crate::{rescue::Failure, session::Session, upstream::Registry};
use axum::extract::{FromRequestParts, RawPathParams};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::request::Parts;
use image::{
    Digest,
    reference::{ImageName, Reference, check_path, check_tag},
};

/// `ORG/PROJECT/NAME`, with `:TAG` or `@DIGEST` where one manifest is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageAt {
    pub(crate) repository: String,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Option<Digest>,
}

impl ImageAt {
    /// None: no image is called so.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.parse().ok()?)),
            None => (text, None),
        };
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (rest, None),
        };
        check_path(repository).ok()?;
        if let Some(tag) = tag {
            check_tag(tag).ok()?;
        }
        // A project and a name at the least.
        repository.contains('/').then(|| Self {
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest,
        })
    }

    /// What the registry's `/manifests/` takes.
    pub(crate) fn version(&self) -> &str {
        self.digest.as_ref().map(Digest::as_str).or(self.tag.as_deref()).unwrap_or("latest")
    }

    /// The tag that is meant: `latest` where nothing is said.
    pub(crate) fn meant_tag(&self) -> Option<&str> {
        self.tag.as_deref().or(if self.digest.is_none() { Some("latest") } else { None })
    }

    /// The image's name on the session's cluster, without a tag.
    pub(crate) fn name(&self, session: &Session) -> Option<ImageName> {
        image_name(session, &self.repository)
    }

    /// What a container engine calls it.
    pub(crate) fn reference(&self, registry: &Registry) -> Option<Reference> {
        let tag = if self.digest.is_some() { None } else { self.meant_tag() };
        Reference::try_new(Some(&registry.host()), &self.repository, tag, self.digest.clone()).ok()
    }
}

/// A repository's parts. Without its organisation where it has none, also on platforms with organisations.
pub(crate) fn image_name(session: &Session, repository: &str) -> Option<ImageName> {
    let with_org = session.org.is_some();
    ImageName::from_repository(&session.cluster, repository, with_org)
        .or_else(|_| ImageName::from_repository(&session.cluster, repository, false))
        .ok()
}

/// Extractor: `{image}` of the route, decoded.
impl<S: Send + Sync> FromRequestParts<S> for ImageAt {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Failure::NoSuchImage)?;
        params
            .iter()
            .find(|(name, _)| *name == "image")
            .and_then(|(_, image)| Self::parse(image))
            .ok_or(Failure::NoSuchImage)
    }
}

/// Where a save or a copy goes: `ORG/PROJECT/NAME:TAG`.
pub(crate) fn target(text: &str) -> Result<ImageAt, Failure> {
    let refuse = |message: String| Failure::invalid("image", message);
    let (repository, tag) = text.split_once(':').unwrap_or((text, ""));
    check_path(repository).map_err(|error| refuse(format!("Write ORG/PROJECT/NAME:TAG: {error}.")))?;
    check_tag(tag).map_err(|error| refuse(format!("Write ORG/PROJECT/NAME:TAG: {error}.")))?;
    ImageAt::parse(text).ok_or_else(|| refuse("Write ORG/PROJECT/NAME:TAG: the project is missing.".to_owned()))
}

/// Where a page of names ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NameCursor(pub(crate) String);

impl NameCursor {
    pub(crate) fn parse(text: Option<&str>) -> Result<Self, Failure> {
        let Some(text) = text else { return Ok(Self::default()) };
        let name = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        name.filter(|name| name.len() <= 512 && !name.chars().any(char::is_control))
            .map(Self)
            .ok_or_else(|| Failure::invalid("cursor", "This is not a cursor that a page of this list gave."))
    }

    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_image_is_called_is_not_one() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, tag, digested) in [
            ("acme/demo/net", None, false),
            ("acme/demo/a/b:v1", Some("v1"), false),
            (&format!("acme/demo/net@{digest}"), None, true),
            (&format!("acme/demo/net:v1@{digest}"), Some("v1"), true),
        ] {
            let image = ImageAt::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((image.tag.as_deref(), image.digest.is_some()), (tag, digested), "{text}");
        }
        for bad in [
            "",
            "net",
            "/a/b",
            "a//b",
            "a/../b",
            "a/b/..",
            "A/b",
            "a/b:",
            "a/b:.x",
            "a/b:c:d",
            "a/b@sha256:12",
            "a/b\0",
            "a/b?c",
            "a/b#c",
            "a b/c",
            "a/b@",
            &format!("a/{}", "b".repeat(255)),
        ] {
            assert_eq!(ImageAt::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_target_without_a_tag_is_refused_by_its_field() {
        assert!(target("acme/demo/net:v1").is_ok());
        for bad in ["acme/demo/net", "net:v1", "acme/demo/net:", "acme/demo/net@sha256:12", "Acme/demo/net:v1"] {
            assert!(
                matches!(target(bad), Err(Failure::Invalid { field: Some(field), .. }) if field == "image"),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_cursor_survives_its_text_and_others_are_refused() {
        let cursor = NameCursor("acme/demo/net".into());
        assert_eq!(NameCursor::parse(Some(&cursor.text())).ok(), Some(cursor));
        for bad in ["!", "AA", "_w", "Cg"] {
            assert!(NameCursor::parse(Some(bad)).is_err(), "{bad}");
        }
    }
}
