//! Pushing image archives: picking files, choosing what goes where, watching it go, and the receipt. All of it is the tab's push store:
//! the page can be left and found again as it was.

mod choose;
mod found;
mod left_out;
mod lines;
mod receipt;
mod under_way;
mod unfinished;

use crate::client::{Failure, use_client};
use crate::components::{lazy::chunk, page::PageTitle};
use crate::i18n::{
    catalogue::{common, image, push},
    use_i18n,
};
use crate::paths;
use crate::queries::image_list::registry;
use crate::stores::{
    dropped::use_dropped,
    push::{Standing, use_push},
};
use crate::ui::{
    button::Button,
    file_drop::{FileDrop, Picked},
    icon::{BACK, icon},
    state::Empty,
};
use choose::Choose;
use found::Files;
use leptos::prelude::*;
use lines::Lines;
use receipt::Receipts;
use under_way::UnderWay;
use unfinished::UnfinishedPushes;

/// What the browser's dialog offers first; anything can be dropped.
const ACCEPT: &str = ".tar,.tgz,.gz,.zst,.tzst,application/x-tar,application/gzip,application/zstd";

chunk!(
    images,
    /// Fetches the page.
    fetch,
    PushPage
);

/// The page.
#[component]
fn PushPage() -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_push());
    if store.standing.with_untracked(|standing| *standing == Standing::Idle) {
        store.list_unfinished();
        store.pick(&Picked::new(use_dropped().take()));
    }
    // Only the kind of standing draws another part.
    let part = Memo::new(move |_| {
        store.standing.with(|standing| match standing {
            Standing::Idle => Part::Pick,
            Standing::Running | Standing::Failed(..) => Part::UnderWay,
            Standing::Done(_) => Part::Done,
        })
    });
    view! {
        <a class="back" href=paths::IMAGES>{icon(BACK)} {i18n.text(image::BACK)}</a>
        <div class="page-head">
            <PageTitle title=i18n.text(push::TITLE)/>
        </div>
        <div class="push">
            {move || match part.get() {
                Part::Pick => view! { <Pick/> }.into_any(),
                Part::UnderWay => view! { <UnderWay/> }.into_any(),
                Part::Done => view! { <Receipts/> }.into_any(),
            }}
        </div>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Pick,
    UnderWay,
    Done,
}

/// Before the start.
#[component]
fn Pick() -> impl IntoView {
    let (i18n, store, client) = (use_i18n(), use_push(), use_client());
    let registry = registry(client);
    let any = Memo::new(move |_| store.choices.with(|choices| !choices.is_empty()));
    view! {
        <FileDrop
            id="push-files"
            label=i18n.text(push::DROP)
            hint=i18n.text(push::DROP_HINT)
            accept=ACCEPT
            on_files=move |files: Picked| store.pick(&files)
        />
        <UnfinishedPushes/>
        <Files/>
        {move || {
            any.get()
                .then(|| match registry.get()? {
                    Ok(registry) => Some(view! { <Choose registry/> }.into_any()),
                    Err(failure) => Some(refused(i18n, failure, Callback::new(move |()| registry.refetch())).into_any()),
                })
        }}
        <Lines/>
    }
}

fn refused(i18n: crate::i18n::I18n, failure: Failure, again: Callback<()>) -> impl IntoView {
    let text = Signal::derive(move || failure.message(i18n));
    view! {
        <div class="panel">
            <Empty title=i18n.text(push::REGISTRY_FAILED) text failed=true>
                <Button label=i18n.text(common::RETRY) on_click=again/>
            </Empty>
        </div>
    }
}
