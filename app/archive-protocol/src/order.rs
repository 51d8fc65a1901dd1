//! From the page to the workers.

use api::images::Compression;
use serde::{Deserialize, Serialize};

/// What the page wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Order {
    /// Look into the file that travels beside this; answered by `inspecting`, then `report` or `refused`.
    Inspect {
        /// The page's number for it.
        file: u32,
    },
    /// The page no longer shows this file.
    Release {
        /// Its number.
        file: u32,
    },
    /// Push; answered by `progress` and one of `done`, `failed`, `cancelled`.
    Push {
        /// The page's number for it: no other push of this tab has had it.
        push: u32,
        /// What is pushed.
        order: PushOrder,
    },
    /// Send nothing more until `resume`.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Break a push off, or give up one that failed, and end its uploads; answered by `cancelled`.
    Cancel {
        /// The push's number.
        push: u32,
    },
    /// Which pushes were begun and never ended? Answered by `unfinished`.
    ListUnfinished,
    /// Forget one of them.
    Forget {
        /// Its key.
        key: String,
    },
}

/// One push: images of one or more inspected files, to one or more tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushOrder {
    /// What goes where, in this order.
    pub targets: Vec<Target>,
    /// How layers that are not yet compressed will be.
    pub compression: Compression,
    /// Largest body of one request, bytes.
    pub chunk_max_bytes: u64,
    /// Whether chunks may also be sent by WebSocket.
    pub chunk_socket: bool,
}

/// One image and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The file's number.
    pub file: u32,
    /// The image's number in the file's report.
    pub image: u32,
    /// `ORG/PROJECT/NAME`.
    pub repository: String,
    /// The tag.
    pub tag: String,
}
