//! Removing what a page is about: the button, the question, and the way on.

use crate::client::Failure;
use crate::i18n::{Phrase, use_i18n};
use crate::stores::{
    confirm::{Question, use_confirm},
    toasts::use_toasts,
};
use crate::ui::{
    button::{Button, Kind},
    icon,
};
use futures::future::LocalBoxFuture;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

/// What is said about a removal; each may speak of `{name}`.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// On the button, and on the one that answers yes.
    pub(crate) act: Phrase,
    pub(crate) title: Phrase,
    /// What goes with it.
    pub(crate) text: Phrase,
    pub(crate) done: Phrase,
}

/// The button.
#[component]
pub(crate) fn RemoveButton(
    words: Words,
    /// What is removed, as it is called.
    name: String,
    /// Where one goes when it is gone.
    to: String,
    /// Why it cannot be, where it cannot.
    #[prop(optional, into)]
    refusal: Signal<Option<String>>,
    /// Removes it.
    remove: Callback<(), LocalBoxFuture<'static, Result<(), Failure>>>,
) -> impl IntoView {
    let (i18n, toasts, confirm, navigate) = (use_i18n(), use_toasts(), use_confirm(), use_navigate());
    let here = use_location().pathname;
    let ask = move |()| {
        let (name, to, navigate) = (name.clone(), to.clone(), navigate.clone());
        confirm.ask(Question {
            title: i18n.fill(words.title, &[("name", &name)]),
            text: i18n.now(words.text).to_owned(),
            notes: Vec::new(),
            targets: Vec::new(),
            act: i18n.now(words.act).to_owned(),
            on_yes: Callback::new(move |()| {
                let (name, to, navigate, removed) = (name.clone(), to.clone(), navigate.clone(), remove.run(()));
                let asked_at = here.get_untracked();
                spawn_local(async move {
                    match removed.await {
                        Ok(()) => {
                            toasts.good(i18n.fill(words.done, &[("name", &name)]));
                            // Nobody is taken away from where they have gone meanwhile.
                            if here.try_get_untracked() == Some(asked_at) {
                                navigate(&to, NavigateOptions::default());
                            }
                        }
                        Err(failure) => toasts.failure(i18n, &failure),
                    }
                });
            }),
        });
    };
    view! { <Button label=i18n.text(words.act) kind=Kind::Danger picture=icon::TRASH refusal on_click=ask/> }
}
