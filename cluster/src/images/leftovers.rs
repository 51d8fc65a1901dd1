//! Images that exist on an engine only while a job is being saved.
//!
//! Owns their names, which tell them from everybody else's, and their removal: after the save, and, when the server died in
//! the middle of one, as soon as the engine is there again.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use super::Images;
use crate::engine::{Engine, EngineError, select::EngineSelector};

/// The names in use.
#[derive(Debug)]
pub(super) struct Leftovers {
    repository: String,
    in_use: Mutex<BTreeSet<String>>,
}

impl Leftovers {
    pub(super) fn new(instance: &str) -> Self {
        Self { repository: format!("roadstead-save-{instance}"), in_use: Mutex::default() }
    }

    /// A name nobody else has, or guesses.
    pub(super) fn name(&self) -> String {
        let name = format!("{}:{}", self.repository, uuid::Uuid::new_v4().simple());
        self.in_use.lock().expect("holders of the set do not panic").insert(name.clone());
        name
    }

    /// Removes the image of a save.
    pub(super) async fn remove(&self, engine: &dyn Engine, name: &str) {
        if let Err(error) = engine.remove_image(name).await {
            tracing::warn!(image = name, %error, "the image of a save was not removed; trying at the next start");
        }
        self.in_use.lock().expect("holders of the set do not panic").remove(name);
    }

    /// Removes what an earlier life of this server left.
    async fn sweep(&self, engine: &dyn Engine) -> Result<(), EngineError> {
        for name in engine.images_called(&self.repository).await? {
            let in_use = {
                let all = self.in_use.lock().expect("holders of the set do not panic");
                all.iter().any(|used| name.ends_with(used.as_str()))
            };
            if !in_use {
                tracing::info!(image = name, "removing what an interrupted save left");
                engine.remove_image(&name).await?;
            }
        }
        Ok(())
    }
}

impl Images {
    /// Clears an engine of leftovers whenever one is found, until the server stops.
    pub(crate) async fn run_sweeps(self: Arc<Self>, engines: Arc<EngineSelector>) {
        let mut status = engines.watch();
        loop {
            let engine = status.borrow_and_update().engine();
            if let Some(engine) = engine
                && let Err(error) = self.leftovers.sweep(engine.as_ref()).await
            {
                tracing::warn!(%error, "the engine was not cleared of what interrupted saves left");
            }
            tokio::select! {
                () = self.stopping.cancelled() => return,
                changed = status.changed() => if changed.is_err() {
                    return;
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::FakeEngine;

    #[tokio::test]
    async fn what_an_earlier_life_left_goes_and_nothing_else() {
        let (engine, leftovers) = (FakeEngine::new(), Leftovers::new("me"));
        let in_use = leftovers.name();
        let others = [in_use.as_str(), "roadstead-save-you:1", "roadstead-save-me2:1", "ubuntu:latest"];
        for name in others.iter().copied().chain(["roadstead-save-me:1"]) {
            engine.import(name, bytes::Bytes::new(), &[]).await.expect("imports");
        }
        leftovers.sweep(engine.as_ref()).await.expect("sweeps");
        let mut expected = others.map(str::to_owned);
        expected.sort();
        assert_eq!(engine.image_names(), expected);
        leftovers.remove(engine.as_ref(), &in_use).await;
        assert!(!engine.image_names().contains(&in_use));
    }
}
