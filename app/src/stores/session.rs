//! Who is signed in. The token never reaches this page; the session is what the gateway tells about it.

use super::browser;
use api::session::Session;
use leptos::prelude::*;

/// Whose what this tab keeps is.
const USER_KEY: &str = "roadstead.user";

/// What the console knows of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The gateway has not answered yet.
    Asking,
    /// Nobody is signed in; `ended` when somebody was, on this page.
    SignedOut {
        /// Whether a session came to its end here.
        ended: bool,
    },
    /// Signed in.
    SignedIn(Session),
}

/// The session, in context.
#[derive(Clone, Copy)]
pub(crate) struct SessionStore {
    state: RwSignal<State>,
}

impl SessionStore {
    pub(crate) fn new() -> Self {
        Self { state: RwSignal::new(State::Asking) }
    }

    pub(crate) fn state(self) -> State {
        self.state.get()
    }

    /// The session, where there is one. Tracks.
    pub(crate) fn session(self) -> Option<Session> {
        self.state.with(|state| match state {
            State::SignedIn(session) => Some(session.clone()),
            State::Asking | State::SignedOut { .. } => None,
        })
    }

    /// Whether somebody is signed in. Tracks.
    pub(crate) fn is_signed_in(self) -> bool {
        self.state.with(|state| matches!(state, State::SignedIn(_)))
    }

    pub(crate) fn user(self) -> String {
        self.session().map(|s| s.user).unwrap_or_default()
    }

    pub(crate) fn signed_in(self, session: Session) {
        // What somebody else has typed in this tab, secrets perhaps, is not for the next one.
        if browser::tab_stored(USER_KEY).is_some_and(|user| user != session.user) {
            browser::tab_forget();
        }
        browser::tab_store(USER_KEY, Some(&session.user));
        self.state.set(State::SignedIn(session));
    }

    /// The reader signed out, or never was in.
    pub(crate) fn signed_out(self) {
        self.state.set(State::SignedOut { ended: false });
    }

    /// A call was answered 401: the session has ended under a page in use.
    pub(crate) fn ended(self) {
        self.state.update(|state| {
            if matches!(state, State::SignedIn(_)) {
                *state = State::SignedOut { ended: true };
            }
        });
    }
}

/// The session in context.
pub(crate) fn use_session() -> SessionStore {
    expect_context()
}
