//! `extensions/images`: in one call what a console would otherwise gather tag by tag (`platform::extension::images`).

use std::sync::Arc;

use axum::{Json, extract::State};
use platform::{
    extension::images::{Image, Images, Layer, Layers, Tag, Tags, Usage},
    permission::Action,
};

use crate::{
    http::{
        Api, Problem,
        caller::Caller,
        input::{Query, Segments},
    },
    registry::RepositoryName,
};

/// Items of a page where the caller does not say, and the most there ever are.
const MOST: u32 = 1000;
/// Layers in one answer.
const MOST_LAYERS: u32 = 10_000;

fn page(query: &Query) -> Result<(u32, &str), Problem> {
    let n = query.number::<u32>("n")?.unwrap_or(MOST).clamp(1, MOST);
    Ok((n, query.find("last").unwrap_or_default()))
}

pub(in crate::http) async fn images_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    query: Query,
) -> Result<Json<Images>, Problem> {
    let (n, last) = page(&query)?;
    let (org, project) = (query.find("org"), query.find("project"));
    let may_see = |name: &RepositoryName| {
        org.is_none_or(|org| org == name.org())
            && project.is_none_or(|project| project == name.project())
            && caller.rights.allow(&name.uri(&api.config.cluster_name), Action::Read)
    };
    let page = api.registry.repository_rows(last, n, may_see).await?.map(|row| Image {
        repository: row.path,
        tag_count: row.tag_count,
        updated_at: row.updated_at,
        pulled_at: row.pulled_at,
    });
    Ok(Json(Images { items: page.items, has_more: page.has_more }))
}

pub(in crate::http) async fn tags_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    query: Query,
) -> Result<Json<Tags>, Problem> {
    let (n, last) = page(&query)?;
    let repository = query.find("repository").ok_or_else(|| Problem::field("repository", "is required"))?;
    let name = RepositoryName::parse(repository)?;
    caller.require(&name.uri(&api.config.cluster_name), Action::Read)?;
    let page = api.registry.tag_rows(&name, last, n).await?.map(|row| Tag {
        name: row.name,
        digest: row.digest,
        media_type: row.media_type,
        size_bytes: row.layers_bytes,
        updated_at: row.updated_at,
        pulled_at: row.pulled_at,
    });
    Ok(Json(Tags { items: page.items, has_more: page.has_more }))
}

pub(in crate::http) async fn layers_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((org, project)): Segments<(String, String)>,
) -> Result<Json<Layers>, Problem> {
    let page = api.registry.layers(&org, &project, MOST_LAYERS).await?;
    let may_read = |repository: &str| {
        RepositoryName::parse(repository)
            .is_ok_and(|name| caller.rights.allow(&name.uri(&api.config.cluster_name), Action::Read))
    };
    let items = page.items.into_iter().filter(|row| may_read(&row.repository)).map(|row| Layer {
        diff_id: row.diff_id,
        digest: row.digest,
        size_bytes: row.size_bytes,
        media_type: row.media_type,
        repository: row.repository,
    });
    Ok(Json(Layers { items: items.collect(), partial: page.has_more }))
}

pub(in crate::http) async fn usage_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((org, project)): Segments<(String, String)>,
) -> Result<Json<Usage>, Problem> {
    let uri = platform::Uri::try_new("image", [&api.config.cluster_name, &org, &project])
        .map_err(|why| Problem::field("path", why.to_string()))?;
    caller.require(&uri, Action::Read)?;
    let (used_bytes, quota_bytes) = api.registry.usage(&org, &project).await?;
    Ok(Json(Usage { used_bytes, quota_bytes }))
}
