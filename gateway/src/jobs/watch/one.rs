//! One job on the watch: as it is now, then each change, until it has ended.

use super::{Member, Told};
use crate::{
    Gateway,
    jobs::view,
    session::Session,
    streams::{Backoff, Fate, fate},
};
use api::{jobs::Job, logs::EndReason};
use futures::{Stream, stream};
use jiff::Timestamp;
use std::sync::Arc;

/// What is new of the job.
#[derive(Debug)]
pub(crate) enum News {
    /// As it is now.
    Job(Arc<Job>),
    /// It cannot be read, and is tried again; the sentence is for the person.
    Waiting(String),
    /// Nothing more will come; the last.
    End(EndReason),
}

struct Follower {
    gateway: Gateway,
    session: Arc<Session>,
    id: String,
    member: Member,
    /// The job is to be read itself: at first, after too much was missed, and when the cluster is back.
    unread: bool,
    /// It was said that the cluster cannot be read.
    waiting: bool,
    /// What was told last.
    last: Option<Arc<Job>>,
    backoff: Backoff,
    /// What comes next is known already.
    ended: Option<EndReason>,
}

/// The news of a job of this organisation, or of any. Waiting for the next may be given up and taken up again.
pub(crate) fn follow(
    gateway: &Gateway,
    session: &Arc<Session>,
    org: Option<String>,
    id: String,
) -> impl Stream<Item = News> + Send + use<> {
    let follower = Follower {
        gateway: gateway.clone(),
        session: session.clone(),
        id,
        // Joined before the job is read, so that no change falls between the two.
        member: gateway.watches().join(gateway, session, org),
        unread: true,
        waiting: false,
        last: None,
        backoff: Backoff::default(),
        ended: None,
    };
    stream::unfold(Some(follower), |follower| async {
        let mut follower = follower?;
        let news = follower.next().await;
        let is_last = matches!(news, News::End(_));
        Some((news, (!is_last).then_some(follower)))
    })
}

impl Follower {
    async fn next(&mut self) -> News {
        if let Some(reason) = self.ended {
            return News::End(reason);
        }
        loop {
            if self.unread {
                return self.read().await;
            }
            match self.member.next().await {
                // The watch tells anew what it sees for the first time.
                Ok(Told::Job(job)) if self.last.as_ref().is_some_and(|last| says_the_same(last, &job)) => {}
                Ok(Told::Job(job)) if job.id == self.id => return self.tell(job),
                Ok(Told::Removed(id)) if id == self.id => return News::End(EndReason::Gone),
                Ok(Told::Job(_) | Told::Removed(_)) => {}
                Ok(Told::Waiting(message)) => {
                    self.waiting = true;
                    return News::Waiting(message);
                }
                // The job as it is now says that what is shown is true again.
                Ok(Told::Recovered) => self.unread = true,
                Ok(Told::End(reason)) => return News::End(reason),
                Err(super::FellBehind) => {
                    self.member.begin_anew();
                    self.unread = true;
                }
            }
        }
    }

    async fn read(&mut self) -> News {
        loop {
            let asked = async {
                let session = self.gateway.current(&self.session).await?;
                self.gateway.upstream().job(&session, &self.id).await
            };
            match asked.await.map_err(fate) {
                Ok(job) => {
                    (self.unread, self.waiting) = (false, false);
                    self.backoff.reset();
                    self.member.was_shown(std::slice::from_ref(&job));
                    return self.tell(Arc::new(view(job, self.gateway.host().now())));
                }
                Err(Fate::Refused(reason)) => return News::End(reason),
                Err(Fate::Gone) => return News::End(EndReason::Gone),
                Err(Fate::Trouble(message)) => {
                    let said = std::mem::replace(&mut self.waiting, true);
                    let Some(delay) = self.backoff.fail(&self.gateway) else {
                        return News::End(EndReason::Upstream);
                    };
                    if !said {
                        return News::Waiting(message);
                    }
                    self.gateway.host().sleep(delay).await;
                }
            }
        }
    }

    fn tell(&mut self, job: Arc<Job>) -> News {
        if job.status.is_finished() {
            self.ended = Some(EndReason::Finished);
        }
        self.last = Some(job.clone());
        News::Job(job)
    }
}

/// Whether a page would show the same. Run time and price grow by themselves and are no change.
fn says_the_same(a: &Job, b: &Job) -> bool {
    let plain = |job: &Job| Job {
        run_time_secs: 0.0,
        observed_at: Timestamp::UNIX_EPOCH,
        total_price_credits: String::new(),
        ..job.clone()
    };
    a.status == b.status && plain(a) == plain(b)
}
