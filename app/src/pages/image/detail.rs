//! One version of the image: what it is, its platforms, and the views of it.

use super::{
    Shown, access::AccessView, actions::Actions, commands::Commands, config::Config, jobs::Jobs, layers::Layers,
    pull::Pull,
};
use crate::components::{copy::CopyButton, image_target::short_digest, time::DateTime};
use crate::i18n::{
    I18n, Phrase, Text,
    catalogue::{common, image as words},
    format, use_i18n,
};
use crate::paths::{self, ImageTab, Version};
use crate::queries::image::Seen;
use crate::ui::{
    button::Button,
    state::{Empty, Skeleton},
    tabs::{Tab, Tabs},
};
use api::images::{ImageDetail, Platform, PlatformImage};
use leptos::prelude::*;
use std::sync::Arc;

/// What the page shows of the chosen version.
#[component]
pub(super) fn Detail(shown: Shown) -> impl IntoView {
    let i18n = use_i18n();
    let query = shown.query;
    let none = Memo::new(move |_| shown.version.with(Option::is_none));
    move || {
        if none.get() {
            return ().into_any();
        }
        match query.seen.get() {
            Seen::Loading => view! {
                <div class="panel run-section" role="status" aria-label=i18n.text(common::LOADING)>
                    <Skeleton class="w-title"/> <Skeleton class="w-long"/> <Skeleton class="w-mid"/> <Skeleton class="w-long"/>
                </div>
            }
            .into_any(),
            Seen::Failed(failure) if failure.is_not_found() => {
                let text = move || {
                    let version = match shown.version.get() {
                        Some(Version::Tag(text) | Version::Digest(text)) => text,
                        None => String::new(),
                    };
                    i18n.fill(words::VERSION_MISSING_TEXT, &[("version", &version)])
                };
                view! {
                    <div class="panel">
                        <Empty title=i18n.text(words::VERSION_MISSING) text=Signal::derive(text) failed=true>
                            <a class="button" href=shown.repository.with_value(|r| paths::image(r))>{i18n.text(words::BACK_TAGS)}</a>
                        </Empty>
                    </div>
                }
                .into_any()
            }
            Seen::Failed(failure) => {
                let text = Signal::derive(move || {
                    format!("{} {}", failure.message(i18n), failure.detail(i18n).unwrap_or_default())
                });
                view! {
                    <div class="panel">
                        <Empty title=i18n.text(words::DETAIL_FAILED) text failed=true>
                            <Button label=i18n.text(common::RETRY) on_click=move |()| query.reload()/>
                        </Empty>
                    </div>
                }
                .into_any()
            }
            Seen::Ready(detail) => match untrack(move || shown.version.get()) {
                Some(version) => view! { <Known shown detail version/> }.into_any(),
                None => ().into_any(),
            },
        }
    }
}

/// The version once it is there.
#[component]
fn Known(shown: Shown, detail: Arc<ImageDetail>, version: Version) -> impl IntoView {
    let i18n = use_i18n();
    let title = match &version {
        Version::Tag(tag) => tag.clone(),
        Version::Digest(digest) => format!("@{}", short_digest(digest)),
    };
    let platforms = StoredValue::new(Arc::clone(&detail));
    // The platform of the address, else the first.
    let platform = Memo::new(move |_| {
        let wanted = shown.platform.get();
        platforms.with_value(|detail| {
            let named = detail.platforms.iter().find(|p| Some(platform_text(&p.platform)) == wanted);
            named.or_else(|| detail.platforms.first()).cloned()
        })
    });
    let tabs = move || {
        let platform = shown.platform.get();
        ImageTab::ALL
            .into_iter()
            .map(|tab| Tab { id: tab.word(), label: label(i18n, tab), href: shown.at(tab, platform.as_deref()) })
            .collect::<Vec<_>>()
    };
    let chosen = Signal::derive(move || shown.tab.get().word());
    let commands = StoredValue::new((Arc::clone(&detail), version.clone()));
    view! {
        <section class="panel image-card" aria-labelledby="image-version">
            <header class="job-head">
                <h2 id="image-version" class="image-version truncate">{title}</h2>
                <Actions shown detail=Arc::clone(&detail) version=version.clone()/>
            </header>
            <Facts shown detail=Arc::clone(&detail) platform version=version.clone()/>
            <Platforms shown detail=Arc::clone(&detail) platform/>
            <Pull detail=Arc::clone(&detail) version/>
        </section>
        {move || view! { <Tabs label=i18n.text(words::TABS) tabs=tabs() chosen/> }}
        <section id="panel" class="job-panel" role="tabpanel" aria-labelledby=move || format!("tab-{}", shown.tab.get().word())>
            {move || {
                let (detail, version) = commands.get_value();
                match shown.tab.get() {
                    ImageTab::Layers => view! { <Layers platform/> }.into_any(),
                    ImageTab::Config => view! { <Config detail platform/> }.into_any(),
                    ImageTab::Commands => view! { <Commands detail version/> }.into_any(),
                    ImageTab::Access => view! { <AccessView detail/> }.into_any(),
                    ImageTab::Jobs => view! { <Jobs reference=version.of(&detail.repository)/> }.into_any(),
                }
            }}
        </section>
    }
}

