//! The dialog that shares a thing: who has access and why, what is to be changed, and what that would lead to, before it is saved.

mod holders;
mod outcome;
mod state;

use super::lazy::chunk;
use crate::i18n::{
    catalogue::{common, sharing as words},
    use_i18n,
};
use crate::rules::access::{SaveStep, allows, word};
use crate::stores::sharing::use_sharing;
use crate::ui::{
    button::{Button, Kind},
    dialog::Dialog,
    field::{SelectField, TextField},
    icon,
    state::{Note, Skeleton},
};
use api::access::{Action, Basis};
use holders::Holders;
use leptos::prelude::*;
use outcome::Outcome;
use state::{ShareState, Stage};

chunk!(
    access,
    /// Fetches what shares a thing.
    fetch,
    ShareDialog
);

/// The button that opens the dialog.
#[component]
pub(crate) fn ShareButton(
    /// Resource URI.
    #[prop(into)]
    uri: Signal<String>,
    /// What the reader calls it.
    #[prop(into)]
    name: Signal<String>,
) -> impl IntoView {
    let (i18n, sharing) = (use_i18n(), use_sharing());
    let on_click = move |()| sharing.open(uri.get_untracked(), name.get_untracked());
    view! { <Button label=i18n.text(words::SHARE) picture=icon::SHARE on_click/> }
}

/// Shows what is being shared, if anything is.
#[component]
fn ShareDialog() -> impl IntoView {
    let (i18n, sharing) = (use_i18n(), use_sharing());
    move || {
        sharing.thing().map(|thing| {
            let state = ShareState::open(thing.uri.clone(), thing.name.clone());
            let title = Signal::derive(move || i18n.fill(words::TITLE, &[("name", &thing.name)]));
            let is_project = thing.uri.starts_with("project:");
            let body = move || match state.stage.get() {
                Stage::Loading => view! {
                    <div role="status" aria-label=i18n.text(common::LOADING)><Skeleton class="w-long"/> <Skeleton class="w-mid"/></div>
                }
                .into_any(),
                Stage::Failed(failure) => {
                    let text = Signal::derive(move || {
                        format!("{}: {}", i18n.now(words::FAILED), failure.message(i18n))
                    });
                    view! {
                        <Note text bad=true/>
                        <div class="dialog-actions">
                            <Button label=i18n.text(common::CLOSE) on_click=move |()| sharing.close()/>
                            <Button label=i18n.text(common::RETRY) on_click=move |()| state.load()/>
                        </div>
                    }
                    .into_any()
                }
                Stage::Ready => view! { <Ready state is_project/> }.into_any(),
            };
            view! {
                <Dialog title on_close=move |()| sharing.close()>
                    <div class="share">{body}</div>
                </Dialog>
            }
        })
    }
}

#[component]
fn Ready(state: ShareState, is_project: bool) -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_sharing());
    let can_manage = state.with(|sharing| sharing.action == Some(Action::Manage));
    let basis = state.with(|sharing| sharing.basis);
    let refusal = Signal::derive(move || match state.save_step() {
        SaveStep::Refuse(why) => Some(i18n.now(why).to_owned()),
        SaveStep::Note | SaveStep::Save => None,
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        state.save();
    };
    view! {
        {(basis == Basis::Own && !can_manage).then(|| view! { <Note text=i18n.text(words::BASIS_OWN)/> })}
        {(basis == Basis::Grants).then(|| view! { <Note text=i18n.text(words::BASIS_GRANTS)/> })}
        <form class="share-form" on:submit=submit novalidate="">
            {can_manage
                .then(|| {
                    view! {
                        {is_project.then(|| view! { <p class="dialog-text">{i18n.text(words::PROJECT_NOTE)}</p> })}
                        <NewGrant state/>
                    }
                })}
            <Holders state can_manage/>
            <Outcome state/>
            <div class="dialog-actions share-actions">
                <Button label=i18n.text(common::CLOSE) on_click=move |()| store.close()/>
                {can_manage
                    .then(|| {
                        view! {
                            <Button
                                label=i18n.text(words::SAVE)
                                kind=Kind::Primary
                                submit=true
                                busy=state.busy
                                refusal
                                on_click=|()| ()
                            />
                        }
                    })}
            </div>
        </form>
    }
}

/// With whom, as what.
#[component]
fn NewGrant(state: ShareState) -> impl IntoView {
    let i18n = use_i18n();
    let uri = state.with(|sharing| sharing.uri.clone());
    let hint = Signal::derive(move || {
        let action = state.action();
        let mut text: Vec<&str> = Vec::new();
        // Each right includes the lower ones.
        for lower in Action::ALL.into_iter().filter(|lower| *lower <= action) {
            text.push(i18n.now(allows(&uri, lower)));
        }
        text.join("; ")
    });
    let options = Action::ALL.map(|action| (action.as_str(), i18n.text(word(action)))).to_vec();
    view! {
        <div class="share-new">
            <TextField
                id="share-who"
                label=i18n.text(words::WHO)
                value=state.who
                error=state.who_error
                list="share-principals"
            />
            <datalist id="share-principals">
                {move || {
                    state
                        .suggested
                        .get()
                        .into_iter()
                        .map(|principal| view! { <option value=principal.name></option> })
                        .collect_view()
                }}
            </datalist>
            <SelectField id="share-as" label=i18n.text(words::AS) value=state.as_word options/>
            <Button label=i18n.text(words::ADD) picture=icon::PLUS on_click=move |()| state.add()/>
            <p class="field-hint share-hint" aria-live="polite">{hint}</p>
        </div>
    }
}
