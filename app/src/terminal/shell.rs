//! Which command the terminal runs.

use crate::i18n::{catalogue::terminal as words, use_i18n};
use crate::stores::browser;
use leptos::{html, prelude::*};

const STORAGE_KEY: &str = "roadstead.shell";
/// Shells that images commonly hold.
const COMMON: [&str; 2] = ["sh", "bash"];

/// A choice of command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shell {
    custom: bool,
    command: String,
}

impl Shell {
    pub(super) fn remembered() -> Self {
        let stored = browser::stored(STORAGE_KEY).filter(|s| !s.trim().is_empty());
        let command = stored.unwrap_or_else(|| COMMON[0].to_owned());
        Self { custom: !COMMON.contains(&command.as_str()), command }
    }

    /// The command to run; `sh` where none is given.
    pub(super) fn command(&self) -> String {
        let command = self.command.trim();
        if command.is_empty() { COMMON[0].to_owned() } else { command.to_owned() }
    }
}

/// The choice: a list, and a field for anything else.
#[component]
pub(super) fn ShellChoice(shell: RwSignal<Shell>, #[prop(into)] start: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let field = NodeRef::<html::Input>::new();
    let choose = move |word: String| {
        let custom = word.is_empty();
        shell.update(|shell| {
            shell.custom = custom;
            if !custom {
                shell.command = word;
            }
        });
        if custom {
            request_animation_frame(move || {
                if let Some(field) = field.try_get_untracked().flatten() {
                    drop(field.focus());
                    field.select();
                }
            });
        } else {
            shell.with_untracked(|shell| browser::store(STORAGE_KEY, &shell.command));
            start.run(());
        }
    };
    let run = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            shell.with_untracked(|shell| browser::store(STORAGE_KEY, shell.command.trim()));
            start.run(());
        }
    };
    view! {
        <select
            class="input term-shell"
            aria-label=move || i18n.now(words::SHELL)
            on:change=move |event| choose(event_target_value(&event))
        >
            {COMMON
                .iter()
                .map(|name| view! {
                    <option value=*name selected=move || shell.with(|s| !s.custom && s.command == *name)>{*name}</option>
                })
                .collect_view()}
            <option value="" selected=move || shell.with(|s| s.custom)>{move || i18n.now(words::SHELL_CUSTOM)}</option>
        </select>
        {move || shell.with(|s| s.custom).then(|| view! {
            <input
                node_ref=field
                type="text"
                class="input input-mono term-command"
                maxlength="4096"
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                aria-label=move || i18n.now(words::COMMAND)
                placeholder=move || i18n.now(words::COMMAND)
                prop:value=move || shell.with(|s| s.command.clone())
                on:input=move |event| shell.update(|s| s.command = event_target_value(&event))
                on:keydown=run
            />
        })}
    }
}
