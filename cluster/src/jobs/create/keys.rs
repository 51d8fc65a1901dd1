//! Reading a JSON object key by key, so that a wrong type is reported with the key's name.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::jobs::JobError;

/// The keys of one object that are not read yet.
pub(super) struct Keys {
    path: &'static str,
    rest: Map<String, Value>,
}

impl Keys {
    /// The keys of `value`, which lies at `path` of the request (empty: it is the request).
    pub(super) fn of_object(path: &'static str, value: Value) -> Result<Self, JobError> {
        match value {
            Value::Object(rest) => Ok(Self { path, rest }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let path = if path.is_empty() { "body" } else { path };
                Err(JobError::field(path, "must be a JSON object"))
            }
        }
    }

    /// Takes a key's value; null counts as absent, as the platform's clients send it for "not set".
    pub(super) fn take_value(&mut self, key: &str) -> Option<Value> {
        self.rest.remove(key).filter(|value| !value.is_null())
    }

    /// Takes a key's value as a `T`.
    pub(super) fn take<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, JobError> {
        let Some(value) = self.take_value(key) else { return Ok(None) };
        serde_json::from_value(value).map(Some).map_err(|why| self.refuse(key, short(&why.to_string())))
    }

    /// Whether every key was read.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// A refusal of one of these keys.
    pub(super) fn refuse(&self, key: &str, why: impl Into<String>) -> JobError {
        let dot = if self.path.is_empty() { "" } else { "." };
        JobError::field(format!("{}{dot}{key}", self.path), why)
    }
}

/// A reader's complaint quotes what it read, which may be as long as the request.
pub(crate) fn short(why: &str) -> String {
    const MOST: usize = 200;
    if why.chars().count() <= MOST { why.to_owned() } else { why.chars().take(MOST).chain(['…']).collect() }
}
