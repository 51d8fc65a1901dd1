//! A list that the gateway tells in pages, the newest first: what is here of it, and the way to more.

use super::failed::Failed;
use crate::client::Failure;
use crate::i18n::{Phrase, catalogue::common, use_i18n};
use crate::ui::{
    button::Button,
    state::{Empty, Skeleton},
};
use api::{Code, Page};
use leptos::{prelude::*, task::spawn_local};

/// What is here of the list.
pub(crate) struct Pages<T: Send + Sync + 'static> {
    pub(crate) entries: RwSignal<Vec<T>>,
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
    pub(crate) fn follow<W, F>(
        filter: Memo<W>,
        fetch: impl Fn(&W, Option<String>) -> Option<F> + Send + Sync + 'static,
    ) -> Self
    where
        W: Clone + PartialEq + Send + Sync + 'static,
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
    pub(crate) fn show(self, said: Said, rows: impl Fn() -> AnyView + Send + 'static) -> impl IntoView {
        let i18n = use_i18n();
        let code = move || self.failure.with(|failure| failure.as_ref().and_then(Failure::code));
        let empty = move |(title, text): (Phrase, Phrase)| {
            view! { <div class="panel"><Empty title=i18n.text(title) text=i18n.text(text)/></div> }.into_any()
        };
        let list = move || {
            let nothing = match code() {
                Some(Code::NotSupported) => said.not_kept,
                Some(Code::Forbidden) => said.closed,
                _ => None,
            };
            if let Some(words) = nothing {
                return empty(words);
            }
            if self.failure.with(Option::is_some) {
                let on_retry = move |()| self.load.run(self.next.get_untracked());
                return view! { <Failed title=i18n.text(said.failed) failure=self.failure on_retry/> }.into_any();
            }
            match (self.entries.with(Vec::is_empty), self.is_loading.get(), self.next.with(Option::is_none)) {
                (true, true, _) => view! {
                    <div class="panel pages-loading" role="status"><Skeleton class="w-long"/> <Skeleton class="w-mid"/> <Skeleton class="w-long"/></div>
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
                view! { <div class="table-more"><Button label=i18n.text(common::OLDER) busy=self.is_loading on_click/></div> }
            })
        };
        view! { {list} {older} }
    }
}

/// What is said where there are no rows: titles and texts.
#[derive(Clone, Copy)]
pub(crate) struct Said {
    pub(crate) failed: Phrase,
    /// Where the cluster has no such list, if it is not said as any failure is.
    pub(crate) not_kept: Option<(Phrase, Phrase)>,
    /// Where the list is not for this user, likewise.
    pub(crate) closed: Option<(Phrase, Phrase)>,
    pub(crate) empty: (Phrase, Phrase),
}
