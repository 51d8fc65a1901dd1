//! No images: the three ways to put one here.

use crate::client::Failure;
use crate::components::copy::CopyButton;
use crate::i18n::{
    catalogue::{common, images as words},
    use_i18n,
};
use crate::paths;
use crate::rules::{
    cli,
    images::{ImageFilter, Scope},
};
use crate::stores::dropped::use_dropped;
use crate::ui::{
    button::{Button, Kind},
    drop::chosen_files,
    icon,
    state::Empty,
};
use api::images::Registry;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

const FILE_ID: &str = "images-file";

/// The lesson.
#[component]
pub(super) fn NoImages(
    filter: Memo<ImageFilter>,
    registry: LocalResource<Result<Registry, Failure>>,
    /// Organisation and project that new images go to.
    target: Memo<Option<(Option<String>, String)>>,
    no_write: Signal<Option<String>>,
    no_copy: Signal<Option<String>>,
    copying: RwSignal<bool>,
) -> impl IntoView {
    let (i18n, dropped, navigate) = (use_i18n(), use_dropped(), use_navigate());
    let everywhere = filter.with_untracked(|f| f.scope == Scope::All);
    let choose = move |event: leptos::ev::Event| {
        let files = chosen_files(&event);
        if !files.is_empty() {
            dropped.put(files);
            navigate(paths::IMAGES_PUSH, NavigateOptions::default());
        }
    };
    let lines = move || {
        let host = registry.get().and_then(Result::ok).map(|registry| registry.host)?;
        let (org, project) = target.get()?;
        let path = org.map_or_else(|| project.clone(), |org| format!("{org}/{project}"));
        Some(cli::push_example(&host, &path))
    };
    let text = if everywhere { words::EMPTY_ALL } else { words::EMPTY_TEXT };
    view! {
        <div class="panel">
            <Empty title=i18n.text(words::EMPTY_TITLE) text=i18n.text(text)/>
            {(!everywhere)
                .then(|| {
                    view! {
                        <ol class="ways">
                            <li class="way way-drop">
                                <span class="way-art">{icon::icon(icon::UPLOAD)}</span>
                                <h3>{i18n.text(words::EMPTY_DROP)}</h3>
                                <p>{i18n.text(words::EMPTY_DROP_TEXT)}</p>
                                <input
                                    id=FILE_ID
                                    class="visually-hidden"
                                    type="file"
                                    multiple
                                    tabindex="-1"
                                    aria-hidden="true"
                                    on:change=choose
                                />
                                <Button
                                    label=i18n.text(words::EMPTY_CHOOSE)
                                    kind=Kind::Primary
                                    refusal=no_write
                                    on_click=|()| crate::stores::browser::click_id(FILE_ID)
                                />
                            </li>
                            <li class="way">
                                <span class="way-art">{icon::icon(icon::IMPORT)}</span>
                                <h3>{i18n.text(words::EMPTY_COPY)}</h3>
                                <p>{i18n.text(words::EMPTY_COPY_TEXT)}</p>
                                <Button label=i18n.text(words::COPY) refusal=no_copy on_click=move |()| copying.set(true)/>
                            </li>
                            <li class="way">
                                <span class="way-art">{icon::icon(icon::KEYBOARD)}</span>
                                <h3>{i18n.text(words::EMPTY_CLI)}</h3>
                                <p>{i18n.text(words::EMPTY_CLI_TEXT)}</p>
                                {move || {
                                    lines()
                                        .map(|lines| {
                                            let all = lines.join("\n");
                                            view! {
                                                <div class="way-lines">
                                                    <pre tabindex="0">{all.clone()}</pre>
                                                    <CopyButton label=i18n.text(common::COPY) text=Signal::stored(all)/>
                                                </div>
                                            }
                                        })
                                }}
                            </li>
                        </ol>
                    }
                })}
        </div>
    }
}
