//! Which rights are looked at: parts of names, and the questions of an audit.

use super::Shared;
use crate::components::search::SearchField;
use crate::i18n::{Phrase, catalogue::audit as words, use_i18n};
use crate::rules::audit::Asked;
use leptos::prelude::*;
use platform::permission::Narrowing;

type Flag = fn(&mut Narrowing) -> &mut bool;

const FLAGS: [(Phrase, Phrase, Flag); 6] = [
    (words::OUTSIDERS, words::OUTSIDERS_HINT, |narrowing| &mut narrowing.outsiders),
    (words::MANAGE, words::MANAGE_HINT, |narrowing| &mut narrowing.manage),
    (words::EVERYWHERE, words::EVERYWHERE_HINT, |narrowing| &mut narrowing.everywhere),
    (words::UNUSED, words::UNUSED_HINT, |narrowing| &mut narrowing.unused),
    (words::LEFT, words::LEFT_HINT, |narrowing| &mut narrowing.left),
    (words::ROLES, words::ROLES_HINT, |narrowing| &mut narrowing.roles),
];

/// Two searches and a row of switches.
#[component]
pub(super) fn Filters(
    shared: Shared,
    /// Whether roles are only shown when asked for.
    #[prop(optional)]
    with_roles: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let change = move |change: &dyn Fn(&mut Narrowing)| {
        let mut next = shared.asked.get_untracked();
        change(&mut next.narrowing);
        shared.set_asked.run(next);
    };
    let narrowing = move || shared.asked.get().narrowing;
    let count = if with_roles { FLAGS.len() } else { FLAGS.len() - 1 };
    view! {
        <div class="filters audit-filters" role="search" aria-label=i18n.text(words::FILTERS)>
            <SearchField
                id="audit-image"
                label=i18n.text(words::FILTER_IMAGE)
                placeholder=i18n.text(words::FILTER_IMAGE)
                text=Signal::derive(move || narrowing().thing_text)
                on_settled=move |text: String| change(&move |narrowing| narrowing.thing_text.clone_from(&text))
            />
            <SearchField
                id="audit-who"
                label=i18n.text(words::FILTER_WHO)
                placeholder=i18n.text(words::FILTER_WHO)
                text=Signal::derive(move || narrowing().principal_text)
                on_settled=move |text: String| change(&move |narrowing| narrowing.principal_text.clone_from(&text))
                keyless=true
            />
            <div class="audit-flags">
                {FLAGS
                    .into_iter()
                    .take(count)
                    .map(|(label, hint, flag)| {
                        let is_on = Memo::new(move |_| *flag(&mut narrowing()));
                        view! {
                            <button
                                type="button"
                                class="audit-flag"
                                aria-pressed=move || if is_on.get() { "true" } else { "false" }
                                title=i18n.text(hint)
                                on:click=move |_| change(&move |narrowing| *flag(narrowing) = !is_on.get_untracked())
                            >
                                {i18n.text(label)}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </div>
    }
}

/// Forgets every filter.
pub(super) fn clear(shared: Shared) {
    let roles = shared.asked.get_untracked().narrowing.roles;
    shared.set_asked.run(Asked { narrowing: Narrowing { roles, ..Narrowing::default() }, cell: None });
}
