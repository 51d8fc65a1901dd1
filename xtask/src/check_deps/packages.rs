//! Rules about whole packages: who may list whom as a dependency.

use serde_json::Value;

use super::Breach;

/// The three sides that meet only in the contracts.
const SIDES: [&str; 3] = ["app", "gateway", "cluster"];
/// Shared by all sides: no input or output, no runtime.
const CONTRACTS: [&str; 3] = ["api", "platform", "image"];
const RUNTIMES_AND_IO: [&str; 17] = [
    "tokio",
    "tokio-util",
    "tokio-tungstenite",
    "async-std",
    "smol",
    "futures-executor",
    "axum",
    "hyper",
    "hyper-util",
    "reqwest",
    "bollard",
    "sqlx",
    "worker",
    "gloo-net",
    "web-sys",
    "wasm-bindgen-futures",
    "leptos",
];
const GATEWAY_REFUSES: [&str; 10] = [
    "tokio",
    "tokio-util",
    "tokio-tungstenite",
    "worker",
    "hyper",
    "hyper-util",
    "reqwest",
    "sqlx",
    "getrandom",
    "rand",
];

/// Breaches in `cargo metadata`'s package list. Dependencies for tests only may cross.
pub(crate) fn breaches(metadata: &Value) -> Vec<Breach> {
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let normal = package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
            .filter_map(|dependency| dependency["name"].as_str());
        found.extend(normal.filter_map(|dependency| breach(name, dependency)));
    }
    found
}

fn breach(package: &str, dependency: &str) -> Option<Breach> {
    let place = format!("package {package}");
    if SIDES.contains(&package)
        && (SIDES.contains(&dependency) || ["roadstead", "gateway-native", "gateway-workers"].contains(&dependency))
    {
        return Some(Breach::new(
            place,
            format!("depends on {dependency}; app, gateway and cluster meet only in api, platform and image"),
        ));
    }
    if ["gateway-native", "gateway-workers"].contains(&package) && ["app", "cluster"].contains(&dependency) {
        return Some(Breach::new(
            place,
            format!("depends on {dependency}; a host knows the gateway and nothing beside it"),
        ));
    }
    if dependency == "worker" && package != "gateway-workers" {
        return Some(Breach::new(place, "depends on worker; only gateway/workers knows Cloudflare"));
    }
    if CONTRACTS.contains(&package) && RUNTIMES_AND_IO.contains(&dependency) {
        return Some(Breach::new(
            place,
            format!("depends on {dependency}; the contracts do no I/O and have no async runtime"),
        ));
    }
    if CONTRACTS.contains(&package) && (SIDES.contains(&dependency) || dependency == "roadstead") {
        return Some(Breach::new(place, format!("depends on {dependency}; a contract does not know who speaks it")));
    }
    if package == "gateway" && GATEWAY_REFUSES.contains(&dependency) {
        return Some(Breach::new(
            place,
            format!("depends on {dependency}; the gateway is host-neutral: use a port and let the host do it"),
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::breaches;
    use serde_json::json;

    fn names(metadata: &serde_json::Value) -> Vec<String> {
        breaches(metadata).into_iter().map(|breach| breach.place + ": " + &breach.message).collect()
    }

    #[test]
    fn the_sides_must_not_know_each_other() {
        let metadata = json!({"packages": [
            {"name": "app", "dependencies": [{"name": "api", "kind": null}, {"name": "cluster", "kind": null}]},
            {"name": "roadstead", "dependencies": [{"name": "gateway", "kind": null}, {"name": "cluster", "kind": null}]},
        ]});
        let found = names(&metadata);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("package app: depends on cluster"), "{found:?}");
    }

    #[test]
    fn a_contract_and_the_gateway_have_no_runtime_but_their_tests_may() {
        let metadata = json!({"packages": [
            {"name": "platform", "dependencies": [{"name": "tokio", "kind": null}, {"name": "serde", "kind": null}]},
            {"name": "api", "dependencies": [{"name": "tokio", "kind": "dev"}]},
            {"name": "gateway", "dependencies": [{"name": "worker", "kind": null}, {"name": "axum", "kind": null}]},
        ]});
        assert_eq!(names(&metadata).len(), 2, "{:?}", names(&metadata));
    }
}
