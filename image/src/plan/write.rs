//! From the tasks' results to manifests.

use super::{Delivery, Plan, PlanError};
use crate::archive::StoredDocument;
use crate::manifest::{Descriptor, ImageIndex, ImageManifest, LayerKind, Platform, media_type};
use std::collections::BTreeMap;

/// What became of the tasks: index of the task -> the blob as it is in the registry now.
///
/// Only where that differs from what the plan knew: for what was compressed or hashed on the way, and for a [`super::Shortcut`]
/// that turned out to be none.
pub type TaskResults = BTreeMap<usize, Descriptor>;

/// How the manifests come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipe {
    /// The images, one a platform.
    pub(crate) children: Vec<DocumentRecipe>,
    pub(crate) root: RootRecipe,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RootRecipe {
    /// An index as it is, with all below it.
    Stored { root: Box<StoredDocument>, extras: Vec<StoredDocument> },
    /// The only child; a new index where there are several.
    Children { annotations: BTreeMap<String, String> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DocumentRecipe {
    Stored(StoredDocument),
    New(NewManifest),
}

/// A manifest that is written when the layers' descriptors are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewManifest {
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<LayerRef>,
    pub(crate) platform: Platform,
    /// Of its descriptor in the index.
    pub(crate) entry_annotations: BTreeMap<String, String>,
    /// Of the manifest itself.
    pub(crate) annotations: BTreeMap<String, String>,
}

/// Index of a layer's task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LayerRef(pub(crate) usize);

/// A manifest or index to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDocument {
    /// Media type, digest and size.
    pub descriptor: Descriptor,
    /// The bytes to PUT.
    pub bytes: Vec<u8>,
    /// Whether this is what the tags stand for; the others are written before it, by digest.
    pub is_root: bool,
}

impl Plan {
    /// The manifests to write, in order; the last is the one that tags stand for. The same results give the same bytes.
    ///
    /// # Errors
    /// [`PlanError::Unfinished`].
    pub fn documents(&self, results: &TaskResults) -> Result<Vec<NewDocument>, PlanError> {
        let missing = (0..self.tasks.len()).filter(|task| self.blob(*task, results).is_none()).count();
        if missing > 0 {
            return Err(PlanError::Unfinished { missing });
        }
        let children = self.recipe.children.iter().map(|child| match child {
            DocumentRecipe::Stored(document) => Ok(stored(document)),
            DocumentRecipe::New(manifest) => self.written(manifest, results),
        });
        let mut documents = children.collect::<Result<Vec<_>, PlanError>>()?;
        match &self.recipe.root {
            RootRecipe::Stored { root, extras } => {
                documents.extend(extras.iter().map(stored));
                documents.push(stored(root));
            }
            RootRecipe::Children { annotations } if documents.len() > 1 => {
                let manifests = documents.iter().map(|document| document.descriptor.clone()).collect();
                let bytes = ImageIndex::oci(manifests, annotations.clone()).to_bytes();
                let descriptor = Descriptor::of(media_type::OCI_INDEX, &bytes);
                documents.push(NewDocument { descriptor, bytes, is_root: false });
            }
            RootRecipe::Children { .. } => {}
        }
        documents.last_mut().ok_or(PlanError::Nothing)?.is_root = true;
        Ok(documents)
    }

    /// The blob of a task as it is, or will be, in the registry.
    #[must_use]
    pub fn blob<'a>(&'a self, task: usize, results: &'a TaskResults) -> Option<&'a Descriptor> {
        use super::Shortcut::{Mount, Present};
        let task_of = self.tasks.get(task)?;
        results.get(&task).or(match &task_of.shortcut {
            Some(Present(descriptor) | Mount { descriptor, .. }) => Some(descriptor),
            None => task_of.delivery.descriptor(),
        })
    }

    fn written(&self, manifest: &NewManifest, results: &TaskResults) -> Result<NewDocument, PlanError> {
        let layers = manifest.layers.iter().map(|LayerRef(task)| {
            let blob = self.blob(*task, results).ok_or(PlanError::Unfinished { missing: 1 })?;
            Ok(as_oci(blob, self.tasks.get(*task).map(|task| &task.delivery)))
        });
        let layers = layers.collect::<Result<Vec<_>, PlanError>>()?;
        let mut config = manifest.config.clone();
        config.media_type = media_type::OCI_CONFIG.to_owned();
        let bytes = ImageManifest::oci(config, layers, manifest.annotations.clone()).to_bytes();
        let mut descriptor = Descriptor::of(media_type::OCI_MANIFEST, &bytes);
        descriptor.platform = Some(manifest.platform.clone()).filter(|platform| !platform.os.is_empty());
        descriptor.annotations.clone_from(&manifest.entry_annotations);
        Ok(NewDocument { descriptor, bytes, is_root: false })
    }
}

/// One manifest, one family of media types.
fn as_oci(blob: &Descriptor, delivery: Option<&Delivery>) -> Descriptor {
    // A foreign layer's type says what it is and its URLs where it is: both stay.
    if let Some(Delivery::Nothing(descriptor)) = delivery {
        return descriptor.clone();
    }
    let mut blob = blob.clone();
    if let Some(kind) = LayerKind::of(&blob.media_type) {
        blob.media_type = kind.compression.oci_layer().to_owned();
    }
    blob
}

fn stored(document: &StoredDocument) -> NewDocument {
    NewDocument { descriptor: document.descriptor.clone(), bytes: document.bytes.clone(), is_root: false }
}
