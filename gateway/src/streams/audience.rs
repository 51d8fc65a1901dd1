//! Who looks at a shared stream, and with whose token it is read.

use crate::session::Session;
use api::logs::EndReason;
use std::sync::Arc;

/// The members. A shared stream reads with the token of any one of them, so each must have been allowed by itself before.
#[derive(Debug, Default)]
pub(crate) struct Audience {
    members: Vec<Member>,
    next_id: u64,
}

#[derive(Debug)]
struct Member {
    id: u64,
    session: Arc<Session>,
    refused: Option<EndReason>,
}

impl Audience {
    /// A new member's id.
    pub(crate) fn enter(&mut self, session: Arc<Session>) -> u64 {
        self.next_id += 1;
        self.members.push(Member { id: self.next_id, session, refused: None });
        self.next_id
    }

    pub(crate) fn leave(&mut self, id: u64) {
        self.members.retain(|m| m.id != id);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The newest member whose token was not refused: it has the longest to live.
    pub(crate) fn spokesman(&self) -> Option<(u64, Arc<Session>)> {
        self.members.iter().rev().find(|m| m.refused.is_none()).map(|m| (m.id, m.session.clone()))
    }

    /// The cluster refused this member's token: its stream ends, the others' go on.
    pub(crate) fn refuse(&mut self, id: u64, reason: EndReason) {
        self.members.iter_mut().filter(|m| m.id == id).for_each(|m| m.refused = Some(reason));
    }

    /// Why a member's stream must end, if it must.
    pub(crate) fn refusal(&self, id: u64) -> Option<EndReason> {
        self.members.iter().find(|m| m.id == id).and_then(|m| m.refused)
    }
}
