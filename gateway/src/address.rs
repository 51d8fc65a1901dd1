//! Addresses as people write them into an installation's settings.

use url::{ParseError, Url};

/// Text that is no address of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// No URL, or of another scheme.
    #[error("write a URL that begins with https:// or http://, as in https://console.example.com")]
    NotHttp,
    /// IDNA's tables are left out, so that only a browser can write such a name as it is asked for.
    #[error("its host name is not plain ASCII: write it in Punycode, as in https://xn--...")]
    NotAscii,
}

/// Reads an address that begins with `https://` or `http://`.
///
/// # Errors
/// [`InvalidAddress`], in words for whoever wrote it.
pub fn parse_address(text: &str) -> Result<Url, InvalidAddress> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Err(ParseError::IdnaError) if !text.is_ascii() => Err(InvalidAddress::NotAscii),
        Ok(_) | Err(_) => Err(InvalidAddress::NotHttp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_beyond_ascii_is_asked_for_in_punycode() {
        for text in ["https://münchen.example/api/v1", "http://консоль.рф", "https://例え.example:8080/"] {
            assert_eq!(parse_address(text), Err(InvalidAddress::NotAscii), "{text}");
        }
        assert!(InvalidAddress::NotAscii.to_string().contains("xn--"));
        for text in ["https://xn--mnchen-3ya.example/api/v1", "http://127.0.0.1:8080", "https://console.example/ü"] {
            assert!(parse_address(text).is_ok(), "{text}");
        }
        for text in ["", "jobs", "console.example", "ftp://console.example", "https://", "юг"] {
            assert_eq!(parse_address(text), Err(InvalidAddress::NotHttp), "{text}");
        }
    }
}
