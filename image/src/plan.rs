//! What of an archive must travel to a registry, and what is written there in the end.
//!
//! [`plan`] takes an [`Archive`], what somebody chose of it and what the registry is known to have, and gives a [`Plan`]: a task
//! for each blob, and the way from the tasks' results to manifests. Where the archive has a manifest whose layers are compressed
//! already, everything travels unchanged and the image keeps its digest; otherwise layers are compressed and an OCI manifest is
//! written, the same bytes for the same layers every time.

mod known;
mod tasks;
#[cfg(test)]
mod tests;
mod write;

pub use known::{Known, KnownLayer};
pub use write::{NewDocument, TaskResults};

use crate::archive::{Archive, Problem};
use crate::manifest::{Compression, Descriptor};
use crate::tar::Span;
use crate::{Digest, archive};

/// What of an archive is pushed, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which of [`Archive::images`].
    pub image: usize,
    /// Which of its platforms, by index; all that are usable where this is empty.
    pub platforms: Vec<usize>,
    /// The repository it goes to.
    pub repository: String,
    /// What plain layers are compressed with.
    pub compression: Compression,
}

/// What must be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The repository.
    pub repository: String,
    /// One for each blob that the image needs there, each once; the order is that of the image.
    pub tasks: Vec<Task>,
    /// Whether the image keeps the digest it has in the archive.
    pub unchanged: bool,
    /// What is left out, in words: other platforms, attestations of what changes.
    pub notes: Vec<Note>,
    pub(crate) recipe: write::Recipe,
}

/// One blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What it is.
    pub kind: TaskKind,
    /// A way to be spared the work.
    pub shortcut: Option<Shortcut>,
    /// The work, where there is no shortcut or it turns out to be none.
    pub delivery: Delivery,
}

/// What a blob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// A layer.
    Layer,
    /// A config.
    Config,
    /// A blob of a document that is no image.
    Extra,
}

/// How the registry comes to a blob without being sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// The repository has it.
    Present(Descriptor),
    /// Another repository has it: try a mount, and deliver it when that is refused.
    Mount {
        /// What it is there.
        descriptor: Descriptor,
        /// Which repository.
        from: String,
    },
}

/// How a blob is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The archive's bytes as they stand; they must have this digest.
    AsIs {
        /// What it is.
        descriptor: Descriptor,
        /// Where it stands.
        source: Span,
    },
    /// These bytes.
    Bytes {
        /// What it is.
        descriptor: Descriptor,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Compressed on the way; the uncompressed bytes must have this diffID.
    Compress {
        /// Digest of the uncompressed bytes.
        diff_id: Digest,
        /// Where they stand.
        source: Span,
        /// With what.
        to: Compression,
    },
    /// The archive's bytes as they stand, compressed already by who wrote them; their digest is not known before they are read.
    Hash {
        /// Digest of the uncompressed bytes, which unpacking would show.
        diff_id: Digest,
        /// Where they stand.
        source: Span,
        /// What they are.
        media_type: &'static str,
    },
    /// A foreign layer: named in the manifest, not sent.
    Nothing(Descriptor),
}

/// How much travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Travel {
    /// Bytes that are sent as they are.
    pub as_is_bytes: u64,
    /// Bytes that are compressed on the way: the most that can travel of them.
    pub to_compress_bytes: u64,
    /// Bytes that need not travel, as they stand in the archive.
    pub spared_bytes: u64,
}

/// Something left out, which the person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A platform that the index names and the archive does not hold.
    PlatformAbsent(Descriptor),
    /// A platform that is broken.
    PlatformBroken {
        /// Its index.
        platform: usize,
        /// The first thing wrong with it.
        problem: Problem,
    },
    /// An attestation: it speaks of a manifest by its digest, which changes here.
    ExtraLeftOut(Descriptor),
    /// A foreign layer, which is not uploaded.
    Foreign(Descriptor),
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// An index beyond what there is.
    #[error("the archive has no such image or platform")]
    NoSuchImage,
    /// What was chosen is broken.
    #[error("the image cannot be pushed: {0}")]
    Broken(Problem),
    /// Nothing usable at all.
    #[error("the image has nothing that can be pushed")]
    Nothing,
    /// A task without a result.
    #[error("{} of the image's blobs are not in the registry yet", missing)]
    Unfinished {
        /// How many.
        missing: usize,
    },
}

/// Makes the plan.
///
/// # Errors
/// [`PlanError`].
pub fn plan(archive: &Archive, choice: &Choice, known: &Known) -> Result<Plan, PlanError> {
    let image = archive.images.get(choice.image).ok_or(PlanError::NoSuchImage)?;
    if let Some(problem) = image.problems.iter().find(|problem| problem.is_fatal()) {
        return Err(PlanError::Broken(problem.clone()));
    }
    let mut notes = Vec::new();
    let platforms = chosen(image, choice, &mut notes)?;
    notes.extend(image.absent.iter().cloned().map(Note::PlatformAbsent));
    Ok(tasks::Builder::new(choice, known).build(image, &platforms, notes))
}

fn chosen<'a>(
    image: &'a archive::ArchiveImage,
    choice: &Choice,
    notes: &mut Vec<Note>,
) -> Result<Vec<&'a archive::PlatformImage>, PlanError> {
    let broken =
        |platform: &archive::PlatformImage| platform.problems.iter().find(|problem| problem.is_fatal()).cloned();
    let mut chosen = Vec::new();
    if choice.platforms.is_empty() {
        let mut first = None;
        for (at, platform) in image.platforms.iter().enumerate() {
            if platform.is_usable() {
                chosen.push(platform);
            } else if let Some(problem) = broken(platform) {
                first.get_or_insert(problem.clone());
                notes.push(Note::PlatformBroken { platform: at, problem });
            }
        }
        if chosen.is_empty() {
            return Err(first.map_or(PlanError::Nothing, PlanError::Broken));
        }
        return Ok(chosen);
    }
    for at in &choice.platforms {
        let platform = image.platforms.get(*at).ok_or(PlanError::NoSuchImage)?;
        if !platform.is_usable() {
            return Err(broken(platform).map_or(PlanError::Nothing, PlanError::Broken));
        }
        chosen.push(platform);
    }
    Ok(chosen)
}

impl Plan {
    /// How much travels, if all shortcuts are such.
    #[must_use]
    pub fn travel(&self) -> Travel {
        let mut travel = Travel::default();
        for task in &self.tasks {
            let bytes = task.delivery.source_bytes();
            let sum = match (&task.shortcut, &task.delivery) {
                (Some(_), _) => &mut travel.spared_bytes,
                (None, Delivery::Compress { .. }) => &mut travel.to_compress_bytes,
                (None, _) => &mut travel.as_is_bytes,
            };
            *sum = sum.saturating_add(bytes);
        }
        travel
    }
}

impl Delivery {
    /// Bytes that are read for it.
    #[must_use]
    pub fn source_bytes(&self) -> u64 {
        match self {
            Self::AsIs { source, .. } | Self::Compress { source, .. } | Self::Hash { source, .. } => source.len,
            Self::Bytes { bytes, .. } => bytes.len() as u64,
            Self::Nothing(_) => 0,
        }
    }

    /// The blob's descriptor, where that is known before the work is done.
    #[must_use]
    pub fn descriptor(&self) -> Option<&Descriptor> {
        match self {
            Self::AsIs { descriptor, .. } | Self::Bytes { descriptor, .. } | Self::Nothing(descriptor) => {
                Some(descriptor)
            }
            Self::Compress { .. } | Self::Hash { .. } => None,
        }
    }
}
