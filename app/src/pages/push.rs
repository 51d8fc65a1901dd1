//! Pushing image archives: picking files, choosing what goes where, watching it go, and the receipt. All of it is the tab's push store:
//! the page can be left and found again as it was.

mod choose;
mod chosen;
mod found;
mod left_out;
mod lines;
mod project;
mod receipt;
mod under_way;
mod unfinished;
mod waiting;

use crate::client::{Failure, use_client};
use crate::components::{lazy::chunk, page::PageTitle};
use crate::i18n::{
    catalogue::{common, image, push},
    use_i18n,
};
use crate::paths;
use crate::queries::image_list::registry;
use crate::rules::{
    project::{holding, projects},
    push as rules,
};
use crate::stores::{
    dropped::use_dropped,
    push::{Look, PushStore, Standing, use_push},
    session::use_session,
};
use crate::ui::{
    button::Button,
    file_drop::{FileDrop, Picked},
    icon::{BACK, icon},
    state::Empty,
};
use ::image::reference::Place;
use api::session::Session;
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
    let are_waiting = untrack(|| !use_dropped().names().is_empty());
    match store.standing.get_untracked() {
        Standing::Idle => store.list_unfinished(),
        // Who brings new files has seen the receipts, or has them no longer in mind.
        Standing::Done(_) if are_waiting => store.clear(),
        Standing::Done(_) | Standing::Running | Standing::Failed(..) => {}
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
    let (i18n, store, client, session) = (use_i18n(), use_push(), use_client(), use_session());
    store.pick(&Picked::new(use_dropped().take()));
    let registry = registry(client);
    let session = StoredValue::new(untrack(|| session.session()));
    let place = Memo::new(move |_| {
        let host = registry.get().and_then(Result::ok).map(|registry| registry.host);
        let chosen = store.project.get();
        session.with_value(|session| Some(crate::rules::project::place(session.as_ref()?, host.as_deref(), chosen)))
    });
    Effect::new(move || session.with_value(|session| offer_names(store, session.as_ref(), place)));
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
        <Files place/>
        {move || {
            any.get()
                .then(|| match registry.get()? {
                    Ok(registry) => Some(view! { <Choose registry place/> }.into_any()),
                    Err(failure) => Some(refused(i18n, failure, Callback::new(move |()| registry.refetch())).into_any()),
                })
        }}
        <Lines/>
    }
}

/// Gives the images of files that were looked into their names. What is chosen first goes where an unfinished push of it went, as that did.
fn offer_names(store: PushStore, session: Option<&Session>, place: Memo<Option<Place>>) {
    let is_chosen = |file: u32| store.choices.with_untracked(|list| list.iter().any(|choice| choice.file == file));
    let found = store.files.with(|files| {
        let found = files.iter().filter(|file| !is_chosen(file.number)).filter_map(|file| match &file.look {
            Look::Found(report) => Some((file.number, report.clone())),
            Look::Looking(_) | Look::Refused(_) => None,
        });
        found.collect::<Vec<_>>()
    });
    for (file, report) in found {
        let is_first = store.choices.with_untracked(Vec::is_empty);
        if let (true, Some(begun), Some(session)) = (is_first, report.unfinished.first(), session) {
            store.project.set(holding(&projects(session), &begun.repository));
            if let Some(compression) = begun.compression {
                store.compression.set(rules::compression_word(compression).to_owned());
            }
        }
        let offers = untrack(|| place.with(|place| Some(rules::offer::offers(place.as_ref()?, &report))));
        store.choose(file, offers.unwrap_or_default());
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
