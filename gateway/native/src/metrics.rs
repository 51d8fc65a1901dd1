//! Numbers about what is served, for Prometheus. Labels are few and known: nothing a client writes becomes one.

use http::{Method, StatusCode};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::Instant;

/// Seconds until an answer's head.
const BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Asked {
    area: &'static str,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Area {
    area: &'static str,
}

/// The numbers of one server. Clones are the same.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Numbers>);

#[derive(Debug)]
struct Numbers {
    registry: Registry,
    requests: Family<Asked, Counter>,
    seconds: Family<Area, Histogram>,
    connections: Gauge,
    refused: Counter,
    memory: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at nought.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("roadstead");
        let requests = Family::<Asked, Counter>::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let seconds = Family::<Area, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let help = "Time until the head of an answer";
        registry.register_with_unit("http_answer", help, Unit::Seconds, seconds.clone());
        let [connections, memory, started] = [(); 3].map(|()| Gauge::<i64>::default());
        let refused = Counter::<u64>::default();
        registry.register("connections", "Open connections", connections.clone());
        registry.register("connections_refused", "Connections let go because there were too many", refused.clone());
        registry.register_with_unit("memory_resident", "Memory in use", Unit::Bytes, memory.clone());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        started.set(i64::try_from(now.as_secs()).unwrap_or_default());
        registry.register_with_unit("start_time", "When the server started", Unit::Seconds, started.clone());
        Self(Arc::new(Numbers { registry, requests, seconds, connections, refused, memory }))
    }

    /// All numbers, in the text form of OpenMetrics.
    #[must_use]
    pub fn text(&self) -> String {
        if let Some(bytes) = resident_bytes() {
            self.0.memory.set(bytes);
        }
        let mut text = String::new();
        encode(&mut text, &self.0.registry).expect("writing to a string does not fail");
        text
    }

    pub(crate) fn connection(&self) -> Counted {
        self.0.connections.inc();
        Counted(self.0.connections.clone())
    }

    pub(crate) fn connection_refused(&self) {
        self.0.refused.inc();
    }

    pub(crate) fn request(&self, method: &Method, path: &str) -> Measured {
        Measured { metrics: self.clone(), area: area(path), method: known(method), began: Instant::now() }
    }
}

/// A connection; counted until dropped.
pub(crate) struct Counted(Gauge);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A request that is being answered.
pub(crate) struct Measured {
    metrics: Metrics,
    area: &'static str,
    method: &'static str,
    began: Instant,
}

impl Measured {
    pub(crate) fn answered(self, status: StatusCode) {
        let Self { metrics, area, method, began } = self;
        let status = class(status);
        metrics.0.requests.get_or_create(&Asked { area, method, status }).inc();
        let seconds: Duration = began.elapsed();
        metrics.0.seconds.get_or_create(&Area { area }).observe(seconds.as_secs_f64());
    }
}

/// Which part of the server a path belongs to.
fn area(path: &str) -> &'static str {
    const AREAS: [(&str, &str); 8] = [
        ("/api/v1/session", "session"),
        ("/api/v1/jobs", "jobs"),
        ("/api/v1/monitoring", "monitoring"),
        ("/api/v1/", "api"),
        ("/v2", "registry"),
        ("/oauth/", "sign_in"),
        ("/s/", "links"),
        ("/apis/", "admin"),
    ];
    AREAS.into_iter().find(|(prefix, _)| path.starts_with(prefix)).map_or("console", |(_, area)| area)
}

fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// Linux tells pages; they are of 4 KiB but on a few systems, where the number is too small.
fn resident_bytes() -> Option<i64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    statm.split_whitespace().nth(1)?.parse::<i64>().ok()?.checked_mul(4096)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_area_and_nothing_a_client_writes_is_a_label() {
        let metrics = Metrics::new();
        metrics.request(&Method::GET, "/api/v1/jobs/job-secret").answered(StatusCode::OK);
        metrics.request(&Method::from_bytes(b"EVIL").expect("a method"), "/s/secret").answered(StatusCode::NOT_FOUND);
        let held = metrics.connection();
        metrics.connection_refused();
        let text = metrics.text();
        for line in [
            r#"roadstead_http_requests_total{area="jobs",method="GET",status="2xx"} 1"#,
            r#"roadstead_http_requests_total{area="links",method="other",status="4xx"} 1"#,
            "roadstead_connections 1",
            "roadstead_connections_refused_total 1",
            r#"roadstead_http_answer_seconds_count{area="jobs"} 1"#,
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(!text.contains("secret") && !text.contains("EVIL"));
        drop(held);
        assert!(metrics.text().contains("roadstead_connections 0"));
    }
}
