//! All images the reader may see: scope, filter and order by the address; and where putting one there begins.

mod drop;
mod empty;
mod filters;
mod table;

use crate::client::{use_client, with_query};
use crate::components::{
    failed::Failed,
    image_copy::CopyDialog,
    lazy::{chunk, fetch_ahead},
    page::PageTitle,
    stage::use_page_query,
};
use crate::i18n::{
    catalogue::{common, images as words},
    format, use_i18n,
};
use crate::paths;
use crate::queries::{
    image_list::{ImageList, Rest, registry},
    jobs::Standing,
};
use crate::rules::images::{ImageFilter, Scope, write_refusal};
use crate::stores::session::use_session;
use crate::ui::{
    button::{Button, Kind},
    icon,
    state::{Empty, Note},
};
use api::images::Image;
use drop::DropTarget;
use empty::NoImages;
use filters::Filters;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::sync::Arc;
use table::{LoadingRows, Table};

chunk!(
    images,
    /// Fetches the images list.
    fetch,
    ImagesPage
);

/// The images list.
#[component]
fn ImagesPage() -> impl IntoView {
    fetch_ahead(&[super::image::fetch, super::push::fetch]);
    let (i18n, client, session) = (use_i18n(), use_client(), use_session());
    let list = ImageList::new(client);
    let registry = registry(client);
    let (filter, set_filter) = use_filter();
    Effect::new(move || {
        list.rest.track();
        list.follow(&filter.get());
    });
    let visible = Memo::new(move |_| {
        let filter = filter.get();
        let mut images = list.images();
        images.retain(|image| filter.admits(image));
        images.sort_by(|a, b| filter.order(a, b));
        images.into_iter().map(Shown).collect::<Vec<_>>()
    });
    let content = Memo::new(move |_| match list.standing.get() {
        Standing::Loading => Content::Loading,
        Standing::Failed(_) if !list.any() => Content::Failed,
        Standing::Failed(_) | Standing::Ready if visible.with(|v| !v.is_empty()) => Content::Table,
        Standing::Failed(_) | Standing::Ready if list.any() || filter.with(ImageFilter::narrows) => Content::NoMatch,
        Standing::Failed(_) | Standing::Ready => Content::Empty,
    });
    // Where new images go: the project that is looked at.
    let target = Memo::new(move |_| {
        let session = session.session()?;
        Some(match filter.get().scope {
            Scope::Project { org, project } => (org.or(session.org), project),
            Scope::Own | Scope::All => (session.org, session.project),
        })
    });
    let no_write = Signal::derive(move || {
        let (org, project) = target.get()?;
        let refusal = session.session().and_then(|s| write_refusal(&s, org.as_deref(), &project))?;
        Some(i18n.now(refusal).to_owned())
    });
    let no_copy = Signal::derive(move || {
        let cannot = registry.get().and_then(Result::ok).is_some_and(|registry| !registry.can_copy);
        no_write.get().or_else(|| cannot.then(|| i18n.now(words::COPY_CANNOT).to_owned()))
    });
    let copying = RwSignal::new(false);
    let cleared = Callback::new(move |()| {
        set_filter.run(ImageFilter { text: String::new(), ..filter.get_untracked() });
    });
    view! {
        <div class="page-head">
            <PageTitle title=i18n.text(words::TITLE)/>
            {move || {
                matches!(content.get(), Content::Table | Content::NoMatch)
                    .then(|| view! { <span class="count" role="status">{move || i18n.count(words::COUNT, visible.with(Vec::len) as u64)}</span> })
            }}
            <div class="page-head-end">
                <Button
                    label=i18n.text(words::COPY)
                    picture=icon::IMPORT
                    refusal=no_copy
                    on_click=move |()| copying.set(true)
                />
                {move || match no_write.get() {
                    None => view! { <a class="button button-primary" href=paths::IMAGES_PUSH>{icon::icon(icon::UPLOAD)} {i18n.text(words::PUSH)}</a> }.into_any(),
                    Some(_) => view! { <Button label=i18n.text(words::PUSH) kind=Kind::Primary picture=icon::UPLOAD refusal=no_write on_click=|()| ()/> }.into_any(),
                }}
            </div>
        </div>
        <DropTarget refusal=no_write/>
        <Filters filter set_filter/>
        {move || match content.get() {
            Content::Loading => view! { <LoadingRows/> }.into_any(),
            Content::Empty => view! { <NoImages filter registry target no_write no_copy copying/> }.into_any(),
            Content::Failed => view! { <ListFailed list/> }.into_any(),
            Content::NoMatch => {
                view! {
                    <div class="panel">
                        <Empty title=i18n.text(words::NO_MATCH_TITLE) text=i18n.text(words::NO_MATCH_TEXT)>
                            <Button label=i18n.text(words::CLEAR) on_click=cleared/>
                        </Empty>
                    </div>
                }
                .into_any()
            }
            Content::Table => view! { <Table visible filter set_filter/> }.into_any(),
        }}
        <TheRest list/>
        {move || copying.get().then(|| view! { <CopyDialog target=target.get_untracked() on_close=move |()| { copying.set(false); list.load(); }/> })}
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Loading,
    Failed,
    Empty,
    NoMatch,
    Table,
}

/// An image as the list compares it: by what it is, which no fetch changes without making a new one.
#[derive(Clone, Debug)]
struct Shown(Arc<Image>);

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The filter of the address, and how to change it. Each change replaces the address: Back leaves the list, as people expect.
fn use_filter() -> (Memo<ImageFilter>, Callback<ImageFilter>) {
    let (query, navigate) = (use_page_query(), use_navigate());
    let filter = Memo::new(move |_| {
        query.with(|query| {
            let keys = ["org", "project", "q", "sort"];
            let pairs: Vec<_> = keys.into_iter().filter_map(|key| query.get(key).map(|value| (key, value))).collect();
            ImageFilter::from_pairs(pairs.iter().map(|(key, value)| (*key, value.as_str())))
        })
    });
    let set = Callback::new(move |next: ImageFilter| {
        let to = with_query(paths::IMAGES, next.to_pairs());
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    (filter, set)
}

/// The list could not be fetched.
#[component]
fn ListFailed(list: ImageList) -> impl IntoView {
    let i18n = use_i18n();
    let failure = Signal::derive(move || match list.standing.get() {
        Standing::Failed(failure) => Some(failure),
        Standing::Loading | Standing::Ready => None,
    });
    view! { <Failed title=i18n.text(words::FAILED_TITLE) failure on_retry=move |()| list.retry()/> }
}

/// What is said of images that are not on the list.
#[component]
fn TheRest(list: ImageList) -> impl IntoView {
    let i18n = use_i18n();
    move || match list.rest.get() {
        Rest::None => None,
        Rest::Coming => {
            Some(view! { <p class="images-rest muted" role="status">{i18n.text(words::COMING)}</p> }.into_any())
        }
        Rest::TooMany => {
            let text = move || {
                let n = format::integer(i18n.lang(), list.images().len() as u64);
                i18n.fill(words::TOO_MANY, &[("n", &n)])
            };
            Some(view! { <div class="images-rest"><Note text=Signal::derive(text)/></div> }.into_any())
        }
        Rest::Broken(failure) => {
            let text = move || format!("{} {}", i18n.now(words::BROKEN), failure.message(i18n));
            Some(
                view! {
                    <div class="images-rest">
                        <Note text=Signal::derive(text) bad=true/>
                        <Button label=i18n.text(common::RETRY) on_click=move |()| list.load()/>
                    </div>
                }
                .into_any(),
            )
        }
    }
}
