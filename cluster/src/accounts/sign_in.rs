//! Signing in: one-time codes, passwords, authorization codes and refresh tokens, each turned into who it is.
//!
//! Every secret is kept as its hash, and what is good once is spent in the statement that checks it.

mod store;

use std::{net::IpAddr, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use store::{Authorization, Purpose, Refreshed};

use super::{AccountError, Accounts, CODE_LIFETIME, PASSWORD_CODE_LIFETIME, password, secrets, throttle::Wait};

/// A sign-in that is not used for so long is over.
pub(super) const REFRESH_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// A headless user copies the code by hand.
const AUTHORIZATION_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// What a successful sign-in hands out.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) expires_in: Duration,
}

/// What a client asks of the authorization endpoint, after it was found to be sound.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct AuthorizationRequest {
    pub(crate) redirect_uri: String,
    /// PKCE, method S256.
    pub(crate) challenge: String,
    /// Whether the client takes a new refresh token with each use.
    pub(crate) rotates: bool,
}

impl Accounts {
    /// A one-time code that signs the user in.
    pub(crate) async fn sign_in_code(&self, user: &str, now: Timestamp) -> Result<String, AccountError> {
        self.one_time_code(user, Purpose::SignIn, now, CODE_LIFETIME).await
    }

    /// A one-time code with which the user sets a password.
    pub(crate) async fn password_code(&self, user: &str, now: Timestamp) -> Result<String, AccountError> {
        self.one_time_code(user, Purpose::Password, now, PASSWORD_CODE_LIFETIME).await
    }

    async fn one_time_code(
        &self,
        user: &str,
        purpose: Purpose,
        now: Timestamp,
        life: Duration,
    ) -> Result<String, AccountError> {
        self.ensure_user(user).await?;
        let code = secrets::random_text();
        store::keep_code(&self.store, &secrets::hash(&code), user, purpose, now, now + life).await?;
        Ok(code)
    }

    /// Spends a one-time code. Who brings one takes a new refresh token with each use.
    pub(crate) async fn exchange_code(&self, code: &str, now: Timestamp) -> Result<SignedIn, AccountError> {
        let user = store::spend_code(&self.store, &secrets::hash(code), Purpose::SignIn, now).await?;
        let user = user.ok_or(AccountError::Code)?;
        self.begin(&user, secrets::random_text(), true, now).await
    }

    /// Whether name and password belong together. Says no to a stranger in the same words, after the same time, as to a user.
    pub(crate) async fn check_password(
        &self,
        user: &str,
        given: String,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Result<bool, Wait>, AccountError> {
        if let Err(wait) = self.throttle.attempt(user, address, now) {
            return Ok(Err(wait));
        }
        let stored = store::find_password(&self.store, user).await?;
        let matches = self.passwords.verify(given, stored).await;
        if matches {
            self.throttle.succeeded(user, address);
        }
        Ok(Ok(matches))
    }

    /// Sets a user's password. All their sign-ins end; access tokens already given out live until their time is over.
    pub(crate) async fn set_password(&self, user: &str, given: &str, now: Timestamp) -> Result<(), AccountError> {
        self.ensure_user(user).await?;
        password::check(user, given)?;
        let hash = self.passwords.hash(given.to_owned()).await;
        Ok(store::set_password(&self.store, user, &hash, now).await?)
    }

    /// Sets the password of the user whose one-time code it is. A password that is none does not spend the code.
    pub(crate) async fn set_password_by_code(
        &self,
        code: &str,
        given: &str,
        now: Timestamp,
    ) -> Result<String, AccountError> {
        let hash = secrets::hash(code);
        let user = store::code_owner(&self.store, &hash, Purpose::Password, now).await?.ok_or(AccountError::Code)?;
        password::check(&user, given)?;
        let user = store::spend_code(&self.store, &hash, Purpose::Password, now).await?.ok_or(AccountError::Code)?;
        self.set_password(&user, given, now).await?;
        Ok(user)
    }

    /// A code for a client whose user has just signed in.
    pub(crate) async fn authorize(
        &self,
        user: &str,
        request: &AuthorizationRequest,
        now: Timestamp,
    ) -> Result<String, AccountError> {
        let code = secrets::random_text();
        let kept = Authorization {
            hash: &secrets::hash(&code),
            principal: user,
            redirect_uri: &request.redirect_uri,
            challenge: &request.challenge,
            rotates: request.rotates,
            expires: now + AUTHORIZATION_LIFETIME,
        };
        store::keep_authorization(&self.store, &kept, now).await?;
        Ok(code)
    }

    /// Spends a code of the authorization endpoint for the client that asked for it: the same address, and the verifier of its
    /// challenge (RFC 7636, 4.6).
    pub(crate) async fn exchange_authorization(
        &self,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Timestamp,
    ) -> Result<SignedIn, AccountError> {
        let refresh_token = secrets::random_text();
        let family = secrets::hash(&refresh_token);
        let spent = store::spend_authorization(&self.store, &secrets::hash(code), &family, now).await?;
        let spent = spent.ok_or(AccountError::Code)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        // Neither side of the comparison is a secret by itself: the challenge went through the browser.
        if challenge != spent.challenge || redirect_uri != spent.redirect_uri {
            return Err(AccountError::Code);
        }
        self.begin(&spent.principal, refresh_token, spent.rotates, now).await
    }

    /// A new access token for a refresh token, and its successor where the client takes one.
    pub(crate) async fn refresh(&self, refresh_token: &str, now: Timestamp) -> Result<SignedIn, AccountError> {
        let next = secrets::random_text();
        let (hash, next_hash) = (secrets::hash(refresh_token), secrets::hash(&next));
        match store::refresh(&self.store, &hash, &next_hash, now, now + REFRESH_LIFETIME).await? {
            Refreshed::Unknown => Err(AccountError::Refresh),
            Refreshed::Reused { principal } => {
                tracing::warn!(
                    user = principal,
                    "a refresh token came twice: its sign-in was ended, for one of two was a thief"
                );
                Err(AccountError::Refresh)
            }
            Refreshed::Same { principal } => Ok(self.signed_in(&principal, refresh_token.to_owned(), now)),
            Refreshed::Rotated { principal } => Ok(self.signed_in(&principal, next, now)),
        }
    }

    async fn begin(
        &self,
        user: &str,
        refresh_token: String,
        rotates: bool,
        now: Timestamp,
    ) -> Result<SignedIn, AccountError> {
        let first = secrets::hash(&refresh_token);
        store::begin_family(&self.store, &first, user, rotates, now, now + REFRESH_LIFETIME).await?;
        Ok(self.signed_in(user, refresh_token, now))
    }

    fn signed_in(&self, user: &str, refresh_token: String, now: Timestamp) -> SignedIn {
        SignedIn {
            access_token: self.signer.sign(user, now, now + self.token_lifetime),
            refresh_token,
            expires_in: self.token_lifetime,
        }
    }
}

#[cfg(test)]
mod tests;
