//! A save or a copy as it goes: a line for each layer, the end, and the receipt.

use super::{copy::CopyButton, image_target::short_digest};
use crate::i18n::{
    I18n, Phrase,
    catalogue::{image as image_words, transfer as words},
    format, use_i18n,
};
use crate::paths;
use crate::queries::transfer::{LayerLine, Progress, Stage, Transfer};
use crate::ui::{
    icon::{self, icon as draw},
    state::Note,
};
use api::images::{LayerState, Receipt};
use leptos::prelude::*;

/// Where a transfer stands; nothing before it begins.
#[component]
pub(crate) fn TransferProgress(
    transfer: Transfer,
    /// Whether the failure stands at a field already.
    #[prop(into)]
    at_field: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let begun = Memo::new(move |_| transfer.stage.with(|stage| *stage != Stage::Ready));
    let going = Memo::new(move |_| transfer.stage.with(|stage| *stage == Stage::Going));
    let ids = Memo::new(move |_| {
        transfer.progress.with(|p| p.layers.iter().map(|layer| layer.id.clone()).collect::<Vec<_>>())
    });
    let committed = Memo::new(move |_| transfer.progress.with(|p| p.committed));
    let quiet = Memo::new(move |_| transfer.progress.with(|p| p.layers.is_empty() && p.committed.is_none()));
    // Told when it changes, which is seldom: the lines themselves would be a stream of talk.
    let said = Memo::new(move |_| match (going.get(), committed.get(), quiet.get()) {
        (true, Some(false), _) => Some(words::COMMITTING),
        (true, Some(true), _) => Some(words::COMMITTED),
        (true, None, true) => Some(words::WAITING_FOR_CLUSTER),
        _ => None,
    });
    move || {
        begun.get().then(|| {
            view! {
                <section class="transfer" aria-label=i18n.text(words::PROGRESS)>
                    <div class="transfer-head">
                        <span class="transfer-said" role="status">{move || said.get().map(|phrase| i18n.now(phrase))}</span>
                        <span class="num muted">{move || sum(i18n, &transfer.progress.get())}</span>
                    </div>
                    {move || {
                        (!ids.with(Vec::is_empty))
                            .then(|| {
                                view! {
                                    <ul class="layer-lines" tabindex="0" aria-label=i18n.text(words::PROGRESS)>
                                        <For each=move || ids.get() key=Clone::clone let(id)>
                                            <Line transfer id/>
                                        </For>
                                    </ul>
                                }
                            })
                    }}
                    {move || going.get().then(|| view! { <p class="field-hint">{i18n.text(words::KEEPS_ON)}</p> })}
                </section>
                {move || match transfer.stage.get() {
                    Stage::Done(receipt) => Some(view! { <ReceiptView receipt/> }.into_any()),
                    Stage::Failed(failure) if !at_field.get() => {
                        let text = Signal::derive(move || {
                            let detail = failure.detail(i18n).map(|d| format!(" {d}")).unwrap_or_default();
                            format!("{}{detail}", failure.message(i18n))
                        });
                        Some(view! { <Note text bad=true/> }.into_any())
                    }
                    Stage::Failed(_) | Stage::Ready | Stage::Going => None,
                }}
            }
        })
    }
}

fn sum(i18n: I18n, progress: &Progress) -> Option<String> {
    let (done, total) = progress.bytes();
    let lang = i18n.lang();
    let places = [("done", format::image_bytes(lang, done)), ("total", format::image_bytes(lang, total))];
    (total > 0).then(|| i18n.fill(words::OF, &[(places[0].0, &places[0].1), (places[1].0, &places[1].1)]))
}

/// One layer.
#[component]
fn Line(transfer: Transfer, id: String) -> impl IntoView {
    let i18n = use_i18n();
    let short = short_digest(&id).to_owned();
    let line = Memo::new(move |_| transfer.progress.with(|p| p.layers.iter().find(|layer| layer.id == id).cloned()));
    let state = Memo::new(move |_| line.with(|l| l.as_ref().map(|l| l.state)));
    let bytes = move || line.get().map(|line| bytes_of(i18n, &line));
    let part = move || {
        line.with(|l| l.as_ref().filter(|l| l.state == LayerState::Pushing).map(|l| (l.done_bytes, l.total_bytes)))
    };
    view! {
        <li class="layer-line">
            <code>{short}</code>
            <span class="layer-state">{move || state.get().map(|state| i18n.now(state_phrase(state)))}</span>
            <span class="layer-bar" aria-hidden="true">
                {move || {
                    part().map(|(done, total)| view! { <progress max=total.max(1) value=done.min(total)></progress> })
                }}
                {move || matches!(state.get(), Some(LayerState::Pushed | LayerState::Exists)).then(|| draw(icon::CHECK))}
            </span>
            <span class="num muted layer-bytes">{bytes}</span>
        </li>
    }
}

fn bytes_of(i18n: I18n, line: &LayerLine) -> String {
    let lang = i18n.lang();
    match (line.state, line.total_bytes) {
        (_, 0) => String::new(),
        (LayerState::Pushing, total) => {
            let (done, total) = (format::image_bytes(lang, line.done_bytes), format::image_bytes(lang, total));
            i18n.fill(words::OF, &[("done", &done), ("total", &total)])
        }
        (_, total) => format::image_bytes(lang, total),
    }
}

fn state_phrase(state: LayerState) -> Phrase {
    match state {
        LayerState::Waiting => words::LAYER_WAITING,
        LayerState::Pushing => words::LAYER_PUSHING,
        LayerState::Pushed => words::LAYER_PUSHED,
        LayerState::Exists => words::LAYER_EXISTS,
        LayerState::Unknown => words::LAYER_UNKNOWN,
    }
}

/// Proof of what is in the registry now.
#[component]
fn ReceiptView(receipt: Receipt) -> impl IntoView {
    let i18n = use_i18n();
    let size = receipt.size_bytes;
    view! {
        <section class="receipt" role="status" aria-label=i18n.text(words::RECEIPT)>
            <p class="receipt-head">{draw(icon::CHECK)} <strong>{i18n.text(words::DONE)}</strong></p>
            <p><a href=paths::image_named(&receipt.image)>{receipt.image.clone()}</a></p>
            <p class="receipt-line">
                <code class="truncate">{receipt.digest.clone()}</code>
                <CopyButton label=i18n.text(image_words::COPY_DIGEST) text=Signal::stored(receipt.digest)/>
                <span class="num muted">{move || format::image_bytes(i18n.lang(), size)}</span>
            </p>
        </section>
    }
}
