//! Keys on screen: those the browser keeps for itself, and those a phone does not have.

use super::session::Session;
use crate::i18n::{catalogue::terminal as words, use_i18n};
use leptos::prelude::*;

/// What a key is called, what it sends, and whether only touch screens need it.
const KEYS: [(&str, &str, bool); 9] = [
    ("Ctrl+W", "\x17", false),
    ("Esc", "\x1b", true),
    ("Tab", "\t", true),
    ("Ctrl+C", "\x03", true),
    ("Ctrl+D", "\x04", true),
    ("←", "\x1b[D", true),
    ("↑", "\x1b[A", true),
    ("↓", "\x1b[B", true),
    ("→", "\x1b[C", true),
];

/// The row of keys.
#[component]
pub(super) fn KeyRow(session: Session) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <span class="term-keys" role="group" aria-label=move || i18n.now(words::KEYS)>
            {KEYS
                .iter()
                .map(|(name, sends, touch)| view! {
                    <button
                        type="button"
                        class="term-key"
                        class:term-key-touch=*touch
                        title=move || i18n.fill(words::KEY_SEND, &[("key", name)])
                        on:click=move |_| {
                            session.input(sends);
                            session.focus();
                        }
                    >
                        {*name}
                    </button>
                })
                .collect_view()}
        </span>
    }
}
