//! The platform's tokens and when they want renewing.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A pasted token that names no expiry is taken to be good this long; the platform's 401 ends it earlier.
const UNTOLD_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An access token and what renews it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
    /// From when on it should be renewed: three quarters of its life, as the platform's own clients do.
    pub(crate) renew_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Tokens {
    /// Tokens that were given out now, for `expires_in` seconds.
    pub(crate) fn issued(access: String, refresh: Option<String>, expires_in: i64, now: Timestamp) -> Self {
        let life = SignedDuration::from_secs(expires_in.clamp(0, 10 * 365 * 24 * 3600));
        Self {
            access_token: access,
            refresh_token: refresh,
            renew_at: now.saturating_add(life * 3 / 4).unwrap_or(now),
            expires_at: now.saturating_add(life).unwrap_or(now),
        }
    }

    /// A token a person pasted: its own claim says when it ends.
    pub(crate) fn pasted(access: String, exp: Option<i64>, now: Timestamp) -> Self {
        let end = exp.and_then(|s| Timestamp::from_second(s).ok());
        let end = end.or_else(|| now.saturating_add(UNTOLD_LIFE).ok()).unwrap_or(now);
        Self { access_token: access, refresh_token: None, renew_at: end, expires_at: end }
    }

    /// Whether it is time to renew, and there is something to renew with.
    pub(crate) fn want_renewal(&self, now: Timestamp) -> bool {
        self.refresh_token.is_some() && now >= self.renew_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_want_renewal_at_three_quarters_of_their_life() {
        let now = Timestamp::from_second(1_000_000).expect("a time");
        let tokens = Tokens::issued("a".into(), Some("r".into()), 400, now);
        let after = |secs| now + SignedDuration::from_secs(secs);
        assert!(!tokens.want_renewal(after(299)));
        assert!(tokens.want_renewal(after(300)));
        assert!(!Tokens::issued("a".into(), None, 400, now).want_renewal(after(500)));
    }

    #[test]
    fn an_absurd_life_is_bounded_and_a_negative_one_is_over() {
        let now = Timestamp::from_second(1_000_000).expect("a time");
        assert!(Tokens::issued("a".into(), None, i64::MAX, now).expires_at > now);
        assert_eq!(Tokens::issued("a".into(), None, -5, now).expires_at, now);
        assert!(Tokens::pasted("a".into(), Some(i64::MAX), now).expires_at > now);
    }
}
