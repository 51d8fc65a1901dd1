//! `/api/v1/images`: browsing, deleting, copying and downloading images; and saving a job as one.

use crate::{
    Gateway,
    edge::{Input, Queried},
    images::{self, ImageAt, target},
    jobs::{InvalidCursor, JobId},
    rescue::Failure,
    session::SignedIn,
    upstream::UpstreamError,
};
use api::{
    Page,
    images::{
        Access, ArchiveForm, Compression, Image, ImageCopy, ImageDetail, ImageSelector, JobSave, KnownLayers, Registry,
        Tag,
    },
    jobs::Job,
};
use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use image::download::{Asked, Conditions};
use platform::transfer::{CopyRequest, CopySource, NDJSON};
use serde::Serialize;

const TAGS_DEFAULT: usize = 100;
const JOBS_DEFAULT: usize = 100;

/// `GET /images`
pub(crate) async fn images_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<Page<Image>>, Failure> {
    let [org, project, name, limit, cursor] = query.only(["org", "project", "name", "limit", "cursor"])?;
    let selector = ImageSelector { org, project, name, limit: super::page_size(limit.as_deref())?, cursor };
    Ok(Json(images::list(&gateway, &session, &selector).await?))
}

/// `GET /images/registry`
pub(crate) async fn registry_get(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Registry>, Failure> {
    let upstream = gateway.upstream();
    let registry = upstream.registry(&session).await?;
    let usage = async {
        match &session.org {
            Some(org) => upstream.extension_usage(&session, org, &session.project).await,
            None => Ok(None),
        }
    };
    let (usage, can_copy) = futures::join!(usage, upstream.can_copy(&session));
    // Who may not see the project's use may push into an image of it all the same.
    let usage = match usage {
        Err(UpstreamError::Refused { status: StatusCode::FORBIDDEN, .. }) => None,
        other => other?,
    };
    let left = usage.and_then(|usage| Some(usage.quota_bytes?.saturating_sub(usage.used_bytes)));
    let zstd = gateway.config().zstd_layers;
    Ok(Json(Registry {
        host: registry.host(),
        chunk_max_bytes: gateway.config().chunk_max_bytes,
        chunk_socket: gateway.config().chunk_socket,
        compressions: if zstd { vec![Compression::Zstd, Compression::Gzip] } else { vec![Compression::Gzip] },
        quota_left_bytes: left,
        can_copy,
    }))
}

/// `GET /images/layers?org=&project=`
pub(crate) async fn layers_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    query: Queried,
) -> Result<Json<KnownLayers>, Failure> {
    let [org, project] = query.only(["org", "project"])?;
    Ok(Json(images::layers(&gateway, &session, org.as_deref(), project.as_deref()).await?))
}

/// `POST /images/copy`
pub(crate) async fn image_copy(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    Input(copy): Input<ImageCopy>,
) -> Result<Response, Failure> {
    target(&copy.image)?;
    let source = copy.source;
    let source = CopySource { reference: source.reference, username: source.username, password: source.password };
    let request = CopyRequest { source, image: copy.image.clone() };
    let lines = gateway.upstream().copy_image(&session, &request).await?.ok_or(Failure::CannotCopy)?;
    Ok(ndjson(images::events(&gateway, copy.image, lines)))
}

/// `POST /jobs/{id}/save`
pub(crate) async fn job_save(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    id: JobId,
    Input(save): Input<JobSave>,
) -> Result<Response, Failure> {
    let at = target(&save.image)?;
    let registry = gateway.upstream().registry(&session).await?;
    let reference = at.reference(&registry).ok_or(Failure::NoSuchImage)?.to_string();
    let lines = gateway.upstream().save_job(&session, id.as_str(), reference).await?;
    Ok(ndjson(images::events(&gateway, save.image, lines)))
}

fn ndjson(body: Body) -> Response {
    ([(header::CONTENT_TYPE, NDJSON)], body).into_response()
}

/// `GET /images/{image}`
pub(crate) async fn image_get(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    at: ImageAt,
) -> Result<Json<ImageDetail>, Failure> {
    Ok(Json(images::detail(&gateway, &session, &at).await?))
}

