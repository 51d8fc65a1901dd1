//! The engine's counters as use per second.

use bollard::models::ContainerStatsResponse;

use crate::clock;
use crate::engine::StatsSample;

/// Remembers the counters of the sample before.
#[derive(Debug, Default)]
pub(super) struct Rates {
    before: Option<(i64, u64)>,
}

impl Rates {
    /// What was in use since the sample before; nothing for the very first and for the empty ones of an ended container.
    pub(super) fn sample(&mut self, stats: &ContainerStatsResponse) -> Option<StatsSample> {
        let time_ns = clock::nanos(stats.read.as_ref()?.parse().ok()?);
        let used = stats.cpu_stats.as_ref()?.cpu_usage.as_ref()?.total_usage?;
        let memory = stats.memory_stats.as_ref()?;
        let usage = memory.usage?;
        // cgroup v2 calls the reclaimable file cache one way, v1 the other; `docker stats` subtracts it too.
        let cache = memory
            .stats
            .as_ref()
            .and_then(|stats| stats.get("total_inactive_file").or_else(|| stats.get("inactive_file")))
            .copied()
            .unwrap_or(0);
        let before = self.before.replace((time_ns, used)).or_else(|| {
            let earlier = clock::nanos(stats.preread.as_ref()?.parse().ok()?);
            let used = stats.precpu_stats.as_ref()?.cpu_usage.as_ref()?.total_usage?;
            (earlier > 0).then_some((earlier, used))
        })?;
        let elapsed = time_ns - before.0;
        if elapsed <= 0 || time_ns <= 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate of a second's counters")]
        let cpu_cores = used.saturating_sub(before.1) as f64 / elapsed as f64;
        Some(StatsSample { time_ns, cpu_cores, memory_bytes: usage.saturating_sub(cache) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(second: u32, cpu_ns: u64) -> ContainerStatsResponse {
        serde_json::from_value(serde_json::json!({
            "read": format!("2026-11-23T10:00:{second:02}Z"),
            "cpu_stats": {"cpu_usage": {"total_usage": cpu_ns}},
            "memory_stats": {"usage": 1000, "stats": {"inactive_file": 300}},
        }))
        .unwrap()
    }

    #[test]
    fn cores_are_cpu_time_over_wall_time() {
        let mut rates = Rates::default();
        assert_eq!(rates.sample(&stats(1, 0)), None);
        let sample = rates.sample(&stats(3, 1_000_000_000)).unwrap();
        assert!((sample.cpu_cores - 0.5).abs() < 1e-9);
        assert_eq!(sample.memory_bytes, 700);
        assert_eq!(rates.sample(&stats(3, 1_000_000_000)), None);
    }
}
