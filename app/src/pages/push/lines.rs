//! The same without a browser: the command that pushes an archive from where it lies.

use crate::client::use_client;
use crate::components::copy::CopyButton;
use crate::i18n::{
    catalogue::{common, images as words},
    use_i18n,
};
use crate::queries::image_list::registry;
use crate::rules::cli::{self, ArchiveFile};
use crate::stores::{
    push::{Look, PickedFile, use_push},
    session::use_session,
};
use leptos::prelude::*;

/// A line for each picked file, or one to fill in.
#[component]
pub(crate) fn Lines() -> impl IntoView {
    let (i18n, session, store, registry) = (use_i18n(), use_session(), use_push(), registry(use_client()));
    let picked = Memo::new(move |_| store.files.with(|files| files.iter().map(archive).collect::<Vec<_>>()));
    let lines = move || {
        let (host, session) = (registry.get().and_then(Result::ok)?.host, session.session()?);
        let path = session.org.map_or_else(|| session.project.clone(), |org| format!("{org}/{}", session.project));
        let mut files = picked.get();
        if files.is_empty() {
            files.push(ArchiveFile { name: "my-image.tar".to_owned(), has_docker_list: true });
        }
        Some(cli::push_archives(&host, &path, &files, session.platform_url.starts_with("http://")))
    };
    view! {
        <details class="panel push-cli">
            <summary>{i18n.text(words::PUSH_LINES)}</summary>
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
        </details>
    }
}

fn archive(file: &PickedFile) -> ArchiveFile {
    let has_docker_list = match &file.look {
        Look::Found(report) => report.has_docker_list,
        Look::Looking(_) | Look::Refused(_) => true,
    };
    ArchiveFile { name: file.name.clone(), has_docker_list }
}
