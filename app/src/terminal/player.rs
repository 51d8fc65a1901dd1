//! A recording of a terminal, played. What is in it goes through the terminal's emulator, and nowhere else but as plain text.

use super::xterm::Xterm;
use crate::i18n::{catalogue::terminal as words, use_i18n};
use crate::rules::cast::{Cast, What, clock};
use crate::ui::icon::{self, icon};
use leptos::{ev, html, prelude::*, task::spawn_local};
use std::{sync::Arc, time::Duration};
use wasm_bindgen::JsCast;

/// Between two looks at what is to be shown.
const TICK: Duration = Duration::from_millis(40);
/// An arrow key goes so far.
const STEP_SECS: f64 = 5.0;
const SPEEDS: [&str; 5] = ["1", "1.5", "2", "3", "4"];

/// Where the playing is.
#[derive(Clone, Copy)]
struct Playing {
    cast: StoredValue<Arc<Cast>>,
    screen: StoredValue<Option<Xterm>, LocalStorage>,
    /// Events that are on screen.
    shown: StoredValue<usize>,
    at_secs: RwSignal<f64>,
    is_on: RwSignal<bool>,
    speed: RwSignal<f64>,
    /// When the last look was, in milliseconds.
    looked: StoredValue<f64>,
}

impl Playing {
    fn new(cast: Arc<Cast>) -> Self {
        Self {
            cast: StoredValue::new(cast),
            screen: StoredValue::new_local(None),
            shown: StoredValue::new(0),
            at_secs: RwSignal::new(0.0),
            is_on: RwSignal::new(false),
            speed: RwSignal::new(1.0),
            looked: StoredValue::new(0.0),
        }
    }

    /// Plays on, from the beginning where it had come to its end; or stops.
    fn toggle(self) {
        let is_on = !self.is_on.get_untracked();
        if is_on && self.at_secs.get_untracked() >= self.duration() {
            self.seek(0.0);
        }
        self.looked.set_value(js_sys::Date::now());
        self.is_on.set(is_on);
    }

    fn tick(self) {
        if !self.is_on.get_untracked() {
            return;
        }
        let now = js_sys::Date::now();
        let passed = (now - self.looked.get_value()).max(0.0) / 1000.0;
        self.looked.set_value(now);
        self.seek(self.at_secs.get_untracked() + passed * self.speed.get_untracked());
        if self.at_secs.get_untracked() >= self.duration() {
            self.is_on.set(false);
        }
    }

    fn seek(self, secs: f64) {
        let secs = secs.clamp(0.0, self.duration());
        self.at_secs.set(secs);
        self.show(secs);
    }

    fn duration(self) -> f64 {
        self.cast.with_value(|cast| cast.duration_secs())
    }

    /// Brings the screen to a moment.
    fn show(self, secs: f64) {
        self.cast.with_value(|cast| {
            self.screen.with_value(|screen| {
                let Some(screen) = screen else { return };
                let (mut from, until) = (self.shown.get_value(), cast.until(secs));
                if until < from || from == 0 {
                    // RIS: a terminal as new, in its turn after what was written.
                    screen.write(b"\x1bc");
                    screen.fix(cast.size.0, cast.size.1);
                    from = 0;
                }
                let mut text = String::new();
                for event in &cast.events()[from..until] {
                    match &event.what {
                        What::Output(more) => text.push_str(more),
                        What::Size(columns, rows) => {
                            screen.write(std::mem::take(&mut text).as_bytes());
                            screen.fix(*columns, *rows);
                        }
                        What::Mark(_) => {}
                    }
                }
                screen.write(text.as_bytes());
                self.shown.set_value(until);
            });
        });
    }

    fn key(self, event: &web_sys::KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let on = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let on = on.map(|element| element.tag_name()).unwrap_or_default();
        let step = match event.key().as_str() {
            // A button and a list have a use for it.
            " " if !matches!(on.as_str(), "BUTTON" | "SELECT") => None,
            "ArrowLeft" if on != "SELECT" => Some(-STEP_SECS),
            "ArrowRight" if on != "SELECT" => Some(STEP_SECS),
            _ => return,
        };
        event.prevent_default();
        match step {
            None => self.toggle(),
            Some(step) => self.seek(self.at_secs.get_untracked() + step),
        }
    }
}

