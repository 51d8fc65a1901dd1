//! The hosts under which the own registry was ever reached.
//!
//! Jobs and engines know images by the host that the registry had at the time. A host that was forgotten would be one of
//! elsewhere: nobody would be asked for rights on images that an engine holds by it, and old jobs would look for theirs there.

use crate::store::{Store, StoreError, settings};

/// The setting: hosts with spaces between.
const REGISTRY_HOSTS: &str = "registry_hosts";

/// Remembers today's host; every one there was, today's too.
pub(super) async fn remember(store: &Store, today: &str) -> Result<Vec<String>, StoreError> {
    let known = settings::find(store, REGISTRY_HOSTS).await?.unwrap_or_default();
    let mut hosts: Vec<String> = known.split_whitespace().map(str::to_owned).collect();
    if !hosts.iter().any(|host| host == today) {
        hosts.push(today.to_owned());
        settings::set(store, REGISTRY_HOSTS, &hosts.join(" ")).await?;
    }
    Ok(hosts)
}
