//! The picked files: what is in each, or why nothing of it can be pushed.

use super::left_out::LeftOutNotes;
use crate::i18n::{catalogue::push, format::image_bytes, use_i18n};
use crate::rules::push::{compression_of, compression_word, fault_text, offer};
use crate::stores::push::{Look, PickedFile, use_push};
use crate::ui::{
    button::{Button, Kind},
    icon::CLOSE,
    state::Note,
};
use ::image::reference::Place;
use archive_protocol::{FileReport, FoundImage, FoundLayer, Unfinished};
use leptos::prelude::*;

/// All of them.
#[component]
pub(crate) fn Files(
    /// Where the reader stands.
    place: Memo<Option<Place>>,
) -> impl IntoView {
    let store = use_push();
    let numbers =
        Memo::new(move |_| store.files.with(|files| files.iter().map(|file| file.number).collect::<Vec<_>>()));
    view! {
        <For each=move || numbers.get() key=|number| *number let:number>
            <File number place/>
        </For>
    }
}

#[component]
fn File(number: u32, place: Memo<Option<Place>>) -> impl IntoView {
    let (i18n, store) = (use_i18n(), use_push());
    let file = Memo::new(move |_| store.files.with(|files| files.iter().find(|file| file.number == number).cloned()));
    let name = move || file.with(|file| file.as_ref().map(|file| file.name.clone())).unwrap_or_default();
    let remove = Signal::derive(move || i18n.fill(push::REMOVE_FILE, &[("name", &name())]));
    view! {
        <section class="panel push-file" aria-label=name>
            <div class="push-file-head">
                <h2 class="truncate">{name}</h2>
                <Button
                    label=remove
                    kind=Kind::Quiet
                    bare=true
                    picture=CLOSE
                    on_click=move |()| store.release(number)
                />
            </div>
            <div aria-live="polite">{move || file.get().map(|file| look(i18n, file, place))}</div>
        </section>
    }
}

fn look(i18n: crate::i18n::I18n, file: PickedFile, place: Memo<Option<Place>>) -> AnyView {
    match file.look {
        Look::Looking(0) => view! { <p class="muted">{i18n.text(push::LOOKING)}</p> }.into_any(),
        Look::Looking(done) => {
            let text = move || {
                let lang = i18n.lang();
                let places = [("done", image_bytes(lang, done)), ("total", image_bytes(lang, file.size_bytes))];
                i18n.fill(push::UNPACKING, &[(places[0].0, &places[0].1), (places[1].0, &places[1].1)])
            };
            view! {
                <p class="muted">{text}</p>
                <progress class="push-bar" max="1" value=crate::rules::push::share(done, file.size_bytes).to_string() aria-hidden="true"></progress>
            }
            .into_any()
        }
        Look::Refused(fault) => {
            let text = Signal::derive(move || fault_text(i18n, &fault));
            view! { <h3>{i18n.text(push::NOT_USABLE)}</h3> <Note text bad=true/> }.into_any()
        }
        Look::Found(report) => found(i18n, file.number, report, place).into_any(),
    }
}

/// Whether a push as it is chosen now goes on with that one, as long as that can be gone on with at all: it may have been forgotten,
/// cancelled, or be another tab's.
fn begun_note(i18n: crate::i18n::I18n, file: u32, begun: Unfinished, place: Memo<Option<Place>>) -> impl IntoView {
    let store = use_push();
    let (key, compression, target) = (begun.key.clone(), begun.compression, offer::path_of(&begun));
    let goes_on = Memo::new(move |_| {
        let choices = store.choices.get();
        let pushed = choices.into_iter().filter(|choice| choice.file == file && choice.on.get());
        let compression = store.compression.with(|word| compression_of(word));
        let names = pushed.map(|choice| choice.name.get());
        place.with(|place| place.as_ref().is_some_and(|place| offer::goes_on(place, &begun, compression, names)))
    });
    let is_there =
        Memo::new(move |_| store.unfinished.with(|unfinished| unfinished.iter().any(|other| other.key == key)));
    let text = Signal::derive(move || match compression {
        Some(_) if goes_on.get() => i18n.fill(push::CAN_CONTINUE, &[("target", &target)]),
        Some(compression) => {
            let places = [("target", target.as_str()), ("compression", compression_word(compression))];
            i18n.fill(push::CAN_CONTINUE_AS, &places)
        }
        None => i18n.fill(push::BEGINS_ANEW, &[("target", &target)]),
    });
    move || is_there.get().then(|| view! { <Note text/> })
}

