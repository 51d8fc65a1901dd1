//! Links to jobs' statuses: their file, and the account that reads for them.

use anyhow::Context;
use cluster::Cluster;
use gateway::{Gateway, LinksConfig};
use gateway_native::SqliteLinks;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The account of the embedded cluster that reads for links.
const ACCOUNT: &str = "roadstead-links";
const HOUR: Duration = Duration::from_secs(3600);
const TOKEN_LIFETIME: Duration = Duration::from_secs(48 * 3600);

/// With the embedded cluster: an account of its own.
pub(crate) async fn embedded(data: &Path, cluster: &Cluster) -> anyhow::Result<LinksConfig> {
    let token = cluster.service_token(ACCOUNT, TOKEN_LIFETIME).await.context("the account that reads for links")?;
    with_token(data, token).await
}

/// With a token that the administrator has made.
pub(crate) async fn with_token(data: &Path, token: String) -> anyhow::Result<LinksConfig> {
    std::fs::create_dir_all(data).with_context(|| format!("the data folder {}", data.display()))?;
    let store = SqliteLinks::open(&data.join("links.sqlite")).await?;
    Ok(LinksConfig::try_new(Arc::new(store), token)?)
}

/// Sweeps ended links away and gives the gateway a fresh token every hour, so that one that leaks is soon worth nothing. Runs
/// until it is dropped.
pub(crate) async fn keep(gateway: Gateway, cluster: Cluster) {
    loop {
        gateway.sweep_links(cluster.name()).await;
        tokio::time::sleep(HOUR).await;
        match cluster.service_token(ACCOUNT, TOKEN_LIFETIME).await {
            Ok(token) => gateway.renew_links_token(token),
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "no fresh token for links"),
        }
    }
}
