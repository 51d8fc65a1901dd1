//! Reading a request's body and query: strictly, within limits, naming what is at fault.

use crate::{Gateway, ports::within, rescue::Failure};
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::{header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Inputs are forms, not files.
const BODY_MAX_BYTES: usize = 256 * 1024;
/// How long one may take: who sends it, and what they may do, was asked when it began.
const BODY_MAY_TAKE: Duration = Duration::from_secs(30);
const QUERY_MAX_BYTES: usize = 16 * 1024;

/// Extractor: a JSON body.
pub(crate) struct Input<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Gateway> for Input<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, gateway: &Gateway) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Failure::Invalid { field: None, message: "The body must be application/json.".to_owned() });
        }
        let reading = Limited::new(request.into_body(), BODY_MAX_BYTES).collect();
        let read = within(gateway.host(), BODY_MAY_TAKE, reading).await;
        let body = read.ok_or(Failure::TooSlow { limit_secs: BODY_MAY_TAKE.as_secs() })?.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Failure::TooLarge { what: "The request's body", limit_bytes: BODY_MAX_BYTES }
            } else {
                Failure::Invalid { field: None, message: "The request's body broke off.".to_owned() }
            }
        })?;
        let bytes = body.to_bytes();
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            let message = format!("The body cannot be read: {}.", error.into_inner());
            Failure::Invalid { field: (path != ".").then_some(path), message }
        })?;
        json.end()
            .map_err(|_| Failure::Invalid { field: None, message: "The body goes on after its JSON.".to_owned() })?;
        Ok(Self(value))
    }
}

/// Extractor: the query's decoded pairs.
pub(crate) struct Queried(pub(crate) Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Queried {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        if query.len() > QUERY_MAX_BYTES {
            return Err(Failure::TooLarge { what: "The query", limit_bytes: QUERY_MAX_BYTES });
        }
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Queried {
    /// The values of the named parameters, each at most once, none besides.
    pub(crate) fn only<const N: usize>(self, names: [&str; N]) -> Result<[Option<String>; N], Failure> {
        let mut values = [const { None }; N];
        for (name, value) in self.0 {
            let at = names.iter().position(|n| *n == name);
            let at = at.ok_or_else(|| Failure::invalid(name.as_str(), "This address takes no such parameter."))?;
            if values[at].replace(value).is_some() {
                return Err(Failure::invalid(name, "The parameter is given more than once."));
            }
        }
        Ok(values)
    }
}