fn label(i18n: I18n, tab: ImageTab) -> Text {
    i18n.text(match tab {
        ImageTab::Layers => words::TAB_LAYERS,
        ImageTab::Config => words::TAB_CONFIG,
        ImageTab::Commands => words::TAB_COMMANDS,
        ImageTab::Access => words::TAB_ACCESS,
        ImageTab::Jobs => words::TAB_JOBS,
    })
}

/// `linux/arm64/v8`.
pub(super) fn platform_text(platform: &Platform) -> String {
    let Platform { os, architecture, variant } = platform;
    match variant {
        Some(variant) => format!("{os}/{architecture}/{variant}"),
        None => format!("{os}/{architecture}"),
    }
}

/// Digest, size, times, and the other names of the same.
#[component]
fn Facts(
    shown: Shown,
    detail: Arc<ImageDetail>,
    platform: Memo<Option<PlatformImage>>,
    version: Version,
) -> impl IntoView {
    let i18n = use_i18n();
    let size = detail.size_bytes;
    let built = Memo::new(move |_| platform.with(|p| p.as_ref().and_then(|p| p.config.created_at)));
    let one = (detail.platforms.len() == 1).then(|| platform_text(&detail.platforms[0].platform));
    let fact = move |name: Phrase, value: AnyView| view! { <div><dt>{i18n.text(name)}</dt><dd>{value}</dd></div> };
    let others: Vec<_> = detail
        .same_digest_tags
        .iter()
        .filter(|tag| version != Version::Tag((*tag).clone()))
        .map(|tag| {
            let href = shown.repository.with_value(|repository| {
                paths::image_at(repository, &Version::Tag(tag.clone()), ImageTab::Layers, None)
            });
            view! { <a class="tag" href=href>{tag.clone()}</a> }
        })
        .collect();
    view! {
        <dl class="job-facts image-facts">
            <div class="image-digest">
                <dt>{i18n.text(words::DIGEST)}</dt>
                <dd>
                    <code class="truncate" title=detail.digest.clone()>{detail.digest.clone()}</code>
                    <CopyButton label=i18n.text(words::COPY_DIGEST) text=Signal::stored(detail.digest.clone())/>
                </dd>
            </div>
            {fact(words::SIZE, view! { <span class="num">{move || format::image_bytes(i18n.lang(), size)}</span> }.into_any())}
            {one.map(|one| fact(words::PLATFORM, one.into_any()))}
            {move || built.get().map(|time| fact(words::CREATED, view! { <DateTime time/> }.into_any()))}
            {detail.updated_at.map(|time| fact(words::UPDATED, view! { <DateTime time/> }.into_any()))}
            {(!others.is_empty()).then(|| fact(words::ALSO, view! { <span class="tags">{others}</span> }.into_any()))}
        </dl>
    }
}

/// A choice of platforms, where there are several.
#[component]
fn Platforms(shown: Shown, detail: Arc<ImageDetail>, platform: Memo<Option<PlatformImage>>) -> impl IntoView {
    let i18n = use_i18n();
    (detail.platforms.len() > 1).then(|| {
        let links = detail
            .platforms
            .iter()
            .map(|one| {
                let (text, size, digest) = (platform_text(&one.platform), one.size_bytes, one.digest.clone());
                let address = text.clone();
                let is_chosen = move || platform.with(|p| p.as_ref().is_some_and(|p| p.digest == digest));
                view! {
                    <a
                        class="chip"
                        href=move || shown.at(shown.tab.get(), Some(&address))
                        aria-current=move || is_chosen().then_some("true")
                    >
                        {text}
                        <span class="num muted">{move || format::image_bytes(i18n.lang(), size)}</span>
                    </a>
                }
            })
            .collect_view();
        view! { <nav class="chips image-platforms" aria-label=i18n.text(words::PLATFORMS)>{links}</nav> }
    })
}
