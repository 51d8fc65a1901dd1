//! Links to a job's status, for people who need no account.
//!
//! Owns who may make, see and revoke them, and the one place where a token is redeemed ([`redeem`]): it decides for every public
//! address alike. Reads jobs with a service account that was granted `read` on exactly the jobs that have links, so that a link
//! never shows more than the platform itself allows. Knows no SQL: links are remembered behind [`LinkStore`].

mod badge;
mod error;
mod grant;
mod guesses;
mod lease;
mod make;
mod page;
mod port;
mod redeem;
mod revoke;
mod tally;
mod token;
mod view;
mod watch;

pub(crate) use badge::{badge, headers as badge_headers};
pub(crate) use error::LinkFailure;
pub(crate) use grant::sweep;
pub(crate) use guesses::Guesses;
pub(crate) use lease::lease;
pub(crate) use make::{create, list, of_job};
pub(crate) use page::dress;
pub use port::{LinkStore, LinkStoreError, LinksOf, LinksPage, StoredLink, TokenHash};
pub(crate) use redeem::{Redeemed, Sight, redeem};
pub(crate) use revoke::revoke;
pub(crate) use tally::count_view;
pub use token::token_hash;
pub(crate) use view::{shared_job, title};
pub(crate) use watch::{serve_shared_events, to_visitor};

use crate::{
    rescue::Failure,
    session::{Origin, Session, Tokens},
};
use event_listener::Event;
use jiff::Timestamp;
use platform::token::unverified_claims;
use std::sync::{Arc, PoisonError, RwLock};

/// What links need: a store, and an account of the platform that reads the jobs.
#[derive(Clone)]
pub struct LinksConfig {
    /// Remembers them.
    pub store: Arc<dyn LinkStore>,
    /// The service account's token; its `identity` is the account's name.
    pub token: String,
}

impl std::fmt::Debug for LinksConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinksConfig(..)")
    }
}

/// The service account's token names no account.
#[derive(Debug, thiserror::Error)]
#[error("the token of the account that reads for links is no token of the platform: it names no identity")]
pub struct InvalidLinksToken;

impl LinksConfig {
    /// A store, and the token of a service account.
    ///
    /// # Errors
    /// [`InvalidLinksToken`] when the token names nobody.
    pub fn try_new(store: Arc<dyn LinkStore>, token: String) -> Result<Self, InvalidLinksToken> {
        unverified_claims(&token).ok_or(InvalidLinksToken)?;
        Ok(Self { store, token })
    }
}

/// The links of a gateway. Without a store or an account there are none.
pub(crate) struct Links {
    desk: Option<Desk>,
    guesses: Arc<Guesses>,
}

/// What works on links.
pub(crate) struct Desk {
    pub(crate) store: Arc<dyn LinkStore>,
    account: RwLock<Arc<Account>>,
    tally: tally::Tally,
    sweeping: grant::Sweeping,
    /// Some link opens nothing any more.
    removed: Event,
}

struct Account {
    name: String,
    token: String,
}

impl Account {
    /// None: the token names nobody.
    fn of(token: String) -> Option<Arc<Self>> {
        let name = unverified_claims(&token)?.identity;
        Some(Arc::new(Self { name, token }))
    }
}

impl Links {
    pub(crate) fn new(config: Option<LinksConfig>, guesses: Arc<Guesses>) -> Self {
        let desk = config.and_then(|LinksConfig { store, token }| {
            let account = RwLock::new(Account::of(token)?);
            Some(Desk {
                store,
                account,
                tally: tally::Tally::default(),
                sweeping: grant::Sweeping::default(),
                removed: Event::new(),
            })
        });
        Self { desk, guesses }
    }

    /// What works on links, or the refusal that says why nothing does.
    pub(crate) fn desk(&self) -> Result<&Desk, Failure> {
        self.desk.as_ref().ok_or_else(|| LinkFailure::Off.into())
    }

    /// The name of the service account.
    pub(crate) fn reader(&self) -> Option<String> {
        self.desk.as_ref().map(Desk::account_name)
    }

    /// Goes on with another token of the service account. One that names nobody changes nothing.
    pub(crate) fn renew_token(&self, token: String) {
        if let (Some(desk), Some(account)) = (&self.desk, Account::of(token)) {
            *desk.account.write().unwrap_or_else(PoisonError::into_inner) = account;
        }
    }
}

impl Desk {
    fn account(&self) -> Arc<Account> {
        self.account.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The service account's name.
    fn account_name(&self) -> String {
        self.account().name.clone()
    }

    /// The service account, reading on a cluster.
    fn session(&self, cluster: &str, now: Timestamp) -> Arc<Session> {
        let account = self.account();
        let exp = unverified_claims(&account.token).and_then(|claims| claims.exp);
        Arc::new(Session {
            // Nobody signs in as the service account, so nobody signs out.
            id: String::new(),
            tokens: Tokens::pasted(account.token.clone(), exp, now),
            user: account.name.clone(),
            cluster: cluster.to_owned(),
            org: None,
            project: String::new(),
            ends_at: Timestamp::MAX,
            origin: Origin::default(),
        })
    }
}
