//! The token endpoint: codes and refresh tokens become access tokens (OAuth 2.0, RFC 6749 sections 4.1.3 and 6).

use super::{Upstream, UpstreamError, json, request};
use crate::session::Tokens;
use axum::body::Body;
use http::{Method, header};
use serde::Deserialize;

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: i64,
    #[serde(default)]
    refresh_token: Option<String>,
}

impl Upstream {
    /// Exchanges a one-time code.
    pub(crate) async fn exchange(&self, code: &str) -> Result<Tokens, UpstreamError> {
        let granted = self.grant(&[("grant_type", "authorization_code"), ("code", code)]).await?;
        Ok(Tokens::issued(granted.access_token, granted.refresh_token, granted.expires_in, self.host.now()))
    }

    /// Renews an access token. A server that does not change the refresh token leaves it out.
    pub(crate) async fn renew(&self, tokens: &Tokens) -> Result<Tokens, UpstreamError> {
        let refresh = tokens.refresh_token.as_deref().unwrap_or_default();
        let granted = self.grant(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await?;
        let refresh = granted.refresh_token.or_else(|| tokens.refresh_token.clone());
        Ok(Tokens::issued(granted.access_token, refresh, granted.expires_in, self.host.now()))
    }

    async fn grant(&self, fields: &[(&str, &str)]) -> Result<Granted, UpstreamError> {
        let config = self.fetch_configuration(None).await?;
        let url = self.trusted("token service", &config.token_url)?;
        let form = {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields).append_pair("client_id", &config.client_id).finish()
        };
        let builder = request(Method::POST, &url, None)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        let request = builder.body(Body::from(form)).map_err(UpstreamError::BadRequest)?;
        let body = self.call(request).await?.into_body();
        self.in_time(json(body, "an OAuth token answer")).await
    }
}
