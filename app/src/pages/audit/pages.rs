//! A list that the gateway tells in pages, the newest first, narrowed by words of the address.

use super::field::Field;
use crate::client::Failure;
use crate::components::{failed::Failed, stage::use_page_query};
use crate::i18n::{Phrase, catalogue::audit as words, use_i18n};
use crate::paths::{self, AuditTab};
use crate::ui::{
    button::Button,
    state::{Empty, Skeleton},
};
use api::{Code, Page};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate, params::ParamsMap};

/// The filter as the address has it.
pub(super) type Words = Vec<(&'static str, String)>;

/// What is here of the list.
pub(super) struct Pages<T: Send + Sync + 'static> {
    pub(super) entries: RwSignal<Vec<T>>,
    next: RwSignal<Option<String>>,
    is_loading: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    load: Callback<Option<String>>,
}

impl<T: Send + Sync + 'static> Copy for Pages<T> {}

impl<T: Send + Sync + 'static> Clone for Pages<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Clone + Send + Sync + 'static> Pages<T> {
    /// Reads the first page whenever the filter changes. `fetch` gives nothing where the filter cannot be asked.
    pub(super) fn follow<F>(
        filter: Memo<Words>,
        fetch: impl Fn(&Words, Option<String>) -> Option<F> + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Page<T>, Failure>> + 'static,
    {
        let entries = RwSignal::new(Vec::<T>::new());
        let next = RwSignal::new(None::<String>);
        let (is_loading, failure) = (RwSignal::new(true), RwSignal::new(None::<Failure>));
        let load = Callback::new(move |cursor: Option<String>| {
            let asked = filter.get_untracked();
            let is_first = cursor.is_none();
            let Some(fetching) = fetch(&asked, cursor) else {
                is_loading.set(false);
                return;
            };
            is_loading.set(true);
            failure.set(None);
            spawn_local(async move {
                let answer = fetching.await;
                if filter.try_get_untracked().as_ref() != Some(&asked) {
                    return;
                }
                match answer {
                    Ok(page) => {
                        entries.update(|entries| {
                            if is_first {
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
        Self { entries, next, is_loading, failure, load }
    }

    /// The list: `rows` where there are any, else what `said` says.
    pub(super) fn show(self, said: Said, rows: impl Fn() -> AnyView + Send + 'static) -> impl IntoView {
        let i18n = use_i18n();
        let code = move || self.failure.with(|failure| failure.as_ref().and_then(Failure::code));
        let empty = move |(title, text): (Phrase, Phrase)| {
            view! { <div class="panel"><Empty title=i18n.text(title) text=i18n.text(text)/></div> }.into_any()
        };
        let list = move || {
            match code() {
                Some(Code::NotSupported) => return empty(said.not_kept),
                Some(Code::Forbidden) => return empty(said.closed),
                _ => {}
            }
            if self.failure.with(Option::is_some) {
                let on_retry = move |()| self.load.run(self.next.get_untracked());
                return view! { <Failed title=i18n.text(said.failed) failure=self.failure on_retry/> }.into_any();
            }
            match (self.entries.with(Vec::is_empty), self.is_loading.get(), self.next.with(Option::is_none)) {
                (true, true, _) => view! {
                    <div class="panel audit-gathering" role="status"><Skeleton class="w-long"/> <Skeleton class="w-mid"/> <Skeleton class="w-long"/></div>
                }
                .into_any(),
                (true, false, true) => empty(said.empty),
                _ => rows(),
            }
        };
        let older = move || {
            self.next.get().map(|cursor| {
                let on_click = move |()| {
                    if !self.is_loading.get_untracked() {
                        self.load.run(Some(cursor.clone()));
                    }
                };
                view! { <div class="audit-more"><Button label=i18n.text(words::OLDER) busy=self.is_loading on_click/></div> }
            })
        };
        view! { {list} {older} }
    }
}

/// What is said where there are no rows: titles and texts.
#[derive(Clone, Copy)]
pub(super) struct Said {
    pub(super) failed: Phrase,
    pub(super) not_kept: (Phrase, Phrase),
    pub(super) closed: (Phrase, Phrase),
    pub(super) empty: (Phrase, Phrase),
}

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
