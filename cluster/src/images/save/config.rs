//! The config of a saved image: the engine's, without what only the cluster's own containers carry.

use serde_json::Value;

/// Labels by which the cluster finds its containers. A container that somebody else makes of the image must not have them.
const OWN_LABELS: &str = "roadstead.";

/// The config with every label of the cluster's own taken out.
pub(super) fn without_labels(config: &[u8]) -> Result<Vec<u8>, String> {
    let mut config: Value = serde_json::from_slice(config).map_err(|why| format!("its config: {why}"))?;
    for part in ["config", "container_config"] {
        if let Some(Value::Object(labels)) = config.get_mut(part).and_then(|part| part.get_mut("Labels")) {
            labels.retain(|name, _| !name.starts_with(OWN_LABELS));
        }
    }
    if let Value::Object(keys) = &mut config {
        // The container's id says something of this machine, and makes equal images differ.
        keys.remove("container");
    }
    Ok(config.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::without_labels;

    #[test]
    fn only_the_clusters_own_labels_go() {
        let labels = json!({"roadstead.job": "job-1", "roadstead.instance": "x", "maintainer": "me"});
        let config = json!({"os": "linux", "container": "abc", "config": {"Labels": labels, "Cmd": ["sh"]},
            "container_config": {"Labels": null}, "rootfs": {"diff_ids": ["sha256:x"]}});
        let bytes = without_labels(config.to_string().as_bytes()).expect("reads");
        let left: Value = serde_json::from_slice(&bytes).expect("json");
        assert_eq!(left["config"], json!({"Labels": {"maintainer": "me"}, "Cmd": ["sh"]}));
        assert_eq!((&left["os"], left.get("container")), (&json!("linux"), None));
        assert_eq!(left["rootfs"], config["rootfs"]);
        assert!(without_labels(b"[").is_err());
        assert_eq!(without_labels(b"{}").expect("reads"), b"{}");
    }
}
