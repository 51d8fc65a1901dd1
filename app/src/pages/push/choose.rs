//! Which of the images found go where, and the start.

use crate::client::{Client, use_client};
use crate::i18n::{Text, catalogue::push, use_i18n};
use crate::queries::images;
use crate::stores::{
    push::{Choice, Look, PushStore, use_push},
    session::use_session,
};
use crate::ui::{
    button::{Button, Kind},
    field::SelectField,
    icon::{UP, icon},
};
use api::images::{Compression, Registry};
use archive_protocol::{PushOrder, Target};
use image::reference::{ImageName, Place, TagRule};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// Silence after the last keystroke before the registry is asked about a name.
const ASK_AFTER: Duration = Duration::from_millis(400);

/// The choices and the button.
#[component]
pub(crate) fn Choose(registry: Registry) -> impl IntoView {
    let (i18n, store, session) = (use_i18n(), use_push(), use_session());
    let session = untrack(|| session.session());
    let home = session.as_ref().map(|session| session.project.clone()).unwrap_or_default();
    let projects: Vec<String> = session.iter().flat_map(|s| &s.projects).map(|project| project.name.clone()).collect();
    let project = RwSignal::new(home);
    let place = Memo::new(move |_| Place {
        cluster: session.as_ref().map(|session| session.cluster.clone()).unwrap_or_default(),
        org: session.as_ref().and_then(|session| session.org.clone()),
        project: project.get(),
        registries: session.iter().map(|session| (session.cluster.clone(), registry.host.clone())).collect(),
    });
    let zstd = registry.compressions.contains(&Compression::Zstd);
    let first = registry.compressions.first().copied().unwrap_or_default();
    let compression = RwSignal::new(word(first).to_owned());
    let refusal = Signal::derive(move || refusal(i18n, store, &place.get()));
    let start = move |()| {
        let targets = targets(store, &place.get_untracked());
        let compression =
            if compression.get_untracked() == word(Compression::Zstd) { Compression::Zstd } else { Compression::Gzip };
        let (chunk_max_bytes, chunk_socket) = (registry.chunk_max_bytes, registry.chunk_socket);
        store.start(PushOrder { targets, compression, chunk_max_bytes, chunk_socket });
    };
    view! {
        <section class="panel push-choose">
            <For each=move || store.choices.get() key=|choice| (choice.file, choice.image) let:choice>
                <Chosen choice place/>
            </For>
            <div class="push-settings">
                {(projects.len() > 1).then(|| view! { <ProjectField project projects/> })}
                {zstd.then(|| {
                    let options = vec![("gzip", plain("gzip")), ("zstd", plain("zstd"))];
                    view! {
                        <SelectField
                            id="push-compression"
                            label=i18n.text(push::COMPRESSION)
                            value=compression
                            options
                            hint=i18n.text(push::COMPRESSION_HINT)
                        />
                    }
                })}
            </div>
            <div class="push-start">
                <Button label=i18n.text(push::START) kind=Kind::Primary picture=UP refusal on_click=start/>
            </div>
        </section>
    }
}

fn plain(word: &'static str) -> Text {
    Signal::stored(word.to_owned())
}

fn word(compression: Compression) -> &'static str {
    match compression {
        Compression::Zstd => "zstd",
        Compression::Gzip | Compression::Unknown => "gzip",
    }
}

#[component]
fn ProjectField(project: RwSignal<String>, projects: Vec<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="field">
            <label class="field-label" for="push-project">{i18n.text(push::PROJECT)}</label>
            <select
                id="push-project"
                class="input"
                prop:value=move || project.get()
                on:change=move |event| project.set(event_target_value(&event))
            >
                {projects
                    .into_iter()
                    .map(|name| {
                        let own = name.clone();
                        view! { <option value=name.clone() selected=move || project.get() == own>{name.clone()}</option> }
                    })
                    .collect_view()}
            </select>
        </div>
    }
}

/// One image: whether it goes, and its name, judged as it is typed.
#[component]
fn Chosen(choice: Choice, place: Memo<Place>) -> impl IntoView {
    let (i18n, store, client) = (use_i18n(), use_push(), use_client());
    let id = format!("push-name-{}-{}", choice.file, choice.image);
    let usable = usable(store, choice);
    let shown = shown_name(store, choice).unwrap_or_else(|| i18n.now(push::NO_NAME).to_owned());
    let parsed = Memo::new(move |_| place.get().parse_platform(choice.name.get().trim(), TagRule::Latest));
    let error = Signal::derive(move || {
        if !choice.on.get() {
            return None;
        }
        match parsed.get() {
            Err(invalid) => Some(invalid.to_string()),
            Ok(name) if is_twice(store, &place.get(), choice, &name) => Some(i18n.now(push::NAME_TWICE).to_owned()),
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
                <span class="mono truncate">{i18n.fill(push::PUSH_THIS, &[("name", &shown)])}</span>
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
                        (Some(text), _) => Some(view! { <p class="field-error">{icon(crate::ui::icon::ALERT)} {text}</p> }.into_any()),
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
    parsed: Memo<Result<ImageName, image::reference::InvalidReference>>,
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

fn found_in<T>(store: PushStore, choice: Choice, read: impl FnOnce(&archive_protocol::FoundImage) -> T) -> Option<T> {
    store.files.with_untracked(|files| {
        let file = files.iter().find(|file| file.number == choice.file)?;
        match &file.look {
            Look::Found(report) => report.images.get(choice.image as usize).map(read),
            Look::Looking(_) | Look::Refused(_) => None,
        }
    })
}

fn usable(store: PushStore, choice: Choice) -> bool {
    found_in(store, choice, |image| image.faults.is_empty()).unwrap_or(false)
}

fn shown_name(store: PushStore, choice: Choice) -> Option<String> {
    found_in(store, choice, |image| image.names.first().cloned()).flatten()
}

fn is_twice(store: PushStore, place: &Place, choice: Choice, name: &ImageName) -> bool {
    store.choices.with(|choices| {
        choices
            .iter()
            .filter(|other| (other.file, other.image) != (choice.file, choice.image) && other.on.get())
            .any(|other| place.parse_platform(other.name.get().trim(), TagRule::Latest).as_ref() == Ok(name))
    })
}

fn refusal(i18n: crate::i18n::I18n, store: PushStore, place: &Place) -> Option<String> {
    let on: Vec<_> = store.choices.get().into_iter().filter(|choice| choice.on.get()).collect();
    if on.is_empty() {
        return Some(i18n.now(push::START_NOTHING).to_owned());
    }
    let bad = on.into_iter().any(|choice| {
        let name = place.parse_platform(choice.name.get().trim(), TagRule::Latest);
        name.map_or(true, |name| is_twice(store, place, choice, &name))
    });
    bad.then(|| i18n.now(push::START_BAD_NAME).to_owned())
}

fn targets(store: PushStore, place: &Place) -> Vec<Target> {
    let on = store.choices.get_untracked().into_iter().filter(|choice| choice.on.get_untracked());
    on.filter_map(|choice| {
        let name = place.parse_platform(choice.name.get_untracked().trim(), TagRule::Latest).ok()?;
        let tag = name.tag().unwrap_or("latest").to_owned();
        Some(Target { file: choice.file, image: choice.image, repository: name.repository(), tag })
    })
    .collect()
}
