//! The history of rights: who gave and took what, when and from where; narrowed by the address, read in pages.

use super::change::{About, BeforeAfter, MomentField, kind_word, moment};
use crate::client::{Failure, use_client};
use crate::components::{failed::Failed, stage::use_page_query, time::DateTime};
use crate::i18n::{Phrase, catalogue::audit as words, use_i18n};
use crate::paths::{self, AuditTab};
use crate::queries::audit;
use crate::ui::{
    button::Button,
    state::{Empty, Note, Skeleton},
};
use api::{Code, audit::HistorySelector};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate, params::ParamsMap};
use platform::audit::{ChangeKind, HistoryEntry};

/// Words of the address.
const KEYS: [&str; 6] = ["principal", "actor", "uri", "kind", "since", "until"];

/// The filter as the address has it.
type Words = Vec<(&'static str, String)>;

/// The history.
#[component]
pub(super) fn HistoryView() -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let (filter, set) = use_words();
    let entries = RwSignal::new(Vec::<HistoryEntry>::new());
    let next = RwSignal::new(None::<String>);
    let (is_loading, failure) = (RwSignal::new(true), RwSignal::new(None::<Failure>));
    let bad = Memo::new(move |_| filter.with(|filter| selector(filter, None).err()));
    let load = Callback::new(move |cursor: Option<String>| {
        let asked = filter.get_untracked();
        let Ok(wanted) = selector(&asked, cursor.clone()) else {
            is_loading.set(false);
            return;
        };
        is_loading.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = audit::history(client, &wanted).await;
            if filter.try_get_untracked().as_ref() != Some(&asked) {
                return;
            }
            match answer {
                Ok(page) => {
                    entries.update(|entries| {
                        if cursor.is_none() {
                            entries.clear();
                        }
                        entries.extend(page.items);
                    });
                    next.set(page.next);
                }
                Err(why) => failure.set(Some(why)),
            }
            is_loading.set(false);
        });
    });
    Effect::new(move || {
        filter.track();
        entries.set(Vec::new());
        next.set(None);
        load.run(None);
    });
    let is_offered =
        move || failure.with(|failure| failure.as_ref().and_then(Failure::code) != Some(Code::NotSupported));
    view! {
        <HistoryFilters filter set/>
        {move || bad.get().map(|why| view! { <Note text=i18n.text(why) bad=true/> })}
        {move || {
            if !is_offered() {
                return view! {
                    <div class="panel"><Empty title=i18n.text(words::HISTORY_NONE_TITLE) text=i18n.text(words::HISTORY_NONE_TEXT)/></div>
                }
                .into_any();
            }
            if failure.with(Option::is_some) {
                let on_retry = move |()| load.run(next.get_untracked());
                return view! { <Failed title=i18n.text(words::HISTORY_FAILED) failure on_retry/> }.into_any();
            }
            if entries.with(Vec::is_empty) && is_loading.get() {
                return view! {
                    <div class="panel audit-gathering" role="status"><Skeleton class="w-long"/> <Skeleton class="w-mid"/> <Skeleton class="w-long"/></div>
                }
                .into_any();
            }
            if entries.with(Vec::is_empty) && next.with(Option::is_none) {
                return view! {
                    <div class="panel"><Empty title=i18n.text(words::HISTORY_EMPTY_TITLE) text=i18n.text(words::HISTORY_EMPTY_TEXT)/></div>
                }
                .into_any();
            }
            view! { <Entries entries/> }.into_any()
        }}
        {move || {
            next.get()
                .map(|cursor| {
                    view! {
                        <div class="audit-more">
                            <Button
                                label=i18n.text(words::OLDER)
                                busy=is_loading
                                on_click=move |()| {
                                    if !is_loading.get_untracked() {
                                        load.run(Some(cursor.clone()));
                                    }
                                }
                            />
                        </div>
                    }
                })
        }}
    }
}

#[component]
fn Entries(entries: RwSignal<Vec<HistoryEntry>>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="panel audit-changes" role="table" aria-label=i18n.text(words::HISTORY_LIST)>
            <div role="rowgroup">
                <div class="audit-change audit-change-head" role="row">
                    <span role="columnheader">{i18n.text(words::COL_WHEN)}</span>
                    <span role="columnheader">{i18n.text(words::H_ACTOR)}</span>
                    <span role="columnheader">{i18n.text(words::H_WHOM)}</span>
                    <span role="columnheader">{i18n.text(words::COL_BEFORE_AFTER)}</span>
                    <span role="columnheader">{i18n.text(words::COL_FROM)}</span>
                </div>
            </div>
            <div role="rowgroup">
                <For each=move || entries.get() key=|entry| entry.seq let(entry)>
                    <Entry entry/>
                </For>
            </div>
        </div>
    }
}

