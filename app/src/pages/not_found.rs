//! The page for addresses that are nobody's.

use crate::components::page::PageTitle;
use crate::i18n::{catalogue::shell, use_i18n};
use crate::paths;
use leptos::prelude::*;

/// Says so, and shows the way home.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="empty">
            <PageTitle title=i18n.text(shell::NOT_FOUND)/>
            <p class="empty-text">{i18n.text(shell::NOT_FOUND_TEXT)}</p>
            <a class="button button-primary" href=paths::JOBS>{i18n.text(shell::TO_JOBS)}</a>
        </div>
    }
}
