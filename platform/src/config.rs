//! `GET API/config`: what a client learns first.

use serde::{Deserialize, Serialize};

/// The whole answer.
///
/// Anonymous callers get the sign-in part only: a secured server never shows `clusters` to them (a client
/// that sees clusters without a token takes the server for one without any sign-in).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Where a browser signs in (OAuth 2.0 authorization endpoint).
    pub auth_url: String,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: String,
    /// Where a browser signs out.
    pub logout_url: String,
    /// Where a code is shown to be copied by hand.
    pub headless_callback_url: String,
    /// OAuth client id of the command line.
    pub client_id: String,
    /// OAuth audience.
    pub audience: String,
    /// Whether the token that was sent is good. Clients insist on true.
    #[serde(default)]
    pub authorized: bool,
    /// Loopback addresses the command line may listen on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callback_urls: Vec<String>,
    /// Where the command line sends the browser once it has its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_redirect_url: Option<String>,
    /// The clusters the caller may use; the first is the default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<Cluster>,
    /// The projects the caller is a member of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Project>,
    /// The organisations the caller is a member of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orgs: Vec<Org>,
    /// Base of the admin API; absent: no quotas, no admin commands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin_url: Option<String>,
}

/// One cluster. Clients need every URL present, served or not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its name.
    pub name: String,
    /// Its organisations; a null stands for none.
    #[serde(default)]
    pub orgs: Vec<Option<String>>,
    /// Registry; only scheme, host and port are used.
    pub registry_url: String,
    /// Storage API.
    pub storage_url: String,
    /// Users API (clients read it and use `API/users`).
    pub users_url: String,
    /// Logs, telemetry, exec.
    pub monitoring_url: String,
    /// Secrets API.
    pub secrets_url: String,
    /// Disks API.
    pub disks_url: String,
    /// Buckets API.
    pub buckets_url: String,
    /// Node pools; may be empty, may not be absent.
    #[serde(default)]
    pub resource_pool_types: Vec<serde_json::Value>,
    /// Presets; the first is the default.
    #[serde(default)]
    pub resource_presets: Vec<Preset>,
}

/// A size a job can have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// Price of an hour, a decimal number (as text; older servers send a number).
    #[serde(deserialize_with = "text_or_number")]
    pub credits_per_hour: String,
    /// Cores.
    pub cpu: f64,
    /// Memory, bytes.
    pub memory: u64,
    /// GPUs: an object `{count, model?, memory?}`, or a bare count on older servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nvidia_gpu: Option<serde_json::Value>,
    /// Whether jobs wait their turn.
    #[serde(default)]
    pub scheduler_enabled: bool,
    /// Whether jobs may be moved off their node.
    #[serde(default)]
    pub preemptible_node: bool,
}

/// A project and the caller's role in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The cluster it lives on.
    pub cluster_name: String,
    /// Its organisation; the newest clients drop entries without one.
    #[serde(default)]
    pub org_name: Option<String>,
    /// `reader`, `writer`, `manager`, `admin`; other words are possible.
    pub role: String,
}

/// An organisation and the caller's role in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Its name.
    pub name: String,
    /// The caller's role.
    pub role: String,
}

fn text_or_number<'de, D: serde::Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    match serde_json::Value::deserialize(d)? {
        serde_json::Value::String(s) => Ok(s),
        serde_json::Value::Number(n) => Ok(n.to_string()),
        _ => Err(serde::de::Error::custom("credits_per_hour is neither text nor a number")),
    }
}
