//! How a server that asks itself knows its own requests: whoever else comes from the same machine must not speak for others.

use http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

const HEADER: HeaderName = HeaderName::from_static("x-roadstead-home");

/// A secret of one process: with it, its own gateway is believed on the client's address. Made anew with each start, kept nowhere.
#[derive(Clone)]
pub struct HomeKey(HeaderValue);

impl std::fmt::Debug for HomeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HomeKey")
    }
}

impl HomeKey {
    /// A new one: 256 random bits.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "no two are equal")]
    pub fn new() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the system gives out random bytes");
        let text = bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let mut value = HeaderValue::try_from(text).expect("hexadecimal digits are a header value");
        value.set_sensitive(true);
        Self(value)
    }

    pub(crate) fn put(&self, headers: &mut HeaderMap) {
        headers.insert(HEADER, self.0.clone());
    }

    /// Whether the key is there. It goes no further.
    pub(crate) fn take(&self, headers: &mut HeaderMap) -> bool {
        headers.remove(HEADER).is_some_and(|given| given.as_bytes().ct_eq(self.0.as_bytes()).into())
    }
}
