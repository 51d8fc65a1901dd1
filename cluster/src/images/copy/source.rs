//! The registry that is copied from: what it is called, how it is spoken to, and what its refusals mean.

use std::{
    sync::{Arc, Once},
    time::Duration,
};

use futures::{StreamExt as _, TryStreamExt as _};
use image::{
    manifest::media_type,
    reference::{InvalidReference, Reference as DockerReference},
};
use oci_client::{
    Client, Reference,
    client::{BlobResponse, ClientConfig, ClientProtocol},
    errors::{OciDistributionError, OciErrorCode},
    secrets::RegistryAuth,
};
use platform::transfer::reason;

use super::{guard::Guard, rules::CopyRules};
use crate::engine::Archive;

const CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// A source that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// What all manifests of one image may come to, with everything around them.
const MANIFESTS_BYTES: u64 = 64 << 20;
/// Around the layers: headers, refusals, what is sent once more.
const SLACK_BYTES: u64 = 16 << 20;
const LONGEST_SECRET: usize = 16 << 10;

/// Why the source did not give something. Nothing is said of passwords.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum SourceError {
    /// Not a reference.
    #[error("'{text}' is not the reference of an image: {why}")]
    Reference {
        /// What was given.
        text: String,
        /// The rule.
        why: String,
    },
    /// A user name without a password, or what no header can carry.
    #[error("give both a user name and a password, of printable characters, or neither")]
    Credentials,
    /// The administrator allows others only.
    #[error("images may not be copied from {host}: the cluster's administrator allows only {allowed}")]
    NotAllowed {
        /// The registry.
        host: String,
        /// The others.
        allowed: String,
    },
    /// It lies where it may not.
    #[error("{host} lies at {address}, which images may not be copied from: only public addresses are connected to")]
    Address {
        /// The registry, or where it sent us.
        host: String,
        /// Where that is.
        address: String,
    },
    /// It sent us on to a place without TLS.
    #[error("{host} is spoken to with TLS only")]
    PlainHttp {
        /// Where it sent us.
        host: String,
    },
    /// It does not answer.
    #[error("{host} cannot be reached: {why}")]
    Unreachable {
        /// The registry, or where it sent us.
        host: String,
        /// What happened.
        why: String,
    },
    /// It has no such image.
    #[error("there is no image {0}: check its name and tag")]
    Unknown(String),
    /// It wants to know who asks.
    #[error("{0} wants a user name and password; an image that does not exist may be answered so, too")]
    WantsCredentials(String),
    /// It does not take these.
    #[error("{0} refuses this user name and password, or there is no such image")]
    Refused(String),
    /// It was asked too often.
    #[error("{0} wants to be asked less often; try later, or with a user name and password")]
    RateLimited(String),
    /// What it sends is not what it says.
    #[error("the image cannot be copied: {0}")]
    Broken(String),
}

impl SourceError {
    /// Whether the same may be answered a moment later.
    pub(super) const fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// The word for programs.
    pub(crate) const fn reason(&self) -> &'static str {
        match self {
            Self::Unknown(_) => reason::UNKNOWN_IMAGE,
            Self::WantsCredentials(_) | Self::Refused(_) | Self::Credentials => reason::UNAUTHORISED,
            Self::Unreachable { .. } | Self::Address { .. } | Self::NotAllowed { .. } | Self::PlainHttp { .. } => {
                reason::UNREACHABLE
            }
            Self::RateLimited(_) => reason::RATE_LIMITED,
            Self::Reference { .. } | Self::Broken(_) => reason::BAD_SOURCE,
        }
    }
}

/// An image that may be copied, and how to be let in there.
#[derive(Clone)]
pub(crate) struct CopySource {
    reference: DockerReference,
    auth: RegistryAuth,
}

impl CopySource {
    /// Reads what was asked for.
    pub(super) fn parse(asked: platform::transfer::CopySource, rules: &CopyRules) -> Result<Self, SourceError> {
        let text: String = asked.reference.trim().chars().take(1000).collect();
        let refused = |why: InvalidReference| SourceError::Reference { text: text.clone(), why: why.to_string() };
        let reference = text.parse::<DockerReference>().map_err(refused)?.canonical();
        let host = reference.host().unwrap_or_default();
        if !rules.allow(host) {
            let allowed = rules.only.iter().flatten().cloned().collect::<Vec<_>>().join(", ");
            return Err(SourceError::NotAllowed { host: host.to_owned(), allowed });
        }
        let plain = |text: &String| text.len() <= LONGEST_SECRET && !text.chars().any(char::is_control);
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let auth = match (given(asked.username), given(asked.password)) {
            (None, None) => RegistryAuth::Anonymous,
            (Some(user), Some(password)) if plain(&user) && plain(&password) && !user.contains(':') => {
                RegistryAuth::Basic(user, password)
            }
            _ => return Err(SourceError::Credentials),
        };
        Ok(Self { reference, auth })
    }

