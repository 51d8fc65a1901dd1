//! What a container of the image starts with, and what the image says about itself.

use crate::components::{copy::CopyButton, time::DateTime};
use crate::i18n::{
    I18n, Phrase,
    catalogue::{common, image as words},
    format, use_i18n,
};
use api::images::{ImageConfig, ImageDetail, PlatformImage};
use leptos::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

/// The configuration of the chosen platform, and the manifest's own words.
#[component]
pub(super) fn Config(detail: Arc<ImageDetail>, platform: Memo<Option<PlatformImage>>) -> impl IntoView {
    let i18n = use_i18n();
    move || {
        let ImageDetail { referrers, annotations, media_type, .. } = &*detail;
        let config = platform.with(|p| p.as_ref().map(|p| p.config.clone())).unwrap_or_default();
        let pairs = |env: &[String]| {
            env.iter()
                .map(|pair| pair.split_once('=').map_or((pair.clone(), String::new()), |(n, v)| (n.into(), v.into())))
                .collect::<Vec<(String, String)>>()
        };
        let labels: Vec<_> = config.labels.clone().into_iter().collect();
        view! {
            <div class="job-columns">
                <div class="job-column">
                    {start(i18n, &config, media_type)}
                    {table(i18n, words::ENV, words::ENV_NONE, pairs(&config.env))}
                </div>
                <div class="job-column">
                    {table(i18n, words::LABELS, words::LABELS_NONE, labels)}
                    {maybe_annotations(i18n, annotations)}
                    {(!referrers.is_empty())
                        .then(|| {
                            let rows = referrers
                                .iter()
                                .map(|one| {
                                    let kind = if one.artifact_type.is_empty() {
                                        i18n.now(words::REFERRER_PLAIN).to_owned()
                                    } else {
                                        one.artifact_type.clone()
                                    };
                                    let size = one.size_bytes;
                                    view! {
                                        <div class="fact">
                                            <dt>{kind}</dt>
                                            <dd>
                                                <code class="truncate">{one.digest.clone()}</code>
                                                <span class="num muted">{move || format::image_bytes(i18n.lang(), size)}</span>
                                            </dd>
                                        </div>
                                    }
                                })
                                .collect_view();
                            view! {
                                <section class="panel job-section"><h2>{i18n.text(words::REFERRERS)}</h2><dl class="facts">{rows}</dl></section>
                            }
                        })}
                </div>
            </div>
        }
    }
}

fn start(i18n: I18n, config: &ImageConfig, media_type: &str) -> impl IntoView + use<> {
    let command = |words: &[String]| (!words.is_empty()).then(|| shell_words::join(words));
    let list = |items: &[String]| (!items.is_empty()).then(|| items.join(", "));
    view! {
        <section class="panel job-section">
            <h2>{i18n.text(words::STARTS_WITH)}</h2>
            <dl class="facts">
                {copied(i18n, words::ENTRYPOINT, command(&config.entrypoint))}
                {copied(i18n, words::CMD, command(&config.cmd))}
                {copied(i18n, words::WORKING_DIR, config.working_dir.clone().filter(|dir| !dir.is_empty()))}
                {copied(i18n, words::USER, config.user.clone().filter(|user| !user.is_empty()))}
                {row(i18n, words::PORTS, plain(i18n, list(&config.exposed_ports)))}
                {(!config.volumes.is_empty()).then(|| row(i18n, words::VOLUMES, plain(i18n, list(&config.volumes))))}
                {config.author.clone().map(|author| row(i18n, words::AUTHOR, author.into_any()))}
                {config.created_at.map(|time| row(i18n, words::CREATED, view! { <DateTime time/> }.into_any()))}
                {row(i18n, words::MEDIA_TYPE, view! { <code class="fact-code">{media_type.to_owned()}</code> }.into_any())}
            </dl>
        </section>
    }
}

fn row(i18n: I18n, name: Phrase, value: AnyView) -> AnyView {
    view! { <div class="fact"><dt>{i18n.text(name)}</dt><dd>{value}</dd></div> }.into_any()
}

fn plain(i18n: I18n, text: Option<String>) -> AnyView {
    match text {
        Some(text) => view! { <code class="fact-code">{text}</code> }.into_any(),
        None => view! { <span class="muted">{i18n.text(words::NOT_SET)}</span> }.into_any(),
    }
}

fn copied(i18n: I18n, name: Phrase, text: Option<String>) -> AnyView {
    let value = match text {
        Some(text) => view! {
            <code class="fact-code">{text.clone()}</code>
            <CopyButton label=i18n.text(common::COPY) text=Signal::stored(text)/>
        }
        .into_any(),
        None => plain(i18n, None),
    };
    row(i18n, name, value)
}

/// Names and values; a label's value may be long and is shown whole.
fn table(i18n: I18n, title: Phrase, none: Phrase, pairs: Vec<(String, String)>) -> AnyView {
    let content = if pairs.is_empty() {
        view! { <p class="muted">{i18n.text(none)}</p> }.into_any()
    } else {
        let rows = pairs
            .into_iter()
            .map(|(name, value)| {
                view! { <div class="fact fact-tall"><dt class="mono">{name}</dt><dd><code class="fact-code">{value}</code></dd></div> }
            })
            .collect_view();
        view! { <dl class="facts">{rows}</dl> }.into_any()
    };
    view! { <section class="panel job-section"><h2>{i18n.text(title)}</h2>{content}</section> }.into_any()
}

fn maybe_annotations(i18n: I18n, annotations: &BTreeMap<String, String>) -> Option<AnyView> {
    let pairs: Vec<_> = annotations.clone().into_iter().collect();
    (!pairs.is_empty()).then(|| table(i18n, words::ANNOTATIONS, words::LABELS_NONE, pairs))
}
