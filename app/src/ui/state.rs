//! The states of a list or panel besides its content.

use super::icon::{ALERT, icon};
use leptos::prelude::*;

/// Nothing to show, and what to do about it.
#[component]
pub(crate) fn Empty(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    /// Whether something failed; it is then read out.
    #[prop(optional)]
    failed: bool,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" role=failed.then_some("alert")>
            {if failed { view! { <span class="empty-art empty-failed">{icon(ALERT)}</span> }.into_any() } else { buoy().into_any() }}
            <h2>{move || title.get()}</h2>
            <p class="empty-text">{move || text.get()}</p>
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}

/// A buoy on still water: nothing is moored here.
fn buoy() -> impl IntoView {
    view! {
        <svg class="empty-art" viewBox="0 0 72 72" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
            <path class="empty-buoy" d="M29 42l4-20h6l4 20M31 32h10M36 22v-6M36 16a2.5 2.5 0 100-5 2.5 2.5 0 000 5z"/>
            <path d="M24 42h24l-3 6H27zM8 54c5 0 5 3 9.500 3s5-3 9.500-3 5 3 9.500 3 5-3 9.500-3 5 3 9.500 3 4.500-3 8.500-3M20 64c4 0 4-2 8-2s4 2 8 2 4-2 8-2 4 2 8 2"/>
        </svg>
    }
}

/// Bars where text will be.
#[component]
pub(crate) fn Skeleton(
    /// A CSS class that gives the width.
    class: &'static str,
) -> impl IntoView {
    view! { <span class=format!("skeleton {class}") aria-hidden="true"></span> }
}

/// A quiet notice within a page.
#[component]
pub(crate) fn Note(#[prop(into)] text: Signal<String>, #[prop(optional)] bad: bool) -> impl IntoView {
    view! {
        <div class=if bad { "note note-bad" } else { "note note-wait" } role=if bad { "alert" } else { "status" }>
            {icon(ALERT)}
            <span>{move || text.get()}</span>
        </div>
    }
}
