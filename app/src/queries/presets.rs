//! The presets.

use crate::client::{Client, Failure};
use crate::paths::endpoint;
use api::presets::{Preset, Presets};
use leptos::prelude::*;

/// The presets in the cluster's order; `refetch` asks again.
pub(crate) fn presets(client: Client) -> LocalResource<Result<Vec<Preset>, Failure>> {
    LocalResource::new(move || async move { client.get::<Presets>(endpoint::PRESETS).await.map(|p| p.items) })
}
