//! What of an image is not pushed with it.

use crate::i18n::use_i18n;
use crate::rules::left_out::lines;
use crate::ui::state::Note;
use archive_protocol::LeftOut;
use leptos::prelude::*;

/// A notice for each line; nothing where the image is whole.
#[component]
pub(crate) fn LeftOutNotes(left_out: Vec<LeftOut>) -> impl IntoView {
    let i18n = use_i18n();
    let count = untrack(|| lines(i18n.lang(), &left_out)).len();
    let said = Memo::new(move |_| lines(i18n.lang(), &left_out));
    (0..count)
        .map(|at| {
            let text = Signal::derive(move || said.with(|said| said.get(at).cloned()).unwrap_or_default());
            view! { <Note text/> }
        })
        .collect_view()
}
