//! Manifests over HTTP.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use image::download::Asked;
use tokio::time::timeout;

use super::{
    super::input::BODY_MAY_TAKE,
    CONTENT_DIGEST, Call, Refusal,
    blobs::{cached, conditions},
    plain,
};
use crate::registry::{Kind, MANIFEST_MOST_BYTES, Reference, RegistryError, RepositoryName, StoredManifest};

const SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
const TAG: HeaderName = HeaderName::from_static("oci-tag");
/// Tags in one request.
const MOST_TAGS: usize = 100;

pub(super) async fn get(call: Call, name: RepositoryName, reference: Reference) -> Result<Response, Refusal> {
    let manifest = call.registry.find_manifest(&name, &reference).await?;
    if !call.is_head() {
        call.registry.pulled(&manifest, &reference).await?;
    }
    let manifest = one_image(&call, &name, &reference, manifest).await?;
    let etag = format!("\"{}\"", manifest.digest);
    let length = manifest.content.len();
    let mut response = if conditions(&call).answer(length as u64, &etag) == Asked::NotModified {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = if call.is_head() { Body::empty() } else { Body::from(manifest.content) };
        let mut response = body.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, plain(&manifest.media_type));
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        response
    };
    let caching = match reference {
        Reference::Digest(_) => cached(&call),
        // A tag may be moved at any time.
        Reference::Tag(_) => HeaderValue::from_static("private, no-cache"),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_DIGEST, plain(&manifest.digest));
    headers.insert(header::ETAG, plain(&etag));
    headers.insert(header::CACHE_CONTROL, caching);
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// Clients that read images and no indexes get the image for Linux on amd64, as from Docker's registry.
async fn one_image(
    call: &Call,
    name: &RepositoryName,
    reference: &Reference,
    manifest: StoredManifest,
) -> Result<StoredManifest, Refusal> {
    let is_wanted = matches!(reference, Reference::Tag(_))
        && manifest.kind().is_some_and(Kind::is_index)
        && accepts(call.headers(), &[Kind::OciImage, Kind::DockerImage])
        && !accepts(call.headers(), &[Kind::OciIndex, Kind::DockerList]);
    if !is_wanted {
        return Ok(manifest);
    }
    match call.registry.default_image(name, &manifest).await? {
        Some(image) => Ok(image),
        None => Ok(manifest),
    }
}

/// Whether a client names one of these types, or takes anything.
fn accepts(headers: &HeaderMap, kinds: &[Kind]) -> bool {
    headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').filter_map(|part| part.split(';').next()).any(|word| {
            let word = word.trim();
            matches!(word, "*/*" | "application/*") || kinds.iter().any(|kind| kind.media_type() == word)
        })
    })
}

pub(super) async fn put(
    call: Call,
    body: Body,
    name: RepositoryName,
    reference: Reference,
) -> Result<Response, Refusal> {
    let tags: Vec<String> = call.query().0.into_iter().filter(|(key, _)| key == "tag").map(|(_, tag)| tag).collect();
    if tags.len() > MOST_TAGS {
        return Err(Refusal::Input { what: "tag", why: "at most 100 tags can be set at once" });
    }
    if let Some(bad) = tags.iter().find(|tag| !matches!(Reference::parse(tag), Ok(Reference::Tag(_)))) {
        return Err(RegistryError::Tag { tag: bad.chars().take(128).collect() }.into());
    }
    let content_type = call.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    // Parameters (charset) say nothing about what it is.
    let content_type = content_type.and_then(|value| value.split(';').next()).map(|word| word.trim().to_owned());
    let reading = timeout(BODY_MAY_TAKE, Limited::new(body, MANIFEST_MOST_BYTES).collect()).await;
    let read = reading.map_err(|_| Refusal::TooSlow { limit_secs: BODY_MAY_TAKE.as_secs() })?;
    let content = read.map_err(|error| {
        if error.is::<LengthLimitError>() {
            Refusal::TooLarge { limit_bytes: MANIFEST_MOST_BYTES }
        } else {
            RegistryError::BodyBroken.into()
        }
    })?;
    let content = content.to_bytes();
    call.proof.ask().await?;
    let content_type = content_type.as_deref().filter(|word| !word.is_empty());
    let put = call.registry.put_manifest(&name, &reference, &tags, content_type, &content).await?;
    let mut response = StatusCode::CREATED.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, plain(&format!("/v2/{name}/manifests/{}", put.digest)));
    headers.insert(CONTENT_DIGEST, plain(put.digest.as_str()));
    if let Some(subject) = put.subject {
        headers.insert(SUBJECT, plain(subject.as_str()));
    }
    for tag in tags {
        headers.append(TAG, plain(&tag));
    }
    Ok(response)
}
