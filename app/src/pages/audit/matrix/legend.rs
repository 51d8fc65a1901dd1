//! How much of the matrix is shown, and what its letters and colours mean.

use crate::i18n::{catalogue::audit as words, format, use_i18n};
use leptos::prelude::*;
use platform::permission::Visible;
use std::sync::Arc;

/// How much is shown, and what the letters and colours mean.
#[component]
pub(super) fn Legend(has_any_image: bool, visible: Memo<Arc<Visible>>) -> impl IntoView {
    let i18n = use_i18n();
    let counts = move || {
        visible.with(|v| {
            let images = i18n.count(words::COUNT_IMAGES, v.rows.len() as u64);
            let people = i18n.count(words::COUNT_PEOPLE, v.columns.len() as u64);
            format!("{images} × {people}")
        })
    };
    let entry = move |class: &'static str, phrase| {
        view! { <span class=format!("audit-right {class}")>{i18n.text(phrase)}</span> }
    };
    has_any_image.then(|| {
        view! {
            <div class="audit-legend">
                <span role="status" class="num">{counts}</span>
                {entry("audit-read", words::LEGEND_READ)}
                {entry("audit-write", words::LEGEND_WRITE)}
                {entry("audit-manage", words::LEGEND_MANAGE)}
                <span class="muted">{i18n.text(words::LEGEND_OUTSIDER)}</span>
                <span class="muted audit-keys">{i18n.text(words::KEYS)}</span>
                <span class="visually-hidden">{move || format::integer(i18n.lang(), visible.with(|v| v.cells as u64))}</span>
            </div>
        }
    })
}
