//! `POST /oauth/token`: a code or a refresh token for an access token (RFC 6749, sections 4.1.3 and 6; RFC 7636, 4.6).

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    accounts::{AccountError, SignedIn},
    http::{Api, Problem, input::RawBody},
};

#[derive(Serialize)]
struct TokenAnswer {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
    token_type: &'static str,
}

/// RFC 6749, section 5.2.
#[derive(Serialize)]
struct TokenRefusal {
    error: &'static str,
    error_description: String,
}

pub(super) async fn token(State(api): State<Arc<Api>>, RawBody(body): RawBody) -> Result<Response, Problem> {
    let field =
        |name: &str| form_urlencoded::parse(&body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let now = api.clock.now();
    let outcome = match field("grant_type").as_deref() {
        Some("authorization_code") => match (field("code"), field("code_verifier"), field("redirect_uri")) {
            // A link's code was handed to its user by other means; it was not asked for by a client.
            (Some(code), None, None) => api.accounts.exchange_code(&code, now).await,
            (Some(code), verifier, redirect_uri) => {
                let (verifier, redirect_uri) = (verifier.unwrap_or_default(), redirect_uri.unwrap_or_default());
                api.accounts.exchange_authorization(&code, &redirect_uri, &verifier, now).await
            }
            (None, ..) => return Ok(refused("invalid_request", "the parameter 'code' is missing")),
        },
        Some("refresh_token") => match field("refresh_token") {
            Some(token) => api.accounts.refresh(&token, now).await,
            None => return Ok(refused("invalid_request", "the parameter 'refresh_token' is missing")),
        },
        Some(_) => {
            return Ok(refused("unsupported_grant_type", "this server knows authorization_code and refresh_token"));
        }
        None => return Ok(refused("invalid_request", "the parameter 'grant_type' is missing")),
    };
    match outcome {
        Ok(signed_in) => Ok(answer(signed_in)),
        Err(error @ (AccountError::Code | AccountError::Refresh)) => Ok(refused("invalid_grant", &error.to_string())),
        Err(error) => Err(error.into()),
    }
}

fn answer(signed_in: SignedIn) -> Response {
    let body = TokenAnswer {
        access_token: signed_in.access_token,
        refresh_token: signed_in.refresh_token,
        expires_in: signed_in.expires_in.as_secs(),
        token_type: "Bearer",
    };
    // RFC 6749, section 5.1: tokens must not be cached.
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn refused(error: &'static str, description: &str) -> Response {
    let body = TokenRefusal { error, error_description: description.to_owned() };
    (StatusCode::BAD_REQUEST, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
