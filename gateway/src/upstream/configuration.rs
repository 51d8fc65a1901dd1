//! `GET API/config`, remembered for a minute per token, and which of its addresses may be used.

use super::{Upstream, UpstreamError, empty, json, request};
use crate::session::Session;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use platform::config::{Cluster, Config};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::Ipv6Addr,
    sync::{Arc, Mutex, PoisonError},
};
use url::{Host, Url};

/// The instance metadata service of AWS by IPv6.
const AWS_METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// Tokens remembered at once; when there are more, all are forgotten, which costs a request each.
const ENTRIES_MAX: usize = 2048;

type Entry = (Timestamp, Arc<Config>);

/// Configurations by token.
#[derive(Default)]
pub(crate) struct Configurations(Mutex<HashMap<[u8; 32], Entry>>);

impl Configurations {
    fn get(&self, key: &[u8; 32], now: Timestamp) -> Option<Arc<Config>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|(at, _)| now.duration_since(*at) < FRESH).map(|(_, config)| config.clone())
    }

    fn put(&self, key: [u8; 32], now: Timestamp, config: Arc<Config>) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= ENTRIES_MAX {
            entries.retain(|_, (at, _)| now.duration_since(*at) < FRESH);
        }
        if entries.len() >= ENTRIES_MAX {
            entries.clear();
        }
        entries.insert(key, (now, config));
    }

    fn forget(&self, key: &[u8; 32]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// Where a session's jobs are: the cluster's part of the configuration.
pub(crate) struct Place {
    config: Arc<Config>,
    cluster: usize,
    /// Base of logs, telemetry and exec; a trusted host.
    pub(crate) monitoring: Url,
}

impl Place {
    pub(crate) fn cluster(&self) -> &Cluster {
        &self.config.clusters[self.cluster]
    }
}

/// Where machines in clouds keep their secrets, and nothing else is. Such an address is asked nothing, whoever names it.
fn is_link_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_link_local(),
        Some(Host::Ipv6(address)) => {
            address.is_unicast_link_local()
                || address == AWS_METADATA
                || address.to_ipv4_mapped().is_some_and(|v4| v4.is_link_local())
        }
        Some(Host::Domain(_)) | None => false,
    }
}

impl Upstream {
    /// The configuration as `token` sees it; proves the token when it is not remembered.
    pub(crate) async fn configuration(&self, token: &str) -> Result<Arc<Config>, UpstreamError> {
        let key = Sha256::digest(token.as_bytes()).into();
        if let Some(config) = self.configurations.get(&key, self.host.now()) {
            return Ok(config);
        }
        self.fetch_configuration(Some(token)).await.map(|config| {
            let config = Arc::new(config);
            self.configurations.put(key, self.host.now(), config.clone());
            config
        })
    }

    /// What anybody learns: how to sign in.
    pub(super) async fn anonymous_configuration(&self) -> Result<Arc<Config>, UpstreamError> {
        // No token has this hash.
        let key = [0; 32];
        if let Some(config) = self.configurations.get(&key, self.host.now()) {
            return Ok(config);
        }
        let config = Arc::new(self.fetch_configuration(None).await?);
        self.configurations.put(key, self.host.now(), config.clone());
        Ok(config)
    }

    /// Makes the next call ask anew: places and projects have changed.
    pub(crate) fn forget_configuration(&self, token: &str) {
        self.configurations.forget(&Sha256::digest(token.as_bytes()).into());
    }

    async fn fetch_configuration(&self, token: Option<&str>) -> Result<Config, UpstreamError> {
        let request = empty(request(Method::GET, &self.api(&["config"]), token))?;
        let body = self.call(request).await?.into_body();
        let config: Config = self.in_time(json(body, "the platform's configuration")).await?;
        if token.is_some() && !config.authorized {
            return Err(UpstreamError::Unauthorized);
        }
        Ok(config)
    }

    /// The session's cluster in the configuration.
    pub(crate) async fn place(&self, session: &Session) -> Result<Place, UpstreamError> {
        let config = self.configuration(&session.tokens.access_token).await?;
        let cluster = config.clusters.iter().position(|c| c.name == session.cluster).ok_or(UpstreamError::NoCluster)?;
        let monitoring = self.trusted("monitoring service", &config.clusters[cluster].monitoring_url)?;
        Ok(Place { config, cluster, monitoring })
    }

    /// An address the configuration names, if tokens may be sent there: on the upstream's own host or one that the
    /// installation trusts, and never with less protection than the upstream has.
    pub(super) fn trusted(&self, what: &'static str, text: &str) -> Result<Url, UpstreamError> {
        let foreign = || UpstreamError::ForeignHost { what, url: text.chars().take(200).collect() };
        let url = Url::parse(text).map_err(|_| foreign())?;
        let host = url.host_str().ok_or_else(foreign)?;
        let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
        let listed = |trusted: &String| trusted == host || Some(trusted) == with_port.as_ref();
        let known = self.base.host_str() == Some(host) || self.trusted_hosts.iter().any(listed);
        let protected = match url.scheme() {
            "https" => true,
            "http" => self.base.scheme() == "http",
            _ => false,
        };
        if known && protected && !is_link_local(&url) { Ok(url) } else { Err(foreign()) }
    }

    /// A body's reading, within the time limit.
    pub(super) async fn in_time<T>(
        &self,
        reading: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        crate::ports::within(&*self.host, self.limit, reading).await.ok_or(UpstreamError::Timeout)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_local_addresses_are_known_in_every_spelling() {
        for (url, is) in [
            ("http://169.254.169.254/latest/meta-data", true),
            ("http://2852039166/", true),
            ("http://0xa9.0xfe.0xa9.0xfe/", true),
            ("http://[fe80::1]/", true),
            ("http://[::ffff:169.254.169.254]/", true),
            ("http://[fd00:ec2::254]/", true),
            ("http://127.0.0.1/", false),
            ("http://10.0.0.1/", false),
            ("http://cluster.example/", false),
        ] {
            assert_eq!(is_link_local(&Url::parse(url).expect("a URL")), is, "{url}");
        }
    }
}
