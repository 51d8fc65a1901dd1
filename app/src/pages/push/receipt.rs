//! The proof of a finished push.

use super::left_out::LeftOutNotes;
use super::waiting::Waiting;
use crate::components::copy::CopyButton;
use crate::i18n::{
    catalogue::{image, push},
    format::image_bytes,
    use_i18n,
};
use crate::paths;
use crate::stores::push::{Standing, use_push};
use crate::ui::{
    button::{Button, Kind},
    icon::{CHECK, icon},
};
use archive_protocol::PushReceipt;
use leptos::prelude::*;

/// One for each image.
#[component]
pub(crate) fn Receipts() -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_push());
    let receipts = store.standing.with_untracked(|standing| match standing {
        Standing::Done(receipts) => receipts.clone(),
        Standing::Idle | Standing::Running | Standing::Failed(..) => Vec::new(),
    });
    view! {
        <section class="panel push-done">
            <div role="status"><h2 class="push-done-head">{icon(CHECK)} {i18n.text(push::DONE)}</h2></div>
            {receipts.into_iter().map(|receipt| one(i18n, receipt)).collect_view()}
            <Waiting/>
            <div class="push-acts">
                <Button label=i18n.text(push::MORE) kind=Kind::Primary on_click=move |()| store.clear()/>
            </div>
        </section>
    }
}

fn one(i18n: crate::i18n::I18n, receipt: PushReceipt) -> impl IntoView {
    let PushReceipt { repository, tag, digest, size_bytes, skipped, layers, left_out } = receipt;
    let name = format!("{repository}:{tag}");
    let skipped =
        move || i18n.fill(push::SKIPPED_OF, &[("skipped", &skipped.to_string()), ("layers", &layers.to_string())]);
    view! {
        <article class="push-receipt">
            <h3 class="mono"><a href=paths::image_named(&name)>{name.clone()}</a></h3>
            <dl>
                <dt>{i18n.text(push::DIGEST)}</dt>
                <dd>
                    <span class="mono push-digest">{digest.clone()}</span> " "
                    <CopyButton label=i18n.text(image::COPY_DIGEST) text=Signal::stored(digest)/>
                </dd>
                <dt>{i18n.text(push::SIZE)}</dt>
                <dd class="num">{move || image_bytes(i18n.lang(), size_bytes)}</dd>
                <dt>{i18n.text(push::SKIPPED)}</dt>
                <dd>{skipped}</dd>
            </dl>
            <LeftOutNotes left_out/>
        </article>
    }
}
