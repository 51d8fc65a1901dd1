//! The place where one page follows another, and the address as a page sees it.
//!
//! A page's signals outlive its view until all that was under way has run. A change of the address wakes what follows it on
//! every level of the page at hand: the stage, which takes the page away, and parts deep in it, which stand in the queue by
//! then and leave it only after the task that held them. They run once more, and must find their signals.

use crate::paths::Place;
use leptos::{leptos_dom::helpers::set_timeout, prelude::*, tachys::reactive_graph::OwnedView};
use leptos_router::{hooks::use_location, params::ParamsMap};
use std::time::Duration;

/// Shows a page; another one whenever what `page` follows changes.
#[component]
pub(crate) fn Stage(#[prop(into)] page: ViewFn) -> impl IntoView {
    let stage = Owner::current().unwrap_or_default();
    let mut shown = None::<Owner>;
    move || {
        let owner = stage.child();
        if let Some(left) = shown.replace(owner.clone()) {
            // After every task that is ready now, and whatever those wake.
            set_timeout(move || drop(left), Duration::ZERO);
        }
        OwnedView::new_with_owner(owner.with(|| page.run()), owner)
    }
}

/// What `find` reads out of the address. On the way to another page, where it reads nothing, it stays what it was.
pub(crate) fn use_place<T: Clone + Default + PartialEq + Send + Sync + 'static>(
    find: fn(&str) -> Option<T>,
) -> Memo<T> {
    let location = use_location();
    Memo::new(move |before: Option<&T>| {
        location.pathname.with(|path| find(path)).or_else(|| before.cloned()).unwrap_or_default()
    })
}

/// The query of the address as long as it is this page's; on the way to another page it stays what it was.
pub(crate) fn use_page_query() -> Memo<ParamsMap> {
    let location = use_location();
    let place = move || location.pathname.with(|path| Place::at(path));
    let here = untrack(place);
    Memo::new(move |before: Option<&ParamsMap>| match before {
        Some(before) if place() != here => before.clone(),
        _ => location.query.get(),
    })
}
