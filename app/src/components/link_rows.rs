//! Links as a list: what each shows, how it is used, how long it lives; and revoking.

use crate::i18n::{
    I18n, Phrase,
    catalogue::{common, links as words},
    format, use_i18n,
};
use crate::paths;
use crate::rules::job::short_id;
use crate::stores::clock::use_clock;
use crate::ui::button::{Button, Kind};
use api::links::{Link, LinkField, LinkScope};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// What a job is called in a list of links.
pub(crate) fn job_label(link: &Link) -> String {
    link.job_name.clone().unwrap_or_else(|| short_id(&link.job_id).to_owned())
}

/// What a field is called.
pub(crate) fn field_phrase(field: LinkField) -> Phrase {
    match field {
        LinkField::Owner => words::FIELD_OWNER,
        LinkField::Project => words::FIELD_PROJECT,
        LinkField::Image => words::FIELD_IMAGE,
        LinkField::Preset => words::FIELD_PRESET,
        LinkField::Description => words::FIELD_DESCRIPTION,
        LinkField::Tags => words::FIELD_TAGS,
    }
}

/// The rows.
#[component]
pub(crate) fn LinkRows(
    #[prop(into)] links: Signal<Vec<Link>>,
    /// Whether the job is named, for it is not clear from around.
    #[prop(optional)]
    of_many_jobs: bool,
    /// Ids that are chosen, where several can be revoked at once.
    #[prop(optional)]
    chosen: Option<RwSignal<BTreeSet<String>>>,
    /// Told what the reader wants to revoke.
    #[prop(into)]
    on_revoke: Callback<Link>,
) -> impl IntoView {
    view! {
        <ul class="links">
            <For each=move || links.get() key=|link| (link.id.clone(), link.views) let(link)>
                <Row link of_many_jobs chosen on_revoke/>
            </For>
        </ul>
    }
}

#[component]
fn Row(
    link: Link,
    of_many_jobs: bool,
    chosen: Option<RwSignal<BTreeSet<String>>>,
    on_revoke: Callback<Link>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (name, author) = (job_label(&link), link.author.clone());
    let places = StoredValue::new((name.clone(), author));
    let named = move |phrase: Phrase| {
        Signal::derive(move || {
            places.with_value(|(name, author)| i18n.fill(phrase, &[("name", name), ("author", author)]))
        })
    };
    let check = chosen.map(|chosen| {
        let (id, label) = (StoredValue::new(link.id.clone()), named(words::SELECT));
        let set = move |event| {
            let on = event_target_checked(&event);
            chosen.update(|chosen| {
                id.with_value(|id| if on { chosen.insert(id.clone()) } else { chosen.remove(id) });
            });
        };
        let is_on = move || chosen.with(|chosen| id.with_value(|id| chosen.contains(id)));
        view! {
            <label class="check-target">
                <input type="checkbox" class="checkbox" aria-label=move || label.get() prop:checked=is_on on:change=set/>
            </label>
        }
    });
    let scope = match link.scope {
        LinkScope::Status => words::SCOPE_STATUS,
        LinkScope::Log => words::SCOPE_LOG,
    };
    let link_again = link.clone();
    view! {
        <li class="link">
            {check}
            <div class="link-main">
                <div class="link-head">
                    {of_many_jobs.then(|| view! { <a class="link-job truncate" href=paths::job(&link.job_id)>{name}</a> })}
                    <span class="badge">{i18n.text(scope)}</span>
                    {(!link.fields.is_empty()).then(|| also(i18n, link.fields.clone()))}
                </div>
                {link.note.clone().map(|note| view! { <p class="link-note">{note}</p> })}
                <Facts link/>
            </div>
            <RevokeButton label=named(words::REVOKE_ONE_LABEL) on_click=move |()| on_revoke.run(link_again.clone())/>
        </li>
    }
}

/// In sight a short word, for a screen reader which link.
#[component]
fn RevokeButton(label: Signal<String>, #[prop(into)] on_click: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <button type="button" class="button button-danger" aria-label=move || label.get() on:click=move |_| on_click.run(())>
            {i18n.text(words::REVOKE)}
        </button>
    }
}

fn also(i18n: I18n, fields: Vec<LinkField>) -> impl IntoView {
    move || {
        let names: Vec<String> = fields.iter().map(|f| i18n.now(field_phrase(*f)).to_lowercase()).collect();
        view! { <span class="link-also muted">{i18n.fill(words::ALSO_SHOWS, &[("fields", &names.join(", "))])}</span> }
    }
}

#[component]
fn Facts(link: Link) -> impl IntoView {
    let (i18n, clock) = (use_i18n(), use_clock());
    let (ends, viewed, views, author) = (link.expires_at, link.last_viewed_at, link.views, link.author);
    let left = Memo::new(move |_| {
        i18n.fill(words::ENDS_IN, &[("time", &format::duration(i18n.lang(), clock.secs_until(ends)))])
    });
    let last = Memo::new(move |_| {
        let viewed = viewed?;
        let ago = format::ago(i18n.lang(), clock.secs_since(viewed));
        Some(i18n.fill(words::LAST_VIEW, &[("ago", &ago)]))
    });
    view! {
        <p class="link-facts muted num">
            <span>{move || i18n.fill(words::BY, &[("author", &author)])}</span>
            <span>
                {move || i18n.count(words::VIEWS, views)}
                {move || last.get().map(|last| format!(", {last}"))}
            </span>
            <time datetime=ends.to_string() title=move || format::date_time(i18n.lang(), ends)>{move || left.get()}</time>
        </p>
    }
}

/// What stands there while links are on their way.
#[component]
pub(crate) fn LinksLoading() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="links-loading" role="status" aria-label=i18n.text(common::LOADING)>
            <crate::ui::state::Skeleton class="w-long"/>
            <crate::ui::state::Skeleton class="w-mid"/>
        </div>
    }
}

/// A button that takes a list of links.
#[component]
pub(crate) fn RevokeMany(count: Signal<usize>, #[prop(into)] on_click: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class="muted num" role="status">{move || i18n.count(words::CHOSEN, count.get() as u64)}</span>
        <Button label=i18n.text(words::REVOKE_SELECTED) kind=Kind::Danger on_click/>
    }
}
