//! A form of one name: adding a role, an organisation, a project.

use crate::client::Failure;
use crate::i18n::{Text, catalogue::people as words, use_i18n};
use crate::stores::browser;
use crate::ui::{button::Button, field::TextField, icon};
use leptos::{prelude::*, task::spawn_local};
use std::future::Future;

/// The form. What is refused about the name stands at the field, anything else too: there is nothing else in the form.
#[component]
pub(crate) fn NameForm<F, R>(
    id: &'static str,
    #[prop(into)] label: Text,
    #[prop(into)] hint: Text,
    #[prop(into)] submit: Text,
    /// What stands in the field at first.
    #[prop(optional)]
    start: String,
    /// Adds it.
    add: F,
) -> impl IntoView
where
    F: Fn(String) -> R + 'static,
    R: Future<Output = Result<(), Failure>> + 'static,
{
    let i18n = use_i18n();
    let first = start.clone();
    let (name, error, busy) = (RwSignal::new(start), RwSignal::new(None::<String>), RwSignal::new(false));
    Effect::new(move || {
        name.track();
        error.set(None);
    });
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let typed = name.get_untracked().trim().to_owned();
        if typed.is_empty() {
            error.set(Some(i18n.now(words::NAME_MISSING).to_owned()));
            return browser::focus_id(id);
        }
        busy.set(true);
        let (adding, first) = (add(typed), first.clone());
        spawn_local(async move {
            let answer = adding.await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => name.set(first),
                Err(failure) => {
                    error.set(Some(failure.message(i18n)));
                    browser::focus_id(id);
                }
            }
        });
    };
    view! {
        <form class="name-form" on:submit=on_submit novalidate="">
            <TextField id label hint value=name error/>
            <Button label=submit picture=icon::PLUS submit=true busy on_click=|()| ()/>
        </form>
    }
}
