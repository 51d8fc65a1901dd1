//! The tags of the image: links to each, with digest, size and time.

use super::Shown;
use crate::components::{image_target::short_digest, time::TimeAgo};
use crate::i18n::{catalogue::image as words, format, use_i18n};
use crate::paths::{self, ImageTab, Version};
use crate::queries::jobs::Standing;
use crate::rules::tags::ordered;
use crate::stores::toasts::use_toasts;
use crate::ui::{button::Button, state::Note};
use api::images::Tag;
use leptos::prelude::*;

/// From this many on there is a filter.
const MANY: usize = 8;

/// The list.
#[component]
pub(super) fn Tags(shown: Shown) -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let list = shown.tags;
    let filter = RwSignal::new(String::new());
    let count = Memo::new(move |_| list.tags.with(Vec::len));
    let filtered = Memo::new(move |_| {
        let part = filter.with(|f| f.trim().to_lowercase());
        let mut tags = list.tags.with(|tags| ordered(tags));
        tags.retain(|tag| tag.name.to_lowercase().contains(&part));
        tags
    });
    let chosen = Memo::new(move |_| match shown.version.get() {
        Some(Version::Tag(tag)) => Some(tag),
        Some(Version::Digest(_)) | None => None,
    });
    let counted = move || {
        let text = i18n.count(words::TAG_COUNT, count.get() as u64);
        if list.has_more() { format!("{text}+") } else { text }
    };
    view! {
        <nav class="panel image-tags" aria-label=i18n.text(words::TAGS)>
            <div class="image-tags-head">
                <h2>{i18n.text(words::TAGS)}</h2>
                <span class="count">{counted}</span>
            </div>
            {move || {
                (count.get() >= MANY || list.has_more())
                    .then(|| {
                        view! {
                            <div class="image-tags-filter">
                                <input
                                    class="input"
                                    type="search"
                                    autocomplete="off"
                                    spellcheck="false"
                                    aria-label=i18n.text(words::TAGS_FILTER)
                                    placeholder=i18n.text(words::TAGS_FILTER)
                                    prop:value=move || filter.get()
                                    on:input=move |event| filter.set(event_target_value(&event))
                                />
                            </div>
                        }
                    })
            }}
            {move || match list.standing.get() {
                Standing::Failed(failure) => {
                    let text = Signal::derive(move || format!("{} {}", i18n.now(words::TAGS_FAILED), failure.message(i18n)));
                    Some(view! { <div class="image-tags-note"><Note text bad=true/></div> })
                }
                Standing::Loading | Standing::Ready => None,
            }}
            <ul class="image-tags-list">
                <For each=move || filtered.get() key=key let(tag)>
                    <TagLine shown tag chosen/>
                </For>
            </ul>
            {move || {
                filtered
                    .with(Vec::is_empty)
                    .then(|| {
                        let phrase = if count.get() == 0 { words::TAGS_NONE } else { words::TAGS_NO_MATCH };
                        view! { <p class="image-tags-note muted">{i18n.text(phrase)}</p> }
                    })
            }}
            {move || {
                list.has_more()
                    .then(|| {
                        view! {
                            <div class="image-tags-note">
                                <Button
                                    label=i18n.text(words::TAGS_MORE)
                                    busy=list.loading_more
                                    on_click=move |()| list.load_more(move |failure| toasts.failure(i18n, failure))
                                />
                            </div>
                        }
                    })
            }}
        </nav>
    }
}

/// A tag that was moved to another digest is another line.
fn key(tag: &Tag) -> String {
    format!("{}@{}", tag.name, tag.digest.as_deref().unwrap_or_default())
}

/// One tag.
#[component]
fn TagLine(shown: Shown, tag: Tag, chosen: Memo<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let name = StoredValue::new(tag.name.clone());
    let is_chosen = move || name.with_value(|name| chosen.with(|c| c.as_ref() == Some(name)));
    // The view that is open stays open.
    let href = move || {
        let version = Version::Tag(name.get_value());
        shown.repository.with_value(|repository| paths::image_at(repository, &version, shown.tab.get(), None))
    };
    let size = tag.size_bytes;
    let known = tag.digest.is_some();
    view! {
        <li>
            <a class="image-tag" href=href aria-current=move || is_chosen().then_some("true")>
                <span class="image-tag-name truncate">{tag.name.clone()}</span>
                <span class="num image-tag-size">{move || size.map(|size| format::image_bytes(i18n.lang(), size))}</span>
                <span class="mono muted truncate">{tag.digest.as_deref().map(|digest| short_digest(digest).to_owned())}</span>
                {(!known).then(|| view! { <span class="muted">{i18n.text(words::TAG_UNREADABLE)}</span> })}
                <span class="muted image-tag-time">{tag.updated_at.map(|time| view! { <TimeAgo time/> })}</span>
            </a>
        </li>
    }
}

impl Shown {
    /// The address of another view of what is shown.
    pub(super) fn at(self, tab: ImageTab, platform: Option<&str>) -> String {
        self.repository.with_value(|repository| match self.version.get() {
            Some(version) => paths::image_at(repository, &version, tab, platform),
            None => paths::image(repository),
        })
    }
}
