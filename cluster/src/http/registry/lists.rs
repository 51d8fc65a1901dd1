//! Catalog, tags and referrers over HTTP, in pages (OCI distribution spec, "Content discovery").

use std::collections::BTreeMap;

use axum::{
    Json,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use platform::permission::Action;
use serde::Serialize;
use serde_json::json;
use url::form_urlencoded;

use super::{Call, Query, Refusal, plain};
use crate::registry::{Digest, Kind, Referrer, RepositoryName};

/// Items of a page where the client does not say, and the most there ever are.
const MOST: u32 = 1000;
const FILTERED: HeaderName = HeaderName::from_static("oci-filters-applied");

/// How many items the client wants.
fn page_size(query: &Query) -> Result<u32, Refusal> {
    match query.find("n") {
        None => Ok(MOST),
        Some(text) => {
            text.parse::<u64>().map(|n| u32::try_from(n).map_or(MOST, |n| n.min(MOST))).map_err(|_| Refusal::PageSize)
        }
    }
}

/// The address of the next page: the same parameters, from the last item on.
fn next(path: &str, query: &Query, last: &str) -> HeaderValue {
    let others = query.0.iter().filter(|(key, _)| key != "last").map(|(key, value)| (key.as_str(), value.as_str()));
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(others).append_pair("last", last).finish();
    plain(&format!("<{path}?{text}>; rel=\"next\""))
}

fn answer(body: &impl Serialize, link: Option<HeaderValue>) -> Response {
    let mut response = Json(body).into_response();
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

pub(super) async fn catalog(call: Call) -> Result<Response, Refusal> {
    let query = call.query();
    let n = page_size(&query)?;
    let (org, project) = (query.find("org"), query.find("project"));
    let may_see = |name: &RepositoryName| {
        org.is_none_or(|org| org == name.org())
            && project.is_none_or(|project| project == name.project())
            && call.may(name, Action::Read)
    };
    let page = call.registry.repositories(query.find("last").unwrap_or_default(), n, may_see).await?;
    let link = page.items.last().filter(|_| page.has_more).map(|last| next("/v2/_catalog", &query, last));
    Ok(answer(&json!({"repositories": page.items}), link))
}

pub(super) async fn tags(call: Call, name: RepositoryName) -> Result<Response, Refusal> {
    let query = call.query();
    let n = page_size(&query)?;
    let page = call.registry.tags(&name, query.find("last").unwrap_or_default(), n).await?;
    let path = format!("/v2/{name}/tags/list");
    let link = page.items.last().filter(|_| page.has_more).map(|last| next(&path, &query, last));
    Ok(answer(&json!({"name": name.as_str(), "tags": page.items}), link))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u32,
    media_type: &'static str,
    manifests: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, String>>,
}

impl From<Referrer> for Descriptor {
    fn from(referrer: Referrer) -> Self {
        Self {
            media_type: referrer.media_type,
            digest: referrer.digest,
            size: referrer.size_bytes,
            artifact_type: referrer.artifact_type,
            annotations: referrer.annotations.and_then(|json| serde_json::from_str(&json).ok()),
        }
    }
}

pub(super) async fn referrers(call: Call, name: RepositoryName, subject: Digest) -> Result<Response, Refusal> {
    let query = call.query();
    let artifact_type = query.find("artifactType").filter(|word| !word.is_empty());
    let last = query.find("last").unwrap_or_default();
    let page = call.registry.referrers(&name, &subject, artifact_type, last).await?;
    let path = format!("/v2/{name}/referrers/{subject}");
    let link = page.items.last().filter(|_| page.has_more).map(|last| next(&path, &query, &last.digest));
    let media_type = Kind::OciIndex.media_type();
    let index =
        Index { schema_version: 2, media_type, manifests: page.items.into_iter().map(Descriptor::from).collect() };
    let mut response = answer(&index, link);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if artifact_type.is_some() {
        response.headers_mut().insert(FILTERED, HeaderValue::from_static("artifactType"));
    }
    Ok(response)
}
