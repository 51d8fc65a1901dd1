//! Digests and the running hashes that make them (OCI image spec, "Digests").

use std::fmt;

use sha2::{Digest as _, Sha256, Sha512};

/// Which hash.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Algorithm {
    /// What everybody uses.
    #[default]
    Sha256,
    /// The other one that the spec registers.
    Sha512,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 2] = [Self::Sha256, Self::Sha512];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == word)
    }

    const fn hex_len(self) -> usize {
        match self {
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }
}

/// A text that is no digest of a known algorithm.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} is not a digest: write sha256:<64 lower-case hexadecimal digits>, or sha512: with 128")]
pub(crate) struct InvalidDigest(String);

/// `sha256:<hex>` or `sha512:<hex>`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Digest {
    algorithm: Algorithm,
    text: String,
}

impl Digest {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidDigest> {
        let refused = || InvalidDigest(text.chars().take(140).collect());
        let (word, hex) = text.split_once(':').ok_or_else(refused)?;
        let algorithm = Algorithm::parse(word).ok_or_else(refused)?;
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if hex.len() != algorithm.hex_len() || !hex.bytes().all(is_hex) {
            return Err(refused());
        }
        Ok(Self { algorithm, text: text.to_owned() })
    }

    /// The digest of some bytes.
    pub(crate) fn of(algorithm: Algorithm, bytes: &[u8]) -> Self {
        let mut hash = RunningHash::new(algorithm);
        hash.update(bytes);
        hash.digest()
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn hex(&self) -> &str {
        &self.text[self.algorithm.as_str().len() + 1..]
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A hash that grows with the bytes.
#[derive(Clone, Debug)]
pub(crate) enum RunningHash {
    Sha256(Sha256),
    Sha512(Sha512),
}

impl RunningHash {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Sha512 => Self::Sha512(Sha512::new()),
        }
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha256(_) => Algorithm::Sha256,
            Self::Sha512(_) => Algorithm::Sha512,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
        }
    }

    /// The digest of all bytes so far.
    pub(crate) fn digest(self) -> Digest {
        use std::fmt::Write as _;
        let algorithm = self.algorithm();
        let mut text = format!("{}:", algorithm.as_str());
        let bytes = match &self {
            Self::Sha256(hash) => hash.clone().finalize().to_vec(),
            Self::Sha512(hash) => hash.clone().finalize().to_vec(),
        };
        for byte in bytes {
            write!(text, "{byte:02x}").expect("writing to a string does not fail");
        }
        Digest { algorithm, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digests_of_nothing_are_the_well_known_ones() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(Algorithm::Sha256, b"").as_str(), empty);
        assert!(Digest::of(Algorithm::Sha512, b"").hex().starts_with("cf83e1357eefb8bdf1542850d66d8007"));
    }

    #[test]
    fn only_whole_lower_case_digests_of_known_algorithms_are_read() {
        let digest = Digest::of(Algorithm::Sha512, b"x");
        assert_eq!(Digest::parse(digest.as_str()), Ok(digest.clone()));
        let hex = "a".repeat(64);
        for bad in [
            String::new(),
            hex.clone(),
            format!("md5:{hex}"),
            format!("sha256:{}", &hex[1..]),
            format!("sha256:{}", "A".repeat(64)),
            format!("sha256:{}", "../".repeat(21)),
            format!("sha256:{hex}a"),
            format!("sha256:{}ы", &hex[2..]),
            format!("sha512:{hex}"),
        ] {
            assert!(Digest::parse(&bad).is_err(), "{bad}");
        }
    }
}
