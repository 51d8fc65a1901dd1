//! Deleting a tag or a digest: what goes, what stays, and by which other names the same is known.

use super::Shown;
use crate::client::{Failure, use_client};
use crate::components::image_target::short_digest;
use crate::i18n::{
    Text,
    catalogue::{common, image as words},
    use_i18n,
};
use crate::paths::{self, Version};
use crate::queries::image::delete;
use crate::rules::tags::any_is_left;
use crate::stores::toasts::use_toasts;
use crate::ui::{
    button::{Button, Kind},
    dialog::Dialog,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The dialog. What it names was frozen when it was opened.
#[component]
pub(super) fn DeleteDialog(
    shown: Shown,
    digest: String,
    /// Other tags of that digest.
    others: Vec<String>,
    version: Version,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let (i18n, client, toasts, navigate) = (use_i18n(), use_client(), use_toasts(), use_navigate());
    let (alone, joined) = (others.is_empty(), others.join(", "));
    let others = StoredValue::new(others);
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    // Whether the digest goes with all its tags.
    let all = RwSignal::new(matches!(version, Version::Digest(_)));
    let repository = shown.repository;
    let name = repository.with_value(|repository| version.of(repository.rsplit('/').next().unwrap_or_default()));
    let short = short_digest(&digest).to_owned();
    let digest = StoredValue::new(digest);
    let asked = StoredValue::new(version.clone());
    let yes = {
        let name = name.clone();
        move |()| {
            let doomed = if all.get_untracked() { Version::Digest(digest.get_value()) } else { asked.get_value() };
            let (reference, done, navigate) = (doomed.of(&repository.get_value()), name.clone(), navigate.clone());
            busy.set(true);
            failed.set(None);
            spawn_local(async move {
                let answer = delete(client, &reference).await;
                // The dialog may have been left meanwhile, and the page as well.
                let is_closed = busy.try_set(false).is_some();
                match answer {
                    Ok(()) if is_closed => {
                        toasts.good(i18n.fill(words::DELETED, &[("name", &done)]));
                        if shown.tags.standing.try_get_untracked().is_some() {
                            shown.tags.load();
                        }
                    }
                    Err(failure) if is_closed => toasts.failure(i18n, &failure),
                    Ok(()) => {
                        toasts.good(i18n.fill(words::DELETED, &[("name", &done)]));
                        let along = if all.get_untracked() { others.get_value() } else { Vec::new() };
                        let left = asked.with_value(|asked| {
                            shown.tags.tags.with_untracked(|tags| any_is_left(tags, asked, &along))
                        });
                        let left = left || untrack(move || shown.tags.has_more());
                        let to = if left { paths::image(&repository.get_value()) } else { paths::IMAGES.to_owned() };
                        shown.tags.load();
                        on_close.run(());
                        navigate(&to, NavigateOptions::default());
                    }
                    Err(failure) => failed.set(Some(failure)),
                }
            });
        }
    };
    let text: Text = {
        let phrase = match &version {
            Version::Tag(_) if alone => Some(words::DELETE_LAST),
            Version::Digest(_) if alone => Some(words::DELETE_DIGEST),
            Version::Digest(_) => Some(words::DELETE_ALL_NOTE),
            // The choice below says it.
            Version::Tag(_) => None,
        };
        let joined = joined.clone();
        Signal::derive(move || {
            phrase.map(|phrase| i18n.fill(phrase, &[("digest", &short), ("tags", &joined)])).unwrap_or_default()
        })
    };
    let choice = match version {
        Version::Tag(tag) if !alone => {
            let (stay, go) = (joined.clone(), joined);
            Some(view! {
                <fieldset class="choices">
                    <legend>{i18n.text(words::DELETE_WHAT)}</legend>
                    <label class="choice">
                        <input type="radio" name="delete-what" prop:checked=move || !all.get() on:change=move |_| all.set(false)/>
                        <span>
                            <strong>{move || i18n.fill(words::DELETE_TAG_ONLY, &[("tag", &tag)])}</strong>
                            <span class="muted">{move || i18n.fill(words::DELETE_TAG_ONLY_NOTE, &[("tags", &stay)])}</span>
                        </span>
                    </label>
                    <label class="choice">
                        <input type="radio" name="delete-what" prop:checked=move || all.get() on:change=move |_| all.set(true)/>
                        <span>
                            <strong>{i18n.text(words::DELETE_ALL)}</strong>
                            <span class="muted">{move || i18n.fill(words::DELETE_ALL_NOTE, &[("tags", &go)])}</span>
                        </span>
                    </label>
                </fieldset>
            })
        }
        Version::Tag(_) | Version::Digest(_) => None,
    };
    let title = Signal::derive(move || i18n.fill(words::DELETE_TITLE, &[("name", &name)]));
    view! {
        <Dialog title on_close>
            {move || (!text.with(String::is_empty)).then(|| view! { <p class="dialog-text">{text.get()}</p> })}
            {choice}
            <p class="field-hint">{i18n.text(words::DELETE_STAYS)}</p>
            <div aria-live="assertive">
                {move || {
                    failed
                        .get()
                        .map(|failure| {
                            let detail = failure.detail(i18n).map(|d| format!(" {d}")).unwrap_or_default();
                            view! { <p class="dialog-error">{failure.message(i18n)} {detail}</p> }
                        })
                }}
            </div>
            <div class="dialog-actions">
                <Button label=i18n.text(common::CANCEL) on_click=on_close/>
                <Button label=i18n.text(words::DELETE) kind=Kind::DangerSolid busy on_click=yes/>
            </div>
        </Dialog>
    }
}
