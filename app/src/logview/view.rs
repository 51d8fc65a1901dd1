//! The log view as a component: the scrolled region, and the bars around it.

mod find_bar;
mod jump;
mod mouse;
mod placeholder;
mod status_bar;
mod toolbar;
mod zone_choice;

use super::{
    address::{self, Asked},
    engine::{Dom, Engine, Ground},
    keys::{Act, step_zone},
    store::DEFAULT_BUDGET_BYTES,
    told::Told,
};
use crate::client::use_client;
use crate::components::stage::use_page_query;
use crate::i18n::{I18n, catalogue::logs, format, use_i18n};
use crate::stores::{
    session::use_session,
    toasts::{Toasts, use_toasts},
};
use api::jobs::Job;
use find_bar::FindBar;
use jump::Jump;
use leptos::{ev, html, prelude::*};
use placeholder::Placeholder;
use status_bar::StatusBar;
use std::rc::Rc;
use toolbar::Toolbar;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{ClipboardEvent, KeyboardEvent, MouseEvent};

/// A handle on the engine that event handlers and signals may hold.
type Log = StoredValue<Rc<Engine>, LocalStorage>;

/// The log of one job.
#[component]
pub(crate) fn LogView(
    /// The address below which the log lies.
    base: String,
    /// The job as far as it is known: tells an empty log's reason and where relative times begin.
    #[prop(into)]
    job: Signal<Option<Job>>,
) -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let query = use_page_query();
    let asked = query.with_untracked(|q| {
        let get = |key: &str| q.get(key);
        Asked::parse(get("line").as_deref(), get("time").as_deref(), get("wrap").as_deref(), get("tz").as_deref())
    });
    let told = Told::new(asked.wishes());
    let ground = Ground { client: use_client(), session: use_session(), i18n };
    let engine = Engine::new(base, ground, told, budget(), asked.goal);
    engine.core.borrow_mut().marked = asked.lines.clone();
    engine.open();
    let saying = engine.start_saying();
    let log: Log = StoredValue::new_local(engine);
    on_cleanup(move || {
        if let Some(saying) = saying {
            saying.clear();
        }
        log.dispose();
    });
    follow_address(log);
    follow_job(log, job);
    tell_missing(told, toasts, i18n);

    let (scroller, canvas) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let (sheet, probe) = (NodeRef::<html::Div>::new(), NodeRef::<html::Span>::new());
    let frame = NodeRef::<html::Section>::new();
    reach_down(frame, Signal::stored(true));
    let input = NodeRef::<html::Input>::new();
    attach_when_mounted(log, scroller, canvas, sheet, probe);
    let open_find = move || {
        told.find_open.set(true);
        request_animation_frame(move || {
            // The page may have been left by then.
            if let Some(input) = input.try_get_untracked().flatten() {
                drop(input.focus());
                input.select();
            }
        });
    };
    let close_find = move || {
        told.find_open.set(false);
        log.with_value(|log| log.find(&super::find::Asked::default()));
        if let Some(scroller) = scroller.get_untracked() {
            drop(scroller.focus());
        }
    };
    capture_find_key(input, open_find);

    let on_key = move |event: KeyboardEvent| {
        let act = log.with_value(|log| log.on_key(&event));
        match act {
            Act::None => return,
            Act::Done => {}
            Act::OpenFind => open_find(),
            Act::CloseFind if told.find_open.get_untracked() => close_find(),
            Act::CloseFind => return,
            Act::FindStep(forward) => log.with_value(|log| log.find_step(forward)),
            Act::ToggleWrap => wish(log, |w| w.wrap = !w.wrap),
            Act::NextZone => wish(log, |w| w.zone = step_zone(&w.zone)),
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_mouse_down = move |event: MouseEvent| mouse::mouse_down(log, toasts, &event);
    let on_copy = move |event: ClipboardEvent| mouse::copy(log, toasts, &event);
    let on_wheel = move |event: web_sys::WheelEvent| {
        if log.with_value(|log| log.on_wheel(&event)) {
            event.prevent_default();
        }
    };
    view! {
        <section class="log" node_ref=frame aria-label=move || i18n.now(logs::REGION)>
            <Toolbar log told open_find=Callback::new(move |()| open_find())/>
            <FindBar log told input close=Callback::new(move |()| close_find())/>
            <div class="log-frame">
                <div
                    class="log-scroll"
                    node_ref=scroller
                    role="log"
                    aria-live="off"
                    aria-label=move || i18n.now(logs::REGION)
                    tabindex="0"
                    data-own-keys=""
                    on:keydown=on_key
                    on:mousedown=on_mouse_down
                    on:copy=on_copy
                    on:wheel=on_wheel
                    on:scroll=move |_| log.with_value(|log| log.on_scroll())
                >
                    <div class="log-canvas" node_ref=canvas>
                        <div class="log-sheet" node_ref=sheet></div>
                        <span class="log-probe" node_ref=probe aria-hidden="true">{"0".repeat(100)}</span>
                    </div>
                </div>
                <Placeholder log told job/>
                <Jump log told/>
            </div>
            <StatusBar log told/>
            <div class="visually-hidden" aria-live="polite">{move || told.say.get()}</div>
        </section>
    }
}

/// Changes how the reader wants it, and remembers it.
fn wish(log: Log, change: impl FnOnce(&mut super::told::Wishes)) {
    log.with_value(|log| {
        log.wish(change);
        log.told.wishes.with_untracked(address::remember);
    });
}

/// Memory for rows: less where the device has little.
fn budget() -> usize {
    let gib = js_sys::Reflect::get(&window().navigator(), &"deviceMemory".into()).ok().and_then(|m| m.as_f64());
    match gib {
        Some(gib) if gib <= 2.0 => DEFAULT_BUDGET_BYTES / 4,
        Some(gib) if gib <= 4.0 => DEFAULT_BUDGET_BYTES / 2,
        _ => DEFAULT_BUDGET_BYTES,
    }
}

/// Gives the engine its elements once they are in the page, and tells it when their size changes.
fn attach_when_mounted(
    log: Log,
    scroller: NodeRef<html::Div>,
    canvas: NodeRef<html::Div>,
    sheet: NodeRef<html::Div>,
    probe: NodeRef<html::Span>,
) {
    let observer = StoredValue::new_local(None::<(web_sys::ResizeObserver, Closure<dyn FnMut()>)>);
    Effect::new(move || {
        let (Some(scroller), Some(canvas), Some(sheet), Some(probe)) =
            (scroller.get(), canvas.get(), sheet.get(), probe.get())
        else {
            return;
        };
        log.with_value(|log| log.attach(Dom::new(scroller.clone().into(), canvas.into(), sheet.into(), probe.into())));
        let resized = Closure::<dyn FnMut()>::new(move || {
            log.try_with_value(|log| log.remeasure());
        });
        if let Ok(made) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            made.observe(&scroller);
            observer.set_value(Some((made, resized)));
        }
    });
    on_cleanup(move || {
        observer.try_update_value(|observer| {
            if let Some((observer, _)) = observer.take() {
                observer.disconnect();
            }
        });
    });
}

