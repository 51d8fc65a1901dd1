//! Images of the fake engine: a name, layers in memory, and archives of them in the manner of `docker save`.

use std::collections::BTreeMap;
use std::io::Read as _;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::engine::LocalImage;

/// An image: its config and its layers, uncompressed.
#[derive(Clone, Debug, Default)]
pub(super) struct Image {
    config: Vec<u8>,
    layers: Vec<Vec<u8>>,
}

impl Image {
    /// One that nobody looks into.
    pub(super) fn opaque(name: &str) -> Self {
        Self::of(vec![layer("name", name.as_bytes())], &BTreeMap::new())
    }

    /// The same with one more layer, which holds a file with these bytes, and labels.
    pub(super) fn with_layer(&self, content: &[u8], labels: &BTreeMap<String, String>) -> Self {
        let mut layers = self.layers.clone();
        layers.push(layer("committed", content));
        Self::of(layers, labels)
    }

    fn of(layers: Vec<Vec<u8>>, labels: &BTreeMap<String, String>) -> Self {
        let diff_ids: Vec<String> = layers.iter().map(|layer| digest(layer)).collect();
        let config = json!({"architecture": "amd64", "os": "linux", "config": {"Labels": labels, "Cmd": ["true"]},
            "rootfs": {"type": "layers", "diff_ids": diff_ids}, "history": []});
        Self { config: config.to_string().into_bytes(), layers }
    }

    pub(super) fn local(&self) -> LocalImage {
        LocalImage {
            id: digest(&self.config),
            repo_digests: Vec::new(),
            diff_ids: self.layers.iter().map(|layer| digest(layer)).collect(),
        }
    }

    /// As `docker save NAME` writes it.
    pub(super) fn archive(&self, name: &str) -> Bytes {
        let mut tar = tar::Builder::new(Vec::new());
        let mut names = Vec::new();
        for (n, layer) in self.layers.iter().enumerate() {
            names.push(format!("{n}/layer.tar"));
            put(&mut tar, &names[n], layer);
        }
        let config = format!("{}.json", digest(&self.config).trim_start_matches("sha256:"));
        put(&mut tar, &config, &self.config);
        let manifest = json!([{"Config": config, "RepoTags": [name], "Layers": names}]);
        put(&mut tar, "manifest.json", manifest.to_string().as_bytes());
        tar.into_inner().expect("writing to memory does not fail").into()
    }

    /// The images of an archive under their names. `Err` says what is wrong.
    pub(super) fn read(archive: &[u8]) -> Result<Vec<(String, Self)>, String> {
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(archive).entries().map_err(|e| e.to_string())? {
            let mut entry = entry.map_err(|e| e.to_string())?;
            let name = entry.path().map_err(|e| e.to_string())?.to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(|e| e.to_string())?;
            files.insert(name, bytes);
        }
        let manifest = files.get("manifest.json").ok_or("there is no manifest.json")?;
        let manifest: Value = serde_json::from_slice(manifest).map_err(|e| e.to_string())?;
        let mut found = Vec::new();
        for image in manifest.as_array().into_iter().flatten() {
            let file = |value: &Value| {
                let name = value.as_str().unwrap_or_default();
                files.get(name).cloned().ok_or_else(|| format!("there is no {name}"))
            };
            let layers = image["Layers"].as_array().into_iter().flatten().map(file).collect::<Result<_, _>>()?;
            let made = Self { config: file(&image["Config"])?, layers };
            for name in image["RepoTags"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                found.push((name.to_owned(), made.clone()));
            }
        }
        Ok(found)
    }
}

fn layer(name: &str, content: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    put(&mut tar, name, content);
    tar.into_inner().expect("writing to memory does not fail")
}

fn put(tar: &mut tar::Builder<Vec<u8>>, name: &str, content: &[u8]) {
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, content).expect("writing to memory does not fail");
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
