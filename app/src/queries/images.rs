//! Images to choose from: those of the project, and those that jobs ran lately.

use crate::client::{Client, Failure, encode, with_query};
use crate::paths::endpoint;
use api::{
    Page,
    images::{Image, ImageDetail},
    jobs::{Job, JobSelector},
};
use leptos::prelude::*;

/// Jobs looked at.
const LOOK_BACK: u32 = 50;
/// Images of the project that are offered.
const OFFERED: u32 = 200;

/// The digest that a tag stands for; `None`: there is no such tag, or it cannot be asked for.
pub(crate) async fn digest_of(client: Client, repository: &str, tag: &str) -> Option<String> {
    let path = format!("{}/{}", endpoint::IMAGES, encode(&format!("{repository}:{tag}")));
    client.get::<ImageDetail>(&path).await.ok().map(|detail| detail.digest)
}

/// The images of the latest jobs, the latest first, each once.
pub(crate) fn recent_images(client: Client) -> LocalResource<Result<Vec<String>, Failure>> {
    let selector = JobSelector { limit: Some(LOOK_BACK), ..JobSelector::default() };
    let path = with_query(endpoint::JOBS, selector.to_pairs());
    LocalResource::new(move || {
        let path = path.clone();
        async move { client.get::<Page<Job>>(&path).await.map(|page| distinct(page.items)) }
    })
}

/// The repositories of the project's images, as [`Image`]s.
pub(crate) fn project_images(client: Client) -> LocalResource<Result<Vec<Image>, Failure>> {
    let path = with_query(endpoint::IMAGES, [("limit", OFFERED.to_string())]);
    LocalResource::new(move || {
        let path = path.clone();
        async move { client.get::<Page<Image>>(&path).await.map(|page| page.items) }
    })
}

fn distinct(jobs: Vec<Job>) -> Vec<String> {
    let mut images = Vec::new();
    for job in jobs {
        if !images.contains(&job.container.image) {
            images.push(job.container.image);
        }
    }
    images
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::job::tests::job;

    #[test]
    fn each_image_is_named_once_the_latest_first() {
        let mut jobs = vec![job("job-1", "running"), job("job-2", "failed"), job("job-3", "failed")];
        jobs[0].container.image = "b".into();
        assert_eq!(distinct(jobs), ["b", "ubuntu:24.04"]);
    }
}