    /// The image, in full.
    pub(crate) const fn reference(&self) -> &DockerReference {
        &self.reference
    }
}

impl std::fmt::Debug for CopySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CopySource({})", self.reference)
    }
}

/// A conversation with one registry about one image.
pub(super) struct Source {
    asked: CopySource,
    reference: Reference,
    client: Client,
    guard: Guard,
}

impl Source {
    /// Makes ready; asks nothing yet.
    pub(super) async fn open(asked: CopySource, rules: CopyRules) -> Result<Self, SourceError> {
        let text = asked.reference.to_string();
        let broken = |why: String| SourceError::Reference { text: text.clone(), why };
        let reference: Reference = text.parse().map_err(|why| broken(format!("{why}")))?;
        let protocol = ClientProtocol::HttpsExcept(rules.plain_http.clone());
        let guard = Guard::open(rules).await.map_err(|error| SourceError::Broken(format!("no way out: {error}")))?;
        guard.allow_bytes(MANIFESTS_BYTES);
        ensure_tls();
        let config = ClientConfig {
            protocol,
            platform_resolver: None,
            read_timeout: Some(SILENCE),
            connect_timeout: Some(CONNECT_LIMIT),
            user_agent: concat!("roadstead/", env!("CARGO_PKG_VERSION")),
            https_proxy: Some(guard.url()),
            http_proxy: Some(guard.url()),
            ..ClientConfig::default()
        };
        // Not `new`, which falls back to a client that would go round the guard.
        let client = Client::try_from(config).map_err(|error| SourceError::Broken(error.to_string()))?;
        Ok(Self { asked, reference, client, guard })
    }

    pub(super) const fn reference(&self) -> &DockerReference {
        &self.asked.reference
    }

    /// So many bytes of layers may come.
    pub(super) fn expect_bytes(&self, bytes: u64) {
        self.guard.allow_bytes(bytes.saturating_mul(2).saturating_add(SLACK_BYTES));
    }

    /// A manifest: the one the reference stands for, or another of the same repository.
    pub(super) async fn manifest(&self, digest: Option<&image::Digest>) -> Result<Vec<u8>, SourceError> {
        let reference = match digest {
            Some(digest) => self.reference.clone_with_digest(digest.as_str().to_owned()),
            None => self.reference.clone(),
        };
        let (bytes, _) = self
            .client
            .pull_manifest_raw(&reference, &self.asked.auth, &media_type::ACCEPTED)
            .await
            .map_err(|error| self.explain(error))?;
        Ok(bytes.to_vec())
    }

    /// The bytes of a blob from `offset` on, and whether the source began there or at the start.
    pub(super) async fn blob(&self, digest: &image::Digest, offset: u64) -> Result<(Archive, bool), SourceError> {
        let explain = |error| self.explain(error);
        if offset == 0 {
            let sized = self.client.pull_blob_stream(&self.reference, digest.as_str()).await.map_err(explain)?;
            return Ok((sized.stream.map_err(std::io::Error::other).boxed(), true));
        }
        let answer = self.client.pull_blob_stream_partial(&self.reference, digest.as_str(), offset, None).await;
        Ok(match answer.map_err(explain)? {
            BlobResponse::Partial(sized) => (sized.stream.map_err(std::io::Error::other).boxed(), true),
            BlobResponse::Full(sized) => (sized.stream.map_err(std::io::Error::other).boxed(), false),
        })
    }

