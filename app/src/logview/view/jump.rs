//! What came while the view did not follow, and the way there.

use super::Log;
use crate::i18n::{catalogue::logs, use_i18n};
use crate::logview::told::{Stream, Told};
use crate::ui::icon::{DOWN, icon};
use leptos::prelude::*;

/// The button over the lower edge of the log.
#[component]
pub(super) fn Jump(log: Log, told: Told) -> impl IntoView {
    let i18n = use_i18n();
    let text = Memo::new(move |_| {
        if told.follow.get() {
            return None;
        }
        let new = told.new_lines.get();
        let far = told.counts.with(|c| c.held) || told.stream.with(|s| *s == Stream::Away);
        match (new, far) {
            (_, true) => Some(i18n.now(logs::JUMP_FAR).to_owned()),
            (0, false) => None,
            (n, false) => Some(i18n.count(logs::NEW_LINES, n)),
        }
    });
    view! {
        {move || {
            text.get().map(|text| view! {
                <button
                    type="button"
                    class="log-jump"
                    title=move || i18n.now(logs::JUMP)
                    on:click=move |_| log.with_value(|log| log.to_latest())
                >
                    {icon(DOWN)}
                    <span class="num">{text}</span>
                    <span class="visually-hidden">{move || i18n.now(logs::JUMP)}</span>
                </button>
            })
        }}
    }
}
