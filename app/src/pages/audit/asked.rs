//! Words of the address that narrow a list, and fields for them.

use super::field::Field;
use crate::components::stage::use_page_query;
use crate::i18n::{Phrase, use_i18n};
use crate::paths::{self, AuditTab};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate, params::ParamsMap};

/// The filter as the address has it.
pub(super) type Words = Vec<(&'static str, String)>;

/// The words of the address under these keys, and how to change one of them.
pub(super) fn use_words<const N: usize>(
    tab: AuditTab,
    keys: [&'static str; N],
) -> (Memo<Words>, Callback<(&'static str, String)>) {
    let (query, navigate) = (use_page_query(), use_navigate());
    let filter = Memo::new(move |_| query.with(|query| words_of(query, keys)));
    let set = Callback::new(move |(key, value): (&'static str, String)| {
        let mut next = filter.get_untracked();
        next.retain(|(other, _)| *other != key);
        if !value.trim().is_empty() {
            next.push((key, value));
        }
        let to = paths::audit(tab, next);
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    (filter, set)
}

/// The words of the address under these keys.
pub(super) fn words_of<const N: usize>(query: &ParamsMap, keys: [&'static str; N]) -> Words {
    keys.into_iter().filter_map(|key| Some((key, query.get(key)?))).collect()
}

/// What one word says, where it says anything.
pub(super) fn word(filter: &Words, key: &str) -> Option<String> {
    let found = filter.iter().find(|(other, _)| *other == key).map(|(_, value)| value.trim().to_owned());
    found.filter(|text| !text.is_empty())
}

/// A field for one word.
#[component]
pub(super) fn WordField(
    id: &'static str,
    /// The word's key.
    key: &'static str,
    label: Phrase,
    filter: Memo<Words>,
    set: Callback<(&'static str, String)>,
) -> impl IntoView {
    let value = Signal::derive(move || filter.with(|filter| word(filter, key)).unwrap_or_default());
    view! { <Field id label=use_i18n().text(label) value on_change=move |text| set.run((key, text))/> }
}
