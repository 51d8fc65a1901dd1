//! The cluster's registry: where it is, and the typed calls of the OCI distribution API.

use super::{USER_AGENT, Upstream, UpstreamError, body};
use crate::{
    ports::{HostBody, within},
    session::Session,
};
use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use image::{
    Digest,
    download::StoredDocument,
    manifest::{CONFIG_MAX_BYTES, Descriptor, MANIFEST_MAX_BYTES, media_type},
};
use serde::Deserialize;
use std::ops::Range;
use url::Url;

const WHAT: &str = "registry";
const CATALOG: &str = "a list of repositories of a registry";
const TAGS: &str = "a list of tags of a registry";
const REFERRERS: &str = "a list of referrers of a registry";
/// Redirects followed before giving up.
const HOPS_MAX: usize = 4;
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// A registry and what lets a session in there.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    base: Url,
    authorization: HeaderValue,
}

/// A page of names: the names, and whether there are more.
pub(crate) struct Names {
    pub(crate) names: Vec<String>,
    pub(crate) has_more: bool,
}

#[derive(Deserialize)]
struct Catalog {
    #[serde(default)]
    repositories: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// A manifest that refers to another.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Referrer {
    pub(crate) digest: String,
    #[serde(default)]
    pub(crate) size: u64,
    #[serde(default)]
    pub(crate) artifact_type: Option<String>,
}

#[derive(Deserialize)]
struct Referrers {
    #[serde(default)]
    manifests: Option<Vec<Referrer>>,
}

impl Registry {
    /// `HOST[:PORT]`, as it stands in docker references.
    pub(crate) fn host(&self) -> String {
        host_of(&self.base)
    }

    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().push("v2").extend(segments.iter().flat_map(|segment| segment.split('/')));
        }
        url
    }
}

/// `HOST[:PORT]` of a registry's URL.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// `Authorization: Basic` for a token: the name `token`, as docker is given it, goes with any.
fn basic(token: &str) -> HeaderValue {
    let text = format!("Basic {}", STANDARD.encode(format!("token:{token}")));
    let mut value = HeaderValue::try_from(text).expect("base64 is a header value");
    value.set_sensitive(true);
    value
}

impl Upstream {
    /// The registry of the session's cluster; a trusted host.
    pub(crate) async fn registry(&self, session: &Session) -> Result<Registry, UpstreamError> {
        let config = self.configuration(&session.tokens.access_token).await?;
        let cluster = config.clusters.iter().find(|c| c.name == session.cluster).ok_or(UpstreamError::NoCluster)?;
        let base = self.trusted(WHAT, &cluster.registry_url)?;
        Ok(Registry { base, authorization: basic(&session.tokens.access_token) })
    }

    /// Where that registry is, and with what to go there.
    pub(crate) async fn registry_door(&self, session: &Session) -> Result<(Url, HeaderValue), UpstreamError> {
        let registry = self.registry(session).await?;
        Ok((registry.base, registry.authorization))
    }

    /// Name and registry of the first cluster that a token may use; proves the token.
    pub(crate) async fn first_registry(&self, token: &str) -> Result<(String, Url), UpstreamError> {
        let config = self.configuration(token).await?;
        let cluster = config.clusters.first().ok_or(UpstreamError::NoCluster)?;
        Ok((cluster.name.clone(), self.trusted(WHAT, &cluster.registry_url)?))
    }

    /// A request to be passed on, bodies and all.
    pub(crate) fn passed_on(
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Body,
        raw: Option<HostBody>,
    ) -> Result<Request<Body>, UpstreamError> {
        let mut request =
            Request::builder().method(method).uri(url.as_str()).body(body).map_err(UpstreamError::BadRequest)?;
        *request.headers_mut() = headers;
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        if let Some(raw) = raw {
            request.extensions_mut().insert(raw);
        }
        Ok(request)
    }

