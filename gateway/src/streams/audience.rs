//! Who looks at a shared stream, and with whose token it is read.

use crate::session::Session;
use api::logs::EndReason;
use std::{collections::HashSet, sync::Arc};

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

    /// Of those whose token was not refused, one for each token.
    pub(crate) fn of_each_token(&self) -> Vec<(u64, Arc<Session>)> {
        let mut seen = HashSet::new();
        let allowed = self.members.iter().filter(|m| m.refused.is_none());
        let firsts = allowed.filter(|m| seen.insert(m.session.tokens.access_token.as_str()));
        firsts.map(|m| (m.id, m.session.clone())).collect()
    }

    /// The cluster refused this member's token: its stream ends, and those with the same token; the others' go on.
    pub(crate) fn refuse(&mut self, id: u64, reason: EndReason) {
        let Some(session) = self.members.iter().find(|m| m.id == id).map(|m| m.session.clone()) else { return };
        let same = |member: &&mut Member| {
            member.session.id == session.id || member.session.tokens.access_token == session.tokens.access_token
        };
        self.members.iter_mut().filter(same).for_each(|member| member.refused = Some(reason));
    }

    /// Why a member's stream must end, if it must.
    pub(crate) fn refusal(&self, id: u64) -> Option<EndReason> {
        self.members.iter().find(|m| m.id == id).and_then(|m| m.refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Tokens;
    use jiff::Timestamp;

    fn session(token: &str) -> Arc<Session> {
        let tokens = Tokens::pasted(token.to_owned(), None, Timestamp::UNIX_EPOCH);
        let (user, cluster, project) = Default::default();
        Arc::new(Session {
            id: token.to_owned(),
            tokens,
            user,
            cluster,
            org: None,
            project,
            ends_at: Timestamp::MAX,
            origin: Default::default(),
        })
    }

    #[test]
    fn a_refused_token_ends_its_members_and_no_others() {
        let mut audience = Audience::default();
        let ids = ["a", "b", "b"].map(|token| audience.enter(session(token)));
        assert_eq!(audience.of_each_token().iter().map(|(id, _)| *id).collect::<Vec<_>>(), [ids[0], ids[1]]);
        let (newest, _) = audience.spokesman().expect("a member");
        assert_eq!(newest, ids[2]);
        audience.refuse(newest, EndReason::SignedOut);
        assert_eq!(ids.map(|id| audience.refusal(id)), [None, Some(EndReason::SignedOut), Some(EndReason::SignedOut)]);
        assert_eq!(audience.spokesman().map(|(id, _)| id), Some(ids[0]));
        assert_eq!(audience.of_each_token().len(), 1);
        audience.leave(ids[0]);
        assert!(audience.spokesman().is_none() && !audience.is_empty());
    }
}
