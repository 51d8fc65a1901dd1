//! One line of what is pushed: an image, and the name that it goes by.

use super::choose::{goes_to, is_twice};
use crate::client::{Client, use_client};
use crate::i18n::{I18n, catalogue::push, use_i18n};
use crate::queries::images;
use crate::rules::{complaint::Complaint, push::offer};
use crate::stores::push::{Choice, Look, PushStore, use_push};
use crate::ui::icon::{ALERT, icon};
use ::image::reference::{ImageName, Place};
use archive_protocol::FoundImage;
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// Silence after the last keystroke before the registry is asked about a name.
const ASK_AFTER: Duration = Duration::from_millis(400);

/// One image under one name: whether it goes, and its name, judged as it is typed.
#[component]
pub(crate) fn Chosen(choice: Choice, place: Memo<Option<Place>>) -> impl IntoView {
    let (i18n, store, client) = (use_i18n(), use_push(), use_client());
    let id = format!("push-name-{}-{}-{}", choice.file, choice.image, choice.at);
    let usable = usable(store, choice);
    let label = label(i18n, store, choice);
    let parsed = Memo::new(move |_| goes_to(place, choice));
    let error = Signal::derive(move || {
        if !choice.on.get() {
            return None;
        }
        match parsed.get() {
            Err(complaint) => Some(complaint.say(i18n)),
            Ok(name) if is_twice(store, place, choice, &name) => Some(i18n.now(push::NAME_TWICE).to_owned()),
            Ok(_) => None,
        }
    });
    let taken = RwSignal::new(None::<String>);
    ask_if_taken(client, choice, parsed, taken);
    let (input_id, error_id) = (id.clone(), format!("{id}-error"));
    view! {
        <div class="push-choice">
            <label class="check push-choice-on">
                <input
                    type="checkbox"
                    prop:checked=move || choice.on.get()
                    disabled=!usable
                    on:change=move |event| choice.on.set(event_target_checked(&event))
                />
                <span class="mono truncate">{label}</span>
            </label>
            <div class="field" hidden=move || !choice.on.get()>
                <label class="field-label" for=input_id.clone()>{i18n.text(push::NAME)}</label>
                <input
                    id=input_id
                    class="input input-mono"
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby=error_id.clone()
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=move || choice.name.get()
                    on:input=move |event| choice.name.set(event_target_value(&event))
                />
                <div id=error_id aria-live="polite">
                    {move || match (error.get(), parsed.get()) {
                        (Some(text), _) => Some(view! { <p class="field-error">{icon(ALERT)} {text}</p> }.into_any()),
                        (None, Ok(name)) => {
                            let goes = i18n.fill(push::NAME_GOOD, &[("uri", &name.to_string())]);
                            Some(view! { <p class="field-hint push-uri">{goes}</p> }.into_any())
                        }
                        (None, Err(_)) => None,
                    }}
                    {move || {
                        taken
                            .get()
                            .filter(|_| choice.on.get())
                            .map(|digest| view! { <p class="push-taken">{i18n.fill(push::NAME_TAKEN, &[("digest", &digest)])}</p> })
                    }}
                </div>
            </div>
        </div>
    }
}

/// Asks the registry whether the tag exists, once the typing rests.
fn ask_if_taken(
    client: Client,
    choice: Choice,
    parsed: Memo<Result<ImageName, Complaint>>,
    taken: RwSignal<Option<String>>,
) {
    let asked = StoredValue::new(0_u32);
    Effect::new(move || {
        let name = parsed.get().ok().filter(|_| choice.on.get());
        taken.set(None);
        let turn = asked.get_value().wrapping_add(1);
        asked.set_value(turn);
        let Some(name) = name else { return };
        set_timeout(
            move || {
                let is_latest = move || asked.try_get_value() == Some(turn);
                if !is_latest() {
                    return;
                }
                spawn_local(async move {
                    let tag = name.tag().unwrap_or("latest").to_owned();
                    let found = images::digest_of(client, &name.repository(), &tag).await;
                    if is_latest() {
                        taken.try_set(found);
                    }
                });
            },
            ASK_AFTER,
        );
    });
}

fn found_in<T>(store: PushStore, choice: Choice, read: impl FnOnce(&FoundImage, &str) -> T) -> Option<T> {
    store.files.with_untracked(|files| {
        let file = files.iter().find(|file| file.number == choice.file)?;
        match &file.look {
            Look::Found(report) => report.images.get(choice.image as usize).map(|image| read(image, &report.name)),
            Look::Looking(_) | Look::Refused(_) => None,
        }
    })
}

fn usable(store: PushStore, choice: Choice) -> bool {
    found_in(store, choice, |image, _| image.faults.is_empty()).unwrap_or(false)
}

/// What the box says: also of which file, where there are several.
fn label(i18n: I18n, store: PushStore, choice: Choice) -> impl Fn() -> String {
    let name = shown_name(store, choice).unwrap_or_else(|| i18n.now(push::NO_NAME).to_owned());
    let file = found_in(store, choice, |_, file| file.to_owned()).unwrap_or_default();
    let is_alone = Memo::new(move |_| store.files.with(|files| files.len() <= 1));
    move || {
        let phrase = if is_alone.get() { push::PUSH_THIS } else { push::PUSH_FROM };
        i18n.fill(phrase, &[("name", &name), ("file", &file)])
    }
}

fn shown_name(store: PushStore, choice: Choice) -> Option<String> {
    found_in(store, choice, |image, file| offer::names(image, file).into_iter().nth(choice.at as usize)?.own).flatten()
}
