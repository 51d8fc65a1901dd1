//! Work on images that the cluster does while the page watches: saving a job, copying from another registry.

use crate::Problem;
use serde::{Deserialize, Serialize};

/// `POST jobs/{id}/save`: makes an image of a running job's container. Answers NDJSON of [`TransferEvent`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobSave {
    /// Where to: `ORG/PROJECT/NAME:TAG`.
    pub image: String,
}

/// `POST images/copy`: copies an image from another registry into a project. Answers NDJSON of [`TransferEvent`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageCopy {
    /// Where from.
    pub source: CopySource,
    /// Where to: `ORG/PROJECT/NAME:TAG`.
    pub image: String,
}

/// An image in another registry, and how to be let in there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopySource {
    /// As `docker pull` takes it: `ubuntu:24.04`, `ghcr.io/org/name@sha256:...`.
    pub reference: String,
    /// User name there, where it is not public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password or token there. Used for this copy only, never kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

impl std::fmt::Debug for CopySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password may reach no log through `{:?}`.
        f.debug_struct("CopySource").field("reference", &self.reference).finish_non_exhaustive()
    }
}

/// One line of the NDJSON answer of a save or a copy. The last is `done` or `failed`; an end without either is a break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TransferEvent {
    /// The container's changes are being made into a layer.
    Committing,
    /// That is done.
    Committed,
    /// How a layer stands.
    Layer {
        /// Twelve hexadecimal digits or a digest; one line a layer on screen.
        id: String,
        /// How it stands.
        state: LayerState,
        /// Bytes gone so far.
        #[serde(default)]
        done_bytes: u64,
        /// Bytes in all; 0: not known.
        #[serde(default)]
        total_bytes: u64,
    },
    /// Nothing new; proof that the work goes on.
    Heartbeat,
    /// All is in the registry.
    Done {
        /// What is there now.
        receipt: Receipt,
    },
    /// It failed; no tag was set.
    Failed {
        /// Why.
        problem: Problem,
    },
    /// An event this reader does not know.
    #[serde(other)]
    Unknown,
}

/// How a layer on its way stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerState {
    /// Its turn has not come.
    Waiting,
    /// On its way.
    Pushing,
    /// There.
    Pushed,
    /// Was there before.
    Exists,
    /// A state this reader does not know.
    #[serde(other)]
    Unknown,
}

/// Proof of a finished push, save or copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// `ORG/PROJECT/NAME:TAG`.
    pub image: String,
    /// Digest of the manifest.
    pub digest: String,
    /// Bytes of its config and layers.
    pub size_bytes: u64,
}
