//! The commands that do outside the console what this page does.

use crate::components::copy::CopyButton;
use crate::i18n::{
    I18n, Phrase,
    catalogue::{common, image as words},
    use_i18n,
};
use crate::paths::Version;
use crate::rules::cli::{ImageCommands, Puller};
use crate::stores::session::use_session;
use api::images::ImageDetail;
use leptos::prelude::*;
use std::sync::Arc;

/// Signing in, pulling, and the platform CLI's own.
#[component]
pub(super) fn Commands(detail: Arc<ImageDetail>, version: Version) -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    move || {
        session.session().map(|session| {
            let commands = ImageCommands::new(&session, &detail, &version);
            let with = |make: &dyn Fn(Puller) -> Option<String>| Puller::ALL.into_iter().filter_map(make).collect();
            view! {
                <div class="job-columns">
                    <div class="job-column">
                        {section(i18n, words::PULL_TITLE, None, with(&|puller| commands.pull(puller)))}
                        {section(i18n, words::LOGIN_TITLE, Some(words::LOGIN_TEXT), with(&|puller| commands.login(puller)))}
                    </div>
                    <div class="job-column">
                        {section(i18n, words::SAME_TITLE, None, commands.same_with_cli())}
                    </div>
                </div>
            }
        })
    }
}

fn section(i18n: I18n, title: Phrase, text: Option<Phrase>, lines: Vec<String>) -> AnyView {
    let none = lines.is_empty();
    let lines = lines
        .into_iter()
        .map(|line| {
            view! {
                <div class="command">
                    <code tabindex="0">{line.clone()}</code>
                    <CopyButton label=i18n.text(common::COPY) text=Signal::stored(line)/>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(title)}</h2>
            {text.map(|text| view! { <p class="muted">{i18n.text(text)}</p> })}
            {none.then(|| view! { <p class="muted">{i18n.text(words::SAME_NONE)}</p> })}
            {lines}
        </section>
    }
    .into_any()
}