    /// Sends a request without a body, and goes after redirects: to trusted hosts only, and with credentials only where they
    /// were meant for.
    pub(crate) async fn send_following(
        &self,
        method: &Method,
        url: &Url,
        mut headers: HeaderMap,
    ) -> Result<Response<Body>, UpstreamError> {
        let mut url = url.clone();
        for _ in 0..HOPS_MAX {
            let request = Self::passed_on(method.clone(), &url, headers.clone(), Body::empty(), None)?;
            let answer = within(&*self.host, self.limit, self.host.send(request)).await;
            let answer = answer.ok_or(UpstreamError::Timeout)??;
            let status = answer.status();
            let to = answer.headers().get(header::LOCATION).and_then(|to| url.join(to.to_str().ok()?).ok());
            let Some(to) = to.filter(|_| status.is_redirection()) else { return Ok(answer) };
            let to = self.trusted("store of images", to.as_str())?;
            if to.origin() != url.origin() {
                headers.remove(header::AUTHORIZATION);
            }
            url = to;
        }
        Err(UpstreamError::Redirects)
    }

    /// A call; a status other than 2xx is an error with what the registry said.
    async fn registry_call(
        &self,
        registry: &Registry,
        method: Method,
        url: &Url,
        headers: &[(HeaderName, String)],
    ) -> Result<Response<Body>, UpstreamError> {
        let mut map = HeaderMap::new();
        map.insert(header::AUTHORIZATION, registry.authorization.clone());
        map.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                map.insert(name, value);
            }
        }
        let response = self.send_following(&method, url, map).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (head, body) = response.into_parts();
        let body = within(&*self.host, self.limit, body::small(body)).await.and_then(Result::ok).unwrap_or_default();
        Err(UpstreamError::registry_refused(head.status, &head.headers, &body))
    }

    /// A page of the catalog, after a name.
    pub(crate) async fn catalog(&self, registry: &Registry, n: usize, last: &str) -> Result<Names, UpstreamError> {
        let response = self.list(registry, registry.url(&["_catalog"]), n, last).await?;
        let has_more = response.headers().contains_key(header::LINK);
        let page: Catalog = self.in_time(body::json(response.into_body(), CATALOG)).await?;
        Ok(Names { names: page.repositories.unwrap_or_default(), has_more })
    }

    /// A page of a repository's tags, after a name.
    pub(crate) async fn tags(
        &self,
        registry: &Registry,
        repository: &str,
        n: usize,
        last: &str,
    ) -> Result<Names, UpstreamError> {
        let response = self.list(registry, registry.url(&[repository, "tags", "list"]), n, last).await?;
        let has_more = response.headers().contains_key(header::LINK);
        let page: Tags = self.in_time(body::json(response.into_body(), TAGS)).await?;
        Ok(Names { names: page.tags.unwrap_or_default(), has_more })
    }

    async fn list(
        &self,
        registry: &Registry,
        mut url: Url,
        n: usize,
        last: &str,
    ) -> Result<Response<Body>, UpstreamError> {
        url.query_pairs_mut().append_pair("n", &n.to_string());
        if !last.is_empty() {
            url.query_pairs_mut().append_pair("last", last);
        }
        self.registry_call(registry, Method::GET, &url, &[]).await
    }

    /// A manifest or index, by tag or digest. What is not what its digest says is refused.
    pub(crate) async fn document(
        &self,
        registry: &Registry,
        repository: &str,
        reference: &str,
    ) -> Result<StoredDocument, UpstreamError> {
        self.document_within(registry, repository, reference, MANIFEST_MAX_BYTES).await
    }

    /// The manifest or index that a descriptor stands for, no longer than that says.
    pub(crate) async fn document_of(
        &self,
        registry: &Registry,
        repository: &str,
        of: &Descriptor,
    ) -> Result<StoredDocument, UpstreamError> {
        self.document_within(registry, repository, of.digest.as_str(), of.size.min(MANIFEST_MAX_BYTES)).await
    }

    async fn document_within(
        &self,
        registry: &Registry,
        repository: &str,
        reference: &str,
        limit_bytes: u64,
    ) -> Result<StoredDocument, UpstreamError> {
        let url = registry.url(&[repository, "manifests", reference]);
        let accept = [(header::ACCEPT, media_type::ACCEPTED.join(", "))];
        let response = self.registry_call(registry, Method::GET, &url, &accept).await?;
        let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
        let bytes = self.small(response.into_body(), limit_bytes).await?;
        check(reference, &bytes)?;
        Ok(StoredDocument { media_type, bytes: bytes.to_vec() })
    }

    /// The digest a tag stands for, without its manifest.
    pub(crate) async fn digest_of(
        &self,
        registry: &Registry,
        repository: &str,
        tag: &str,
    ) -> Result<Option<String>, UpstreamError> {
        let url = registry.url(&[repository, "manifests", tag]);
        let accept = [(header::ACCEPT, media_type::ACCEPTED.join(", "))];
        let response = self.registry_call(registry, Method::HEAD, &url, &accept).await?;
        Ok(response.headers().get(CONTENT_DIGEST).and_then(|v| v.to_str().ok()).map(str::to_owned))
    }

    /// A config: a blob that fits into memory, proved by its digest.
    pub(crate) async fn config_blob(
        &self,
        registry: &Registry,
        repository: &str,
        digest: &Digest,
    ) -> Result<Bytes, UpstreamError> {
        let url = registry.url(&[repository, "blobs", digest.as_str()]);
        let response = self.registry_call(registry, Method::GET, &url, &[]).await?;
        let bytes = self.small(response.into_body(), CONFIG_MAX_BYTES).await?;
        check(digest.as_str(), &bytes)?;
        Ok(bytes)
    }

    /// A piece of a blob, as a body that streams: the piece itself, or, from a registry that knows no ranges, the whole.
    /// Gives how many bytes come before the piece begins. `size` is that of the whole.
    pub(crate) async fn blob_range(
        &self,
        registry: &Registry,
        repository: &str,
        digest: &Digest,
        range: Range<u64>,
        size: u64,
    ) -> Result<(u64, Body), UpstreamError> {
        let url = registry.url(&[repository, "blobs", digest.as_str()]);
        let bytes = format!("bytes={}-{}", range.start, range.end - 1);
        let response = self.registry_call(registry, Method::GET, &url, &[(header::RANGE, bytes)]).await?;
        let said = |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let is_part = response.status() == StatusCode::PARTIAL_CONTENT;
        // A blob of another size is another blob, or the manifest lies.
        let fits = if is_part {
            said(header::CONTENT_RANGE) == Some(&format!("bytes {}-{}/{size}", range.start, range.end - 1))
        } else {
            said(header::CONTENT_LENGTH).is_none_or(|length| length == size.to_string())
        };
        if !fits {
            return Err(UpstreamError::BrokeOff("the blob has another size than the manifest says".into()));
        }
        let before = if is_part { 0 } else { range.start };
        Ok((before, response.into_body()))
    }

    /// Deletes a tag, or a digest with its tags.
    pub(crate) async fn delete_manifest(
        &self,
        registry: &Registry,
        repository: &str,
        reference: &str,
    ) -> Result<(), UpstreamError> {
        let url = registry.url(&[repository, "manifests", reference]);
        self.registry_call(registry, Method::DELETE, &url, &[]).await.map(drop)
    }

    /// What refers to a manifest; nothing where the registry cannot tell.
    pub(crate) async fn referrers(&self, registry: &Registry, repository: &str, digest: &str) -> Vec<Referrer> {
        let url = registry.url(&[repository, "referrers", digest]);
        let found = async {
            let response = self.registry_call(registry, Method::GET, &url, &[]).await?;
            let found: Referrers = self.in_time(body::json(response.into_body(), REFERRERS)).await?;
            Ok::<_, UpstreamError>(found.manifests.unwrap_or_default())
        };
        found.await.unwrap_or_else(|error| {
            tracing::debug!(error = &error as &dyn std::error::Error, "no referrers");
            Vec::new()
        })
    }

    async fn small(&self, body: Body, limit_bytes: u64) -> Result<Bytes, UpstreamError> {
        let limit_bytes = usize::try_from(limit_bytes).unwrap_or(usize::MAX);
        self.in_time(body::whole(body, limit_bytes)).await
    }
}

/// Bytes asked for by their digest must have it.
fn check(reference: &str, bytes: &[u8]) -> Result<(), UpstreamError> {
    match reference.parse::<Digest>() {
        Ok(digest) if !digest.matches(bytes) => Err(UpstreamError::WrongDigest { digest: digest.to_string() }),
        _ => Ok(()),
    }
}
