//! The session's cookie: its name, its attributes, and finding it in a request.

use super::{
    Session,
    seal::{COOKIE_MAX_BYTES, SESSION},
};
use crate::{config::Config, ports::Host};
use http::{HeaderMap, HeaderValue, header::COOKIE};
use jiff::Timestamp;

const NAME: &str = "roadstead_session";
const SECURE_NAME: &str = "__Host-roadstead_session";

/// The token is longer than a cookie can hold.
#[derive(Debug, thiserror::Error)]
#[error("the sealed session is {0} bytes long, more than a cookie holds")]
pub(crate) struct TooLong(usize);

/// Makes and reads the session's cookie for one installation.
pub(crate) struct SessionCookie<'a>(pub(crate) &'a Config);

impl SessionCookie<'_> {
    fn name(&self) -> &'static str {
        if self.0.is_https() { SECURE_NAME } else { NAME }
    }

    /// Whether the request carries the cookie, whatever it holds.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        self.text(headers).is_some()
    }

    /// The session a request carries: opened, well-formed, not over.
    pub(crate) fn read(&self, headers: &HeaderMap, now: Timestamp) -> Option<Session> {
        let plain = self.0.session_keys.open(SESSION, self.text(headers)?)?;
        let session: Session = serde_json::from_slice(&plain).ok()?;
        (!session.is_over(now)).then_some(session)
    }

    /// `Set-Cookie` for a session.
    pub(crate) fn set(&self, session: &Session, host: &dyn Host) -> Result<HeaderValue, TooLong> {
        let mut nonce = [0; 24];
        host.random(&mut nonce);
        let plain = serde_json::to_vec(session).expect("a session is plain strings and times");
        let sealed = self.0.session_keys.seal(SESSION, &plain, nonce);
        if sealed.len() > COOKIE_MAX_BYTES {
            return Err(TooLong(sealed.len()));
        }
        let life = session.expires_at().duration_since(host.now()).as_secs().max(0);
        Ok(self.header(&sealed, life))
    }

    /// `Set-Cookie` that makes the browser forget the session.
    pub(crate) fn clear(&self) -> HeaderValue {
        self.header("", 0)
    }

    fn header(&self, value: &str, max_age: i64) -> HeaderValue {
        let secure = if self.0.is_https() { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age}{secure}", self.name());
        let mut header = HeaderValue::try_from(text).expect("a cookie of base64 is a header value");
        header.set_sensitive(true);
        header
    }

    /// The cookie as it was sent.
    pub(crate) fn text<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        pairs(headers).find(|(name, _)| *name == self.name()).map(|(_, value)| value)
    }
}

/// The cookies of a request.
pub(super) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let texts = headers.get_all(COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    texts.flat_map(|v| v.split(';')).filter_map(|pair| pair.trim().split_once('='))
}