fn found(i18n: crate::i18n::I18n, file: u32, report: FileReport, place: Memo<Option<Place>>) -> impl IntoView {
    let (form, size, outer) = (report.form.clone(), report.size_bytes, report.outer.clone());
    let kind = move || {
        let said = i18n.fill(push::FORM, &[("form", &form), ("size", &image_bytes(i18n.lang(), size))]);
        if outer.is_empty() { said } else { format!("{said}, {}", i18n.fill(push::COMPRESSED, &[("outer", &outer)])) }
    };
    let begun = report.unfinished.into_iter().map(|begun| begun_note(i18n, file, begun, place)).collect_view();
    view! {
        <p class="muted">{kind}</p>
        {begun}
        {report.changed.then(|| view! { <Note text=i18n.text(push::CHANGED)/> })}
        {report.known_missing.then(|| view! { <Note text=i18n.text(push::KNOWN_MISSING)/> })}
        {report
            .faults
            .into_iter()
            .map(|fault| view! { <Note text=Signal::derive(move || fault_text(i18n, &fault))/> })
            .collect_view()}
        <ul class="push-images">
            {report.images.into_iter().map(|image| view! { <li>{one(i18n, image)}</li> }).collect_view()}
        </ul>
    }
}

fn one(i18n: crate::i18n::I18n, image: FoundImage) -> impl IntoView {
    let (size, travel) = (image.size_bytes(), image.travel_bytes());
    let name = image.names.first().cloned();
    let title = move || name.clone().unwrap_or_else(|| i18n.now(push::NO_NAME).to_owned());
    let travels = move || {
        let lang = i18n.lang();
        if travel == 0 {
            return i18n.now(push::TRAVELS_NOTHING).to_owned();
        }
        i18n.fill(push::TRAVELS, &[("travel", &image_bytes(lang, travel)), ("size", &image_bytes(lang, size))])
    };
    let count = image.layers.len() as u64;
    let usable = image.faults.is_empty();
    let others = image.names.iter().skip(1).cloned().collect::<Vec<_>>().join(", ");
    view! {
        <h3 class="mono push-image-name">{title}</h3>
        {(!others.is_empty()).then(|| view! { <p class="muted mono">{others}</p> })}
        <p class="muted">{image.platforms.join(", ")}</p>
        {(!usable).then(|| view! { <p class="push-broken">{i18n.text(push::IMAGE_BROKEN)}</p> })}
        {image
            .faults
            .into_iter()
            .map(|fault| view! { <Note bad=true text=Signal::derive(move || fault_text(i18n, &fault))/> })
            .collect_view()}
        {usable.then(|| view! { <p>{travels}</p> })}
        <LeftOutNotes left_out=image.left_out/>
        <details class="push-layers">
            <summary>{move || i18n.count(push::LAYER_COUNT, count)}</summary>
            <ul>{image.layers.into_iter().map(|layer| layer_row(i18n, layer)).collect_view()}</ul>
        </details>
    }
}

fn layer_row(i18n: crate::i18n::I18n, layer: FoundLayer) -> impl IntoView {
    let note = match (layer.foreign, layer.known, layer.as_is) {
        (true, _, _) => Some(push::LAYER_FOREIGN),
        (false, true, _) => Some(push::LAYER_KNOWN),
        (false, false, true) => Some(push::LAYER_AS_IS),
        (false, false, false) => None,
    };
    view! {
        <li class="push-layer">
            <code>{layer.id}</code>
            <span class="num">{move || image_bytes(i18n.lang(), layer.size_bytes)}</span>
            <span class="muted">{note.map(|note| i18n.text(note))}</span>
        </li>
    }
}
