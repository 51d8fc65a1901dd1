//! The dialog that copies an image from another registry into a project.

use super::{
    image_target::{Target, TargetField},
    transfer::TransferProgress,
};
use crate::client::{Failure, use_client};
use crate::i18n::{
    catalogue::{common, transfer as words},
    use_i18n,
};
use crate::paths::endpoint;
use crate::queries::{
    image_list::registry,
    transfer::{Stage, Transfer},
};
use crate::rules::image_name;
use crate::stores::{browser, session::use_session, toasts::use_toasts};
use crate::ui::{
    button::{Button, Kind},
    dialog::Dialog,
    field::TextField,
};
use api::images::{CopySource, ImageCopy};
use leptos::prelude::*;

/// The dialog.
#[component]
pub(crate) fn CopyDialog(
    /// Organisation and project that the copy is proposed for; absent: the session's.
    target: Option<(Option<String>, String)>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let (i18n, client, session, toasts) = (use_i18n(), use_client(), use_session(), use_toasts());
    let registry = registry(client);
    let place = Signal::derive(move || {
        let host = registry.get().and_then(Result::ok).map(|registry| registry.host);
        session.session().map(|session| image_name::place(&session, host.as_deref()))
    });
    let from = RwSignal::new(String::new());
    let private = RwSignal::new(false);
    let (username, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let to = Target::new(client, place, String::new());
    let sent = RwSignal::new(false);
    let transfer = Transfer::new(client);
    let going = Memo::new(move |_| transfer.stage.with(|stage| *stage == Stage::Going));
    let done = Memo::new(move |_| transfer.stage.with(|stage| matches!(stage, Stage::Done(_))));
    let source = Memo::new(move |_| {
        let place = place.get().ok_or(crate::i18n::catalogue::image_names::SOURCE_EMPTY)?;
        image_name::source(&place, &from.get())
    });

    // The name is proposed for as long as nobody has written another one.
    let proposed = StoredValue::new(String::new());
    Effect::new(move || {
        let Some(place) = place.get() else { return };
        let (org, project) = target.clone().unwrap_or_else(|| (place.org.clone(), place.project.clone()));
        let text = source.with(|source| {
            source.as_ref().map(|from| image_name::propose(&place, from, org.as_deref(), &project)).unwrap_or_default()
        });
        if to.text.with_untracked(|now| proposed.with_value(|before| now == before)) {
            proposed.set_value(text.clone());
            to.text.set(text);
        }
    });

    let at_field = Signal::derive(move || {
        transfer.stage.with(|stage| matches!(stage, Stage::Failed(failure) if at(failure).is_some()))
    });
    let refused = move |wanted: &'static str| {
        Signal::derive(move || {
            transfer.stage.with(|stage| match stage {
                Stage::Failed(failure) if at(failure) == Some(wanted) => Some(failure.message_at_field(i18n)),
                Stage::Failed(_) | Stage::Ready | Stage::Going | Stage::Done(_) => None,
            })
        })
    };
    let from_refused = refused("from");
    let from_error = Signal::derive(move || {
        let typed = sent.get() || !from.with(String::is_empty);
        from_refused
            .get()
            .or_else(|| source.with(|s| s.as_ref().err().filter(|_| typed).map(|complaint| complaint.say(i18n))))
    });
    let (to_refused, password_refused) = (refused("to"), refused("password"));
    let no_name = Memo::new(move |_| {
        private.get() && !password.with(String::is_empty) && username.with(|name| name.trim().is_empty())
    });
    let name_error =
        Signal::derive(move || (sent.get() && no_name.get()).then(|| i18n.now(words::BAD_USERNAME).to_owned()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if going.get_untracked() {
            return;
        }
        sent.set(true);
        let (Ok(source), Some(image)) = (source.get_untracked(), untrack(move || to.path())) else {
            let id = if source.with_untracked(Result::is_err) { "copy-from" } else { "image-target" };
            return browser::focus_id(id);
        };
        if no_name.get_untracked() {
            return browser::focus_id("copy-username");
        }
        let secret = |text: RwSignal<String>| {
            let text = text.get_untracked().trim().to_owned();
            (private.get_untracked() && !text.is_empty()).then_some(text)
        };
        let input = ImageCopy {
            source: CopySource {
                reference: source.to_string(),
                username: secret(username),
                password: secret(password),
            },
            image,
        };
        transfer.start(endpoint::IMAGE_COPY.to_owned(), input);
    };
    let close = Callback::new(move |()| {
        if going.get_untracked()
            && let Some(image) = untrack(move || to.path())
        {
            toasts.good(i18n.fill(words::LEFT, &[("image", &image)]));
        }
        on_close.run(());
    });
    view! {
        <Dialog title=i18n.text(words::COPY_TITLE) on_close=close>
            <p class="dialog-text">{i18n.text(words::COPY_TEXT)}</p>
            <form class="dialog-form" on:submit=submit novalidate="">
                // What was asked for stands still once it is under way.
                {move || {
                    if going.get() || done.get() {
                        view! {
                            <p class="transfer-way">
                                <code>{from.get_untracked()}</code>
                                <span class="muted">{i18n.text(words::TARGET)}</span>
                                <code>{to.text.get_untracked()}</code>
                            </p>
                        }
                            .into_any()
                    } else {
                        view! {
                <div class="dialog-fields">
                    <TextField id="copy-from" label=i18n.text(words::FROM) hint=i18n.text(words::FROM_HINT) value=from error=from_error mono=true/>
                    <label class="check">
                        <input type="checkbox" prop:checked=private on:change=move |event| private.set(event_target_checked(&event))/>
                        {i18n.text(words::PRIVATE)}
                    </label>
                    {move || {
                        private
                            .get()
                            .then(|| {
                                view! {
                                    <div class="run-pair">
                                        <TextField id="copy-username" label=i18n.text(words::USERNAME) value=username error=name_error/>
                                        <TextField id="copy-password" label=i18n.text(words::PASSWORD) hint=i18n.text(words::PASSWORD_HINT) value=password error=password_refused secret=true/>
                                    </div>
                                }
                            })
                    }}
                    {move || source.with(Result::is_ok).then(|| view! { <TargetField target=to refused=to_refused/> })}
                </div>
                        }
                            .into_any()
                    }
                }}
                <TransferProgress transfer at_field/>
                <div class="dialog-actions">
                    <Button label=i18n.text(common::CLOSE) on_click=close/>
                    {move || {
                        (!done.get())
                            .then(|| {
                                let label = Signal::derive(move || {
                                    i18n.now(if going.get() { words::COPYING } else { words::COPY_SUBMIT }).to_owned()
                                });
                                view! { <Button label kind=Kind::Primary submit=true busy=going on_click=|()| ()/> }
                            })
                    }}
                </div>
            </form>
        </Dialog>
    }
}

/// The field that a refusal is about, by the contract's names.
fn at(failure: &Failure) -> Option<&'static str> {
    match failure.field()? {
        "image" => Some("to"),
        "source" | "source.reference" | "reference" => Some("from"),
        "source.username" | "source.password" | "username" | "password" => Some("password"),
        _ => None,
    }
}
