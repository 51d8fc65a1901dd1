//! Addresses under `/v2/`: what each is about, and which right each method needs there.
//!
//! Names of repositories have slashes, so addresses are read from their end (OCI distribution spec, "Endpoints").

use axum::http::Method;
use platform::permission::Action;

use super::Refusal;
use crate::registry::{Digest, Reference, RegistryError, RepositoryName, UploadId};

/// What an address is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Target {
    /// `/v2/`
    Base,
    /// `/v2/_catalog`
    Catalog,
    /// `/v2/<name>/tags/list`
    Tags(RepositoryName),
    /// `/v2/<name>/manifests/<tag or digest>`
    Manifest(RepositoryName, Reference),
    /// `/v2/<name>/blobs/<digest>`
    Blob(RepositoryName, Digest),
    /// `/v2/<name>/blobs/uploads/`
    Uploads(RepositoryName),
    /// `/v2/<name>/blobs/uploads/<id>`
    Upload(RepositoryName, UploadId),
    /// `/v2/<name>/referrers/<digest>`
    Referrers(RepositoryName, Digest),
}

impl Target {
    /// Reads what follows `/v2/`, decoded.
    pub(super) fn parse(path: &str, method: &Method) -> Result<Self, Refusal> {
        let segments: Vec<&str> = path.split('/').collect();
        let name = |parts: &[&str]| RepositoryName::parse(&parts.join("/"));
        Ok(match segments.as_slice() {
            [""] => Self::Base,
            ["_catalog"] => Self::Catalog,
            [parts @ .., "tags", "list"] => Self::Tags(name(parts)?),
            [parts @ .., "manifests", reference] => {
                let name = name(parts)?;
                match Reference::parse(reference) {
                    Ok(reference) => Self::Manifest(name, reference),
                    // What cannot be there is not there; only putting it there is wrong.
                    Err(RegistryError::Tag { .. }) if *method != Method::PUT => {
                        let reference = reference.chars().take(128).collect();
                        return Err(RegistryError::NoSuchManifest { repository: name.to_string(), reference }.into());
                    }
                    Err(refused) => return Err(refused.into()),
                }
            }
            [parts @ .., "blobs", "uploads"] | [parts @ .., "blobs", "uploads", ""] => Self::Uploads(name(parts)?),
            [parts @ .., "blobs", "uploads", id] => {
                Self::Upload(name(parts)?, UploadId::parse(id).ok_or(RegistryError::NoSuchUpload)?)
            }
            [parts @ .., "blobs", digest] => {
                Self::Blob(name(parts)?, digest.parse::<Digest>().map_err(RegistryError::from)?)
            }
            [parts @ .., "referrers", digest] => {
                Self::Referrers(name(parts)?, digest.parse::<Digest>().map_err(RegistryError::from)?)
            }
            _ => return Err(Refusal::NoRoute),
        })
    }

    /// The repository it is in.
    pub(super) const fn repository(&self) -> Option<&RepositoryName> {
        match self {
            Self::Base | Self::Catalog => None,
            Self::Tags(name)
            | Self::Manifest(name, _)
            | Self::Blob(name, _)
            | Self::Uploads(name)
            | Self::Upload(name, _)
            | Self::Referrers(name, _) => Some(name),
        }
    }

    /// The methods it knows, for `Allow`.
    pub(super) const fn methods(&self) -> &'static str {
        match self {
            Self::Base | Self::Catalog | Self::Tags(_) | Self::Referrers(..) => "GET, HEAD",
            Self::Manifest(..) => "GET, HEAD, PUT, DELETE",
            Self::Blob(..) => "GET, HEAD, DELETE",
            Self::Uploads(_) => "POST",
            Self::Upload(..) => "GET, HEAD, PATCH, PUT, DELETE",
        }
    }

    /// The right on the repository that a method needs: to read what is there, to write everything else.
    pub(super) fn needs(&self, method: &Method) -> Action {
        let is_reading = *method == Method::GET || *method == Method::HEAD;
        if is_reading && !matches!(self, Self::Uploads(_) | Self::Upload(..)) { Action::Read } else { Action::Write }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Result<Target, Refusal> {
        Target::parse(path, &Method::GET)
    }

    #[test]
    fn addresses_are_read_from_their_end() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let id = "0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab";
        for (path, expected) in [
            (String::new(), "Base"),
            ("_catalog".into(), "Catalog"),
            ("o/p/n/tags/list".into(), "Tags(o/p/n)"),
            ("o/p/tags/list/tags/list".into(), "Tags(o/p/tags/list)"),
            ("o/p/manifests/manifests/v1".into(), "Manifest(o/p/manifests, v1)"),
            (format!("o/p/n/manifests/{digest}"), "Manifest(o/p/n, sha256"),
            (format!("o/p/blobs/blobs/{digest}"), "Blob(o/p/blobs"),
            ("o/p/n/blobs/uploads/".into(), "Uploads(o/p/n)"),
            ("o/p/n/blobs/uploads".into(), "Uploads(o/p/n)"),
            (format!("o/p/n/blobs/uploads/{id}"), "Upload(o/p/n, 0f0e"),
            (format!("o/p/n/referrers/{digest}"), "Referrers(o/p/n, sha256"),
        ] {
            let shown = match get(&path).unwrap_or_else(|refused| panic!("{path}: {refused:?}")) {
                Target::Base => "Base".to_owned(),
                Target::Catalog => "Catalog".to_owned(),
                Target::Tags(name) => format!("Tags({name})"),
                Target::Manifest(name, reference) => format!("Manifest({name}, {reference})"),
                Target::Blob(name, digest) => format!("Blob({name}, {digest})"),
                Target::Uploads(name) => format!("Uploads({name})"),
                Target::Upload(name, id) => format!("Upload({name}, {})", id.as_str()),
                Target::Referrers(name, digest) => format!("Referrers({name}, {digest})"),
            };
            assert!(shown.starts_with(expected), "{path}: {shown}");
        }
    }

    #[test]
    fn other_addresses_are_nothing() {
        for path in ["x", "o/p/n", "o/p/n/tags", "o/p/n/tags/list/", "_catalog/", "o/p/n/manifests/a/b"] {
            assert!(matches!(get(path), Err(Refusal::NoRoute)), "{path}");
        }
        for path in
            ["tags/list", "n/tags/list", "p/n/tags/list", "O/p/n/tags/list", "o/../n/tags/list", "o//n/tags/list"]
        {
            assert!(matches!(get(path), Err(Refusal::Registry(RegistryError::Name { .. }))), "{path}");
        }
    }

    #[test]
    fn an_impossible_tag_is_unknown_to_readers_and_refused_to_writers() {
        let path = "o/p/n/manifests/.x";
        assert!(matches!(get(path), Err(Refusal::Registry(RegistryError::NoSuchManifest { .. }))));
        let put = Target::parse(path, &Method::PUT);
        assert!(matches!(put, Err(Refusal::Registry(RegistryError::Tag { .. }))));
    }
}
