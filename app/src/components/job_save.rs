//! The dialog that saves a running job as an image.

use super::{
    copy::CopyButton,
    image_target::{Target, TargetField},
    transfer::TransferProgress,
};
use crate::client::use_client;
use crate::i18n::{
    catalogue::{common, transfer as words},
    use_i18n,
};
use crate::paths::endpoint;
use crate::queries::{
    image_list::registry,
    transfer::{Stage, Transfer},
};
use crate::rules::{cli, image_name, job::label};
use crate::stores::{browser, session::use_session, toasts::use_toasts};
use crate::ui::{
    button::{Button, Kind},
    dialog::Dialog,
};
use api::{images::JobSave, jobs::Job};
use leptos::prelude::*;

/// The tag that is proposed.
const TAG: &str = "saved";

/// The dialog.
#[component]
pub(crate) fn SaveDialog(job: Job, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let (i18n, client, session, toasts) = (use_i18n(), use_client(), use_session(), use_toasts());
    let registry = registry(client);
    let place = Signal::derive(move || {
        let host = registry.get().and_then(Result::ok).map(|registry| registry.host);
        session.session().map(|session| image_name::place(&session, host.as_deref()))
    });
    let name = label(&job);
    let proposed = untrack(move || place.get())
        .map(|place| image_name::propose_named(&place, &name, TAG, job.org.as_deref(), &job.project))
        .unwrap_or_default();
    let target = Target::new(client, place, proposed);
    let transfer = Transfer::new(client);
    let going = Memo::new(move |_| transfer.stage.with(|stage| *stage == Stage::Going));
    let done = Memo::new(move |_| transfer.stage.with(|stage| matches!(stage, Stage::Done(_))));
    let refused = Signal::derive(move || {
        transfer.stage.with(|stage| match stage {
            Stage::Failed(failure) if failure.field().is_some() => Some(failure.message_at_field(i18n)),
            Stage::Failed(_) | Stage::Ready | Stage::Going | Stage::Done(_) => None,
        })
    });
    let title = Signal::stored(i18n.fill(words::SAVE_TITLE, &[("name", &name)]));
    let id = StoredValue::new(job.id);
    let line = Signal::derive(move || id.with_value(|id| cli::save(id, target.text.get().trim())));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if going.get_untracked() {
            return;
        }
        match untrack(move || target.path()) {
            Some(image) => transfer.start(id.with_value(|id| endpoint::job_save(id)), JobSave { image }),
            None => browser::focus_id("image-target"),
        }
    };
    let close = Callback::new(move |()| {
        if going.get_untracked()
            && let Some(image) = untrack(move || target.path())
        {
            toasts.good(i18n.fill(words::LEFT, &[("image", &image)]));
        }
        on_close.run(());
    });
    view! {
        <Dialog title on_close=close>
            <p class="dialog-text">{i18n.text(words::SAVE_TEXT)}</p>
            <form class="dialog-form" on:submit=submit novalidate="">
                // What was asked for stands still once it is under way.
                {move || {
                    if going.get() || done.get() {
                        view! {
                            <p class="transfer-way"><code>{target.text.get_untracked()}</code></p>
                        }
                            .into_any()
                    } else {
                        view! {
                <div class="dialog-fields">
                    <TargetField target refused/>
                </div>
                        }
                            .into_any()
                    }
                }}
                <TransferProgress transfer at_field=Signal::derive(move || refused.with(Option::is_some))/>
                <div class="command">
                    <code tabindex="0">{line}</code>
                    <CopyButton label=i18n.text(words::AS_CLI) text=line/>
                </div>
                <div class="dialog-actions">
                    <Button label=i18n.text(common::CLOSE) on_click=close/>
                    {move || {
                        (!done.get())
                            .then(|| {
                                let label = Signal::derive(move || {
                                    i18n.now(if going.get() { words::SAVING } else { words::SAVE_SUBMIT }).to_owned()
                                });
                                view! { <Button label kind=Kind::Primary submit=true busy=going on_click=|()| ()/> }
                            })
                    }}
                </div>
            </form>
        </Dialog>
    }
}
