//! Pushing images: what was dropped, and the commands that push it.

use crate::client::use_client;
use crate::components::{copy::CopyButton, page::PageTitle};
use crate::i18n::{
    catalogue::{common, image as image_words, images as words},
    use_i18n,
};
use crate::paths;
use crate::queries::image_list::registry;
use crate::rules::cli;
use crate::stores::{dropped::use_dropped, session::use_session};
use crate::ui::icon::{BACK, icon};
use leptos::prelude::*;

/// The page.
#[component]
pub(crate) fn ImagesPushPage() -> impl IntoView {
    let (i18n, session, registry) = (use_i18n(), use_session(), registry(use_client()));
    let mut names = Vec::new();
    for file in use_dropped().take() {
        names.push(file.name());
    }
    let lines = move || {
        let (host, session) = (registry.get().and_then(Result::ok)?.host, session.session()?);
        let path = session.org.map_or_else(|| session.project.clone(), |org| format!("{org}/{}", session.project));
        let files = if names.is_empty() { vec!["my-image.tar".to_owned()] } else { names.clone() };
        Some(cli::push_archives(&host, &path, &files, session.platform_url.starts_with("http://")))
    };
    view! {
        <a class="back" href=paths::IMAGES>{icon(BACK)} {i18n.text(image_words::BACK)}</a>
        <div class="page-head"><PageTitle title=i18n.text(words::PUSH)/></div>
        <section class="panel job-section">
            <p>{i18n.text(words::PUSH_LINES)}</p>
            {move || {
                lines()
                    .into_iter()
                    .flatten()
                    .map(|line| {
                        view! {
                            <div class="command">
                                <code tabindex="0">{line.clone()}</code>
                                <CopyButton label=i18n.text(common::COPY) text=Signal::stored(line)/>
                            </div>
                        }
                    })
                    .collect_view()
            }}
        </section>
    }
}
