//! Passwords: the rules they keep, and how they are hashed and checked.
//!
//! Argon2id with the parameters that OWASP names first (19 MiB, two passes, one lane). Two at a time, so that a rush of guesses
//! takes neither the memory nor the processors of those who work.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use tokio::sync::Semaphore;

const AT_ONCE: usize = 2;
const FEWEST_CHARACTERS: usize = 10;
/// Nobody types more; hashing a novel costs.
const MOST_BYTES: usize = 512;

/// Why a text is not a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidPassword {
    /// Too easy to guess by trying.
    #[error("a password has at least {FEWEST_CHARACTERS} characters")]
    Short,
    /// More than is looked at.
    #[error("a password has at most {MOST_BYTES} bytes")]
    Long,
    /// The first thing anybody tries.
    #[error("a password is more than the user's name, or one character over and over")]
    Plain,
}

/// Whether a text may be the user's password.
pub(crate) fn check(user: &str, password: &str) -> Result<(), InvalidPassword> {
    if password.len() > MOST_BYTES {
        return Err(InvalidPassword::Long);
    }
    if password.chars().count() < FEWEST_CHARACTERS {
        return Err(InvalidPassword::Short);
    }
    let rest = password.to_lowercase().replace(&user.to_lowercase(), "");
    let first = password.chars().next();
    if rest.chars().count() < 4 || password.chars().all(|c| Some(c) == first) {
        return Err(InvalidPassword::Plain);
    }
    Ok(())
}

/// Hashes and checks.
#[derive(Clone, Debug)]
pub(super) struct Hasher {
    turns: Arc<Semaphore>,
    /// What the password of nobody is checked against, so that it takes as long as that of somebody.
    of_nobody: Arc<str>,
}

impl Hasher {
    pub(super) fn new() -> Self {
        let of_nobody = hash(super::secrets::random_text().as_bytes());
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), of_nobody: of_nobody.into() }
    }

    /// The PHC string of a password.
    pub(super) async fn hash(&self, password: String) -> String {
        self.in_turn(move || hash(password.as_bytes())).await
    }

    /// Whether it is the password; `None` for a user who has none, or is none: the answer is no, in the same time.
    pub(super) async fn verify(&self, password: String, stored: Option<String>) -> bool {
        let against = stored.clone().unwrap_or_else(|| self.of_nobody.as_ref().to_owned());
        let matches = self.in_turn(move || {
            password.len() <= MOST_BYTES && argon2().verify_password(password.as_bytes(), against.as_str()).is_ok()
        });
        matches.await && stored.is_some()
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _turn = self.turns.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.expect("hashing does not panic")
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::default()
}

fn hash(password: &[u8]) -> String {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).expect("the operating system gives random bytes");
    argon2().hash_password_with_salt(password, &salt).expect("the parameters are sound").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_and_checked() {
        let hasher = Hasher::new();
        let stored = hasher.hash("correct horse battery".to_owned()).await;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(hasher.verify("correct horse battery".to_owned(), Some(stored.clone())).await);
        assert!(!hasher.verify("correct horse batterz".to_owned(), Some(stored.clone())).await);
        assert!(!hasher.verify("correct horse battery".to_owned(), None).await);
        assert_ne!(hasher.hash("correct horse battery".to_owned()).await, stored, "each has its own salt");
    }

    #[test]
    fn what_anybody_would_try_first_is_no_password() {
        for (password, why) in [
            ("", InvalidPassword::Short),
            ("short", InvalidPassword::Short),
            ("девять123", InvalidPassword::Short),
            ("administrator", InvalidPassword::Plain),
            ("aaaaaaaaaaaaaa", InvalidPassword::Plain),
            ("administrator1", InvalidPassword::Plain),
        ] {
            assert_eq!(check("administrator", password), Err(why), "{password}");
        }
        assert_eq!(check("alice", &"x1".repeat(300)), Err(InvalidPassword::Long));
        assert_eq!(check("alice", "correct horse battery"), Ok(()));
        assert_eq!(check("alice", "пароль подлиннее"), Ok(()));
    }
}
