//! From the workers to the page.

use crate::{Fault, FileReport, LeftOut, Unfinished};
use serde::{Deserialize, Serialize};

/// What the workers tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Word {
    /// A compressed file is being unpacked to look into it.
    Inspecting {
        /// Its number.
        file: u32,
        /// Bytes of it that are read.
        done_bytes: u64,
        /// Its size.
        total_bytes: u64,
    },
    /// What is in a file.
    Report {
        /// Its number.
        file: u32,
        /// What is in it.
        report: FileReport,
    },
    /// A file that holds nothing that could be pushed.
    Refused {
        /// Its number.
        file: u32,
        /// Why.
        fault: Fault,
    },
    /// How the push stands; a few times a second.
    Progress(Progress),
    /// All is in the registry, read back and compared.
    Done {
        /// The push's number.
        push: u32,
        /// One a target.
        receipts: Vec<PushReceipt>,
    },
    /// It failed. The same order again goes on where the fault passes.
    Failed {
        /// The push's number.
        push: u32,
        /// Why.
        fault: Fault,
        /// What of it stands all the same.
        tagged: Tagged,
    },
    /// It was broken off, or was not under way.
    Cancelled {
        /// The push's number.
        push: u32,
        /// What of it stands all the same.
        tagged: Tagged,
    },
    /// Pushes that were begun and never ended.
    Unfinished {
        /// The latest first.
        items: Vec<Unfinished>,
    },
}

/// Tags of a push that did not come to its end: `ORG/PROJECT/NAME:TAG`. In both lists none: no tag was set or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tagged {
    /// Set, read back and compared.
    pub set: Vec<String>,
    /// Perhaps set: the registry was told to, and what it answered is not known or was not proved.
    pub doubtful: Vec<String>,
}

/// How a push stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// One line a layer.
    pub layers: Vec<LayerLine>,
    /// Bytes of the files dealt with.
    pub done_bytes: u64,
    /// Bytes of the files in all.
    pub total_bytes: u64,
    /// Bytes that went over the network.
    pub sent_bytes: u64,
    /// Bytes of the files per second, lately.
    pub bytes_per_sec: u64,
    /// Seconds left, where that can be told.
    pub secs_left: Option<u64>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Asking the registry what it has.
    #[default]
    Preparing,
    /// Layers are on their way.
    Pushing,
    /// The reader paused it.
    Paused,
    /// The network or the registry is away; it goes on by itself.
    Waiting,
    /// The manifest is written and read back.
    Verifying,
}

/// One layer on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerLine {
    /// Twelve digits.
    pub id: String,
    /// How it stands.
    pub stage: LayerStage,
    /// Bytes of the file dealt with.
    pub done_bytes: u64,
    /// Bytes in the file.
    pub total_bytes: u64,
}

/// How a layer stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerStage {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// On its way.
    Pushing,
    /// There.
    Pushed,
    /// Was there before.
    Exists,
    /// Was in another image of the registry and is now in this one too.
    Mounted,
}

/// Proof of a finished push.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushReceipt {
    /// `ORG/PROJECT/NAME`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// Digest of the manifest, as read back.
    pub digest: String,
    /// Bytes of its config and layers in the registry.
    pub size_bytes: u64,
    /// Layers that were there before.
    pub skipped: u32,
    /// Layers in all, but for foreign ones: those are not there.
    pub layers: u32,
    /// What of the image was not pushed.
    pub left_out: Vec<LeftOut>,
}
