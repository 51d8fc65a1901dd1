//! Which of the images found go where, and the start.

use super::{chosen::Chosen, project::ProjectField};
use crate::i18n::{
    I18n, Text,
    catalogue::{image_names, push},
    use_i18n,
};
use crate::rules::{
    complaint::Complaint,
    image_name, project,
    push::{compression_of, compression_word},
};
use crate::stores::{
    push::{Choice, PushStore, use_push},
    session::use_session,
};
use crate::ui::{
    button::{Button, Kind},
    field::SelectField,
    icon::UP,
};
use ::image::reference::{ImageName, Place};
use api::images::{Compression, Registry};
use archive_protocol::{PushOrder, Target};
use leptos::prelude::*;

/// The choices and the button.
#[component]
pub(crate) fn Choose(
    registry: Registry,
    /// Where the reader stands.
    place: Memo<Option<Place>>,
) -> impl IntoView {
    let (i18n, store, session) = (use_i18n(), use_push(), use_session());
    let Registry { compressions: preferred, chunk_max_bytes, chunk_socket, .. } = registry;
    let projects = untrack(|| session.session()).map(|session| project::projects(&session)).unwrap_or_default();
    if store.compression.with_untracked(String::is_empty) {
        let first = preferred.first().copied().unwrap_or_default();
        store.compression.set(compression_word(first).to_owned());
    }
    let refusal = Signal::derive(move || refusal(i18n, store, place));
    let start = move |()| {
        let targets = targets(store, place);
        let compression = store.compression.with_untracked(|word| compression_of(word));
        store.start(PushOrder { targets, compression, chunk_max_bytes, chunk_socket });
    };
    // What may be chosen does not depend on what the gateway knows of engines: the reader may know more.
    let compressions = [Compression::Gzip, Compression::Zstd].map(|compression| {
        let word = compression_word(compression);
        (word, plain(word))
    });
    view! {
        <section class="panel push-choose">
            <For each=move || store.choices.get() key=|choice| choice.key() let:choice>
                <Chosen choice place/>
            </For>
            <div class="push-settings">
                {(projects.len() > 1).then(|| view! { <ProjectField projects/> })}
                <SelectField
                    id="push-compression"
                    label=i18n.text(push::COMPRESSION)
                    value=store.compression
                    options=compressions.to_vec()
                    hint=i18n.text(push::COMPRESSION_HINT)
                />
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

/// Where a choice goes. Tracks.
pub(crate) fn goes_to(place: Memo<Option<Place>>, choice: Choice) -> Result<ImageName, Complaint> {
    place.with(|place| {
        let place = place.as_ref().ok_or(image_names::NO_NAME)?;
        choice.name.with(|name| image_name::target(place, name))
    })
}

/// Whether another choice goes there too. Tracks.
pub(crate) fn is_twice(store: PushStore, place: Memo<Option<Place>>, choice: Choice, name: &ImageName) -> bool {
    store.choices.with(|choices| {
        let others = choices.iter().filter(|other| other.key() != choice.key() && other.on.get());
        others.into_iter().any(|other| goes_to(place, *other).as_ref() == Ok(name))
    })
}

fn refusal(i18n: I18n, store: PushStore, place: Memo<Option<Place>>) -> Option<String> {
    let on: Vec<_> = store.choices.get().into_iter().filter(|choice| choice.on.get()).collect();
    if on.is_empty() {
        return Some(i18n.now(push::START_NOTHING).to_owned());
    }
    let is_bad = |choice| goes_to(place, choice).map_or(true, |name| is_twice(store, place, choice, &name));
    on.into_iter().any(is_bad).then(|| i18n.now(push::START_BAD_NAME).to_owned())
}

fn targets(store: PushStore, place: Memo<Option<Place>>) -> Vec<Target> {
    let on = store.choices.get_untracked().into_iter().filter(|choice| choice.on.get_untracked());
    on.filter_map(|choice| {
        let name = untrack(|| goes_to(place, choice)).ok()?;
        let tag = name.tag().unwrap_or("latest").to_owned();
        Some(Target { file: choice.file, image: choice.image, repository: name.repository(), tag })
    })
    .collect()
}
