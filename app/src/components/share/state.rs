//! What the dialog knows and does: the access as it was fetched, the changes noted, what they would lead to, saving.

use crate::client::{Client, Failure, use_client};
use crate::i18n::{I18n, catalogue::sharing as words, use_i18n};
use crate::queries::access::{self, Changer, use_changer};
use crate::rules::access::{Draft, SaveStep, principal_refusal, save_step};
use crate::stores::{
    browser,
    session::{SessionStore, use_session},
};
use api::access::{Action, Preview, Principal, Sharing};
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::*,
    task::spawn_local,
};
use std::{sync::Arc, time::Duration};

/// Typing rests so long before names are suggested.
const TYPING: Duration = Duration::from_millis(180);

/// How the access stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    Loading,
    Ready,
    Failed(Failure),
}

/// What the changes noted would lead to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Foreseen {
    Nothing,
    Coming,
    Known(Arc<Preview>),
    Failed(Failure),
}

#[derive(Clone, Copy)]
pub(super) struct ShareState {
    i18n: I18n,
    client: Client,
    changer: Changer,
    session: SessionStore,
    uri: StoredValue<String>,
    name: StoredValue<String>,
    pub(super) stage: RwSignal<Stage>,
    sharing: RwSignal<Option<Arc<Sharing>>>,
    /// Counts fetches: rows are drawn anew for each.
    pub(super) turn: RwSignal<u32>,
    pub(super) draft: RwSignal<Draft>,
    pub(super) foreseen: RwSignal<Foreseen>,
    pub(super) who: RwSignal<String>,
    pub(super) as_word: RwSignal<String>,
    pub(super) who_error: RwSignal<Option<String>>,
    pub(super) suggested: RwSignal<Vec<Principal>>,
    pub(super) busy: RwSignal<bool>,
    pub(super) failed: RwSignal<Option<Failure>>,
}

impl ShareState {
    pub(super) fn open(uri: String, name: String) -> Self {
        let state = Self {
            i18n: use_i18n(),
            client: use_client(),
            changer: use_changer(),
            session: use_session(),
            uri: StoredValue::new(uri),
            name: StoredValue::new(name),
            stage: RwSignal::new(Stage::Loading),
            sharing: RwSignal::new(None),
            turn: RwSignal::new(0),
            draft: RwSignal::new(Draft::default()),
            foreseen: RwSignal::new(Foreseen::Nothing),
            who: RwSignal::new(String::new()),
            as_word: RwSignal::new(Action::Read.as_str().to_owned()),
            who_error: RwSignal::new(None),
            suggested: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
        };
        state.load();
        state.foresee();
        state.suggest();
        state
    }

    /// Fetches the access anew; what is noted stays.
    pub(super) fn load(self) {
        let uri = self.uri.get_value();
        spawn_local(async move {
            let answer = access::sharing(self.client, &uri).await;
            // Closed meanwhile.
            if self.sharing.try_get_untracked().is_none() {
                return;
            }
            match answer {
                Ok(sharing) => {
                    self.sharing.set(Some(Arc::new(sharing)));
                    self.turn.update(|turn| *turn += 1);
                    self.stage.set(Stage::Ready);
                }
                Err(failure) if self.sharing.with_untracked(Option::is_none) => self.stage.set(Stage::Failed(failure)),
                Err(failure) => self.failed.set(Some(failure)),
            }
        });
    }

    /// Something of the access; only once it is there. Does not track.
    pub(super) fn with<T: Default>(self, read: impl FnOnce(&Sharing) -> T) -> T {
        self.sharing.with_untracked(|sharing| sharing.as_deref().map(read).unwrap_or_default())
    }

    pub(super) fn action(self) -> Action {
        self.as_word.with(|word| Action::ALL.into_iter().find(|one| one.as_str() == word).unwrap_or(Action::Read))
    }

    /// What pressing Save does now. Tracks.
    pub(super) fn save_step(self) -> SaveStep {
        let is_coming = self.foreseen.with(|foreseen| *foreseen == Foreseen::Coming);
        self.who.with(|who| self.draft.with(|draft| save_step(who, draft, is_coming)))
    }

    pub(super) fn wish(self, principal: &str, action: Option<Action>) {
        self.failed.set(None);
        let Some(sharing) = self.sharing.get_untracked() else { return };
        self.draft.update(|draft| draft.wish(&sharing, principal, action));
    }

    /// Notes what the fields say, or says why not.
    pub(super) fn add(self) {
        let who = self.who.get_untracked();
        let user = untrack(move || self.session.user());
        if let Some(refusal) = principal_refusal(&who, &user) {
            self.who_error.set(Some(self.i18n.now(refusal).to_owned()));
            return browser::focus_id("share-who");
        }
        self.who_error.set(None);
        let action = untrack(move || self.action());
        self.wish(who.trim(), Some(action));
        self.who.set(String::new());
    }

    /// Notes what is typed; without that, saves everything noted, or says why not.
    pub(super) fn save(self) {
        if self.busy.get_untracked() {
            return;
        }
        match untrack(move || self.save_step()) {
            SaveStep::Refuse(_) => return,
            SaveStep::Note => return self.add(),
            SaveStep::Save => {}
        }
        let changes = self.with(|sharing| self.draft.with_untracked(|draft| draft.changes(sharing)));
        if changes.is_empty() {
            return self.draft.set(Draft::default());
        }
        let done = self.i18n.fill(words::SAVED, &[("name", &self.name.get_value())]);
        self.busy.set(true);
        self.failed.set(None);
        spawn_local(async move {
            let answer = self.changer.make(changes, done).await;
            if self.busy.try_set(false).is_some() {
                // The dialog was left meanwhile.
                if let Err(failure) = answer {
                    self.changer.tell(&failure);
                }
                return;
            }
            match answer {
                Ok(()) => self.draft.set(Draft::default()),
                Err(failure) => self.failed.set(Some(failure)),
            }
            // After a refusal too: somebody else may have changed it.
            self.load();
        });
    }

    /// Asks what the changes would lead to whenever they change.
    fn foresee(self) {
        let turn = StoredValue::new(0u32);
        Effect::new(move || {
            self.turn.track();
            let changes = self.draft.with(|draft| self.with(|sharing| draft.changes(sharing)));
            let mine = turn.get_value() + 1;
            turn.set_value(mine);
            if changes.is_empty() {
                return self.foreseen.set(Foreseen::Nothing);
            }
            self.foreseen.set(Foreseen::Coming);
            spawn_local(async move {
                let answer = access::preview(self.client, changes).await;
                if turn.try_get_value() == Some(mine) {
                    self.foreseen.set(answer.map_or_else(Foreseen::Failed, |known| Foreseen::Known(Arc::new(known))));
                }
            });
        });
    }

    /// Suggests names once the typing rests.
    fn suggest(self) {
        let timer = StoredValue::new(None::<TimeoutHandle>);
        let stop = move || {
            if let Some(Some(timer)) = timer.try_update_value(Option::take) {
                timer.clear();
            }
        };
        on_cleanup(stop);
        Effect::new(move || {
            let q = self.who.get();
            self.who_error.set(None);
            stop();
            let ask = move || {
                spawn_local(async move {
                    // Suggestions only help; without them the name is typed.
                    if let Ok(found) = access::principals(self.client, &q).await
                        && self.who.try_get_untracked().as_ref() == Some(&q)
                    {
                        self.suggested.set(found);
                    }
                });
            };
            timer.set_value(set_timeout_with_handle(ask, TYPING).ok());
        });
    }
}
