//! The one place where a token becomes the right to see something of a job. Every public address asks here, and nowhere else.

use super::{LinkFailure, StoredLink, TokenHash, guesses::Verdict, token::Token};
use crate::{Gateway, jobs::view, rescue::Failure, session::Session};
use api::{jobs::Job, links::LinkScope};
use jiff::Timestamp;
use std::{net::IpAddr, sync::Arc, time::Duration};
use subtle::ConstantTimeEq;

/// What somebody wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// The page, whose title a chat's preview shows.
    Page,
    /// The job as it is now.
    Status,
    /// The job with each change.
    Events,
    /// Its status as a picture.
    Badge,
    /// Its log, by any of its addresses.
    Log,
}

impl Sight {
    #[cfg(test)]
    const ALL: [Self; 5] = [Self::Page, Self::Status, Self::Events, Self::Badge, Self::Log];

    /// What a link must show at least.
    fn needs(self) -> LinkScope {
        match self {
            Self::Page | Self::Status | Self::Events | Self::Badge => LinkScope::Status,
            Self::Log => LinkScope::Log,
        }
    }
}

/// A link that was redeemed, and its job as the service account has just read it.
pub(crate) struct Redeemed {
    pub(crate) link: StoredLink,
    pub(crate) job: Job,
    /// The service account.
    pub(crate) session: Arc<Session>,
}

/// Refusals take so long, whatever the reason: a link that never was, one that has ended, and one whose job is gone are
/// found out after different times.
const REFUSED_AFTER: Duration = Duration::from_millis(100);

/// Redeems a token.
///
/// # Errors
/// [`LinkFailure::NoSuchLink`] for every token that does not open this sight now, without a word on why; [`LinkFailure::TooManyGuesses`] for an
/// address that has tried too many; [`LinkFailure::Unreadable`] when the cluster cannot be read.
pub(crate) async fn redeem(
    gateway: &Gateway,
    token: &str,
    sight: Sight,
    from: Option<IpAddr>,
) -> Result<Redeemed, Failure> {
    let (host, links) = (gateway.host(), gateway.links());
    if let Verdict::Wait(secs) = links.guesses.verdict(from, host.now()) {
        return Err(LinkFailure::TooManyGuesses { secs }.into());
    }
    let refused_after = host.sleep(REFUSED_AFTER);
    match attempt(gateway, token, sight).await? {
        Ok(redeemed) => Ok(redeemed),
        Err(Shut { guessed }) => {
            if guessed && links.guesses.failed(from, token, host.now()) {
                tracing::warn!(address = ?from, "somebody tries links that open nothing; the address must wait");
            }
            refused_after.await;
            Err(LinkFailure::NoSuchLink.into())
        }
    }
}

/// It opens nothing.
struct Shut {
    /// There is no such token, or none any more.
    guessed: bool,
}

async fn attempt(gateway: &Gateway, token: &str, sight: Sight) -> Result<Result<Redeemed, Shut>, Failure> {
    let Ok(desk) = gateway.links().desk() else { return Ok(Err(Shut { guessed: true })) };
    let Some(hash) = Token::parse(token).map(|token| token.hash()) else { return Ok(Err(Shut { guessed: true })) };
    let now = gateway.host().now();
    let link = match admit(desk.store.find(hash).await?, &hash, sight, now) {
        Ok(link) => link,
        Err(shut) => return Ok(Err(shut)),
    };
    let session = desk.session(&link.cluster, now);
    match gateway.upstream().job(&session, &link.job).await {
        // The id is the job's own, so a name that was reused cannot slip in another.
        Ok(job) if job.id == link.job => Ok(Ok(Redeemed { job: view(job, now), link, session })),
        Ok(_) => Ok(Err(Shut { guessed: false })),
        Err(error) if error.is_no_such_job() => {
            desk.job_is_gone(&link).await;
            Ok(Err(Shut { guessed: false }))
        }
        // Somebody took the grant back on the platform itself.
        Err(error) if error.is_forbidden() => Ok(Err(Shut { guessed: false })),
        Err(error) => Err(LinkFailure::Unreadable(error).into()),
    }
}

/// The rule: the very token, not over, and showing at least what is wanted.
fn admit(found: Option<StoredLink>, hash: &TokenHash, sight: Sight, now: Timestamp) -> Result<StoredLink, Shut> {
    // The store has looked by the hash; this does not rely on how.
    let link = found.filter(|link| bool::from(link.hash.ct_eq(hash))).ok_or(Shut { guessed: true })?;
    // Whoever has a token that was one has not guessed it.
    if now >= link.expires_at || link.scope < sight.needs() {
        return Err(Shut { guessed: false });
    }
    Ok(link)
}

impl super::Desk {
    /// Forgets the links of a job that was deleted.
    async fn job_is_gone(&self, link: &StoredLink) {
        match self.store.remove_job(link.cluster.clone(), link.job.clone()).await {
            Ok(removed) => {
                tracing::info!(job = link.job, removed, "the job is gone, and its links with it");
                self.removed.notify(usize::MAX);
            }
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "links of a gone job stay"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::view::tests::stored;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_link_opens_with_its_token_before_its_end_and_for_no_more_than_its_scope(
            right_token: bool, known: bool, shows_log: bool, at in 0usize..5, left_secs in -100i64..100,
        ) {
            let sight = Sight::ALL[at];
            let scope = if shows_log { LinkScope::Log } else { LinkScope::Status };
            let link = StoredLink { scope, ..stored() };
            let now = link.expires_at - SignedDuration::from_secs(left_secs);
            let hash = if right_token { link.hash } else { [1; 32] };
            let admitted = admit(known.then(|| link.clone()), &hash, sight, now);
            if let Err(shut) = &admitted {
                prop_assert_eq!(shut.guessed, !(known && right_token), "a token that was one was not guessed");
            }
            prop_assert_eq!(admitted.is_ok(), known && right_token && left_secs > 0 && (shows_log || sight != Sight::Log));
        }
    }
}
