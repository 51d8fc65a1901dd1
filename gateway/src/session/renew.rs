//! A session as it is now, wherever it is used: its latest tokens, renewed in time, and whether it was ended.
//!
//! A platform may take each refresh token once only, and a browser has many tabs with the same cookie, and streams that outlive
//! it. So one renews for all: who takes the claim asks the platform and leaves the outcome, sealed, where the others find it.

use super::{Session, Tokens};
use crate::{Gateway, upstream::UpstreamError};
use futures::{FutureExt, channel::oneshot};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// What the notes' values are sealed for.
const TOKENS: &[u8] = b"roadstead renewed tokens v1";
/// A token that is good for less than this is renewed or refused rather than used.
const TOO_SHORT: SignedDuration = SignedDuration::from_secs(5);
/// Whoever holds the claim for longer has died.
const CLAIM: SignedDuration = SignedDuration::from_secs(45);
/// After a failure the platform is left alone for so long.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// How long, and how often, the others look for the outcome.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: u32 = 600;

impl Gateway {
    /// The session with tokens that can be used now. [`UpstreamError::Unauthorized`] when it is over.
    pub(crate) async fn current(&self, session: &Session) -> Result<Session, UpstreamError> {
        self.current_but(session, None).await
    }

    /// The same after the platform has refused the session's token, though its time is not over: with another one.
    pub(crate) async fn renew_refused(&self, session: &Session) -> Result<Session, UpstreamError> {
        self.current_but(session, Some(&session.tokens.access_token)).await
    }

    async fn current_but(&self, session: &Session, refused: Option<&str>) -> Result<Session, UpstreamError> {
        if self.has_ended(session).await? {
            return Err(UpstreamError::Unauthorized);
        }
        let mut session = self.latest(session).await?;
        for _ in 0..LOOKS {
            let now = self.host().now();
            if session.is_over(now) {
                return Err(UpstreamError::Unauthorized);
            }
            let usable = is_usable(&session, refused, now);
            if usable && !session.tokens.want_renewal(now) {
                return Ok(session);
            }
            if session.tokens.refresh_token.is_none() {
                return Err(UpstreamError::Unauthorized);
            }
            if let Some(renewed) = self.renewed(&session, refused).await? {
                return Ok(renewed);
            }
            // Somebody else is at it, or the platform has just failed.
            if usable {
                return Ok(session);
            }
            if self.note(self.notes().find(&failed(&session), self.host().now())).await?.is_some() {
                return Err(UpstreamError::NotRenewed);
            }
            self.host().sleep(LOOK).await;
            session = self.latest(&session).await?;
        }
        Err(UpstreamError::NotRenewed)
    }

    /// Ends a session for all who hold its cookie.
    pub(crate) async fn end(&self, session: &Session) -> Result<(), UpstreamError> {
        self.note(self.notes().keep(&ended(session), String::new(), self.host().now(), session.ends_at)).await?;
        self.note(self.notes().forget(&tokens(session))).await
    }

    /// Whether somebody has signed out of it.
    pub(crate) async fn has_ended(&self, session: &Session) -> Result<bool, UpstreamError> {
        Ok(self.note(self.notes().find(&ended(session), self.host().now())).await?.is_some())
    }

    /// The session renewed, where nobody else is at it. This is done in a task of its own: a page that leaves takes its request along,
    /// and a refresh token may be spent by then whose successor nobody would keep.
    async fn renewed(&self, session: &Session, refused: Option<&str>) -> Result<Option<Session>, UpstreamError> {
        let (gateway, session, refused) = (self.clone(), session.clone(), refused.map(str::to_owned));
        let (tell, told) = oneshot::channel();
        let task = async move {
            // Whoever asked may have left.
            let _ = tell.send(gateway.claim_and_renew(&session, refused.as_deref()).await);
        };
        self.host().spawn(task.boxed());
        told.await.unwrap_or(Err(UpstreamError::NotRenewed))
    }

    async fn claim_and_renew(
        &self,
        session: &Session,
        refused: Option<&str>,
    ) -> Result<Option<Session>, UpstreamError> {
        if !self.claim(session, self.host().now()).await? {
            return Ok(None);
        }
        let renewed = self.renew(session, refused).await;
        self.note(self.notes().forget(&renewing(session))).await?;
        renewed.map(Some)
    }

    async fn claim(&self, session: &Session, now: Timestamp) -> Result<bool, UpstreamError> {
        if self.note(self.notes().find(&failed(session), self.host().now())).await?.is_some() {
            return Ok(false);
        }
        self.note(self.notes().claim(&renewing(session), now, later(now, CLAIM))).await
    }

    /// Renews as the one who holds the claim.
    async fn renew(&self, session: &Session, refused: Option<&str>) -> Result<Session, UpstreamError> {
        // Another may have done it between the look and the claim.
        let session = self.latest(session).await?;
        let now = self.host().now();
        let usable = is_usable(&session, refused, now);
        if usable && !session.tokens.want_renewal(now) {
            return Ok(session);
        }
        match self.upstream().renew(&session.tokens).await {
            Ok(renewed) => {
                let session = Session { tokens: renewed, ..session };
                self.leave(&session).await?;
                Ok(session)
            }
            Err(error) => {
                let revoked = error.is_revoked_grant();
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    user = %session.user,
                    revoked,
                    "the token could not be renewed"
                );
                if revoked {
                    self.end(&session).await?;
                    return Err(UpstreamError::Unauthorized);
                }
                self.note(self.notes().keep(&failed(&session), String::new(), self.host().now(), later(now, PAUSE)))
                    .await?;
                // It is no matter while the old token is good.
                if usable { Ok(session) } else { Err(UpstreamError::NotRenewed) }
            }
        }
    }

    /// Leaves renewed tokens for all who come with older ones, until the session's end.
    async fn leave(&self, session: &Session) -> Result<(), UpstreamError> {
        let plain = serde_json::to_vec(&session.tokens).expect("tokens are plain strings and times");
        let mut nonce = [0; 24];
        self.host().random(&mut nonce);
        let sealed = self.config().session_keys.seal(TOKENS, &plain, nonce);
        self.note(self.notes().keep(&tokens(session), sealed, self.host().now(), session.ends_at)).await
    }

    /// The session with the newest tokens known.
    async fn latest(&self, session: &Session) -> Result<Session, UpstreamError> {
        let mut session = session.clone();
        if session.tokens.refresh_token.is_none() {
            return Ok(session);
        }
        let sealed = self.note(self.notes().find(&tokens(&session), self.host().now())).await?;
        let plain = sealed.and_then(|sealed| self.config().session_keys.open(TOKENS, &sealed));
        let known: Option<Tokens> = plain.and_then(|plain| serde_json::from_slice(&plain).ok());
        if let Some(known) = known.filter(|known| known.renew_at > session.tokens.renew_at) {
            session.tokens = known;
        }
        Ok(session)
    }

    async fn note<T>(&self, asking: crate::ports::Task<Result<T, crate::ports::Cause>>) -> Result<T, UpstreamError> {
        asking.await.map_err(UpstreamError::Notes)
    }
}

fn is_usable(session: &Session, refused: Option<&str>, now: Timestamp) -> bool {
    session.usable_for(now) > TOO_SHORT && refused != Some(&session.tokens.access_token)
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(now)
}

fn ended(session: &Session) -> String {
    format!("ended/{}", session.id)
}

fn tokens(session: &Session) -> String {
    format!("tokens/{}", session.id)
}

fn renewing(session: &Session) -> String {
    format!("renewing/{}", session.id)
}

fn failed(session: &Session) -> String {
    format!("failed/{}", session.id)
}
