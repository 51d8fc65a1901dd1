//! What a token says of its bearer, read without proof: who verifies is the server.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// The claims the clients read locally.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// User name.
    #[serde(alias = "https://platform.neuromation.io/user")]
    pub identity: String,
    /// Expiry, seconds since the epoch.
    #[serde(default)]
    pub exp: Option<i64>,
}

/// The claims of a JWT-shaped token, **unverified**; None when it has not that shape. Fit for display and for choosing a cache
/// key, never for a decision.
#[must_use]
pub fn unverified_claims(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_head, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_read_from_either_claim_and_nonsense_is_none() {
        for claim in ["identity", "https://platform.neuromation.io/user"] {
            let body = URL_SAFE_NO_PAD.encode(format!(r#"{{"{claim}":"alice","exp":5}}"#));
            let claims = unverified_claims(&format!("x.{body}.y")).expect("JWT-shaped");
            assert_eq!(claims, Claims { identity: "alice".into(), exp: Some(5) });
        }
        for nonsense in ["", "a.b", "a.b.c", "a.e30.c", "a.b.c.d"] {
            assert_eq!(unverified_claims(nonsense), None, "{nonsense}");
        }
    }
}
