//! Content digests: `sha256:<64 hex>` and `sha512:<128 hex>` (OCI image spec, descriptor, digests).

use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use std::{fmt, str::FromStr};

/// A content digest, checked: a known algorithm and as many lower-case hexadecimal digits as that has.
///
/// ```
/// use image::Digest;
/// let digest = Digest::sha256_of(b"");
/// assert_eq!(digest.to_string(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// assert!("sha256:abc".parse::<Digest>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// How a [`Digest`] is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// SHA-256: what everybody writes.
    #[default]
    Sha256,
    /// SHA-512: registered, rare.
    Sha512,
}

/// Why a text is not a [`Digest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDigest {
    /// No colon between algorithm and digits.
    #[error("a digest has the form sha256:<64 hexadecimal digits>")]
    Form,
    /// An algorithm that nothing here computes.
    #[error("a digest begins with sha256: or sha512:")]
    Algorithm,
    /// Too few or too many digits.
    #[error("{algorithm} has {expected} hexadecimal digits, not {found}")]
    Length {
        /// The algorithm's name.
        algorithm: &'static str,
        /// How many it has.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// Something other than `0-9a-f`.
    #[error("a digest has lower-case hexadecimal digits only")]
    Digits,
}

impl Algorithm {
    /// Every one there is.
    pub const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    /// `sha256` or `sha512`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// How many hexadecimal digits its digests have.
    #[must_use]
    pub fn digits(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

impl Digest {
    /// The SHA-256 of some bytes.
    #[must_use]
    pub fn sha256_of(bytes: &[u8]) -> Self {
        Self::of(Algorithm::Sha256, bytes)
    }

    /// The digest of some bytes.
    #[must_use]
    pub fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    /// From the bytes of a SHA-256 that was computed elsewhere (WebCrypto).
    #[must_use]
    pub fn from_sha256_bytes(bytes: &[u8; 32]) -> Self {
        Self::from_raw(Algorithm::Sha256, bytes)
    }

    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        if self.0.starts_with("sha512:") { Algorithm::Sha512 } else { Algorithm::Sha256 }
    }

    /// The digits after the colon.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, hex)| hex)
    }

    /// The first twelve digits: what tools show for a layer.
    #[must_use]
    pub fn short(&self) -> &str {
        self.hex().get(..12).unwrap_or_default()
    }

    /// The whole text, `sha256:<hex>`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether these bytes have this digest.
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> bool {
        Self::of(self.algorithm(), bytes) == *self
    }

    fn from_raw(algorithm: Algorithm, bytes: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(algorithm.name().len() + 1 + bytes.len() * 2);
        text.push_str(algorithm.name());
        text.push(':');
        for byte in bytes {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        Self(text)
    }
}

/// Computes a digest of bytes that come in pieces.
///
/// ```
/// use image::{Digest, digest::{Algorithm, Hasher}};
/// let mut hasher = Hasher::new(Algorithm::Sha256);
/// hasher.update(b"ro");
/// hasher.update(b"ad");
/// assert_eq!(hasher.finish(), Digest::sha256_of(b"road"));
/// ```
#[derive(Clone)]
pub struct Hasher(Inner);

#[derive(Clone)]
enum Inner {
    Sha256(sha2::Sha256),
    // Boxed: twice the size of the other, and rare.
    Sha512(Box<sha2::Sha512>),
}

impl Hasher {
    /// An empty hasher.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => Inner::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => Inner::Sha512(Box::new(sha2::Sha512::new())),
        })
    }

    /// How it is computed.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Inner::Sha256(_) => Algorithm::Sha256,
            Inner::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Inner::Sha256(hasher) => hasher.update(bytes),
            Inner::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of all bytes taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        match self.0 {
            Inner::Sha256(hasher) => Digest::from_raw(Algorithm::Sha256, &hasher.finalize()),
            Inner::Sha512(hasher) => Digest::from_raw(Algorithm::Sha512, &hasher.finalize()),
        }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let (name, hex) = text.split_once(':').ok_or(InvalidDigest::Form)?;
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "sha512" => Algorithm::Sha512,
            _ => return Err(InvalidDigest::Algorithm),
        };
        if !hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(InvalidDigest::Digits);
        }
        if hex.len() != algorithm.digits() {
            return Err(InvalidDigest::Length {
                algorithm: algorithm.name(),
                expected: algorithm.digits(),
                found: hex.len(),
            });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_digest_is_refused_with_the_reason() {
        let ok = format!("sha256:{}", "a".repeat(64));
        for (bad, why) in [
            ("".to_owned(), InvalidDigest::Form),
            ("sha256".to_owned(), InvalidDigest::Form),
            (format!("md5:{}", "a".repeat(32)), InvalidDigest::Algorithm),
            (format!("SHA256:{}", "a".repeat(64)), InvalidDigest::Algorithm),
            (ok.to_uppercase().replace("SHA256", "sha256"), InvalidDigest::Digits),
            (format!("{ok}/"), InvalidDigest::Digits),
            (format!("sha256:../{}", "a".repeat(61)), InvalidDigest::Digits),
            (format!("{ok}a"), InvalidDigest::Length { algorithm: "sha256", expected: 64, found: 65 }),
            (
                format!("sha512:{}", "a".repeat(64)),
                InvalidDigest::Length { algorithm: "sha512", expected: 128, found: 64 },
            ),
        ] {
            assert_eq!(bad.parse::<Digest>(), Err(why), "{bad}");
        }
        assert!(ok.parse::<Digest>().is_ok());
    }

    #[test]
    fn sha512_is_computed_as_its_standard_says() {
        // FIPS 180-4 example: "abc".
        let mut hasher = Hasher::new(Algorithm::Sha512);
        hasher.update(b"abc");
        let digest = hasher.finish();
        assert!(digest.as_str().starts_with("sha512:ddaf35a193617abacc417349ae204131"));
        assert!(digest.matches(b"abc") && !digest.matches(b"abd"));
        assert_eq!(digest.as_str().parse(), Ok(digest.clone()));
    }

    proptest! {
        #[test]
        fn bytes_in_pieces_have_the_digest_of_the_whole(bytes: Vec<u8>, cut in 0..=usize::MAX) {
            let cut = if bytes.is_empty() { 0 } else { cut % bytes.len() };
            let mut hasher = Hasher::new(Algorithm::Sha256);
            hasher.update(&bytes[..cut]);
            hasher.update(&bytes[cut..]);
            let digest = hasher.finish();
            prop_assert_eq!(&digest, &Digest::sha256_of(&bytes));
            prop_assert_eq!(digest.as_str().parse(), Ok(digest.clone()));
        }

        #[test]
        fn any_text_is_a_digest_or_refused(text in ".{0,200}") {
            if let Ok(digest) = text.parse::<Digest>() {
                prop_assert_eq!(digest.to_string(), text);
            }
        }
    }
}
