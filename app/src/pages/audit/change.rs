//! One change of what decides rights, as history and comparison show it.

use crate::i18n::{I18n, Phrase, catalogue::audit as words, use_i18n};
use crate::paths;
use leptos::prelude::*;
use platform::audit::ChangeKind;

/// What a change was about: whom, what, on what.
#[component]
pub(super) fn About(kind: ChangeKind, principal: String, target: String) -> impl IntoView {
    let i18n = use_i18n();
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    view! {
        {filled(principal).map(|name| view! { <a href=paths::audit_of_person(&name)><bdi>{name.clone()}</bdi></a> " " })}
        <span class="tag">{i18n.text(kind_word(kind))}</span>
        {filled(target).map(|target| view! { " " <span class="mono audit-target">{target}</span> })}
    }
}

/// What held before and what since.
#[component]
pub(super) fn BeforeAfter(before: Option<String>, after: Option<String>) -> impl IntoView {
    let i18n = use_i18n();
    let word =
        move |word: Option<String>| move || word.clone().unwrap_or_else(|| i18n.now(words::NOTHING_HELD).to_owned());
    let class = match (&before, &after) {
        (_, None) => "audit-taken",
        (None, _) => "audit-added",
        (Some(_), Some(_)) => "audit-changed",
    };
    view! {
        <span class=format!("audit-before-after {class}")>
            <span>{word(before)}</span>
            <span aria-hidden="true">" → "</span>
            <span class="visually-hidden">{i18n.text(words::BECAME)}</span>
            <strong>{word(after)}</strong>
        </span>
    }
}

/// A kind of change in words.
pub(super) fn kind_word(kind: ChangeKind) -> Phrase {
    match kind {
        ChangeKind::Grant => words::KIND_GRANT,
        ChangeKind::Member => words::KIND_MEMBER,
        ChangeKind::OrgMember => words::KIND_ORG_MEMBER,
        ChangeKind::Principal => words::KIND_PRINCIPAL,
        ChangeKind::Project => words::KIND_PROJECT,
        ChangeKind::Org => words::KIND_ORG,
    }
}

/// The first so many are shown.
pub(super) fn cut(i18n: I18n, total: usize, most: usize) -> Option<String> {
    let n = crate::i18n::format::integer(i18n.lang(), most as u64);
    (total > most).then(|| i18n.fill(words::FIRST_SHOWN, &[("n", &n)]))
}
