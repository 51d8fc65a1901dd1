//! Talking to the gateway: calls with typed failures, and sockets that reconnect. Knows `api`, not pages.

mod backoff;
mod failure;
mod fetch;
pub(crate) mod json;
mod lines;
mod live;
mod socket;

pub(crate) use failure::Failure;
pub(crate) use fetch::{Client, use_client};
pub(crate) use lines::Leash;
pub(crate) use live::{Live, Stopper, Word};
pub(crate) use socket::{Incoming, Socket};

/// Percent-encodes one path segment or query value.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
    out
}

/// A path with its query, each part encoded.
pub(crate) fn with_query<K: AsRef<str>, V: AsRef<str>>(path: &str, pairs: impl IntoIterator<Item = (K, V)>) -> String {
    let mut out = path.to_owned();
    for (i, (key, value)) in pairs.into_iter().enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out.push_str(&encode(key.as_ref()));
        out.push('=');
        out.push_str(&encode(value.as_ref()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_encoded() {
        assert_eq!(encode("a b/ё&="), "a%20b%2F%D1%91%26%3D");
        assert_eq!(encode("job-1_2.3~x"), "job-1_2.3~x");
    }

    #[test]
    fn a_query_repeats_its_keys() {
        assert_eq!(with_query("/x", [("a", "1"), ("a", "2 3")]), "/x?a=1&a=2%203");
        assert_eq!(with_query("/x", Vec::<(&str, &str)>::new()), "/x");
    }
}
