//! From images to tasks, each blob once.

use super::known::Known;
use super::write::{DocumentRecipe, LayerRef, NewManifest, Recipe, RootRecipe};
use super::{Choice, Delivery, Note, Plan, Shortcut, Task, TaskKind};
use crate::Digest;
use crate::archive::{ArchiveImage, ArchiveLayer, PlatformImage};
use crate::manifest::{Compression, Descriptor, ImageManifest, LayerKind, media_type};
use std::collections::BTreeMap;

pub(super) struct Builder<'a> {
    choice: &'a Choice,
    known: &'a Known,
    tasks: Vec<Task>,
    /// Blobs that have a task: by digest as they are, by diffID where they are compressed.
    seen: BTreeMap<(bool, Digest), usize>,
    notes: Vec<Note>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(choice: &'a Choice, known: &'a Known) -> Self {
        Self { choice, known, tasks: Vec::new(), seen: BTreeMap::new(), notes: Vec::new() }
    }

    pub(super) fn build(mut self, image: &ArchiveImage, platforms: &[&PlatformImage], notes: Vec<Note>) -> Plan {
        self.notes = notes;
        let all_kept = platforms.iter().all(|platform| self.keeps(platform));
        let is_whole = platforms.len() == image.platforms.len() && image.absent.is_empty();
        let children = platforms.iter().filter_map(|platform| self.platform(platform)).collect();
        let root = image.root.as_ref().filter(|_| all_kept && is_whole);
        let keeps_root = root.is_some();
        let index = root.filter(|root| media_type::is_index(&root.descriptor.media_type));
        let root = match index {
            Some(root) => {
                let extras = image.extras.iter().map(|extra| self.extra(extra)).collect();
                RootRecipe::Stored { root: Box::new(root.clone()), extras }
            }
            None => {
                self.notes
                    .extend(image.extras.iter().map(|extra| Note::ExtraLeftOut(extra.document.descriptor.clone())));
                RootRecipe::Children { annotations: index_annotations(image) }
            }
        };
        let recipe = Recipe { children, root };
        let unchanged = keeps_root || (all_kept && platforms.len() == 1);
        let repository = self.choice.repository.clone();
        Plan { repository, tasks: self.tasks, unchanged, notes: self.notes, recipe }
    }

    /// Whether a manifest can travel as it is: it has one, and every layer is compressed or is not wanted to be.
    fn keeps(&self, platform: &PlatformImage) -> bool {
        let wants_plain = self.choice.compression == Compression::None;
        // What is no image cannot be written anew: nobody here knows what its parts mean.
        if platform.config.as_ref().is_some_and(|config| config.content.is_none()) {
            return platform.manifest.is_some();
        }
        platform.manifest.is_some()
            && platform.layers.iter().all(|layer| {
                let is_file_system =
                    layer.descriptor.as_ref().is_some_and(|own| LayerKind::of(&own.media_type).is_some());
                wants_plain
                    || layer.foreign
                    || !is_file_system
                    || layer.compression != Compression::None
                    || is_empty(layer)
            })
    }

    /// `None` without a config: such a platform is not usable and never comes here.
    fn platform(&mut self, platform: &PlatformImage) -> Option<DocumentRecipe> {
        let keep = self.keeps(platform);
        let layers = platform.layers.iter().map(|layer| self.layer(layer, keep)).collect();
        let config = platform.config.as_ref()?;
        let descriptor = config.descriptor.clone();
        let delivery = Delivery::Bytes { descriptor: descriptor.clone(), bytes: config.bytes.clone() };
        self.add(TaskKind::Config, (false, descriptor.digest.clone()), delivery, None);
        let stored = platform.manifest.as_ref();
        if let (true, Some(stored)) = (keep, stored) {
            return Some(DocumentRecipe::Stored(stored.clone()));
        }
        let read = stored.and_then(|stored| serde_json::from_slice::<ImageManifest>(&stored.bytes).ok());
        Some(DocumentRecipe::New(NewManifest {
            config: descriptor,
            layers,
            platform: platform.platform.clone(),
            entry_annotations: stored.map(|stored| stored.descriptor.annotations.clone()).unwrap_or_default(),
            annotations: read.map(|manifest| manifest.annotations).unwrap_or_default(),
        }))
    }

    fn extra(&mut self, extra: &crate::archive::Extra) -> crate::archive::StoredDocument {
        for (descriptor, source) in &extra.blobs {
            let delivery = Delivery::AsIs { descriptor: descriptor.clone(), source: *source };
            self.add(TaskKind::Extra, (false, descriptor.digest.clone()), delivery, None);
        }
        extra.document.clone()
    }

    fn layer(&mut self, layer: &ArchiveLayer, keep: bool) -> LayerRef {
        let known = layer.diff_id.as_ref().and_then(|id| self.known.layer(id, &self.choice.repository));
        match (&layer.descriptor, layer.source) {
            // Its licence forbids the upload; where the registry has it all the same, nothing is lost.
            (Some(descriptor), _) if layer.foreign => {
                let key = (false, descriptor.digest.clone());
                if !self.seen.contains_key(&key) {
                    self.notes.push(Note::Foreign(descriptor.clone()));
                }
                LayerRef(self.add(TaskKind::Layer, key, Delivery::Nothing(descriptor.clone()), None))
            }
            (Some(descriptor), Some(source)) if keep || layer.compression != Compression::None => {
                let delivery = Delivery::AsIs { descriptor: descriptor.clone(), source };
                // A manifest that is written anew may as well name the blob that is there.
                let known = if keep { None } else { known.cloned() };
                let key = (false, descriptor.digest.clone());
                LayerRef(self.add(TaskKind::Layer, key, delivery, known))
            }
            (descriptor, Some(source)) => {
                let known = known.cloned();
                let diff_id = layer.diff_id.clone().or_else(|| descriptor.as_ref().map(|own| own.digest.clone()));
                LayerRef(self.plain(layer.compression, diff_id, source, known))
            }
            // A layer without bytes has a problem, and an image with a problem no plan.
            (_, None) => LayerRef(usize::MAX),
        }
    }

    /// A layer of a docker-archive: plain mostly, compressed where another tool wrote it so.
    fn plain(
        &mut self,
        compression: Compression,
        diff_id: Option<Digest>,
        source: crate::tar::Span,
        known: Option<super::KnownLayer>,
    ) -> usize {
        let Some(diff_id) = diff_id else { return usize::MAX };
        let to = match compression {
            Compression::None => self.choice.compression,
            // Compressed, of unknown digest: it is sent as it is, and hashed on the way.
            compressed => compressed,
        };
        let as_is = compression == Compression::None && to == Compression::None;
        let delivery = if as_is {
            let descriptor = Descriptor::new(media_type::OCI_LAYER, diff_id.clone(), source.len);
            Delivery::AsIs { descriptor, source }
        } else if compression == Compression::None {
            Delivery::Compress { diff_id: diff_id.clone(), source, to }
        } else {
            Delivery::Hash { diff_id: diff_id.clone(), source, media_type: to.oci_layer() }
        };
        self.add(TaskKind::Layer, (true, diff_id), delivery, known)
    }

    fn add(
        &mut self,
        kind: TaskKind,
        key: (bool, Digest),
        delivery: Delivery,
        known: Option<super::KnownLayer>,
    ) -> usize {
        if let Some(at) = self.seen.get(&key) {
            return *at;
        }
        let shortcut = match (&delivery, known) {
            (Delivery::Nothing(_), _) => None,
            (_, Some(known)) => Some(self.known_as(known.descriptor, known.repository)),
            (delivery, None) => delivery.descriptor().and_then(|descriptor| {
                if self.known.has(&descriptor.digest, &self.choice.repository) {
                    return Some(Shortcut::Present(descriptor.clone()));
                }
                let from = self.known.elsewhere(&descriptor.digest)?.to_owned();
                Some(Shortcut::Mount { descriptor: descriptor.clone(), from })
            }),
        };
        self.tasks.push(Task { kind, shortcut, delivery });
        self.seen.insert(key, self.tasks.len() - 1);
        self.tasks.len() - 1
    }

    fn known_as(&self, descriptor: Descriptor, repository: String) -> Shortcut {
        // A manifest names the blob, nothing else of what another manifest said of it.
        let media_type =
            LayerKind::of(&descriptor.media_type).map_or(Compression::Gzip, |kind| kind.compression).oci_layer();
        let descriptor = Descriptor::new(media_type, descriptor.digest, descriptor.size);
        if self.known.has(&descriptor.digest, &self.choice.repository) {
            Shortcut::Present(descriptor)
        } else {
            Shortcut::Mount { descriptor, from: repository }
        }
    }
}

fn is_empty(layer: &ArchiveLayer) -> bool {
    layer.source.is_some_and(|source| source.len == 0)
}

fn index_annotations(image: &ArchiveImage) -> BTreeMap<String, String> {
    let root = image.root.as_ref().filter(|root| media_type::is_index(&root.descriptor.media_type));
    let parsed = root.and_then(|root| serde_json::from_slice::<crate::manifest::ImageIndex>(&root.bytes).ok());
    parsed.map(|index| index.annotations).unwrap_or_default()
}