/// `DELETE /images/{image}`: a tag alone, or a digest with all its tags.
pub(crate) async fn image_delete(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    at: ImageAt,
) -> Result<StatusCode, Failure> {
    if at.tag.is_none() && at.digest.is_none() {
        return Err(Failure::invalid(
            "image",
            "Name the tag or the digest to delete: ORG/PROJECT/NAME:TAG or ...@DIGEST.",
        ));
    }
    let registry = gateway.upstream().registry(&session).await?;
    match gateway.upstream().delete_manifest(&registry, &at.repository, at.version()).await {
        // What a registry of the first kind says when it is asked to delete by tag.
        Err(UpstreamError::RegistryRefused {
            status: StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED,
            ..
        }) if at.digest.is_none() => Err(Failure::TagsNotDeletable),
        other => Ok(other.map(|()| StatusCode::NO_CONTENT)?),
    }
}

/// `GET /images/{image}/tags?limit=&cursor=`
pub(crate) async fn tags_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    at: ImageAt,
    query: Queried,
) -> Result<Json<Page<Tag>>, Failure> {
    let [limit, cursor] = query.only(["limit", "cursor"])?;
    let limit = super::page_size(limit.as_deref())?.map_or(TAGS_DEFAULT, |limit| limit as usize);
    Ok(Json(images::tags(&gateway, &session, &at.repository, limit, cursor.as_deref()).await?))
}

/// `{"items": [Access]}`
#[derive(Serialize)]
pub(crate) struct AccessList {
    items: Vec<Access>,
}

/// `GET /images/{image}/access`
pub(crate) async fn access_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    at: ImageAt,
) -> Result<Json<AccessList>, Failure> {
    let name = at.name(&session).ok_or(Failure::NoSuchImage)?;
    Ok(Json(AccessList { items: images::access(&gateway, &session, &name.permission_uri()).await? }))
}

/// `GET /images/{image}/jobs?limit=&cursor=`
pub(crate) async fn image_jobs_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    at: ImageAt,
    query: Queried,
) -> Result<Json<Page<Job>>, Failure> {
    let [limit, cursor] = query.only(["limit", "cursor"])?;
    let limit = super::page_size(limit.as_deref())?.map_or(JOBS_DEFAULT, |limit| limit as usize);
    let cursor = cursor.as_deref().map(str::parse).transpose();
    let cursor = cursor.map_err(|error: InvalidCursor| Failure::invalid("cursor", error.to_string()))?;
    Ok(Json(images::jobs(&gateway, &session, &at, limit, cursor).await?))
}

/// `GET /images/{image}/archive?form=docker|oci`
pub(crate) async fn image_archive(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
    at: ImageAt,
    query: Queried,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let [form] = query.only(["form"])?;
    let form = match form.as_deref() {
        None | Some("docker") => ArchiveForm::Docker,
        Some("oci") => ArchiveForm::Oci,
        Some(_) => return Err(Failure::invalid("form", "docker or oci.")),
    };
    let archive = images::archive(&gateway, &session, &at, form).await?;
    let (total, etag) = (archive.total_bytes(), archive.etag());
    let tag = [(header::ETAG, etag.clone()), (header::ACCEPT_RANGES, "bytes".to_owned())];
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let asked = Conditions {
        // Of GET only (RFC 9110, section 14.2).
        range: text(header::RANGE).filter(|_| method != Method::HEAD),
        if_range: text(header::IF_RANGE),
        if_none_match: text(header::IF_NONE_MATCH),
    };
    let (status, range) = match asked.answer(total, &etag) {
        Asked::NotModified => return Ok((StatusCode::NOT_MODIFIED, tag).into_response()),
        Asked::Beyond => return Err(Failure::NoSuchRange { total_bytes: total }),
        Asked::Whole => (StatusCode::OK, 0..total),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
    };
    let about = [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (header::CONTENT_LENGTH, (range.end - range.start).to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", archive.file_name)),
    ];
    let part = (status == StatusCode::PARTIAL_CONTENT)
        .then(|| [(header::CONTENT_RANGE, format!("bytes {}-{}/{total}", range.start, range.end - 1))]);
    let body = if method == Method::HEAD { Body::empty() } else { archive.body(range) };
    let mut response = (status, tag, about, body).into_response();
    if let Some([(name, value)]) = part {
        response.headers_mut().insert(name, value.try_into().expect("digits are a header value"));
    }
    Ok(response)
}
