//! One image: its tags, and one of them in full.

mod access;
mod actions;
mod commands;
mod config;
mod delete;
mod detail;
mod jobs;
mod layers;
mod pull;
mod tags;

use crate::client::use_client;
use crate::components::{
    copy::CopyButton,
    failed::Failed,
    lazy::{PageSkeleton, chunk},
    page::PageTitle,
    stage::{Stage, use_page_query, use_place},
};
use crate::i18n::{catalogue::image as words, use_i18n};
use crate::paths::{self, ImageTab, Version};
use crate::queries::{
    image::{DetailQuery, TagList},
    jobs::Standing,
};
use crate::rules::tags::usual;
use crate::stores::session::use_session;
use crate::ui::icon::{BACK, icon};
use detail::Detail;
use leptos::prelude::*;
use tags::Tags;

/// What of an image the address shows.
#[derive(Clone, Copy)]
struct Shown {
    repository: StoredValue<String>,
    /// What the address names; absent: the usual one is shown.
    named: Memo<Option<Version>>,
    /// What is shown.
    version: Memo<Option<Version>>,
    tab: Memo<ImageTab>,
    platform: Memo<Option<String>>,
    tags: TagList,
    query: DetailQuery,
}

chunk!(
    images,
    /// Fetches the page of one image.
    fetch,
    ImagePage
);

/// The page of one image.
#[component]
fn ImagePage() -> impl IntoView {
    let repository = use_place(paths::repository_at);
    let page = move || view! { <ImageView repository=repository.get()/> };
    view! { <Stage page/> }
}

/// An image that is known by its repository; drawn anew for another one.
#[component]
fn ImageView(repository: String) -> impl IntoView {
    let (i18n, client, query) = (use_i18n(), use_client(), use_page_query());
    let tags = TagList::open(client, repository.clone());
    let named = Memo::new(move |_| query.with(|q| Version::parse(q.get("tag"), q.get("digest"))));
    // Once shown, the usual one stays though more tags are loaded.
    let version = Memo::new(move |before: Option<&Option<Version>>| {
        named.get().or_else(|| {
            let before = before.cloned().flatten();
            let there = |tag: &str| tags.tags.with(|tags| tags.iter().any(|t| t.name == tag));
            match before {
                Some(Version::Tag(tag)) if there(&tag) => Some(Version::Tag(tag)),
                _ => tags.tags.with(|tags| usual(tags).map(|tag| Version::Tag(tag.to_owned()))),
            }
        })
    });
    let shown = Shown {
        repository: StoredValue::new(repository.clone()),
        named,
        version,
        tab: Memo::new(move |_| ImageTab::parse(query.with(|q| q.get("view")).as_deref())),
        platform: Memo::new(move |_| query.with(|q| q.get("platform")).filter(|p| !p.is_empty())),
        tags,
        query: DetailQuery::follow(client, repository, version),
    };
    let kind = Memo::new(move |_| match tags.standing.get() {
        Standing::Loading => Kind::Loading,
        Standing::Ready => Kind::Ready,
        Standing::Failed(failure) if failure.is_not_found() => Kind::NotFound,
        Standing::Failed(_) if tags.tags.with(Vec::is_empty) => Kind::Failed,
        Standing::Failed(_) => Kind::Ready,
    });
    move || match kind.get() {
        Kind::Loading => view! { <PageSkeleton/> }.into_any(),
        Kind::NotFound => {
            let text = move || i18n.fill(words::NOT_FOUND_TEXT, &[("name", &shown.repository.get_value())]);
            view! {
                <div class="empty">
                    <PageTitle title=i18n.text(words::NOT_FOUND)/>
                    <p class="empty-text">{text}</p>
                    <a class="button button-primary" href=paths::IMAGES>{i18n.text(words::BACK)}</a>
                </div>
            }
            .into_any()
        }
        Kind::Failed => {
            let failure = Signal::derive(move || match tags.standing.get() {
                Standing::Failed(failure) => Some(failure),
                Standing::Loading | Standing::Ready => None,
            });
            let on_retry = move |()| {
                tags.standing.set(Standing::Loading);
                tags.load();
            };
            view! { <Failed title=i18n.text(words::FAILED) failure on_retry/> }.into_any()
        }
        Kind::Ready => view! { <Known shown/> }.into_any(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Loading,
    Ready,
    NotFound,
    Failed,
}

/// The page once the image is there.
#[component]
fn Known(shown: Shown) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let repository = shown.repository.get_value();
    let name = repository.rsplit('/').next().unwrap_or_default().to_owned();
    let uri = session.session().map(|session| format!("image://{}/{repository}", session.cluster)).unwrap_or_default();
    let is_named = move || shown.named.with(Option::is_some);
    view! {
        <a class="back" href=paths::IMAGES>{icon(BACK)} {i18n.text(words::BACK)}</a>
        <header class="image-head">
            <div class="job-title"><PageTitle title=Signal::stored(name)/></div>
            <div class="job-line">
                <code class="truncate">{uri.clone()}</code>
                <CopyButton label=i18n.text(words::COPY_URI) text=Signal::stored(uri)/>
            </div>
        </header>
        <div class="image-columns" class:image-chosen=is_named>
            <Tags shown/>
            <div class="image-main">
                <a class="back image-back" href=paths::image(&repository)>{icon(BACK)} {i18n.text(words::BACK_TAGS)}</a>
                <Detail shown/>
            </div>
        </div>
    }
}
