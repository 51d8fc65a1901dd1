//! An audit as lines: progress while it is gathered, then the facts in parts of bounded size.

use super::{Gathered, Progress, gather::gather};
use crate::{
    Gateway,
    ports::Task,
    rescue::{Failure, tell},
    session::Session,
};
use api::{Code, HEARTBEAT_SECS, Problem, audit::AuditEvent};
use axum::body::Body;
use futures::{
    FutureExt, StreamExt,
    channel::mpsc,
    future::{Either, select},
    stream,
};
use jiff::Timestamp;
use std::{collections::VecDeque, io, ops::Range, sync::Arc, time::Duration};

/// Items in one line: with the longest names still less than a page takes for a line.
const PART: usize = 80;
/// Words of progress that wait for a slow reader.
const WAITING_MAX: usize = 8;

enum State {
    Gathering(Gateway, Task<Result<Arc<Gathered>, Failure>>, mpsc::Receiver<AuditEvent>),
    Telling(Arc<Gathered>, VecDeque<Part>),
}

/// What happened while the gathering was waited for.
enum Happening {
    Word(AuditEvent),
    End(Result<Arc<Gathered>, Failure>),
    GoingAway,
}

/// A piece of one list.
enum Part {
    Images(Range<usize>),
    Principals(Range<usize>),
    Grants(Range<usize>),
    Members(Range<usize>),
    OrgMembers(Range<usize>),
    Left(Range<usize>),
    Done,
}

/// The answer's body: NDJSON of [`AuditEvent`], which ends with `done` or `failed`.
pub(crate) fn lines(gateway: &Gateway, session: Arc<Session>, at: Option<Timestamp>) -> Body {
    let (sender, heard) = mpsc::channel(WAITING_MAX);
    let gathering = {
        let gateway = gateway.clone();
        async move { gather(&gateway, &session, at, &Progress(Some(sender))).await }.boxed()
    };
    let state = State::Gathering(gateway.clone(), gathering, heard);
    Body::from_stream(stream::unfold(Some(state), async |state| {
        let (event, state) = match state? {
            State::Gathering(gateway, gathering, heard) => gathered(gateway, gathering, heard).await,
            State::Telling(gathered, mut parts) => {
                let part = parts.pop_front()?;
                (event(&gathered, part), Some(State::Telling(gathered, parts)))
            }
        };
        let mut line = serde_json::to_vec(&event).expect("the contract's types always serialise");
        line.push(b'\n');
        Some((Ok::<_, io::Error>(line), state))
    }))
}

/// The next word of the gathering, and how it goes on.
async fn gathered(
    gateway: Gateway,
    mut gathering: Task<Result<Arc<Gathered>, Failure>>,
    mut heard: mpsc::Receiver<AuditEvent>,
) -> (AuditEvent, Option<State>) {
    let silence = gateway.host().sleep(Duration::from_secs(HEARTBEAT_SECS));
    let stop = Box::pin(gateway.draining().thrown());
    let happening = match select(select(heard.next(), &mut gathering), select(silence, stop)).await {
        Either::Left((Either::Left((Some(event), _)), _)) => Happening::Word(event),
        Either::Left((Either::Left((None, gathering)), _)) => Happening::End(gathering.await),
        Either::Left((Either::Right((answer, _)), _)) => Happening::End(answer),
        Either::Right((Either::Left(_), _)) => Happening::Word(AuditEvent::Heartbeat),
        Either::Right((Either::Right(_), _)) => Happening::GoingAway,
    };
    match happening {
        Happening::Word(event) => (event, Some(State::Gathering(gateway, gathering, heard))),
        Happening::GoingAway => (failed(Code::Unavailable, "The console's server is going away. Try again."), None),
        Happening::End(Ok(gathered)) => {
            let mut parts = parts(&gathered);
            let first = parts.pop_front().expect("the end is a part");
            (event(&gathered, first), Some(State::Telling(gathered, parts)))
        }
        Happening::End(Err(failure)) => {
            let told = tell(&failure);
            (failed(told.code, told.message), None)
        }
    }
}

fn parts(gathered: &Gathered) -> VecDeque<Part> {
    let facts = &gathered.people.facts;
    let mut parts = VecDeque::new();
    let mut cut = |len: usize, part: fn(Range<usize>) -> Part| {
        parts.extend((0..len).step_by(PART).map(|from| part(from..len.min(from + PART))));
    };
    cut(facts.principals.len(), Part::Principals);
    cut(facts.org_members.len(), Part::OrgMembers);
    cut(facts.members.len(), Part::Members);
    cut(gathered.people.left.len(), Part::Left);
    cut(gathered.images.items.len(), Part::Images);
    cut(facts.grants.len(), Part::Grants);
    parts.push_back(Part::Done);
    parts
}

fn event(gathered: &Gathered, part: Part) -> AuditEvent {
    let facts = &gathered.people.facts;
    match part {
        Part::Images(range) => AuditEvent::Images { items: gathered.images.items[range].to_vec() },
        Part::Principals(range) => AuditEvent::Principals { items: facts.principals[range].to_vec() },
        Part::Grants(range) => AuditEvent::Grants { items: facts.grants[range].to_vec() },
        Part::Members(range) => AuditEvent::Members { items: facts.members[range].to_vec() },
        Part::OrgMembers(range) => AuditEvent::OrgMembers { items: facts.org_members[range].to_vec() },
        Part::Left(range) => AuditEvent::Left { items: gathered.people.left[range].to_vec() },
        Part::Done => AuditEvent::Done {
            cluster: facts.cluster.clone(),
            whole: gathered.people.whole,
            at: gathered.at,
            gathered_at: gathered.gathered_at,
            gaps: gathered.gaps(),
            capability: gathered.people.capability,
        },
    }
}

fn failed(code: Code, message: impl Into<String>) -> AuditEvent {
    AuditEvent::Failed { problem: Problem { code, message: message.into(), request_id: String::new(), field: None } }
}
