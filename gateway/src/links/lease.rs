//! For how long a stream that a link has opened may go on: until the link ends or is revoked, here or at another gateway.

use super::{StoredLink, TokenHash};
use crate::{
    Gateway,
    ports::{Task, within},
};
use api::HEARTBEAT_SECS;
use futures::FutureExt;
use std::time::Duration;

/// How often the store is asked, for what others have revoked.
const LOOK: Duration = Duration::from_secs(HEARTBEAT_SECS);

/// Resolves when the link opens nothing any more.
pub(crate) fn lease(gateway: &Gateway, link: &StoredLink) -> Task<()> {
    let (gateway, hash, expires_at) = (gateway.clone(), link.hash, link.expires_at);
    async move {
        let Ok(desk) = gateway.links().desk() else { return };
        loop {
            let removed = desk.removed.listen();
            let left = expires_at.duration_since(gateway.host().now());
            let Ok(left) = Duration::try_from(left) else { return };
            if left.is_zero() || is_gone(&gateway, hash).await {
                return;
            }
            within(gateway.host(), left.min(LOOK), removed).await;
        }
    }
    .boxed()
}

async fn is_gone(gateway: &Gateway, hash: TokenHash) -> bool {
    let Ok(desk) = gateway.links().desk() else { return true };
    match desk.store.find(hash).await {
        Ok(found) => found.is_none(),
        // A store that fails for a moment revokes nothing; the next look may succeed.
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "whether a link is there could not be seen");
            false
        }
    }
}
