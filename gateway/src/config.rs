//! What an installation tells the gateway.

use crate::{edge::Pace, links::LinksConfig, session::SessionKeys};
use std::time::Duration;
use url::Url;

/// How fast requests may come.
#[derive(Clone, Copy, Debug)]
pub struct Paces {
    /// Of one address.
    pub of_address: Pace,
    /// Of one session, from wherever.
    pub of_session: Pace,
    /// Attempts to sign in, of one address.
    pub of_sign_in: Pace,
}

impl Default for Paces {
    fn default() -> Self {
        Self {
            // An office behind one address, each page with its dozens of small calls; a push has some hundred a second.
            of_address: Pace { burst: 2_000, per_second: 500 },
            of_session: Pace { burst: 1_000, per_second: 250 },
            of_sign_in: Pace { burst: 30, per_second: 1 },
        }
    }
}

/// How a gateway is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Base URL of the platform API, as the command line takes it: `https://HOST/api/v1`.
    pub upstream: Url,
    /// The platform's base URL as users reach it, for the command lines the console shows; the upstream's when absent.
    pub platform_url: Option<Url>,
    /// The address browsers reach the gateway at, where a proxy or TLS stands in front of it. With `https:` the cookie gets
    /// `Secure` and the `__Host-` prefix. When absent, the request's own `Host` says what the own origin is.
    pub public_url: Option<Url>,
    /// Hosts besides the upstream's own that the platform's configuration may send requests (and tokens) to: its
    /// monitoring, registry or sign-in servers. Each is `host` (any port) or `host:port`.
    pub trusted_hosts: Vec<String>,
    /// What seals the session cookie.
    pub session_keys: SessionKeys,
    /// Longest life of a session.
    pub session_max: Duration,
    /// Longest life of one stream; readers reconnect where they were.
    pub stream_max: Duration,
    /// Streams that one session may have open at once.
    pub session_streams_max: usize,
    /// How long the cluster may take to begin an answer, and to go on with it.
    pub upstream_timeout: Duration,
    /// Tries in a row, ever further apart, after which a stream that cannot read from the cluster ends.
    pub upstream_tries_max: u32,
    /// The OAuth client that this console is at the platform's sign-in; the command line's own, as `/config` names it, when absent.
    pub oauth_client_id: Option<String>,
    /// How fast requests may come.
    pub paces: Paces,
    /// Largest piece of an image that a page may send in one request, bytes. Clients of their own sign-in (docker, skopeo)
    /// are not held to it.
    pub chunk_max_bytes: u64,
    /// Whether pages may send chunks of images by WebSocket, where the gateway is built for it.
    pub chunk_socket: bool,
    /// What links to jobs' statuses need; without it there are none.
    pub links: Option<LinksConfig>,
    /// Whether the cluster's engines are known to read layers in zstd.
    pub zstd_layers: bool,
}

impl Config {
    /// The defaults around what has none.
    #[must_use]
    pub fn new(upstream: Url, session_keys: SessionKeys) -> Self {
        Self {
            upstream,
            platform_url: None,
            public_url: None,
            trusted_hosts: Vec::new(),
            session_keys,
            session_max: Duration::from_secs(30 * 24 * 3600),
            stream_max: Duration::from_secs(3600),
            // Some forty tabs, each with its list, a log, charts and a terminal.
            session_streams_max: 200,
            upstream_timeout: Duration::from_secs(30),
            // About a quarter of an hour.
            upstream_tries_max: 36,
            oauth_client_id: None,
            paces: Paces::default(),
            chunk_max_bytes: 64 * 1024 * 1024,
            chunk_socket: cfg!(feature = "chunk-socket"),
            links: None,
            zstd_layers: false,
        }
    }

    /// Whether browsers reach the gateway over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|u| u.scheme() == "https")
    }
}
