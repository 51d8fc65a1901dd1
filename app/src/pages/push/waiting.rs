//! Files that were dropped elsewhere while a push was under way: they are taken when there is a place to pick files again.

use crate::i18n::{catalogue::push, use_i18n};
use crate::stores::dropped::use_dropped;
use crate::ui::state::Note;
use leptos::prelude::*;

/// Which files wait, where any do.
#[component]
pub(crate) fn Waiting() -> impl IntoView {
    let (i18n, dropped) = (use_i18n(), use_dropped());
    let names = Memo::new(move |_| dropped.names().join(", "));
    move || {
        (!names.with(String::is_empty)).then(|| {
            let text = Signal::derive(move || i18n.fill(push::FILES_WAIT, &[("names", &names.get())]));
            view! { <Note text/> }
        })
    }
}
