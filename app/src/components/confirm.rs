//! The dialog for the open question.

use super::lazy::chunk;
use crate::i18n::{catalogue::common, use_i18n};
use crate::stores::{confirm::use_confirm, toasts::use_toasts};
use crate::ui::{
    button::{Button, Kind},
    dialog::Dialog,
};
use leptos::prelude::*;

chunk!(
    small,
    /// Fetches what shows the open question.
    fetch,
    ConfirmDialog
);

/// Shows the open question, if there is one.
#[component]
fn ConfirmDialog() -> impl IntoView {
    let (i18n, confirm, toasts) = (use_i18n(), use_confirm(), use_toasts());
    move || {
        confirm.question().map(|question| {
            let on_yes = question.on_yes;
            let yes = move |()| {
                confirm.close();
                // What asked may be gone from the page meanwhile: a push that has ended, a row that is drawn anew.
                if on_yes.try_run(()).is_none() {
                    toasts.bad(i18n.now(common::ASKED_TOO_LONG_AGO).to_owned());
                }
            };
            view! {
                <Dialog title=Signal::stored(question.title) on_close=move |()| confirm.close()>
                    <p class="dialog-text">{question.text}</p>
                    {question.notes.into_iter().map(|note| view! { <p class="field-hint">{note}</p> }).collect_view()}
                    {(!question.targets.is_empty())
                        .then(|| {
                            view! {
                                <ul class="dialog-list" tabindex="0">
                                    {question
                                        .targets
                                        .into_iter()
                                        .map(|target| {
                                            view! {
                                                <li>
                                                    <span class="truncate">{target.label}</span>
                                                    <span class="muted mono truncate dialog-list-id">{target.id}</span>
                                                    <span class="muted">{target.note}</span>
                                                </li>
                                            }
                                        })
                                        .collect_view()}
                                </ul>
                            }
                        })}
                    <div class="dialog-actions">
                        <Button label=i18n.text(common::CANCEL) on_click=move |()| confirm.close()/>
                        <Button label=Signal::stored(question.act) kind=Kind::DangerSolid on_click=yes/>
                    </div>
                </Dialog>
            }
        })
    }
}
