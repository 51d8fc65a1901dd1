//! `GET images/{image}/jobs`: the jobs that run a version of an image, by any of its names.
//!
//! The platform's list of jobs has no such filter, so it is read as it is told, one job at a time, until the page is full.

use super::{name::ImageAt, repository::Repository, tags};
use crate::{
    Gateway,
    jobs::{PageCursor, upstream_selector, view},
    ports::within,
    rescue::Failure,
    session::Session,
    upstream::UpstreamError,
};
use api::{
    Page,
    images::JOBS_LOOK_SECS,
    jobs::{Job, JobSelector},
};
use std::{collections::BTreeSet, ops::ControlFlow, time::Duration};

/// A page. Where the time is over before it is full it holds what was found, and its `next` goes on from there.
pub(crate) async fn jobs(
    gateway: &Gateway,
    session: &Session,
    at: &ImageAt,
    limit: usize,
    cursor: Option<PageCursor>,
) -> Result<Page<Job>, Failure> {
    let names = Names::of(gateway, session, at).await?;
    // Of any organisation: the image may be another one's too.
    let mut query = upstream_selector(&JobSelector::default(), session);
    if let Some(cursor) = &cursor {
        PageCursor::narrow(Some(cursor), &mut query, limit);
        // How many jobs have to be read for a page is not known.
        query.limit = None;
    }
    let (now, mut items, mut place, mut is_over) = (gateway.host().now(), Vec::new(), cursor.clone(), true);
    let take = |job| {
        if cursor.as_ref().is_some_and(|cursor| cursor.has_seen(&job)) {
            return ControlFlow::Continue(());
        }
        if items.len() == limit {
            is_over = false;
            return ControlFlow::Break(());
        }
        PageCursor::pass(&mut place, &job);
        if names.include(&job.container.image) {
            items.push(view(job, now));
        }
        ControlFlow::Continue(())
    };
    let reading = gateway.upstream().each_job(session, &query, take);
    let read = within(gateway.host(), Duration::from_secs(JOBS_LOOK_SECS), reading).await;
    match read.unwrap_or(Err(UpstreamError::Timeout)) {
        // Not from the same place: that would never come to an end.
        Err(UpstreamError::Timeout) if place != cursor => is_over = false,
        read => read?,
    }
    Ok(Page { items, next: place.filter(|_| !is_over).map(|place| place.to_string()) })
}

/// What a job can call a version of an image.
struct Names {
    /// The repository as a container engine and as the platform write it.
    repositories: [String; 2],
    digest: String,
    tags: BTreeSet<String>,
}

impl Names {
    async fn of(gateway: &Gateway, session: &Session, at: &ImageAt) -> Result<Self, Failure> {
        let repository = Repository::open(gateway, session, &at.repository).await?;
        let found = gateway.upstream().digest_of(&repository.registry, &at.repository, at.version()).await?;
        let digest = at.digest.as_ref().map(ToString::to_string).or(found).ok_or(Failure::NoSuchImage)?;
        let same = tags::of_digest(&repository, session, &digest).await?;
        Ok(Self {
            repositories: [
                format!("{}/{}", repository.registry.host(), at.repository),
                format!("image://{}/{}", session.cluster, at.repository),
            ],
            tags: same.into_iter().map(|tag| tag.name).chain(at.meant_tag().map(str::to_owned)).collect(),
            digest,
        })
    }

    fn include(&self, image: &str) -> bool {
        let version = self.repositories.iter().find_map(|repository| image.strip_prefix(repository.as_str()));
        let Some(version) = version else { return false };
        match version.split_once('@') {
            Some((tag, digest)) => digest == self.digest && (tag.is_empty() || tag.starts_with(':')),
            None if version.is_empty() => self.tags.contains("latest"),
            None => version.strip_prefix(':').is_some_and(|tag| self.tags.contains(tag)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_uses_an_image_by_any_of_its_names() {
        let names = Names {
            repositories: ["127.0.0.1:8080/acme/vision/net".into(), "image://home/acme/vision/net".into()],
            digest: "sha256:0f".into(),
            tags: ["latest", "v1"].map(str::to_owned).into(),
        };
        for repository in ["127.0.0.1:8080/acme/vision", "image://home/acme/vision"] {
            for image in ["net:latest", "net", "net:v1", "net@sha256:0f", "net:old@sha256:0f"] {
                assert!(names.include(&format!("{repository}/{image}")), "{image}");
            }
            for image in
                ["net:v2", "net2", "net2:v1", "net/v1:v1", "net@sha256:0e", "net:v1@sha256:0e", "net/a@sha256:0f"]
            {
                assert!(!names.include(&format!("{repository}/{image}")), "{image}");
            }
        }
        for image in ["net:latest", "ubuntu", "", "127.0.0.1:8081/acme/vision/net:v1", "image://homer/acme/vision/net"]
        {
            assert!(!names.include(image), "{image}");
        }
    }
}
