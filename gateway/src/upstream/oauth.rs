//! The platform's sign-in: where a browser is sent, and the token endpoint, at which codes and refresh tokens become access tokens
//! (OAuth 2.0, RFC 6749 sections 4.1 and 6; PKCE, RFC 7636).

use super::{Upstream, UpstreamError, json, request};
use crate::session::{Pending, Tokens};
use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, header};
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

/// `openid` for the nonce, where the platform knows it; `offline_access` for a refresh token, as the platform's own clients ask.
const SCOPE: &str = "openid offline_access";
/// Clocks differ by so much at most, seconds.
const SKEW_SECS: i64 = 300;

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
    #[serde(default)]
    refresh_token: Option<String>,
    #[serde(default)]
    id_token: Option<String>,
}

impl Upstream {
    /// Where a browser goes to sign in; None where the platform has no such page.
    pub(crate) async fn sign_in_page(&self) -> Result<Option<Url>, UpstreamError> {
        let config = self.anonymous_configuration().await?;
        if config.auth_url.is_empty() {
            return Ok(None);
        }
        self.trusted("sign-in page", &config.auth_url).map(Some)
    }

    /// The address at which a browser signs in for this sign-in.
    pub(crate) async fn authorize_url(&self, pending: &Pending) -> Result<Option<Url>, UpstreamError> {
        let Some(mut url) = self.sign_in_page().await? else { return Ok(None) };
        let config = self.anonymous_configuration().await?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id(&config.client_id))
            .append_pair("redirect_uri", &pending.redirect_uri)
            .append_pair("scope", SCOPE)
            .append_pair("audience", &config.audience)
            .append_pair("state", &pending.state)
            .append_pair("nonce", &pending.nonce)
            .append_pair("code_challenge", &pending.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(Some(url))
    }

    /// Exchanges the code of a one-time link.
    pub(crate) async fn exchange(&self, code: &str) -> Result<Tokens, UpstreamError> {
        let granted = self.grant(&[("grant_type", "authorization_code"), ("code", code)]).await?;
        Ok(self.tokens(granted, None))
    }

    /// Exchanges the code that a sign-in at the platform's page brought.
    pub(crate) async fn finish_sign_in(&self, pending: &Pending, code: &str) -> Result<Tokens, UpstreamError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &pending.redirect_uri),
            ("code_verifier", &pending.verifier),
        ];
        let granted = self.grant(&fields).await?;
        if let Some(id_token) = &granted.id_token {
            let config = self.anonymous_configuration().await?;
            let client = self.client_id(&config.client_id);
            check_id_token(id_token, client, &pending.nonce, self.host.now()).map_err(UpstreamError::IdToken)?;
        }
        Ok(self.tokens(granted, None))
    }

    /// Renews an access token. A server that does not change the refresh token leaves it out.
    pub(crate) async fn renew(&self, tokens: &Tokens) -> Result<Tokens, UpstreamError> {
        let refresh = tokens.refresh_token.as_deref().unwrap_or_default();
        let granted = self.grant(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await?;
        Ok(self.tokens(granted, tokens.refresh_token.clone()))
    }

    fn tokens(&self, granted: Granted, refresh_before: Option<String>) -> Tokens {
        let refresh = granted.refresh_token.or(refresh_before);
        Tokens::issued(granted.access_token, refresh, granted.expires_in, self.host.now())
    }

    fn client_id<'a>(&'a self, of_platform: &'a str) -> &'a str {
        self.oauth_client_id.as_deref().unwrap_or(of_platform)
    }

    async fn grant(&self, fields: &[(&str, &str)]) -> Result<Granted, UpstreamError> {
        let config = self.anonymous_configuration().await?;
        let url = self.trusted("token service", &config.token_url)?;
        let form = {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields).append_pair("client_id", self.client_id(&config.client_id)).finish()
        };
        let builder = request(Method::POST, &url, None)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        let request = builder.body(Body::from(form)).map_err(UpstreamError::BadRequest)?;
        let body = self.call(request).await?.into_body();
        self.in_time(json(body, "an OAuth token answer")).await
    }
}

#[derive(Deserialize)]
struct IdClaims {
    #[serde(default)]
    nonce: Option<String>,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Whether an identity token answers this sign-in. It came from the token service itself, over the connection that proves that
/// service, so its signature adds nothing (OpenID Connect Core, 3.1.3.7, item 6).
fn check_id_token(token: &str, client: &str, nonce: &str, now: Timestamp) -> Result<(), &'static str> {
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok());
    let claims: Option<IdClaims> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    let claims = claims.ok_or("cannot be read")?;
    let meant = match &claims.aud {
        Audience::One(one) => one == client,
        Audience::Many(many) => many.iter().any(|one| one == client),
    };
    if !meant {
        return Err("is meant for another client");
    }
    if claims.nonce.as_deref() != Some(nonce) {
        return Err("answers another sign-in");
    }
    let now = now.as_second();
    if now.saturating_sub(SKEW_SECS) >= claims.exp {
        return Err("has expired");
    }
    if claims.iat.is_some_and(|iat| iat > now.saturating_add(SKEW_SECS)) {
        return Err("comes from the future: the clocks differ too much");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn checked(claims: &str) -> Result<(), &'static str> {
        let token = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
        check_id_token(&token, "console", "n", NOON)
    }

    #[test]
    fn an_identity_token_must_answer_this_sign_in_of_this_client() {
        assert_eq!(checked(r#"{"aud":"console","nonce":"n","exp":1800000060,"iat":1800000000}"#), Ok(()));
        assert_eq!(checked(r#"{"aud":["x","console"],"nonce":"n","exp":1800000060}"#), Ok(()));
        for (claims, why) in [
            (r#"{"aud":"console","exp":1800000060}"#, "another sign-in"),
            (r#"{"aud":"console","nonce":"m","exp":1800000060}"#, "another sign-in"),
            (r#"{"aud":"other","nonce":"n","exp":1800000060}"#, "another client"),
            (r#"{"aud":[],"nonce":"n","exp":1800000060}"#, "another client"),
            (r#"{"nonce":"n","exp":1800000060}"#, "cannot be read"),
            ("[]", "cannot be read"),
        ] {
            assert!(checked(claims).expect_err(claims).contains(why), "{claims}");
        }
        assert!(check_id_token("opaque", "console", "n", NOON).is_err());
    }

    #[test]
    fn clocks_may_differ_by_five_minutes_and_no_more() {
        let at = |exp: i64, iat: i64| checked(&format!(r#"{{"aud":"console","nonce":"n","exp":{exp},"iat":{iat}}}"#));
        assert_eq!(at(1_799_999_701, 1_799_999_000), Ok(()));
        assert!(at(1_799_999_700, 1_799_999_000).is_err());
        assert_eq!(at(1_800_009_000, 1_800_000_300), Ok(()));
        assert!(at(1_800_009_000, 1_800_000_301).is_err());
    }
}
