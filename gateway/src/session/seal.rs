//! Sealing: what a browser keeps but can neither read nor change. XChaCha20-Poly1305; bytes in, bytes out.
//!
//! Form: `v1.` + base64url(nonce 24 bytes, ciphertext and tag). The purpose is bound in as associated data, so that a text
//! sealed for one thing does not open as another. Two keys may open, only the current one seals.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};

const VERSION: &str = "v1.";
/// The purpose of the session's cookie.
pub(super) const SESSION: &[u8] = b"roadstead session v1";
const NONCE_BYTES: usize = 24;
/// Browsers keep at least 4096 bytes a cookie, name and attributes included (RFC 6265, 6.1).
pub(super) const COOKIE_MAX_BYTES: usize = 3900;
/// Nothing longer was ever sealed here.
const SEALED_MAX_BYTES: usize = 16 * 1024;

/// The key that seals, and the one before it, which still opens.
#[derive(Clone)]
pub struct SessionKeys {
    current: [u8; 32],
    previous: Option<[u8; 32]>,
}

impl std::fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKeys(..)")
    }
}

impl SessionKeys {
    /// Keys of 32 random bytes. After a rotation the old key goes to `previous` for as long as sessions may live.
    #[must_use]
    pub fn new(current: [u8; 32], previous: Option<[u8; 32]>) -> Self {
        Self { current, previous }
    }

    /// Seals for a purpose. `nonce` must be fresh random bytes.
    pub(crate) fn seal(&self, purpose: &[u8], plain: &[u8], nonce: [u8; NONCE_BYTES]) -> String {
        let cipher = XChaCha20Poly1305::new(&self.current.into());
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: purpose })
            .expect("the cipher refuses only texts of many gigabytes");
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Opens what this or the previous key sealed for the purpose; None for anything else, without a word on why.
    pub(crate) fn open(&self, purpose: &[u8], sealed: &str) -> Option<Vec<u8>> {
        if sealed.len() > SEALED_MAX_BYTES {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(VERSION)?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let nonce = XNonce::from(*nonce);
        [Some(self.current), self.previous].into_iter().flatten().find_map(|key| {
            let cipher = XChaCha20Poly1305::new(&key.into());
            cipher.decrypt(&nonce, Payload { msg: sealed, aad: purpose }).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NONCE: [u8; 24] = [9; 24];

    #[test]
    fn the_previous_key_still_opens_and_a_foreign_one_does_not() {
        let old = SessionKeys::new([1; 32], None).seal(SESSION, b"alice", NONCE);
        assert_eq!(SessionKeys::new([2; 32], Some([1; 32])).open(SESSION, &old).as_deref(), Some(&b"alice"[..]));
        assert_eq!(SessionKeys::new([2; 32], None).open(SESSION, &old), None);
    }

    #[test]
    fn what_was_sealed_for_one_thing_does_not_open_as_another() {
        let keys = SessionKeys::new([1; 32], None);
        assert_eq!(keys.open(SESSION, &keys.seal(b"an upload", b"alice", NONCE)), None);
    }

    #[test]
    fn the_sealed_text_hides_what_it_holds() {
        let keys = SessionKeys::new([1; 32], None);
        assert!(!keys.seal(SESSION, b"alice", NONCE).contains("alice"));
        assert_ne!(keys.seal(SESSION, b"alice", NONCE), keys.seal(SESSION, b"alice", [8; 24]));
        assert_eq!(format!("{keys:?}"), "SessionKeys(..)");
    }

    proptest! {
        #[test]
        fn one_changed_character_anywhere_closes_it(at in 0usize..60, with in "[A-Za-z0-9_.-]") {
            let keys = SessionKeys::new([1; 32], None);
            let sealed = keys.seal(SESSION, b"a session of some length", NONCE);
            let at = at % sealed.len();
            let mut changed = sealed.clone();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != sealed);
            prop_assert_eq!(keys.open(SESSION, &changed), None);
        }

        #[test]
        fn nonsense_never_opens_or_panics(text in ".{0,200}") {
            prop_assert_eq!(SessionKeys::new([1; 32], None).open(SESSION, &text), None);
            prop_assert_eq!(SessionKeys::new([1; 32], None).open(SESSION, &format!("v1.{text}")), None);
        }
    }
}
