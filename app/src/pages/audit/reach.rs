//! Everything about one image, or about one user or role: who can reach it, or what they can reach, each with where it comes from.

use super::{
    Shared,
    filters::clear,
    gathering::unused_word,
    long_table::{LongTable, head},
    why::{in_short, right_class, right_word},
};
use crate::components::time::TimeAgo;
use crate::i18n::{catalogue::audit as words, use_i18n};
use crate::paths::{self, AuditTab};
use crate::queries::audit::Audit;
use crate::rules::audit::{Asked, Cell};
use crate::ui::{icon, state::Empty};
use leptos::prelude::*;
use platform::permission::{Narrowing, PrincipalKind, Visible};
use std::sync::Arc;

/// The list.
#[component]
pub(super) fn Reach(shared: Shared, audit: Arc<Audit>, visible: Memo<Arc<Visible>>) -> impl IntoView {
    let i18n = use_i18n();
    let narrowing = Memo::new(move |_| shared.asked.get().narrowing);
    // An image's roles are part of who can reach it.
    let pairs = {
        let audit = audit.clone();
        Memo::new(move |_| {
            let narrowing = narrowing.get();
            let is_of_image = narrowing.thing.is_some() && narrowing.principal.is_none();
            let seen = if is_of_image {
                Arc::new(audit.review.visible(&Narrowing { roles: true, ..narrowing.clone() }))
            } else {
                visible.get()
            };
            let cells = seen.rows.iter().flat_map(|row| seen.columns.iter().map(|column| (*row, *column)));
            cells.filter(|(row, column)| audit.review.is_meant(&narrowing, *row, *column)).collect::<Vec<_>>()
        })
    };
    let of_person = Memo::new(move |_| narrowing.with(|n| n.principal.is_some()));
    let total = Signal::derive(move || pairs.with(Vec::len));
    let label = Signal::derive(move || {
        i18n.now(if of_person.get() { words::WHAT_CAN_REACH } else { words::WHO_CAN_REACH }).to_owned()
    });
    let heads = view! {
        {head(move || i18n.now(if of_person.get() { words::COL_IMAGE } else { words::COL_WHO }))}
        {[words::COL_RIGHT, words::COL_WHY, words::COL_USED].map(|phrase| head(i18n.text(phrase))).collect_view()}
    }
    .into_any();
    let row = move |(row, column)| view! { <ReachRow shared audit=audit.clone() row column of_person/> }.into_any();
    view! {
        <Head shared narrowing count=total/>
        {move || {
            (total.get() == 0)
                .then(|| {
                    let (title, text) = if of_person.get() {
                        (words::NOTHING, words::NOTHING_TEXT)
                    } else {
                        (words::NOBODY, words::NOBODY_TEXT)
                    };
                    view! { <div class="panel"><Empty title=i18n.text(title) text=i18n.text(text)/></div> }
                })
        }}
        <LongTable class="" label heads items=pairs row/>
    }
}

/// What the list is about, and the ways on from it.
#[component]
fn Head(shared: Shared, narrowing: Memo<Narrowing>, count: Signal<usize>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let Narrowing { thing, principal, .. } = narrowing.get();
        let (text, more) = match (&thing, &principal) {
            (_, Some(name)) => {
                let grants = paths::audit(AuditTab::Grants, [("person", name.as_str())]);
                let more = view! { <a href=grants>{i18n.text(words::TO_GRANTS)}</a> }.into_any();
                (i18n.fill(words::REACH_PERSON, &[("who", name)]), more)
            }
            (Some(uri), None) => {
                let path = uri.segments().get(1..).unwrap_or_default().join("/");
                let grants = paths::audit(AuditTab::Grants, [("uri", uri.to_string())]);
                let more = view! {
                    <a href=paths::image(&path)>{i18n.text(words::TO_IMAGE)}</a>
                    <a href=grants>{i18n.text(words::TAB_GRANTS)}</a>
                }
                .into_any();
                (i18n.fill(words::REACH_IMAGE, &[("image", &path)]), more)
            }
            (None, None) => (String::new(), ().into_any()),
        };
        let of_person = principal.is_some();
        view! {
            <div class="audit-about">
                <button type="button" class="button button-quiet" on:click=move |_| clear(shared)>
                    {icon::icon(icon::BACK)} {i18n.text(words::ALL_OF_THEM)}
                </button>
                <h2 class="truncate">{text}</h2>
                <span class="count" role="status">
                    {move || {
                        let phrase = if of_person { words::COUNT_IMAGES } else { words::COUNT_PEOPLE };
                        i18n.count(phrase, count.get() as u64)
                    }}
                </span>
                {more}
            </div>
        }
    }
}

/// One right.
#[component]
fn ReachRow(shared: Shared, audit: Arc<Audit>, row: u32, column: u32, of_person: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let subject = &audit.review.subjects()[column as usize];
    let image = &audit.images[row as usize];
    let (right, is_outsider) = (audit.review.right(row, column), audit.review.is_outsider(row, column));
    let (name, path, uri) = (subject.name.clone(), image.repository.clone(), image.uri.clone());
    let (kind, has_left, used_at) = (subject.kind, subject.has_left, image.used_at());
    let unused = unused_word(&audit.gaps);
    let why = audit.review.why(row, column).into_iter().next();
    let why = Signal::derive(move || why.as_ref().map(|why| in_short(i18n, why)).unwrap_or_default());
    let cell = StoredValue::new(Cell { uri: uri.clone(), principal: name.clone() });
    let open = move |_| {
        let cell = Some(cell.get_value());
        shared.set_asked.run(Asked { cell, ..shared.asked.get_untracked() });
    };
    let label = {
        let (name, path) = (name.clone(), path.clone());
        move || i18n.fill(words::CELL, &[("right", i18n.now(right_word(right))), ("who", &name), ("image", &path)])
    };
    view! {
            <span role="cell" class="audit-reach-name">
                {move || {
                    let (href, text) = if of_person.get() {
                        (paths::audit_of_image(&uri.to_string()), path.clone())
                    } else {
                        (paths::audit_of_person(&name), name.clone())
                    };
                    view! { <a class="truncate" href=href><bdi>{text}</bdi></a> }
                }}
                {(kind == PrincipalKind::Role).then(|| view! { <span class="tag">{i18n.text(words::ROLE)}</span> })}
                {has_left.then(|| view! { <span class="tag audit-tag-bad">{i18n.text(words::HAS_LEFT)}</span> })}
                {is_outsider.then(|| view! { <span class="tag audit-tag-wait">{i18n.text(words::OUTSIDER)}</span> })}
            </span>
            <span role="cell">
                <span class=format!("audit-right {}", right_class(right))>{i18n.text(right_word(right))}</span>
            </span>
            <span role="cell" class="audit-reach-why">
                <button type="button" class="audit-link truncate" aria-label=label on:click=open>{move || why.get()}</button>
            </span>
            <span role="cell" class="audit-reach-used muted">
                // On a phone there is no heading that says it.
                <span class="audit-reach-label" aria-hidden="true">{i18n.text(words::COL_USED)} ": "</span>
                {match used_at {
                    Some(time) => view! { <TimeAgo time=Signal::stored(time)/> }.into_any(),
                    None => i18n.text(unused).into_any(),
                }}
            </span>
    }
}