/// Plays a recording: by buttons, and by space and arrow keys.
#[component]
pub(crate) fn Player(cast: Arc<Cast>) -> impl IntoView {
    let i18n = use_i18n();
    let (title, is_cut, duration) = (cast.title.clone(), cast.is_cut, cast.duration_secs());
    let marks = cast.events().iter().filter_map(|event| match &event.what {
        What::Mark(text) => Some((clock(event.at_secs), text.clone())),
        What::Output(_) | What::Size(..) => None,
    });
    let marks =
        marks.map(|(at, text)| view! { <li><span class="num muted">{at}</span> " " {text}</li> }).collect::<Vec<_>>();
    let marks = (!marks.is_empty())
        .then(|| view! { <ul class="cast-marks" aria-label=i18n.text(words::PLAY_MARKS)>{marks}</ul> });
    let playing = Playing::new(cast);
    let host = NodeRef::<html::Div>::new();
    let has_failed = RwSignal::new(false);
    Effect::new(move |done: Option<()>| {
        if let (None, Some(host)) = (done, host.get()) {
            spawn_local(async move {
                let label = untrack(|| i18n.now(words::PLAY_SCREEN));
                match Xterm::open(&host, label, false, |_| (), |_, _| (), |_| ()).await {
                    Ok(screen) => {
                        screen.only_show();
                        // The reader may have left while it was loading.
                        if playing.screen.try_set_value(Some(screen)).is_none() {
                            playing.show(playing.at_secs.get_untracked());
                        }
                    }
                    Err(_) => drop(has_failed.try_set(true)),
                }
            });
        }
    });
    if let Ok(ticks) = set_interval_with_handle(move || playing.tick(), TICK) {
        on_cleanup(move || ticks.clear());
    }
    on_cleanup(move || playing.screen.set_value(None));
    let place = Memo::new(move |_| format!("{} / {}", clock(playing.at_secs.get()), clock(duration)));
    let toggle_words = move || i18n.now(if playing.is_on.get() { words::PLAY_PAUSE } else { words::PLAY_PLAY });
    let reader = RwSignal::new(false);
    let toggle_reader = move |_: ev::MouseEvent| {
        reader.update(|on| *on = !*on);
        let on = reader.get_untracked();
        playing.screen.with_value(|screen| screen.as_ref().map(|screen| screen.reader(on)));
    };
    view! {
        <h2 class="cast-title">{title}</h2>
        <section
            class="term cast"
            aria-label=i18n.text(words::PLAY_SCREEN)
            data-own-keys=""
            on:keydown=move |event| playing.key(&event)
        >
            <div class="log-bar">
                <button type="button" class="button" on:click=move |_| playing.toggle()>
                    {move || icon(if playing.is_on.get() { icon::PAUSE } else { icon::PLAY })}
                    <span class="wide-only">{toggle_words}</span>
                </button>
                <input
                    type="range"
                    class="cast-place"
                    min="0"
                    max=duration
                    step="any"
                    prop:value=move || playing.at_secs.get()
                    aria-label=i18n.text(words::PLAY_PLACE)
                    aria-valuetext=move || place.get()
                    on:input=move |event| {
                        if let Ok(secs) = event_target_value(&event).parse() {
                            playing.seek(secs);
                        }
                    }
                />
                <span class="num cast-clock">{move || place.get()}</span>
                <select
                    class="input cast-speed"
                    aria-label=i18n.text(words::PLAY_SPEED)
                    on:change=move |event| playing.speed.set(event_target_value(&event).parse().unwrap_or(1.0))
                >
                    {SPEEDS.map(|speed| view! { <option value=speed>{format!("{speed}×")}</option> }).collect_view()}
                </select>
                <button
                    type="button"
                    class="button button-quiet button-icon"
                    aria-pressed=move || if reader.get() { "true" } else { "false" }
                    aria-label=i18n.text(words::READER)
                    title=i18n.text(words::READER)
                    on:click=toggle_reader
                >
                    {icon(icon::EYE)}
                </button>
            </div>
            <div class="term-frame cast-frame" tabindex="0" role="group" aria-label=i18n.text(words::PLAY_SHOWN)>
                <div class="term-host" node_ref=host></div>
            </div>
            {move || has_failed.get().then(|| view! { <p class="log-status" role="alert">{i18n.text(words::LOAD_FAILED)}</p> })}
        </section>
        {marks}
        {is_cut.then(|| view! { <p class="audit-about">{i18n.text(words::PLAY_CUT)}</p> })}
    }
}
