//! Bodies, queries and path segments, read so that each refusal is JSON and names what was wrong.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, RawQuery, Request, rejection::BytesRejection},
    http::{StatusCode, request::Parts},
    response::IntoResponse as _,
};
use jiff::Timestamp;
use platform::extension::EXPECTED_ROLE_HEADER;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use url::form_urlencoded;

use super::{Api, Problem, caller::Caller};
use crate::{accounts::places::Seen, jobs::create::short};

/// More than any honest request: the largest environment, twice.
pub(super) const BODY_LIMIT_BYTES: usize = 1 << 20;
/// How long a body may take.
pub(super) const BODY_MAY_TAKE: Duration = Duration::from_secs(30);
const LONGEST_KEY: usize = 255;
const MOST_PARAMETERS: usize = 1000;

/// A caller with a JSON body. Who it is and what it may do is asked again once the body is whole, which may have taken its time.
pub(super) struct Sent<T>(pub(super) Caller, pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Api>> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, Problem> {
        let (mut head, body) = request.into_parts();
        // A body that nobody sends is not waited for.
        Caller::from_request_parts(&mut head, api).await?;
        let RawBody(bytes) = RawBody::from_request(Request::from_parts(head.clone(), body), api).await?;
        let caller = Caller::from_request_parts(&mut head, api).await?;
        let value = serde_json::from_slice(&bytes).map_err(|why| Problem::Body(short(&why.to_string())))?;
        Ok(Self(caller, value))
    }
}

/// The bytes of a body, within the limits of size and time.
pub(super) struct RawBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let reading = timeout(BODY_MAY_TAKE, Bytes::from_request(request, state));
        let read = reading.await.map_err(|_| Problem::TooSlow { limit_secs: BODY_MAY_TAKE.as_secs() })?;
        read.map(Self).map_err(|why: BytesRejection| {
            let text = why.body_text();
            if why.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::TooLarge { limit_bytes: BODY_LIMIT_BYTES }
            } else {
                Problem::Body(text)
            }
        })
    }
}

/// The segments of the path that a route leaves open.
pub(super) struct Segments<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(value) = Path::<T>::from_request_parts(parts, state)
            .await
            .map_err(|why| Problem::field("path", short(&why.body_text())))?;
        Ok(Self(value))
    }
}

/// A job's id or name as it stands in a path.
pub(super) fn job_key(text: &str) -> Result<&str, Problem> {
    if text.is_empty() || text.len() > LONGEST_KEY || text.chars().any(char::is_control) {
        let why = format!("a job's id or name has 1 to {LONGEST_KEY} bytes and no control characters");
        return Err(Problem::field("path", why));
    }
    Ok(text)
}

/// The role that the author of a change saw, where the header says it.
pub(super) struct Expected(pub(super) Seen);

impl<S: Sync> FromRequestParts<S> for Expected {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(role) = parts.headers.get(EXPECTED_ROLE_HEADER) else { return Ok(Self(Seen::default())) };
        let role = role.to_str().map_err(|_| Problem::field(EXPECTED_ROLE_HEADER, "must be a role's word"))?;
        Ok(Self(Seen(Some(role.to_owned()))))
    }
}

/// Decoded query parameters, in order.
pub(super) struct Query(pub(super) Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let RawQuery(text) = RawQuery::from_request_parts(parts, state).await.unwrap_or(RawQuery(None));
        let text = text.unwrap_or_default();
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(text.as_bytes()).into_owned().take(MOST_PARAMETERS + 1).collect();
        if pairs.len() > MOST_PARAMETERS {
            return Err(Problem::field("query", format!("has more than {MOST_PARAMETERS} parameters")));
        }
        Ok(Self(pairs))
    }
}

impl Query {
    /// The last value under a key.
    pub(super) fn find(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Every value under a key.
    pub(super) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether a key is there, with or without a value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(name, _)| name == key)
    }

    /// A switch: Python's words in any case, or 0 and 1.
    pub(super) fn flag(&self, key: &'static str, absent: bool) -> Result<bool, Problem> {
        match self.find(key).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(absent),
            Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(_) => Err(Problem::field(key, "must be true, false, 1 or 0")),
        }
    }

    /// A time in ISO 8601 with an offset.
    pub(super) fn time(&self, key: &'static str) -> Result<Option<Timestamp>, Problem> {
        // Clients that forget to encode the '+' of an offset send what reads as a space.
        self.find(key)
            .map(|text| text.replace(' ', "+").parse())
            .transpose()
            .map_err(|_| Problem::field(key, "must be an ISO 8601 time with an offset"))
    }

    /// A number.
    pub(super) fn number<T: std::str::FromStr>(&self, key: &'static str) -> Result<Option<T>, Problem> {
        self.find(key).map(str::parse).transpose().map_err(|_| Problem::field(key, "must be a whole number in range"))
    }
}
