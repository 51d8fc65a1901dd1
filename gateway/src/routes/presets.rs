//! `/api/v1/presets`.

use crate::{Gateway, rescue::Failure, session::SignedIn};
use api::presets::{Gpu, Preset, Presets};
use axum::{Json, extract::State};
use serde_json::Value;

/// `GET /presets`
pub(crate) async fn presets_list(
    State(gateway): State<Gateway>,
    SignedIn(session): SignedIn,
) -> Result<Json<Presets>, Failure> {
    let place = gateway.upstream().place(&session).await?;
    let capacity = gateway.upstream().capacity(&session, &place.monitoring).await;
    let items = place.cluster().resource_presets.iter().map(|preset| Preset {
        name: preset.name.clone(),
        cpu: preset.cpu,
        memory_bytes: preset.memory,
        credits_per_hour: preset.credits_per_hour.clone(),
        gpu: preset.nvidia_gpu.as_ref().and_then(gpu),
        capacity: capacity.as_ref().and_then(|c| c.get(&preset.name).copied()),
    });
    Ok(Json(Presets { items: items.collect() }))
}

/// Newer platforms send an object, older ones a bare count.
fn gpu(value: &Value) -> Option<Gpu> {
    let (count, model) = match value {
        Value::Number(count) => (count.as_u64()?, None),
        Value::Object(gpu) => (gpu.get("count")?.as_u64()?, gpu.get("model").and_then(Value::as_str)),
        _ => return None,
    };
    Some(Gpu { count: u32::try_from(count).ok().filter(|c| *c > 0)?, model: model.map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn gpus_are_read_in_either_shape() {
        assert_eq!(gpu(&json!(2)), Some(Gpu { count: 2, model: None }));
        assert_eq!(gpu(&json!({"count": 1, "model": "a100"})), Some(Gpu { count: 1, model: Some("a100".into()) }));
        for none in [json!(0), json!(-1), json!({}), json!("x")] {
            assert_eq!(gpu(&none), None);
        }
    }
}
