//! `GET images`: a page of images, by name.

use super::name::{NameCursor, image_name};
use crate::{
    Gateway,
    rescue::Failure,
    session::Session,
    upstream::{Registry, UpstreamError},
};
use api::{
    Page,
    images::{Image, ImageSelector},
};
use jiff::Timestamp;

/// Names asked for at once.
const UPSTREAM_PAGE: usize = 1000;
/// Pages read for one page of ours. A page that is not full may come with a cursor.
const PAGES_MAX: usize = 20;
const LIMIT: usize = 100;
const EVERYTHING: &str = "*";

/// Which repositories are meant.
struct Wanted {
    org: Option<String>,
    project: Option<String>,
    name: Option<String>,
}

/// A repository, and what else is known about it.
struct Found {
    repository: String,
    tag_count: Option<u64>,
    updated_at: Option<Timestamp>,
}

impl Wanted {
    fn of(selector: &ImageSelector, session: &Session) -> Self {
        let everything = selector.project.as_deref() == Some(EVERYTHING);
        let own_org = || if everything { None } else { session.org.clone() };
        Self {
            org: selector.org.clone().filter(|org| org != EVERYTHING).or_else(own_org),
            project: if everything { None } else { selector.project.clone().or_else(|| Some(session.project.clone())) },
            name: selector.name.as_ref().map(|name| name.to_lowercase()),
        }
    }

    /// For the extension's query.
    fn place(&self) -> Vec<(&str, &str)> {
        let pairs = [("org", &self.org), ("project", &self.project)];
        pairs.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?))).collect()
    }
}

/// A page.
pub(crate) async fn list(
    gateway: &Gateway,
    session: &Session,
    selector: &ImageSelector,
) -> Result<Page<Image>, Failure> {
    let registry = gateway.upstream().registry(session).await?;
    let wanted = Wanted::of(selector, session);
    let limit = selector.limit.map_or(LIMIT, |limit| limit as usize);
    let mut last = NameCursor::parse(selector.cursor.as_deref())?.0;
    let mut items = Vec::new();
    for _ in 0..PAGES_MAX {
        let (mut found, has_more) = page(gateway, session, &registry, &wanted, &last).await?;
        // Registries that give all at once give it in any order, and again.
        found.retain(|found| found.repository > last);
        found.sort_by(|a, b| a.repository.cmp(&b.repository));
        let is_empty = found.is_empty();
        let mut found = found.into_iter().peekable();
        while let Some(next) = found.next() {
            last.clone_from(&next.repository);
            if let Some(image) = view(session, &registry, &wanted, next) {
                items.push(image);
            }
            if items.len() >= limit && (found.peek().is_some() || has_more) {
                return Ok(Page { items, next: Some(NameCursor(last).text()) });
            }
        }
        if !has_more || is_empty {
            return Ok(Page { items, next: None });
        }
    }
    Ok(Page { items, next: Some(NameCursor(last).text()) })
}

async fn page(
    gateway: &Gateway,
    session: &Session,
    registry: &Registry,
    wanted: &Wanted,
    last: &str,
) -> Result<(Vec<Found>, bool), UpstreamError> {
    let upstream = gateway.upstream();
    if let Some(page) = upstream.extension_images(session, &wanted.place(), UPSTREAM_PAGE, last).await? {
        let items = page.items.into_iter().map(|image| Found {
            repository: image.repository,
            tag_count: Some(image.tag_count),
            updated_at: Some(image.updated_at),
        });
        return Ok((items.collect(), page.has_more));
    }
    let page = upstream.catalog(registry, UPSTREAM_PAGE, last).await?;
    let items = page.names.into_iter().map(|repository| Found { repository, tag_count: None, updated_at: None });
    Ok((items.collect(), page.has_more))
}

/// None: not one of those wanted, or nothing that could be named.
fn view(session: &Session, registry: &Registry, wanted: &Wanted, found: Found) -> Option<Image> {
    let name = image_name(session, &found.repository)?;
    let org_fits = wanted.org.as_deref().is_none_or(|org| name.org() == Some(org));
    let project_fits = wanted.project.as_deref().is_none_or(|project| name.project() == project);
    let name_fits = wanted.name.as_deref().is_none_or(|part| name.name().to_lowercase().contains(part));
    (org_fits && project_fits && name_fits).then(|| Image {
        uri: name.permission_uri(),
        docker_reference: format!("{}/{}", registry.host(), found.repository),
        org: name.org().map(str::to_owned),
        project: name.project().to_owned(),
        name: name.name().to_owned(),
        repository: found.repository,
        tag_count: found.tag_count,
        updated_at: found.updated_at,
    })
}

/// The names of a project's repositories, at most so many, and whether there are more.
pub(super) async fn repositories(
    gateway: &Gateway,
    session: &Session,
    org: Option<&str>,
    project: Option<&str>,
    at_most: u32,
) -> Result<(Vec<String>, bool), Failure> {
    let selector = ImageSelector {
        org: org.map(str::to_owned),
        project: project.map(str::to_owned),
        limit: Some(at_most),
        ..ImageSelector::default()
    };
    let page = list(gateway, session, &selector).await?;
    Ok((page.items.into_iter().map(|image| image.repository).collect(), page.next.is_some()))
}