/// Lets a panel reach down to the lower edge of the window, from wherever it begins.
pub(crate) fn reach_down(frame: NodeRef<html::Section>, shown: Signal<bool>) {
    let fit = move || {
        // The page may be left before the frame that was asked for; and what is not shown begins nowhere.
        let frame = frame.try_get_untracked().flatten().filter(|frame| frame.client_height() > 0);
        let Some(frame) = frame else { return };
        let top = frame.get_bounding_client_rect().top() + window().scroll_y().unwrap_or(0.0);
        drop(web_sys::HtmlElement::style(&frame).set_property("--log-top", &format!("{}px", top.round())));
    };
    Effect::new(move || {
        if shown.get() && frame.get().is_some() {
            request_animation_frame(fit);
        }
    });
    let handle = window_event_listener(ev::resize, move |_| fit());
    on_cleanup(move || handle.remove());
}

/// Ctrl+F opens our search, because the browser's own sees a screenful; pressed again within it, it is the browser's.
fn capture_find_key(input: NodeRef<html::Input>, open: impl Fn() + 'static) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let is_find = (event.ctrl_key() || event.meta_key())
            && !event.shift_key()
            && !event.alt_key()
            && event.key().eq_ignore_ascii_case("f");
        if !is_find {
            return;
        }
        let within = input
            .get_untracked()
            .is_some_and(|input| document().active_element().is_some_and(|active| input.is_same_node(Some(&active))));
        if !within {
            event.prevent_default();
            open();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Goes where the address says when it changes under the view.
fn follow_address(log: Log) {
    let query = use_page_query();
    let place = Memo::new(move |_| query.with(|q| (q.get("line"), q.get("time"))));
    Effect::new(move |before: Option<(Option<String>, Option<String>)>| {
        let now = place.get();
        if before.is_some_and(|before| before != now) {
            let asked = Asked::parse(now.0.as_deref(), now.1.as_deref(), None, None);
            log.with_value(|log| {
                log.with(|core| core.marked = asked.lines.clone());
                if let Some(goal) = asked.goal {
                    log.go_to(goal);
                }
            });
        }
        now
    });
}

/// Says that a line of the address is not there.
fn tell_missing(told: Told, toasts: Toasts, i18n: I18n) {
    Effect::new(move || {
        if let Some(line) = told.missing_line.get() {
            let n = untrack(|| format::integer(i18n.lang(), line));
            toasts.bad(untrack(|| i18n.fill(logs::LINE_GONE, &[("n", &n)])));
        }
    });
}

/// Relative times begin where the job did.
fn follow_job(log: Log, job: Signal<Option<Job>>) {
    Effect::new(move || {
        let began = job.with(|job| job.as_ref().map(|j| j.started_at.unwrap_or(j.created_at)));
        let began = began.and_then(|t| i64::try_from(t.as_nanosecond()).ok());
        log.with_value(|log| {
            if log.origin_ns.replace(began) != began {
                log.repaper();
            }
        });
    });
}
