//! Which images a list holds, and in which form one is downloaded.

use serde::{Deserialize, Serialize};

/// Query of `GET images`. All fields narrow; none: the images of the session's project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSelector {
    /// Organisation; absent: the session's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// Project; absent: the session's. `*`: all that the user may see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Part of the name, whatever the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Most items in a page, 1 to 1,000; absent: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Query `form` of `GET images/{image}/archive`, an ordinary download with exact length that takes Range requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveForm {
    /// One tar that is both an OCI image layout and what `docker load` reads (`manifest.json` beside `index.json`).
    #[default]
    Docker,
    /// An OCI image layout only.
    Oci,
}
