//! What the Worker's bindings say, as the gateway's configuration. Each is text; docs/DEPLOY-WORKERS.md lists them.

use crate::links::DurableLinks;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use gateway::{Config, InvalidAddress, LinksConfig, Pace, SessionKeys, parse_address};
use std::{sync::Arc, time::Duration};
use url::Url;
use wasm_bindgen::JsValue;
use worker::Env;

/// Below the 100 MB that Cloudflare takes in one request on its smaller plans, with room for whatever counts them otherwise.
const CHUNK_MAX_BYTES: u64 = 95_000_000;

/// A binding that is missing or means nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidSettings {
    /// It must be there.
    #[error("the binding {0} is missing")]
    Missing(&'static str),
    /// It cannot be read.
    #[error("the binding {name} is not {expected}")]
    Unreadable {
        /// Which.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// It is no address.
    #[error("the binding {name} is no address")]
    Address {
        /// Which.
        name: &'static str,
        /// Why.
        source: InvalidAddress,
    },
}

/// Reads the bindings for a request that came to `address`.
pub(crate) fn read(env: &Env, address: &str) -> Result<Config, InvalidSettings> {
    let upstream = url(env, "UPSTREAM_URL")?.ok_or(InvalidSettings::Missing("UPSTREAM_URL"))?;
    let current = key(env, "SESSION_KEY")?.ok_or(InvalidSettings::Missing("SESSION_KEY"))?;
    let mut config = Config::new(upstream, SessionKeys::new(current, key(env, "SESSION_KEY_PREVIOUS")?));
    config.platform_url = url(env, "PLATFORM_URL")?;
    // Requests come to us by the name in their address, and by no other; over TLS that name is proven.
    config.public_url = match url(env, "PUBLIC_URL")? {
        Some(url) => Some(url),
        None => Url::parse(address).ok().filter(|url| url.scheme() == "https"),
    };
    config.trusted_hosts = text(env, "TRUSTED_HOSTS").map(|hosts| words(&hosts)).unwrap_or_default();
    config.chunk_max_bytes = number(env, "CHUNK_MAX_BYTES")?.unwrap_or(CHUNK_MAX_BYTES);
    config.oauth_client_id = text(env, "OAUTH_CLIENT_ID");
    for (name, pace) in [
        ("ADDRESS_PACE", &mut config.paces.of_address),
        ("SESSION_PACE", &mut config.paces.of_session),
        ("SIGN_IN_PACE", &mut config.paces.of_sign_in),
    ] {
        *pace = self::pace(env, name)?.unwrap_or(*pace);
    }
    config.session_streams_max = number(env, "SESSION_STREAMS_MAX")?.unwrap_or(config.session_streams_max);
    config.zstd_layers = text(env, "ZSTD_LAYERS").is_some_and(|value| value == "true");
    if let Some(token) = text(env, "LINKS_TOKEN") {
        let links = LinksConfig::try_new(Arc::new(DurableLinks(env.clone())), token);
        let expected = "a token of the platform, which names an account";
        config.links = Some(links.map_err(|_| InvalidSettings::Unreadable { name: "LINKS_TOKEN", expected })?);
    }
    for (name, time) in [
        ("SESSION_MAX_SECS", &mut config.session_max),
        ("STREAM_MAX_SECS", &mut config.stream_max),
        ("UPSTREAM_TIMEOUT_SECS", &mut config.upstream_timeout),
    ] {
        if let Some(secs) = number::<f64>(env, name)? {
            *time = Duration::try_from_secs_f64(secs)
                .map_err(|_| InvalidSettings::Unreadable { name, expected: "a number of seconds" })?;
        }
    }
    Ok(config)
}

fn text(env: &Env, name: &str) -> Option<String> {
    let value = js_sys::Reflect::get(env, &JsValue::from_str(name)).ok()?.as_string()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn words(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn url(env: &Env, name: &'static str) -> Result<Option<Url>, InvalidSettings> {
    let read = |text: String| parse_address(&text).map_err(|source| InvalidSettings::Address { name, source });
    text(env, name).map(read).transpose()
}

fn number<T: std::str::FromStr>(env: &Env, name: &'static str) -> Result<Option<T>, InvalidSettings> {
    let read = |text: String| text.parse().map_err(|_| InvalidSettings::Unreadable { name, expected: "a number" });
    text(env, name).map(read).transpose()
}

fn pace(env: &Env, name: &'static str) -> Result<Option<Pace>, InvalidSettings> {
    let expected = "requests at once and a second, each above 0, as `1000/250`";
    let read = |text: &str| {
        let (burst, per_second) = text.split_once('/')?;
        let above_0 = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number > 0);
        Some(Pace { burst: above_0(burst)?, per_second: above_0(per_second)? })
    };
    text(env, name).map(|text| read(&text).ok_or(InvalidSettings::Unreadable { name, expected })).transpose()
}

fn key(env: &Env, name: &'static str) -> Result<Option<[u8; 32]>, InvalidSettings> {
    let expected = "32 random bytes in base64, as `openssl rand -base64 32` prints them";
    let read = |text: String| {
        let bytes = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or(InvalidSettings::Unreadable { name, expected })
    };
    text(env, name).map(read).transpose()
}
