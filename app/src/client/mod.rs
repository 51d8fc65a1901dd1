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

/// Undoes [`encode`]; what is not encoded well is left as it stands.
pub(crate) fn decode(text: &str) -> String {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, after @ ..] = rest {
        let nibble = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (*first, nibble(0), nibble(1)) {
            out.push((high * 16 + low) as u8);
            rest = &after[2..];
        } else {
            out.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
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
    fn what_is_encoded_is_read_back_and_what_is_not_stands() {
        for text in ["a b/ё&=", "job-1_2.3~x", "100%", ""] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%4"), "%4");
        assert_eq!(decode("%zz"), "%zz");
    }

    #[test]
    fn a_query_repeats_its_keys() {
        assert_eq!(with_query("/x", [("a", "1"), ("a", "2 3")]), "/x?a=1&a=2%203");
        assert_eq!(with_query("/x", Vec::<(&str, &str)>::new()), "/x");
    }
}
