//! The OCI distribution API under `/v2/`: who may do what, and which handler does it.
//!
//! Owns the one place where rights on images are checked. Handlers below are reached by nobody who may not, and ask once more
//! before what was sent takes effect: a body may take its time, and a right be taken back meanwhile.

mod blobs;
pub(super) mod extension;
mod leftover;
mod lists;
mod manifests;
mod refusal;
mod target;
mod uploads;

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use platform::{Uri, permission::Action};
use url::form_urlencoded;

use super::{Api, caller::bearer};
use crate::{
    accounts::AccountError,
    permissions::Rights,
    registry::{Registry, RepositoryName},
};
use leftover::Leftover;
use refusal::Refusal;
pub(super) use refusal::status_of;
use target::Target;

const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
/// The user name that goes with any token.
const ANYBODY: &str = "token";

/// What a request has to prove.
#[derive(Clone)]
struct Proof {
    api: Arc<Api>,
    headers: HeaderMap,
    /// The right it needs, where its address names a repository.
    wants: Option<(Uri, Action)>,
}

impl Proof {
    /// Who asks, and what they may do, as it is now.
    async fn ask(&self) -> Result<Rights, Refusal> {
        let user = authenticate(&self.api, &self.headers).await?;
        let rights = self.api.permissions.rights_of(&user).await?;
        if let Some((uri, action)) = &self.wants {
            rights.require(std::slice::from_ref(uri), *action)?;
        }
        Ok(rights)
    }
}

/// A request that was let in.
struct Call {
    proof: Proof,
    registry: Arc<Registry>,
    cluster: String,
    rights: Rights,
    parts: Parts,
}

impl Call {
    fn may(&self, name: &RepositoryName, action: Action) -> bool {
        self.rights.allow(&name.uri(&self.cluster), action)
    }

    fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    fn query(&self) -> Query {
        let text = self.parts.uri.query().unwrap_or_default();
        Query(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    fn is_head(&self) -> bool {
        self.parts.method == Method::HEAD
    }
}

/// The parameters of an address.
struct Query(Vec<(String, String)>);

impl Query {
    fn find(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Everything under `/v2/`.
pub(super) async fn serve(State(api): State<Arc<Api>>, path: Option<Path<String>>, request: Request) -> Response {
    let path = path.map(|Path(path)| path).unwrap_or_default();
    let (parts, body) = request.into_parts();
    let (body, left) = Leftover::of(body);
    let mut response = match dispatch(&api, &path, Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(refusal) => {
            left.drain().await;
            refusal.into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(API_VERSION, HeaderValue::from_static("registry/2.0"));
    // What is stored here was sent by users: no browser may take it for a page.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    response
}

async fn dispatch(api: &Arc<Api>, path: &str, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let cluster = api.config.cluster_name.clone();
    let target = Target::parse(path, &parts.method);
    let named = target.as_ref().ok().and_then(|target| Some((target, target.repository()?)));
    let wants = named.map(|(target, name)| (name.uri(&cluster), target.needs(&parts.method)));
    let proof = Proof { api: Arc::clone(api), headers: parts.headers.clone(), wants };
    // Nobody learns what is wrong with an address before it is known who asks.
    let rights = proof.ask().await?;
    let target = target?;
    let call = Call { proof, registry: Arc::clone(&api.registry), cluster, rights, parts };
    let method = call.parts.method.clone();
    let is = |wanted: Method| method == wanted;
    let is_reading = is(Method::GET) || is(Method::HEAD);
    match target {
        Target::Base if is_reading => Ok(axum::Json(serde_json::json!({})).into_response()),
        Target::Catalog if is_reading => lists::catalog(call).await,
        Target::Tags(name) if is_reading => lists::tags(call, name).await,
        Target::Referrers(name, digest) if is_reading => lists::referrers(call, name, digest).await,
        Target::Manifest(name, reference) if is_reading => manifests::get(call, name, reference).await,
        Target::Manifest(name, reference) if is(Method::PUT) => manifests::put(call, body, name, reference).await,
        Target::Manifest(name, reference) if is(Method::DELETE) => {
            call.registry.delete_manifest(&name, &reference).await?;
            Ok(StatusCode::ACCEPTED.into_response())
        }
        Target::Blob(name, digest) if is_reading => blobs::get(call, name, digest).await,
        Target::Blob(name, digest) if is(Method::DELETE) => {
            call.registry.delete_blob(&name, &digest).await?;
            Ok(StatusCode::ACCEPTED.into_response())
        }
        Target::Uploads(name) if is(Method::POST) => uploads::begin(call, body, name).await,
        Target::Upload(name, id) if is_reading => uploads::status(call, name, id).await,
        Target::Upload(name, id) if is(Method::PATCH) => uploads::append(call, body, name, id).await,
        Target::Upload(name, id) if is(Method::PUT) => uploads::finish(call, body, name, id).await,
        Target::Upload(name, id) if is(Method::DELETE) => {
            call.registry.cancel_upload(&name, &id).await?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        other => Err(Refusal::NoMethod(other.methods())),
    }
}

/// The user behind `Basic NAME:TOKEN`, where the name is `token` or the user's own, or behind `Bearer TOKEN`.
async fn authenticate(api: &Api, headers: &HeaderMap) -> Result<String, Refusal> {
    let (name, token) = match bearer(headers) {
        Some(token) => (ANYBODY.to_owned(), token.to_owned()),
        None => basic(headers).ok_or(Refusal::NoToken)?,
    };
    let user = api.accounts.authenticate(&token, api.clock.now()).await.map_err(|error| match error {
        AccountError::Store(error) => Refusal::Store(error),
        error => Refusal::Token(error),
    })?;
    if name != ANYBODY && name != user {
        return Err(Refusal::NotTheirToken(name.chars().take(100).collect()));
    }
    Ok(user)
}

/// Name and password of `Authorization: Basic` (RFC 7617).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// A value made of plain ASCII as a header's.
fn plain(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("names, digests, ids and encoded queries are printable ASCII")
}
