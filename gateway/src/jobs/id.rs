//! A job's id as it stands in an address.

use crate::rescue::Failure;
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

/// A text fit to be an id (or name) of a job: it can neither leave its place in a path nor be endless.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct JobId(String);

impl JobId {
    /// None: no job has this id.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let fit = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        ((1..=128).contains(&text.len()) && text.bytes().all(fit)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Extractor: `{id}` of the route.
impl<S: Send + Sync> FromRequestParts<S> for JobId {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Failure::NoSuchJob)?;
        params.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| Self::parse(id)).ok_or(Failure::NoSuchJob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_leave_its_place_in_a_path_is_no_id() {
        assert!(JobId::parse("job-0f0e0d0c-aaaa-bbbb-cccc-0123456789ab").is_some());
        for bad in ["", ".", "..", "a/b", "a%2fb", "a b", "a\n", "é", &"a".repeat(129)] {
            assert_eq!(JobId::parse(bad), None, "{bad}");
        }
    }
}
