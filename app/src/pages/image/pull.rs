//! The command that pulls the version, for each program that can.

use crate::components::copy::CopyButton;
use crate::i18n::{catalogue::image as words, use_i18n};
use crate::paths::Version;
use crate::rules::cli::{ImageCommands, Puller};
use crate::stores::{browser, session::use_session};
use api::images::ImageDetail;
use leptos::prelude::*;
use std::sync::Arc;

/// The program that was chosen last, for whoever chooses once uses it always.
const STORAGE_KEY: &str = "roadstead.puller";

/// The line, and the choice of programs.
#[component]
pub(super) fn Pull(detail: Arc<ImageDetail>, version: Version) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let stored = browser::stored(STORAGE_KEY);
    let first = Puller::ALL.into_iter().find(|p| Some(p.name()) == stored.as_deref()).unwrap_or(Puller::Docker);
    let puller = RwSignal::new(first);
    let commands = Memo::new(move |_| session.session().map(|s| ImageCommands::new(&s, &detail, &version)));
    let line = Memo::new(move |_| commands.with(|c| c.as_ref().and_then(|c| c.pull(puller.get()))));
    let choose = move |one: Puller| {
        browser::store(STORAGE_KEY, one.name());
        puller.set(one);
    };
    view! {
        <div class="pull">
            <div class="chips" role="group" aria-label=i18n.text(words::PULL_WITH)>
                {Puller::ALL
                    .map(|one| {
                        view! {
                            <button
                                type="button"
                                class="chip"
                                aria-pressed=move || if puller.get() == one { "true" } else { "false" }
                                on:click=move |_| choose(one)
                            >
                                {one.name()}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
            {move || match line.get() {
                Some(line) => {
                    view! {
                        <div class="command">
                            <code tabindex="0">{line.clone()}</code>
                            <CopyButton label=i18n.text(words::PULL_COPY) text=Signal::stored(line)/>
                        </div>
                    }
                        .into_any()
                }
                None => view! { <p class="field-hint">{i18n.text(words::PULL_NONE)}</p> }.into_any(),
            }}
        </div>
    }
}
