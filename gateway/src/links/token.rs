//! A link's token: 32 random bytes as URL-safe base64, of which only the hash is kept.

use super::TokenHash;
use crate::ports::Host;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

const BYTES: usize = 32;
/// The length of a token's text.
const CHARS: usize = 43;

/// A token. Its text is given out once and never logged.
pub(crate) struct Token([u8; BYTES]);

impl Token {
    /// A new one.
    pub(crate) fn random(host: &dyn Host) -> Self {
        let mut bytes = [0; BYTES];
        host.random(&mut bytes);
        Self(bytes)
    }

    /// None: no token reads like this. There is one way to write each.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != CHARS {
            return None;
        }
        // The decoder refuses stray bits in the last character, so that no second text opens the same link.
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// As it stands in an address.
    pub(crate) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(crate) fn hash(&self) -> TokenHash {
        Sha256::digest(self.0).into()
    }
}

/// What a token's text hashes to. None: it is no token.
#[must_use]
pub fn token_hash(text: &str) -> Option<TokenHash> {
    Token::parse(text).map(|token| token.hash())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_token_reads_as_it_is_written_and_in_no_other_way(bytes: [u8; 32], at in 0usize..43, with in "[A-Za-z0-9_-]") {
            let token = Token(bytes);
            let text = token.text();
            prop_assert_eq!(Token::parse(&text).map(|t| t.0), Some(bytes));
            let mut changed = text.clone();
            changed.replace_range(at..=at, &with);
            if changed != text {
                prop_assert_ne!(Token::parse(&changed).map(|t| t.hash()), Some(token.hash()));
            }
        }

        #[test]
        fn nonsense_is_no_token_and_no_panic(text in ".{0,60}") {
            if let Some(token) = Token::parse(&text) {
                prop_assert_eq!(token.text(), text);
            }
        }
    }

    #[test]
    fn a_token_cut_short_or_gone_on_with_is_none() {
        let text = Token([7; 32]).text();
        assert_eq!(text.len(), CHARS);
        for bad in ["", &text[1..], &text[..42], &format!("{text}A"), &format!("{text}="), &text.replace('c', "+")] {
            assert!(Token::parse(bad).is_none(), "{bad}");
        }
    }
}
