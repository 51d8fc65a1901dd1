//! Images on their way into the cluster's registry: `POST MON/{id}/save`, and our own copying from other registries.
//!
//! Both answer with lines of JSON in the manner of `docker push`. A save begins with [`TransferLine::commit_started`] and
//! [`TransferLine::commit_finished`], exactly in this order; then, for both, come the layers, the line with the digest, and
//! the `aux` line, which is the last of a good end. A line with `error` is the last of a bad one. Other ends are breaks.

use serde::{Deserialize, Serialize};

/// The content type of the lines.
pub const NDJSON: &str = "application/x-ndjson";

/// `POST MON/{id}/save`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveRequest {
    /// What becomes of the container.
    pub container: SaveTarget,
}

/// Where a saved container goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveTarget {
    /// `HOST[:PORT]/ORG/PROJECT/NAME:TAG` of the cluster's own registry.
    pub image: String,
}

/// `POST API/extensions/images/copy`: see [`crate::extension::IMAGES_COPY`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyRequest {
    /// Where from.
    pub source: CopySource,
    /// Where to: `ORG/PROJECT/NAME:TAG`, with or without the registry's host before it, or an `image://` URI.
    pub image: String,
}

impl std::fmt::Debug for CopyRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CopyRequest({} -> {})", self.source.reference, self.image)
    }
}

/// An image of another registry, and how to be let in there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopySource {
    /// As `docker pull` takes it.
    pub reference: String,
    /// User name there, where it is not public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password or token there. Used once, never kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

impl std::fmt::Debug for CopySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password may reach no log through `{:?}`.
        f.debug_struct("CopySource").field("reference", &self.reference).finish_non_exhaustive()
    }
}

/// One line of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferLine {
    /// A layer: twelve hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// One of the words of [`status`], or a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A bar for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<String>,
    /// Bytes gone.
    #[serde(default, rename = "progressDetail", skip_serializing_if = "Option::is_none")]
    pub progress_detail: Option<ProgressDetail>,
    /// Of [`status::COMMIT_STARTED`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<CommitDetails>,
    /// What was set: the last line of a good end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aux: Option<Aux>,
    /// What went wrong: the last line of a bad end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The same again.
    #[serde(default, rename = "errorDetail", skip_serializing_if = "Option::is_none")]
    pub error_detail: Option<ErrorDetail>,
}

/// The words of [`TransferLine::status`].
pub mod status {
    /// The container is being made into an image.
    pub const COMMIT_STARTED: &str = "CommitStarted";
    /// That is done.
    pub const COMMIT_FINISHED: &str = "CommitFinished";
    /// A layer's turn has not come.
    pub const PREPARING: &str = "Preparing";
    /// A layer is on its way.
    pub const PUSHING: &str = "Pushing";
    /// A layer is there.
    pub const PUSHED: &str = "Pushed";
    /// A layer was there before.
    pub const EXISTS: &str = "Layer already exists";
}

/// How far a layer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgressDetail {
    /// Bytes gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<u64>,
    /// Bytes in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// What is being saved, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitDetails {
    /// The engine's id of the container.
    pub container: String,
    /// As asked.
    pub image: String,
}

/// What was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Aux {
    /// The tag.
    pub tag: String,
    /// The manifest's digest.
    pub digest: String,
    /// The manifest's bytes, as `docker push` has it.
    pub size: u64,
    /// Bytes of the config and all layers. Roadstead's own; absent elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_bytes: Option<u64>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// For people.
    pub message: String,
    /// One of the words of [`reason`]. Roadstead's own; absent elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The words of [`ErrorDetail::reason`].
pub mod reason {
    /// The source has no such image.
    pub const UNKNOWN_IMAGE: &str = "unknown_image";
    /// The source wants a user name and password, or others.
    pub const UNAUTHORISED: &str = "unauthorised";
    /// The source is not reached, or may not be.
    pub const UNREACHABLE: &str = "unreachable";
    /// The source wants to be asked less often.
    pub const RATE_LIMITED: &str = "rate_limited";
    /// What the source sent is broken.
    pub const BAD_SOURCE: &str = "bad_source";
    /// The project may have no more.
    pub const QUOTA: &str = "quota";
    /// The job ended meanwhile.
    pub const NOT_RUNNING: &str = "not_running";
    /// The engine failed.
    pub const ENGINE: &str = "engine";
    /// The cluster failed, or stops.
    pub const CLUSTER: &str = "cluster";
}

impl TransferLine {
    /// A sentence.
    #[must_use]
    pub fn say(status: impl Into<String>) -> Self {
        Self { status: Some(status.into()), ..Self::default() }
    }

    /// The first line of a save.
    #[must_use]
    pub fn commit_started(container: &str, image: &str) -> Self {
        let details = CommitDetails { container: container.to_owned(), image: image.to_owned() };
        Self { details: Some(details), ..Self::say(status::COMMIT_STARTED) }
    }

    /// The second line of a save.
    #[must_use]
    pub fn commit_finished() -> Self {
        Self::say(status::COMMIT_FINISHED)
    }

