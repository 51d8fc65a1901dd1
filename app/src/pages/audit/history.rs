//! The history of rights: who gave and took what, when and from where; narrowed by the address, read in pages.

use super::asked::{WordField, Words, use_words, word, words_of};
use super::change::{About, BeforeAfter, kind_word};
use super::moment::{MomentField, moment};
use super::record::{Record, RecordTable};
use crate::client::use_client;
use crate::components::pages::{Pages, Said};
use crate::i18n::{Phrase, catalogue::audit as words, use_i18n};
use crate::paths::AuditTab;
use crate::queries::audit;
use crate::ui::state::Note;
use api::audit::HistorySelector;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use platform::audit::{ChangeKind, HistoryEntry};

/// Words of the address.
const KEYS: [&str; 6] = ["principal", "actor", "uri", "kind", "since", "until"];

const SAID: Said = Said {
    failed: words::HISTORY_FAILED,
    not_kept: Some((words::HISTORY_NONE_TITLE, words::HISTORY_NONE_TEXT)),
    // Nobody is refused: each sees what may be seen.
    closed: Some((words::HISTORY_EMPTY_TITLE, words::HISTORY_EMPTY_TEXT)),
    empty: (words::HISTORY_EMPTY_TITLE, words::HISTORY_EMPTY_TEXT),
};

/// The history.
#[component]
pub(super) fn HistoryView() -> impl IntoView {
    let (i18n, client) = (use_i18n(), use_client());
    let (filter, set) = use_words(AuditTab::History, KEYS);
    let bad = Memo::new(move |_| filter.with(|filter| selector(filter, None).err()));
    let pages = Pages::follow(filter, move |filter, cursor| {
        let selector = selector(filter, cursor).ok()?;
        Some(async move { audit::history(client, &selector).await })
    });
    view! {
        <HistoryFilters filter set/>
        {move || bad.get().map(|why| view! { <Note text=i18n.text(why) bad=true/> })}
        {pages.show(SAID, move || view! { <Entries entries=pages.entries/> }.into_any())}
    }
}

#[component]
fn Entries(entries: RwSignal<Vec<HistoryEntry>>) -> impl IntoView {
    view! {
        <RecordTable label=words::HISTORY_LIST heads=[words::H_ACTOR, words::H_WHOM, words::COL_BEFORE_AFTER]>
            <For each=move || entries.get() key=|entry| entry.seq let(entry)>
                <Entry entry/>
            </For>
        </RecordTable>
    }
}

#[component]
fn Entry(entry: HistoryEntry) -> impl IntoView {
    let HistoryEntry { at, actor, request_id, address, kind, principal, target, before, after, seq: _ } = entry;
    let actor = view! { <bdi>{actor}</bdi> }.into_any();
    view! {
        <Record at actor address request_id>
            <span role="cell"><About kind principal target/></span>
            <span role="cell"><BeforeAfter before after/></span>
        </Record>
    }
}

/// Names, a URI, a kind, and two moments.
#[component]
fn HistoryFilters(filter: Memo<Words>, set: Callback<(&'static str, String)>) -> impl IntoView {
    let i18n = use_i18n();
    let value =
        move |key: &'static str| Signal::derive(move || filter.with(|filter| word(filter, key)).unwrap_or_default());
    let kind = value("kind");
    view! {
        <div class="filters audit-history-filters" role="search" aria-label=i18n.text(words::FILTERS)>
            <WordField id="history-principal" key="principal" label=words::H_WHOM filter set/>
            <WordField id="history-actor" key="actor" label=words::H_ACTOR filter set/>
            <WordField id="history-uri" key="uri" label=words::H_URI filter set/>
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

/// What to ask the gateway for; the sentence about the first word that is not understood.
fn selector(filter: &Words, cursor: Option<String>) -> Result<HistorySelector, Phrase> {
    let text = |key| word(filter, key);
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

/// The filter of the address as the gateway takes it; the sentence about the first word that is not understood.
pub(super) fn asked_for(query: &ParamsMap) -> Result<Words, Phrase> {
    pairs(&words_of(query, KEYS))
}

fn pairs(filter: &Words) -> Result<Words, Phrase> {
    selector(filter, None).map(|selector| selector.to_pairs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_is_not_understood_asks_for_nothing_rather_than_all() {
        let filter = |uri: &str| vec![("uri", uri.to_owned())];
        assert_eq!(pairs(&filter("not a uri")), Err(words::BAD_URI));
        assert_eq!(pairs(&filter("image://c/o")), Ok(filter("image://c/o")));
    }
}
