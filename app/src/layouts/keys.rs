//! The list of keyboard shortcuts.

use crate::components::lazy::chunk;
use crate::i18n::{
    Phrase,
    catalogue::{common, shell},
    use_i18n,
};
use crate::ui::{button::Button, dialog::Dialog};
use leptos::prelude::*;

const ANYWHERE: [(&str, Phrase); 4] =
    [("?", shell::KEY_HELP), ("n", shell::KEY_NEW), ("g", shell::KEY_JOBS), ("i", shell::KEY_IMAGES)];
const IN_JOBS: [(&str, Phrase); 4] =
    [("/", shell::KEY_FILTER), ("j k", shell::KEY_MOVE), ("Enter", shell::KEY_OPEN), ("x", shell::KEY_SELECT)];

const IN_IMAGES: [(&str, Phrase); 3] =
    [("/", shell::KEY_FILTER_IMAGES), ("j k", shell::KEY_MOVE_IMAGES), ("Enter", shell::KEY_OPEN_IMAGE)];

/// Whether the list is open, in context.
#[derive(Clone, Copy)]
pub(super) struct KeysOpen(pub(super) RwSignal<bool>);

chunk!(
    small,
    /// Fetches the list.
    fetch,
    KeysHelp
);

/// The dialog with all shortcuts.
#[component]
fn KeysHelp() -> impl IntoView {
    let (i18n, KeysOpen(open)) = (use_i18n(), expect_context());
    let on_close = Callback::new(move |()| open.set(false));
    let group = move |title: Phrase, keys: &'static [(&'static str, Phrase)]| {
        view! {
            <h3>{i18n.text(title)}</h3>
            <dl class="keys">
                {keys
                    .iter()
                    .map(|(key, what)| {
                        view! {
                            <dt>{key.split(' ').map(|key| view! { <kbd>{key}</kbd> }).collect_view()}</dt>
                            <dd>{i18n.text(*what)}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
        }
    };
    view! {
        <Dialog title=i18n.text(shell::KEYS) on_close>
            {group(shell::KEYS_ANYWHERE, &ANYWHERE)}
            {group(shell::KEYS_JOBS, &IN_JOBS)}
            {group(shell::KEYS_IMAGES, &IN_IMAGES)}
            <div class="dialog-actions">
                <Button label=i18n.text(common::CLOSE) on_click=on_close/>
            </div>
        </Dialog>
    }
}
