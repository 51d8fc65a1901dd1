//! How the image was made, as a Dockerfile reads: each step, and the layer and bytes that it made.

use crate::components::{copy::CopyButton, image_target::short_digest};
use crate::i18n::{catalogue::image as words, format, use_i18n};
use crate::rules::history::{Step, steps};
use api::images::{Layer, PlatformImage};
use leptos::prelude::*;

/// The steps.
#[component]
pub(super) fn Layers(platform: Memo<Option<PlatformImage>>) -> impl IntoView {
    let i18n = use_i18n();
    let only_layers = RwSignal::new(false);
    move || {
        let Some(image) = platform.get() else {
            return view! { <div class="panel job-section"><p class="muted">{i18n.text(words::NO_PLATFORMS)}</p></div> }.into_any();
        };
        let all = steps(&image);
        let any_empty = all.iter().any(|step| step.layer.is_none());
        let (count, layers) = (all.len() as u64, image.layers.len() as u64);
        let total = image.layers.iter().map(|layer| layer.size_bytes).sum::<u64>();
        let rows = all
            .into_iter()
            .enumerate()
            .map(|(n, step)| {
                let layer = step.layer.and_then(|i| image.layers.get(i)).cloned();
                let bare = layer.is_none();
                view! {
                    <li class="made" class:made-bare=bare hidden=move || bare && only_layers.get()>
                        <StepView n step layer total/>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="panel job-section">
                <div class="section-head">
                    <h2>{i18n.text(words::STEPS)}</h2>
                    <span class="muted num making-count">
                        {move || format!("{} · {}", i18n.count(words::STEP_COUNT, count), i18n.count(words::LAYER_COUNT, layers))}
                    </span>
                    {any_empty
                        .then(|| {
                            view! {
                                <label class="check">
                                    <input type="checkbox" prop:checked=only_layers on:change=move |event| only_layers.set(event_target_checked(&event))/>
                                    {i18n.text(words::ONLY_LAYERS)}
                                </label>
                            }
                        })}
                </div>
                {(count == 0).then(|| view! { <p class="muted">{i18n.text(words::NO_STEPS)}</p> })}
                <ol class="making">{rows}</ol>
            </section>
        }
        .into_any()
    }
}

/// One step.
#[component]
fn StepView(
    n: usize,
    step: Step,
    layer: Option<Layer>,
    /// Bytes of all layers.
    total: u64,
) -> impl IntoView {
    let i18n = use_i18n();
    let said = !step.text.is_empty() || !step.keyword.is_empty();
    let text = if said {
        view! {
            <code class="made-text">
                {(!step.keyword.is_empty()).then(|| view! { <b>{step.keyword}</b> " " })}
                {step.text}
            </code>
        }
        .into_any()
    } else {
        view! { <span class="made-text muted">{i18n.text(words::UNTOLD)}</span> }.into_any()
    };
    let layer = layer.map(|layer| {
        let size = layer.size_bytes;
        let part = size as f64 / total.max(1) as f64 * 100.0;
        let label = Signal::derive(move || i18n.fill(words::COPY_LAYER, &[("n", &(n + 1).to_string())]));
        let words = move || {
            let lang = i18n.lang();
            let percent = format::decimal(lang, part, if part < 10.0 { 1 } else { 0 });
            i18n.fill(words::LAYER_SIZE, &[("size", &format::image_bytes(lang, size)), ("percent", &percent)])
        };
        view! {
            <div class="made-layer">
                <span class="made-bar" aria-hidden="true"><span style:width=format!("{part:.1}%")></span></span>
                <span class="num made-size" title=words>{move || format::image_bytes(i18n.lang(), size)}</span>
                <code class="muted" title=layer.digest.clone()>{short_digest(&layer.digest).to_owned()}</code>
                <CopyButton label text=Signal::stored(layer.digest)/>
            </div>
        }
    });
    view! {
        <span class="made-n num muted" aria-hidden="true">{n + 1}</span>
        <div class="made-what">
            {text}
            {step.comment.map(|comment| view! { <span class="made-comment muted">{comment}</span> })}
        </div>
        {layer}
    }
}
