//! Puts an audit together, from what is remembered where it still holds.

use super::{Gathered, Progress, calls, facts, images, kept::Known};
use crate::{Gateway, rescue::Failure, session::Session};
use jiff::Timestamp;
use std::sync::Arc;

/// Gathers what holds now, or held at a moment.
pub(super) async fn gather(
    gateway: &Gateway,
    session: &Session,
    at: Option<Timestamp>,
    progress: &Progress,
) -> Result<Arc<Gathered>, Failure> {
    let principal = session.principal();
    let known = gateway.audits().get(&principal);
    let people = async {
        let tag = known.as_ref().filter(|_| at.is_none()).and_then(|known| known.etag.as_deref());
        match facts::gather(gateway, session, at, tag, progress).await? {
            facts::Answer::Facts(people, etag) => Ok((Arc::new(people), etag)),
            facts::Answer::Unchanged => {
                let known = known.as_ref().expect("a tag came from what is known");
                Ok((known.gathered.people.clone(), known.etag.clone()))
            }
            facts::Answer::NotOffered if at.is_some() => Err(Failure::NoRightsHistory),
            facts::Answer::NotOffered => match known.as_ref().and_then(|known| known.people_if_fresh(gateway)) {
                Some(people) => Ok((people, None)),
                None => Ok((Arc::new(calls::gather(gateway, session, progress).await?), None)),
            },
        }
    };
    let images = async {
        // Who looks wants the image that was pushed just now; a file is what was looked at.
        let kept = known.as_ref().filter(|_| !progress.is_heard());
        match kept.and_then(|known| known.images_if_fresh(gateway)) {
            Some((images, at)) => Ok((images, at)),
            None => {
                let images = images::gather(gateway, session, progress).await?;
                Ok((Arc::new(images), gateway.host().now()))
            }
        }
    };
    let ((people, etag), (images, images_at)) = futures::try_join!(people, images)?;
    let gathered = Arc::new(Gathered { people, images, at, gathered_at: gateway.host().now() });
    // The past is asked for seldom, and what may be seen of it changes with the present.
    if at.is_none() {
        gateway.audits().put(principal, Known { gathered: gathered.clone(), etag, images_at });
    }
    Ok(gathered)
}
