//! A sign-in under way at the platform's own page: what must come back, sealed in a cookie that lives as long as it.
//!
//! The cookie is the one that is SameSite=Lax: the browser comes back from another site. It is good for nothing but finishing this
//! sign-in, once, in this browser. Each tab has its own, named by its state, so that two tabs do not undo each other.

use super::{SessionKeys, cookie::pairs};
use crate::{config::Config, ports::Host};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const NAME: &str = "roadstead_sign_in_";
const PURPOSE: &[u8] = b"roadstead sign-in under way v1";
/// How long a person may take at the platform's page.
const LIFE: SignedDuration = SignedDuration::from_secs(600);
/// Sign-ins under way in one browser; those begun before are given up, or their cookies would fill the requests' heads.
const MOST: usize = 6;
/// Of the state, in the cookie's name.
const NAMED_BY: usize = 12;

/// What is remembered of a sign-in under way. Secret: whoever knows it and the code can finish it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    /// Comes back in the address (RFC 6749, 10.12).
    pub(crate) state: String,
    /// Comes back in the identity token, where there is one (OpenID Connect Core, 3.1.2.1).
    pub(crate) nonce: String,
    /// PKCE (RFC 7636).
    pub(crate) verifier: String,
    /// Must be the same at the token service.
    pub(crate) redirect_uri: String,
    /// A page of the console.
    pub(crate) return_to: String,
    pub(crate) ends_at: Timestamp,
}

impl Pending {
    pub(crate) fn begin(host: &dyn Host, redirect_uri: String, return_to: String) -> Self {
        let ends_at = host.now().saturating_add(LIFE).unwrap_or_else(|_| host.now());
        let [state, nonce, verifier] = [(); 3].map(|()| random_text(host));
        Self { state, nonce, verifier, redirect_uri, return_to, ends_at }
    }

    /// `code_challenge` of the method S256.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }
}

/// Makes, finds and clears these cookies.
pub(crate) struct PendingCookie<'a>(pub(crate) &'a Config);

impl PendingCookie<'_> {
    /// `Set-Cookie` for a sign-in that begins, and those that clear what too many others have left.
    pub(crate) fn set(&self, pending: &Pending, headers: &HeaderMap, host: &dyn Host) -> Vec<HeaderValue> {
        let mut nonce = [0; 24];
        host.random(&mut nonce);
        let plain = serde_json::to_vec(pending).expect("strings and a time");
        let sealed = self.keys().seal(PURPOSE, &plain, nonce);
        let mut set = vec![self.header(&self.name(&pending.state), &sealed, LIFE.as_secs())];
        let prefix = self.name("");
        let others: Vec<&str> = pairs(headers).map(|(name, _)| name).filter(|name| name.starts_with(&prefix)).collect();
        if others.len() >= MOST {
            set.extend(others.into_iter().filter(|name| is_plain(name)).map(|name| self.header(name, "", 0)));
        }
        set
    }

    /// The sign-in that a state belongs to, in the browser that began it, in time.
    pub(crate) fn find(&self, state: &str, headers: &HeaderMap, now: Timestamp) -> Option<Pending> {
        let name = state.get(..NAMED_BY).map(|_| self.name(state))?;
        let plain = pairs(headers).filter(|(n, _)| *n == name).find_map(|(_, text)| self.keys().open(PURPOSE, text))?;
        let pending: Pending = serde_json::from_slice(&plain).ok()?;
        (pending.state == state && now < pending.ends_at).then_some(pending)
    }

    /// `Set-Cookie` that clears it: it is good once.
    pub(crate) fn clear(&self, state: &str) -> HeaderValue {
        self.header(&self.name(state), "", 0)
    }

    fn keys(&self) -> &SessionKeys {
        &self.0.session_keys
    }

    fn name(&self, state: &str) -> String {
        let host = if self.0.is_https() { "__Host-" } else { "" };
        format!("{host}{NAME}{}", state.get(..NAMED_BY).unwrap_or(state))
    }

    fn header(&self, name: &str, value: &str, max_age: i64) -> HeaderValue {
        let secure = if self.0.is_https() { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
        let mut header = HeaderValue::try_from(text).expect("plain names and base64 are a header value");
        header.set_sensitive(true);
        header
    }
}

fn is_plain(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// 256 random bits as text.
pub(crate) fn random_text(host: &dyn Host) -> String {
    let mut bytes = [0; 32];
    host.random(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