    /// What a failure means. The guard knows better than the client why nothing came through it.
    pub(super) fn explain(&self, error: OciDistributionError) -> SourceError {
        if let Some(refusal) = self.guard.refusal() {
            return refusal;
        }
        let image = self.asked.reference.to_string();
        let host = self.asked.reference.host().unwrap_or_default().to_owned();
        let unauthorised = || match self.asked.auth {
            RegistryAuth::Anonymous => SourceError::WantsCredentials(host.clone()),
            RegistryAuth::Basic(..) | RegistryAuth::Bearer(_) => SourceError::Refused(host.clone()),
        };
        let of_status = |code: u16, message: &str| match code {
            401 | 403 => unauthorised(),
            404 => SourceError::Unknown(image.clone()),
            429 => SourceError::RateLimited(host.clone()),
            500.. => SourceError::Unreachable { host: host.clone(), why: format!("it failed itself (HTTP {code})") },
            _ => SourceError::Broken(format!("{host} answered HTTP {code}: {}", shortened(message))),
        };
        match error {
            OciDistributionError::ImageManifestNotFoundError(_) => SourceError::Unknown(image),
            OciDistributionError::AuthenticationFailure(_) | OciDistributionError::UnauthorizedError { .. } => {
                unauthorised()
            }
            OciDistributionError::RegistryError { envelope, .. } => {
                let message = envelope.errors.first().map(|first| first.message.clone()).unwrap_or_default();
                match envelope.errors.first().map(|first| &first.code) {
                    Some(
                        OciErrorCode::ManifestUnknown
                        | OciErrorCode::NameUnknown
                        | OciErrorCode::NotFound
                        | OciErrorCode::BlobUnknown,
                    ) => SourceError::Unknown(image),
                    Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => unauthorised(),
                    Some(OciErrorCode::Toomanyrequests) => SourceError::RateLimited(host),
                    _ => SourceError::Broken(format!("{host} says: {}", shortened(&message))),
                }
            }
            OciDistributionError::ServerError { code, message, .. } => of_status(code, &message),
            OciDistributionError::RequestError(error) => match error.status() {
                Some(status) => of_status(status.as_u16(), &error.to_string()),
                None => SourceError::Unreachable { host, why: shortened(&deepest(&error)) },
            },
            other => SourceError::Broken(shortened(&other.to_string())),
        }
    }

    /// Why bytes stopped coming.
    pub(super) fn broke_off(&self) -> SourceError {
        let host = self.asked.reference.host().unwrap_or_default().to_owned();
        let why = "it broke off several times".to_owned();
        self.guard.refusal().unwrap_or(SourceError::Unreachable { host, why })
    }
}

fn deepest(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    deepest.to_string()
}

/// What a stranger says, so that it fits into a message.
fn shortened(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

/// `oci-client` takes the process's TLS; the whole program uses one.
fn ensure_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Refused when there is one already: that serves as well.
        let _ = Arc::new(rustls::crypto::ring::default_provider()).as_ref().clone().install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(reference: &str, username: Option<&str>, password: Option<&str>) -> platform::transfer::CopySource {
        platform::transfer::CopySource {
            reference: reference.to_owned(),
            username: username.map(str::to_owned),
            password: password.map(str::to_owned),
        }
    }

    #[test]
    fn references_are_read_as_docker_pull_reads_them() {
        let parse = |text| CopySource::parse(asked(text, None, None), &CopyRules::default());
        let full = |text| parse(text).expect(text).reference().to_string();
        assert_eq!(full("ubuntu"), "docker.io/library/ubuntu:latest");
        assert_eq!(full(" ghcr.io/a/b:1 "), "ghcr.io/a/b:1");
        for bad in ["", "http://x/y", "a b", "x/../y", "UPPER/case:..", "a@sha256:1"] {
            assert!(matches!(parse(bad), Err(SourceError::Reference { .. })), "{bad}");
        }
    }

    #[test]
    fn only_allowed_registries_are_copied_from() {
        let rules = CopyRules {
            only: Some(vec!["ghcr.io".into()]),
            plain_http: vec!["127.0.0.1:5000".into()],
            ..CopyRules::default()
        };
        let parse = |text| CopySource::parse(asked(text, None, None), &rules);
        assert!(parse("ghcr.io/a/b").is_ok() && parse("127.0.0.1:5000/a").is_ok());
        for other in ["ubuntu", "ghcr.io:444/a/b", "evil.ghcr.io/a", "127.0.0.1:5001/a"] {
            assert!(matches!(parse(other), Err(SourceError::NotAllowed { .. })), "{other}");
        }
    }

    #[test]
    fn half_of_the_credentials_is_none() {
        let parse = |user, password| CopySource::parse(asked("x", user, password), &CopyRules::default());
        assert!(parse(None, None).is_ok() && parse(Some("u"), Some("p")).is_ok() && parse(Some(""), Some("")).is_ok());
        for (user, password) in
            [(Some("u"), None), (None, Some("p")), (Some("u:v"), Some("p")), (Some("u"), Some("p\n"))]
        {
            assert_eq!(parse(user, password).err(), Some(SourceError::Credentials));
        }
    }
}
