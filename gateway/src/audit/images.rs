//! The images of the cluster and their last use: by pull, where the cluster tells, and by job.

use super::{Images, Progress};
use crate::{
    Gateway,
    images::image_name,
    rescue::Failure,
    session::Session,
    upstream::{Registry, UpstreamError},
};
use api::audit::{AuditGap, AuditImage, AuditStep};
use image::reference::Reference;
use jiff::Timestamp;
use platform::job_selector::JobSelector;
use std::collections::BTreeMap;

/// Names asked for at once.
const PAGE: usize = 1_000;
/// Images in an audit.
const IMAGES_MAX: usize = 10_000;
/// Jobs looked through for the images they used, the newest first.
const JOBS_MAX: u32 = 2_000;

pub(super) async fn gather(gateway: &Gateway, session: &Session, progress: &Progress) -> Result<Images, Failure> {
    let registry = gateway.upstream().registry(session).await?;
    let (found, runs) =
        futures::join!(all(gateway, session, &registry, progress), runs(gateway, session, &registry, progress));
    let (found, mut gaps) = found?;
    let runs = match runs {
        Ok((runs, is_all)) => {
            gaps.extend((!is_all).then_some(AuditGap::Jobs));
            runs
        }
        // An audit is worth more than the jobs in it.
        Err(error) => {
            tracing::debug!(error = &error as &dyn std::error::Error, "no jobs for an audit");
            gaps.push(AuditGap::Jobs);
            BTreeMap::new()
        }
    };
    let items = found.into_iter().filter_map(|(repository, pulled_at)| {
        let uri = image_name(session, &repository)?.permission_uri().parse().ok()?;
        let run_at = runs.get(&repository).copied();
        Some(AuditImage { uri, repository, pulled_at, run_at })
    });
    Ok(Images { items: items.collect(), gaps })
}

/// Every repository in order of name, and when it was last pulled.
async fn all(
    gateway: &Gateway,
    session: &Session,
    registry: &Registry,
    progress: &Progress,
) -> Result<(BTreeMap<String, Option<Timestamp>>, Vec<AuditGap>), UpstreamError> {
    let upstream = gateway.upstream();
    let (mut found, mut gaps) = (BTreeMap::new(), Vec::new());
    let mut last = String::new();
    loop {
        let (names, has_more): (Vec<_>, _) = match upstream.extension_images(session, &[], PAGE, &last).await? {
            Some(page) => {
                (page.items.into_iter().map(|image| (image.repository, image.pulled_at)).collect(), page.has_more)
            }
            None => {
                let page = upstream.catalog(registry, PAGE, &last).await?;
                if !gaps.contains(&AuditGap::Pulls) {
                    gaps.push(AuditGap::Pulls);
                }
                (page.names.into_iter().map(|name| (name, None)).collect(), page.has_more)
            }
        };
        let before = found.len();
        // Registries that give all at once give it in any order, and again.
        last = names.iter().map(|(name, _)| name).max().cloned().unwrap_or_default();
        found.extend(names);
        progress.tell(AuditStep::Images, found.len(), None);
        if found.len() > IMAGES_MAX {
            gaps.push(AuditGap::TooManyImages);
            let first_beyond = found.keys().nth(IMAGES_MAX).cloned();
            first_beyond.map(|first| found.split_off(&first));
            return Ok((found, gaps));
        }
        if !has_more || found.len() == before {
            return Ok((found, gaps));
        }
    }
}

/// When a job was last created with each repository, and whether all jobs were looked through.
async fn runs(
    gateway: &Gateway,
    session: &Session,
    registry: &Registry,
    progress: &Progress,
) -> Result<(BTreeMap<String, Timestamp>, bool), UpstreamError> {
    let selector = JobSelector {
        clusters: vec![session.cluster.clone()],
        reverse: true,
        limit: Some(JOBS_MAX),
        ..JobSelector::default()
    };
    let jobs = gateway.upstream().jobs(session, &selector, JOBS_MAX as usize).await?;
    progress.tell(AuditStep::Jobs, jobs.len(), None);
    let is_all = jobs.len() < JOBS_MAX as usize;
    let host = registry.host();
    let mut runs = BTreeMap::new();
    for job in jobs {
        let Some(repository) = repository(&job.container.image, &host, &session.cluster) else { continue };
        let at = runs.entry(repository).or_insert(job.history.created_at);
        *at = (*at).max(job.history.created_at);
    }
    Ok((runs, is_all))
}

/// The repository of the cluster's registry that a job's image names.
fn repository(image: &str, host: &str, cluster: &str) -> Option<String> {
    if let Some(path) = image.strip_prefix("image://") {
        let path = path.strip_prefix(cluster)?.strip_prefix('/')?;
        let path = path.split_once('@').map_or(path, |(path, _)| path);
        return Some(path.split_once(':').map_or(path, |(path, _)| path).to_owned());
    }
    let reference: Reference = image.parse().ok()?;
    (reference.host() == Some(host)).then(|| reference.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_images_of_the_own_registry_count_as_used() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (image, expected) in [
            ("127.0.0.1:80/o/p/net:v1", Some("o/p/net")),
            (&format!("127.0.0.1:80/o/p/a/b@{digest}"), Some("o/p/a/b")),
            ("image://home/o/p/net:v1", Some("o/p/net")),
            (&format!("image://home/o/p/net@{digest}"), Some("o/p/net")),
            ("image://other/o/p/net", None),
            ("image://homer/o/p/net", None),
            ("127.0.0.1:81/o/p/net", None),
            ("ubuntu:24.04", None),
            ("o/p/net", None),
            ("", None),
        ] {
            assert_eq!(repository(image, "127.0.0.1:80", "home").as_deref(), expected, "{image}");
        }
    }
}