    /// How a layer stands: a word of [`status`].
    #[must_use]
    pub fn layer(id: &str, word: &str) -> Self {
        Self { id: Some(id.to_owned()), progress_detail: Some(ProgressDetail::default()), ..Self::say(word) }
    }

    /// A layer on its way. 0 in all: not known.
    #[must_use]
    pub fn pushing(id: &str, done_bytes: u64, total_bytes: u64) -> Self {
        let detail = ProgressDetail { current: Some(done_bytes), total: (total_bytes > 0).then_some(total_bytes) };
        Self {
            progress: Some(bar(done_bytes, total_bytes)),
            progress_detail: Some(detail),
            ..Self::layer(id, status::PUSHING)
        }
    }

    /// The line with the digest, then the last one.
    #[must_use]
    pub fn done(aux: Aux) -> [Self; 2] {
        let said = Self::say(format!("{}: digest: {} size: {}", aux.tag, aux.digest, aux.size));
        [said, Self { progress_detail: Some(ProgressDetail::default()), aux: Some(aux), ..Self::default() }]
    }

    /// The last line of a bad end.
    #[must_use]
    pub fn failed(message: impl Into<String>, reason: Option<&str>) -> Self {
        let message = message.into();
        Self {
            error: Some(message.clone()),
            error_detail: Some(ErrorDetail { message, reason: reason.map(str::to_owned) }),
            ..Self::default()
        }
    }
}

fn bar(done_bytes: u64, total_bytes: u64) -> String {
    const WIDTH: u64 = 50;
    if total_bytes == 0 {
        return size(done_bytes);
    }
    let filled = usize::try_from(done_bytes.min(total_bytes).saturating_mul(WIDTH) / total_bytes).unwrap_or(0);
    format!("[{:<50}]  {}/{}", "=".repeat(filled.saturating_sub(1)) + ">", size(done_bytes), size(total_bytes))
}

#[allow(clippy::cast_precision_loss)]
fn size(bytes: u64) -> String {
    let mut number = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if number < 1000.0 {
            return format!("{number:.4}").chars().take(5).collect::<String>().trim_end_matches('.').to_owned() + unit;
        }
        number /= 1000.0;
    }
    format!("{number:.1}TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(line: &TransferLine) -> serde_json::Value {
        serde_json::to_value(line).expect("plain data")
    }

    #[test]
    fn lines_are_what_the_platform_s_clients_read() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let aux = Aux { tag: "v1".into(), digest: digest.clone(), size: 528, image_bytes: None };
        let [said, last] = TransferLine::done(aux);
        let table = [
            (
                TransferLine::commit_started("c1", "127.0.0.1:80/o/p/n:v1"),
                serde_json::json!({"status": "CommitStarted",
                    "details": {"container": "c1", "image": "127.0.0.1:80/o/p/n:v1"}}),
            ),
            (TransferLine::commit_finished(), serde_json::json!({"status": "CommitFinished"})),
            (
                TransferLine::layer("b7f3b88ae387", status::EXISTS),
                serde_json::json!({"id": "b7f3b88ae387", "status": "Layer already exists", "progressDetail": {}}),
            ),
            (said, serde_json::json!({"status": format!("v1: digest: {digest} size: 528")})),
            (last, serde_json::json!({"progressDetail": {}, "aux": {"Tag": "v1", "Digest": digest, "Size": 528}})),
            (
                TransferLine::failed("no", Some(reason::QUOTA)),
                serde_json::json!({"error": "no", "errorDetail": {"message": "no", "reason": "quota"}}),
            ),
        ];
        for (line, expected) in table {
            assert_eq!(json(&line), expected);
            assert_eq!(serde_json::from_value::<TransferLine>(expected).expect("reads back"), line);
        }
    }

    #[test]
    fn what_other_servers_add_is_passed_over() {
        let line = r#"{"status":"Pushing","id":"x","progressDetail":{"current":1,"total":2,"units":"k"},"errorDetail":{"code":401,"message":"m"}}"#;
        let line: TransferLine = serde_json::from_str(line).expect("reads");
        assert_eq!(line.progress_detail, Some(ProgressDetail { current: Some(1), total: Some(2) }));
    }

    #[test]
    fn a_bar_grows_and_never_overflows() {
        for (done, total) in [(0, 0), (0, 7), (3, 7), (7, 7), (9, 7), (u64::MAX, u64::MAX), (1, u64::MAX)] {
            let line = TransferLine::pushing("x", done, total);
            assert!(line.progress.expect("a bar").len() < 80, "{done}/{total}");
        }
        let line = TransferLine::pushing("x", 2_700_000, 93_800_000);
        assert_eq!(line.progress.as_deref(), Some(&*format!("[{:<50}]  2.700MB/93.80MB", ">")));
    }

    #[test]
    fn a_password_reaches_no_log() {
        let source = CopySource { reference: "r".into(), username: Some("u".into()), password: Some("secret".into()) };
        let request = CopyRequest { source, image: "i".into() };
        assert!(!format!("{request:?}{:?}", request.source).contains("secret"));
    }
}
