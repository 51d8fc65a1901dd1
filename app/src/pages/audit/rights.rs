//! The rights: a matrix, a list where the window is narrow, or everything about one image or one person.

use super::{
    Shared,
    filters::{Filters, clear},
    matrix::Matrix,
    overview::Overview,
    reach::Reach,
    why::Why,
};
use crate::i18n::{catalogue::audit as words, use_i18n};
use crate::queries::audit::Audit;
use crate::rules::audit::Asked;
use crate::stores::browser;
use crate::ui::{button::Button, state::Empty};
use leptos::{ev, prelude::*};
use platform::permission::Visible;
use std::sync::Arc;

// The same breakpoint stands in style/audit.css.
const PHONE: &str = "(max-width: 48rem)";

/// What of the rights the address asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Empty,
    NoMatch,
    Matrix,
    List,
    Reach,
}

/// The rights.
#[component]
pub(super) fn Rights(shared: Shared, audit: Arc<Audit>) -> impl IntoView {
    let i18n = use_i18n();
    let is_narrow = use_is_narrow();
    let narrowing = Memo::new(move |_| shared.asked.get().narrowing);
    let visible = {
        let audit = audit.clone();
        Memo::new(move |_| Arc::new(narrowing.with(|narrowing| audit.review.visible(narrowing))))
    };
    let has_images = !audit.images.is_empty();
    let content = Memo::new(move |_| {
        let is_about_one = narrowing.with(|n| n.thing.is_some() || n.principal.is_some());
        let Visible { rows, columns, .. } = &*visible.get();
        match () {
            () if is_about_one => Content::Reach,
            () if !has_images => Content::Empty,
            () if rows.is_empty() || columns.is_empty() => Content::NoMatch,
            () if is_narrow.get() => Content::List,
            () => Content::Matrix,
        }
    });
    let cell = Memo::new(move |_| shared.asked.get().cell);
    let close = Callback::new(move |()| shared.set_asked.run(Asked { cell: None, ..shared.asked.get_untracked() }));
    let of_dialog = audit.clone();
    view! {
        {move || (content.get() != Content::Reach).then(|| view! { <Filters shared with_roles=true/> })}
        {move || {
            let audit = audit.clone();
            match content.get() {
                Content::Reach => view! { <Reach shared audit visible/> }.into_any(),
                Content::Matrix => view! { <Matrix shared audit visible/> }.into_any(),
                Content::List => view! { <Overview audit visible/> }.into_any(),
                Content::Empty => {
                    view! { <div class="panel"><Empty title=i18n.text(words::EMPTY_TITLE) text=i18n.text(words::EMPTY_TEXT)/></div> }
                        .into_any()
                }
                Content::NoMatch => {
                    view! {
                        <div class="panel">
                            <Empty title=i18n.text(words::NO_MATCH_TITLE) text=i18n.text(words::NO_MATCH_TEXT)>
                                <Button label=i18n.text(words::CLEAR) on_click=move |()| clear(shared)/>
                            </Empty>
                        </div>
                    }
                        .into_any()
                }
            }
        }}
        {move || {
            let audit = of_dialog.clone();
            cell.get()
                .map(|cell| {
                    let reasons = audit.review.policy().explain(&cell.principal, &cell.uri);
                    view! { <Why cell reasons on_close=close/> }
                })
        }}
    }
}

/// Whether the window is as narrow as a phone.
fn use_is_narrow() -> RwSignal<bool> {
    let is_narrow = RwSignal::new(browser::media(PHONE));
    let handle = window_event_listener(ev::resize, move |_| {
        let now = browser::media(PHONE);
        if is_narrow.get_untracked() != now {
            is_narrow.set(now);
        }
    });
    on_cleanup(move || handle.remove());
    is_narrow
}
