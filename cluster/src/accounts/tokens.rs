//! Access tokens: signed statements "the bearer is this user until then".
//!
//! Owns the signing key and the form (JWT, HS256, RFC 7519). Knows no user: whether the named one still exists is
//! asked of the store on every request.
//!
//! One algorithm and one fixed header, compared byte for byte: there is nothing to negotiate and so nothing to confuse.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
/// Far above any token made here; a longer one is not looked at.
const LONGEST: usize = 4096;

/// Why a token was not accepted. The text says nothing that helps a guesser.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidToken {
    /// Not three dot-separated parts with our header.
    #[error("the token is not one of this cluster's")]
    Form,
    /// Signed by another key, or changed.
    #[error("the token's signature is wrong")]
    Signature,
    /// Past its time.
    #[error("the token has expired; sign in again")]
    Expired,
}

#[derive(Deserialize, Serialize)]
struct Claims {
    // The claim by which the platform's own clients find the user's name.
    identity: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// The key that signs and checks access tokens.
#[derive(Clone)]
pub(crate) struct Signer {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

impl Signer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self { mac: Hmac::new_from_slice(key).expect("HMAC takes a key of any length") }
    }

    /// A token for `user` that ends at `expires`.
    pub(crate) fn sign(&self, user: &str, now: Timestamp, expires: Timestamp) -> String {
        let claims = Claims {
            identity: user.to_owned(),
            iat: now.as_second(),
            exp: expires.as_second(),
            jti: uuid::Uuid::new_v4().to_string(),
        };
        let claims = serde_json::to_vec(&claims).expect("claims are plain strings and numbers");
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
        let tag = self.mac.clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// The user a token speaks for.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<String, InvalidToken> {
        if token.len() > LONGEST {
            return Err(InvalidToken::Form);
        }
        let (signed, tag) = token.rsplit_once('.').ok_or(InvalidToken::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(InvalidToken::Form)?;
        if header != URL_SAFE_NO_PAD.encode(HEADER) {
            return Err(InvalidToken::Form);
        }
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| InvalidToken::Form)?;
        // verify_slice compares in constant time.
        self.mac.clone().chain_update(signed).verify_slice(&tag).map_err(|_| InvalidToken::Signature)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| InvalidToken::Form)?;
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| InvalidToken::Form)?;
        if now.as_second() >= claims.exp {
            return Err(InvalidToken::Expired);
        }
        Ok(claims.identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);
    const LATER: Timestamp = Timestamp::constant(1_800_003_600, 0);

    fn signer() -> Signer {
        Signer::new(&[7; 32])
    }

    #[test]
    fn a_signed_token_names_its_user() {
        let token = signer().sign("alice", NOON, LATER);
        assert_eq!(signer().verify(&token, NOON), Ok("alice".to_owned()));
    }

    #[test]
    fn clients_find_the_user_in_the_identity_claim() {
        let token = signer().sign("alice", NOON, LATER);
        let claims = token.split('.').nth(1).expect("three parts");
        let claims: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("json");
        assert_eq!(claims["identity"], "alice");
        assert_eq!(claims["exp"], 1_800_003_600);
    }

    #[test]
    fn a_token_ends_with_the_second_it_names() {
        let token = signer().sign("alice", NOON, LATER);
        assert_eq!(signer().verify(&token, LATER), Err(InvalidToken::Expired));
    }

    #[test]
    fn another_key_or_another_name_breaks_the_signature() {
        let token = signer().sign("alice", NOON, LATER);
        assert_eq!(Signer::new(&[8; 32]).verify(&token, NOON), Err(InvalidToken::Signature));
        let forged = URL_SAFE_NO_PAD.encode(r#"{"identity":"admin","iat":0,"exp":9999999999,"jti":"x"}"#);
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[1] = &forged;
        assert_eq!(signer().verify(&parts.join("."), NOON), Err(InvalidToken::Signature));
    }

    #[test]
    fn an_unsigned_token_is_not_one_of_ours() {
        let none = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#),
            URL_SAFE_NO_PAD.encode(r#"{"identity":"admin","iat":0,"exp":9999999999,"jti":"x"}"#)
        );
        for text in [none.as_str(), "", ".", "..", "a.b.c", "not a token", &"x".repeat(10_000)] {
            assert_eq!(signer().verify(text, NOON), Err(InvalidToken::Form), "{text:.40}");
        }
    }
}
