//! A running job made into an image of the own registry.
//!
//! Owns the order: the engine makes an image of the container, its archive is read once as a stream, each layer goes into
//! the registry compressed, then the config, and last the manifest with its tag. Needs no address at which the engine could
//! reach the registry. Until the last step nobody sees anything; after any other end nothing remains.

mod archive;
mod config;
mod layer;

use std::{collections::HashMap, sync::Arc};

use image::manifest::{Descriptor, ImageManifest, media_type};
use platform::{
    permission::Action,
    transfer::{Aux, TransferLine, status},
};
use tokio::sync::mpsc;

use super::{Images, ImagesError, Lines, OwnName, TransferError};
use crate::{
    engine::{Archive, ContainerId, Engine, LocalImage},
    jobs::{JobRecord, view},
    permissions::Rights,
    registry::{Chunk, Registry, RepositoryName},
    runner::Running,
};
use archive::{Found, Reading};

/// What is saved where, and by whom.
#[derive(Debug)]
struct Saving {
    job: JobRecord,
    /// As of the beginning.
    rights: Rights,
    own: OwnName,
    lines: Lines,
}

/// Where the layers of one image go.
#[derive(Clone, Debug)]
struct Target {
    registry: Arc<Registry>,
    repository: RepositoryName,
    lines: Lines,
}

impl Images {
    /// Saves a running container as an image. The receiver gets the lines of the platform's answer.
    pub(crate) fn save(
        self: &Arc<Self>,
        job: JobRecord,
        running: Running,
        target: OwnName,
        asked: &str,
        rights: Rights,
    ) -> Result<mpsc::Receiver<TransferLine>, ImagesError> {
        let slot = self.slot()?;
        let (images, asked) = (Arc::clone(self), asked.to_owned());
        tracing::info!(job = job.id, image = target.docker(), "saving a job");
        Ok(self.run(slot, move |lines| async move {
            let Running { engine, container } = running;
            lines.say(TransferLine::commit_started(&container.0, &asked)).await;
            let name = images.leftovers.name();
            let saving = Saving { job, rights, own: target, lines };
            let outcome = images.commit_and_push(&engine, &container, &name, &saving).await;
            images.leftovers.remove(engine.as_ref(), &name).await;
            outcome
        }))
    }

    async fn commit_and_push(
        &self,
        engine: &Arc<dyn Engine>,
        container: &ContainerId,
        name: &str,
        saving: &Saving,
    ) -> Result<(), TransferError> {
        let Saving { job, own, lines, .. } = saving;
        engine.commit(container, name).await?;
        let local = engine.find_image(name).await?;
        let local = local.ok_or_else(|| TransferError::Archive("the engine made no image".to_owned()))?;
        lines.say(TransferLine::commit_finished()).await;
        let repository = own.repository.clone();
        lines.say(TransferLine::say(format!("The push refers to repository [{}/{repository}]", own.host()))).await;
        let target = Target { registry: Arc::clone(&self.registry), repository, lines: lines.clone() };
        let mut known = self.known_layers(&job.spec.container.image, &local, &target).await?;
        for diff_id in &local.diff_ids {
            let word = if known.contains_key(diff_id) { status::EXISTS } else { status::PREPARING };
            lines.say(TransferLine::layer(line_id(diff_id), word)).await;
        }
        let found = loop {
            let stream = engine.export(name).await?;
            let reading = Reading::new(target.clone(), &local, known.clone(), self.stopping.clone());
            match reading.read(stream).await? {
                Found::All(image) => break image,
                // A layer was taken for another one, and passed over: once more, passing over nothing.
                Found::Mistaken => known.clear(),
            }
        };
        self.still_may_save(saving).await.map_err(TransferError::Refused)?;
        self.put_image(own, found, &target).await
    }

    /// Files of the job are given away: that right, too, may be gone.
    async fn still_may_save(&self, saving: &Saving) -> Result<(), ImagesError> {
        let rights = self.still_may(&saving.rights, &saving.own).await?;
        Ok(rights.require(&view::uris(self.names.cluster(), &saving.job), Action::Write)?)
    }

    /// Layers of the container that the registry has from the job's own image. The engine fetched that image and proved each
    /// layer against its config; nobody proved what configs of other images say of theirs.
    async fn known_layers(
        &self,
        base: &str,
        local: &LocalImage,
        target: &Target,
    ) -> Result<HashMap<String, Descriptor>, TransferError> {
        let Ok(Some(base)) = self.names.find(base, "", "") else { return Ok(HashMap::new()) };
        // Without the base (deleted meanwhile, say) everything is sent.
        let pairs = self.layers_of(&base, &local.diff_ids).await.unwrap_or_default();
        let mut known = HashMap::new();
        for (diff_id, layer) in local.diff_ids.iter().zip(pairs) {
            let digest = layer.digest.clone();
            let here = target.registry.find_blob(&target.repository, &digest).await?.is_some()
                || target.registry.mount(&target.repository, &digest, &base.repository).await?;
            if here && layer.media_type.ends_with("gzip") {
                let layer = Descriptor::new(media_type::DOCKER_LAYER_GZIP, layer.digest, layer.size);
                known.insert(diff_id.clone(), layer);
            }
        }
        Ok(known)
    }

    async fn put_image(&self, own: &OwnName, found: archive::Image, target: &Target) -> Result<(), TransferError> {
        let config = config::without_labels(&found.config).map_err(TransferError::Archive)?;
        let config_descriptor = Descriptor::of(media_type::DOCKER_CONFIG, &config);
        target.put_whole(&config_descriptor, config).await?;
        let mut manifest = ImageManifest::oci(config_descriptor, found.layers, Default::default());
        // Every client of the platform, however old, asks for this kind.
        manifest.media_type = Some(media_type::DOCKER_MANIFEST.to_owned());
        let bytes = manifest.to_bytes();
        let put = self
            .registry
            .put_manifest(&own.repository, &own.reference, &[], Some(media_type::DOCKER_MANIFEST), &bytes)
            .await?;
        tracing::info!(image = own.docker(), digest = put.digest.as_str(), "saved a job");
        let aux = Aux {
            tag: own.tag().unwrap_or_default().to_owned(),
            digest: put.digest.as_str().to_owned(),
            size: bytes.len() as u64,
            image_bytes: Some(manifest.content_bytes()),
        };
        for line in TransferLine::done(aux) {
            target.lines.say(line).await;
        }
        Ok(())
    }
}

impl Target {
    /// Stores a small blob.
    async fn put_whole(&self, descriptor: &Descriptor, bytes: Vec<u8>) -> Result<(), TransferError> {
        let digest = descriptor.digest.clone();
        let upload = self.registry.begin_upload(&self.repository).await?;
        let body: Archive = Box::pin(futures::stream::iter([Ok(bytes.into())]));
        let chunk = Chunk { begins: Some(0), expected: Some(descriptor.size), body };
        Ok(self.registry.finish_upload(&self.repository, &upload, &digest, chunk).await?)
    }
}

/// Twelve digits stand for a layer.
fn line_id(diff_id: &str) -> &str {
    let hex = diff_id.strip_prefix("sha256:").unwrap_or(diff_id);
    hex.get(..12).unwrap_or(hex)
}
