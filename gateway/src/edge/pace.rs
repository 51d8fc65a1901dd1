//! How many requests one address and one session may make: a bucket each, filled steadily, emptied by requests.
//!
//! Counted in this process alone: before several gateways each counts by itself, which bounds what one of them bears. Attempts
//! to sign in are counted among them besides, where they share notes.

use super::Peer;
use crate::{Gateway, rescue::Failure, session::SessionCookie};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Extensions, HeaderMap, Method};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

const BUCKETS_MAX: usize = 50_000;
/// Of the SHA-256 of a cookie: enough to tell sessions apart.
const COOKIE_ID_BYTES: usize = 16;

/// Requests at once, and a second.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// So many at once.
    pub burst: u32,
    /// So many a second, for as long as it lasts.
    pub per_second: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    /// Signing in costs the platform more, and is what a guesser does.
    SignIn(IpAddr),
    Cookie([u8; COOKIE_ID_BYTES]),
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// All buckets of a gateway.
#[derive(Default)]
pub(crate) struct Buckets(Mutex<HashMap<Key, Bucket>>);

impl Buckets {
    /// Takes one; Err is how many seconds to wait.
    fn take(&self, key: Key, pace: Pace, now: Timestamp) -> Result<(), u32> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            // One that nobody has taken from for so long is full.
            buckets.retain(|_, bucket| now.duration_since(bucket.at) < SignedDuration::from_mins(1));
            if buckets.len() >= BUCKETS_MAX {
                buckets.clear();
            }
        }
        let (burst, rate) = (f64::from(pace.burst), f64::from(pace.per_second));
        let bucket = buckets.entry(key).or_insert(Bucket { left: burst, at: now });
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.left = (bucket.left + passed * rate).min(burst);
        bucket.at = now;
        if bucket.left < 1.0 {
            let wait = ((1.0 - bucket.left) / rate).ceil();
            // Between one and an hour: the cast loses nothing.
            return Err(wait.clamp(1.0, 3600.0) as u32);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

/// Middleware over everything that is not a file of the console.
pub(crate) async fn pace(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let signs_in = is_sign_in(request.method(), request.uri().path());
    let taken = match of_address(&gateway, request.extensions()) {
        Ok(Some(address)) if signs_in => of_sign_in(&gateway, address).await,
        taken => taken.map(drop),
    };
    match taken.and_then(|()| of_session(&gateway, request.headers())) {
        Ok(()) => next.run(request).await,
        Err(retry_after_secs) => Failure::TooFast { retry_after_secs }.into_response(),
    }
}

/// Counts a request that is no attempt to sign in; whether it comes in time.
pub(crate) fn keeps_pace(gateway: &Gateway, headers: &HeaderMap, extensions: &Extensions) -> bool {
    of_address(gateway, extensions).is_ok() && of_session(gateway, headers).is_ok()
}

/// Whose address is counted, if one is. Err: how many seconds to wait, as with all of these.
fn of_address(gateway: &Gateway, extensions: &Extensions) -> Result<Option<IpAddr>, u32> {
    // A host that does not know the address has its own limits before us. This machine is a proxy that nobody has named, or the
    // one who runs the gateway.
    let Some(address) = Peer::of(extensions).filter(|address| !address.to_canonical().is_loopback()) else {
        return Ok(None);
    };
    let address = network(address);
    gateway.buckets().take(Key::Address(address), gateway.config().paces.of_address, gateway.host().now())?;
    Ok(Some(address))
}

async fn of_sign_in(gateway: &Gateway, address: IpAddr) -> Result<(), u32> {
    let (pace, now) = (gateway.config().paces.of_sign_in, gateway.host().now());
    gateway.buckets().take(Key::SignIn(address), pace, now)?;
    among_all(gateway, address, pace, now).await
}

fn of_session(gateway: &Gateway, headers: &HeaderMap) -> Result<(), u32> {
    let Some(cookie) = SessionCookie(gateway.config()).text(headers) else { return Ok(()) };
    let hash = Sha256::digest(cookie.as_bytes());
    let id = *hash.first_chunk().expect("a hash is longer");
    gateway.buckets().take(Key::Cookie(id), gateway.config().paces.of_session, gateway.host().now())
}

/// Attempts to sign in, counted by all gateways that share notes: rare enough to be counted there, and what a guesser would spread.
/// Within the time in which a bucket fills, no more than it holds.
async fn among_all(gateway: &Gateway, address: IpAddr, pace: Pace, now: Timestamp) -> Result<(), u32> {
    let wait = pace.burst.div_ceil(pace.per_second.max(1)).clamp(1, 3600);
    let until = now.saturating_add(SignedDuration::from_secs(wait.into())).unwrap_or(now);
    match gateway.notes().count(&format!("sign-in/{address}"), now, until).await {
        Ok(count) if count > pace.burst => Err(wait),
        Ok(_) => Ok(()),
        Err(error) => {
            // The own bucket has let it through; signing in must not hang on this.
            tracing::warn!(%error, "attempts to sign in cannot be counted");
            Ok(())
        }
    }
}

/// Whether a request brings something that may be a guess, or begins what does; paths are as the routes of `/api/v1` have them. A
/// client of `/v2/` proves itself with each request.
fn is_sign_in(method: &Method, path: &str) -> bool {
    match path {
        "/session" | "/session/oauth" => method == Method::POST,
        "/session/callback" => method == Method::GET,
        _ => false,
    }
}

/// Who has one address of IPv6 has the whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);
    const PACE: Pace = Pace { burst: 3, per_second: 2 };

    fn key(last: u8) -> Key {
        Key::Address(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_bucket_is_emptied_at_once_and_filled_in_time() {
        let buckets = Buckets::default();
        for _ in 0..3 {
            assert_eq!(buckets.take(key(1), PACE, NOON), Ok(()));
        }
        assert_eq!(buckets.take(key(1), PACE, NOON), Err(1));
        assert_eq!(buckets.take(key(2), PACE, NOON), Ok(()), "another's is another's");
        let later = NOON + SignedDuration::from_millis(1000);
        assert_eq!(buckets.take(key(1), PACE, later), Ok(()));
        assert_eq!(buckets.take(key(1), PACE, later), Ok(()));
        assert!(buckets.take(key(1), PACE, later).is_err());
        assert!(buckets.take(key(1), PACE, NOON).is_err(), "a clock that goes back fills nothing");
    }

    #[test]
    fn only_the_addresses_of_signing_in_count_as_it() {
        for path in ["/session", "/session/oauth"] {
            assert!(is_sign_in(&Method::POST, path), "{path}");
        }
        assert!(is_sign_in(&Method::GET, "/session/callback"));
        for (method, path) in [
            (Method::GET, "/session"),
            (Method::DELETE, "/session"),
            (Method::POST, "/v2/acme/session-store/blobs/uploads/"),
            (Method::POST, "/v2/session/blobs/uploads/"),
            (Method::GET, "/v2/session/callback"),
            (Method::POST, "/jobs/session/save"),
        ] {
            assert!(!is_sign_in(&method, path), "{method} {path}");
        }
    }

    #[test]
    fn buckets_are_bounded_whoever_comes() {
        let buckets = Buckets::default();
        for n in 0..u32::try_from(BUCKETS_MAX).expect("small") + 10 {
            let _ = buckets.take(Key::Address(IpAddr::from(n.to_be_bytes())), PACE, NOON);
        }
        assert!(buckets.0.lock().expect("unpoisoned").len() <= BUCKETS_MAX);
    }
}