#[component]
fn Entry(entry: HistoryEntry) -> impl IntoView {
    let i18n = use_i18n();
    let HistoryEntry { at, actor, request_id, address, kind, principal, target, before, after, seq: _ } = entry;
    let request = Signal::derive(move || request_id.as_ref().map(|id| i18n.fill(words::REQUEST, &[("id", id)])));
    view! {
        <div class="audit-change" role="row">
            <span role="cell"><DateTime time=Signal::stored(at)/></span>
            <span role="cell" class="truncate"><bdi>{actor}</bdi></span>
            <span role="cell"><About kind principal target/></span>
            <span role="cell"><BeforeAfter before after/></span>
            <span role="cell" class="muted truncate" title=move || request.get()>
                {address} " " <span class="audit-request">{move || request.get()}</span>
            </span>
        </div>
    }
}

/// Names, a URI, a kind, and two moments.
#[component]
fn HistoryFilters(filter: Memo<Words>, set: Callback<(&'static str, String)>) -> impl IntoView {
    let i18n = use_i18n();
    let value = move |key: &'static str| {
        Signal::derive(move || filter.with(|filter| find(filter, key).map(str::to_owned)).unwrap_or_default())
    };
    let text = move |id: &'static str, key: &'static str, label| {
        let (value, label) = (value(key), i18n.text(label));
        view! {
            <label class="audit-field" for=id>
                <span class="field-label">{move || label.get()}</span>
                <input
                    id=id
                    class="input"
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    prop:value=move || value.get()
                    on:change=move |event| set.run((key, event_target_value(&event)))
                />
            </label>
        }
    };
    let kind = value("kind");
    view! {
        <div class="filters audit-history-filters" role="search" aria-label=i18n.text(words::FILTERS)>
            {text("history-principal", "principal", words::H_WHOM)}
            {text("history-actor", "actor", words::H_ACTOR)}
            {text("history-uri", "uri", words::H_URI)}
            <label class="audit-field" for="history-kind">
                <span class="field-label">{i18n.text(words::H_KIND)}</span>
                <select id="history-kind" class="input" on:change=move |event| set.run(("kind", event_target_value(&event)))>
                    <option value="" selected=move || kind.with(String::is_empty)>{i18n.text(words::H_KIND_ALL)}</option>
                    {ChangeKind::ALL
                        .into_iter()
                        .map(|one| {
                            let selected = move || kind.with(|kind| kind == one.as_str());
                            view! { <option value=one.as_str() selected=selected>{i18n.text(kind_word(one))}</option> }
                        })
                        .collect_view()}
                </select>
            </label>
            <MomentField id="history-since" label=i18n.text(words::H_SINCE) value=value("since") on_change=move |text| set.run(("since", text))/>
            <MomentField id="history-until" label=i18n.text(words::H_UNTIL) value=value("until") on_change=move |text| set.run(("until", text))/>
        </div>
    }
}

fn find<'a>(filter: &'a Words, key: &str) -> Option<&'a str> {
    filter.iter().find(|(other, _)| *other == key).map(|(_, value)| value.as_str())
}

/// What to ask the gateway for; the sentence about the first word that is not understood.
fn selector(filter: &Words, cursor: Option<String>) -> Result<HistorySelector, Phrase> {
    let text = |key| find(filter, key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let uri = match text("uri").map(|text| text.parse()) {
        None => None,
        Some(Ok(uri)) => Some(uri),
        Some(Err(_)) => return Err(words::BAD_URI),
    };
    Ok(HistorySelector {
        principal: text("principal"),
        actor: text("actor"),
        uri,
        kind: text("kind").and_then(|word| ChangeKind::parse(&word)),
        since: text("since").and_then(|text| moment(&text)),
        until: text("until").and_then(|text| moment(&text)),
        limit: None,
        cursor,
    })
}

/// The filter of the address.
fn words_of(query: &ParamsMap) -> Words {
    KEYS.into_iter().filter_map(|key| Some((key, query.get(key)?))).collect()
}

/// The same as the gateway takes it; nothing where it is not understood.
pub(super) fn asked_for(query: &ParamsMap) -> Words {
    selector(&words_of(query), None).map(|selector| selector.to_pairs()).unwrap_or_default()
}

/// The filter of the address, and how to change one word of it.
fn use_words() -> (Memo<Words>, Callback<(&'static str, String)>) {
    let (query, navigate) = (use_page_query(), use_navigate());
    let filter = Memo::new(move |_| query.with(words_of));
    let set = Callback::new(move |(key, value): (&'static str, String)| {
        let mut next = filter.get_untracked();
        next.retain(|(other, _)| *other != key);
        if !value.trim().is_empty() {
            next.push((key, value));
        }
        let to = paths::audit(AuditTab::History, next);
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    (filter, set)
}
