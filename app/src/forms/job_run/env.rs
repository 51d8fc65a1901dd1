//! The rows of environment variables.

use crate::i18n::{catalogue::run, use_i18n};
use crate::stores::browser;
use crate::ui::{
    button::{Button, Kind},
    icon,
    lines::Lines,
};
use leptos::prelude::*;

/// One row; its id is the row's for as long as the form stands.
#[derive(Clone, Copy)]
pub(super) struct EnvRow {
    id: u32,
    name: RwSignal<String>,
    value: RwSignal<String>,
}

/// All rows.
#[derive(Clone, Copy)]
pub(super) struct EnvRows {
    rows: RwSignal<Vec<EnvRow>>,
    next_id: StoredValue<u32>,
}

impl EnvRows {
    pub(super) fn new(env: Vec<(String, String)>) -> Self {
        let rows = Self { rows: RwSignal::new(Vec::new()), next_id: StoredValue::new(0) };
        rows.replace(env);
        rows
    }

    pub(super) fn replace(self, env: Vec<(String, String)>) {
        self.rows.set(Vec::new());
        for (name, value) in env {
            self.add(name, value);
        }
    }

    pub(super) fn pairs(self) -> Vec<(String, String)> {
        self.rows.with(|rows| rows.iter().map(|row| (row.name.get(), row.value.get())).collect())
    }

    fn add(self, name: String, value: String) -> u32 {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        self.rows.update(|rows| rows.push(EnvRow { id, name: RwSignal::new(name), value: RwSignal::new(value) }));
        id
    }
}

/// The editor.
#[component]
pub(super) fn EnvEditor(env: EnvRows, #[prop(into)] error: Signal<Option<String>>) -> impl IntoView {
    let i18n = use_i18n();
    let add = move |()| {
        let id = env.add(String::new(), String::new());
        request_animation_frame(move || browser::focus_id(&format!("env-name-{id}")));
    };
    view! {
        <fieldset class="field env">
            <legend class="field-label">{i18n.text(run::ENV)}</legend>
            <For each=move || env.rows.get() key=|row| row.id let(row)>
                <div class="env-row">
                    <input
                        id=format!("env-name-{}", row.id)
                        class="input input-mono"
                        aria-label=i18n.text(run::ENV_NAME)
                        placeholder=i18n.text(run::ENV_NAME)
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby="env-error"
                        prop:value=move || row.name.get()
                        on:input=move |event| row.name.set(event_target_value(&event))
                    />
                    <Lines value=row.value name=i18n.text(run::ENV_VALUE)/>
                    <Button
                        label=Signal::derive(move || i18n.fill(run::ENV_REMOVE, &[("name", &row.name.get())]))
                        kind=Kind::Quiet
                        bare=true
                        picture=icon::CLOSE
                        on_click=move |()| env.rows.update(|rows| rows.retain(|r| r.id != row.id))
                    />
                </div>
            </For>
            <crate::ui::field::FieldError id="env" error/>
            <div>
                <Button label=i18n.text(run::ENV_ADD) kind=Kind::Quiet picture=icon::PLUS on_click=add/>
            </div>
        </fieldset>
    }
}
