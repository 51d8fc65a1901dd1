//! `/api/v1/images`: browsing, deleting, copying, saving and downloading images, and what a push from a page must know.
//!
//! An **image** is a repository of the cluster's registry; it has **tags**; a tag stands for a manifest, named by its digest.
//! In paths an image is one percent-encoded segment: `ORG/PROJECT/NAME`, with `:TAG` or `@DIGEST` where one manifest is meant
//! (`PROJECT/NAME` on platforms without organisations). A page pushes through the OCI distribution API under
//! `/v2/` on the same origin, with its cookie and the console's static header; only chunks of blobs may also come by `WS images/chunks`.

mod chunks;
mod detail;
mod select;
mod transfer;
mod view;

pub use chunks::{CHUNK_MESSAGE_MAX_BYTES, ChunkEvent, ChunkOrder};
pub use detail::{Access, Descriptor, HistoryStep, ImageConfig, ImageDetail, Layer, Platform, PlatformImage};
pub use select::{ArchiveForm, ImageSelector};
pub use transfer::{CopySource, ImageCopy, JobSave, LayerState, Receipt, TransferEvent};
pub use view::{Compression, Image, KnownLayer, KnownLayers, Registry, Rights, Tag};

/// How long, in seconds, one call of `images/{image}/jobs` looks through jobs before it tells what it has found.
pub const JOBS_LOOK_SECS: u64 = 15;
