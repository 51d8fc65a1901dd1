//! A line over time: axes, a limit, and the value under the pointer or the arrow keys.

mod scale;

use leptos::{html, prelude::*};
pub(crate) use scale::Base;
use scale::{path, top_of};
use std::sync::Arc;

/// The drawing's own units; the browser stretches them.
pub(super) const WIDTH: f64 = 1_000.0;
pub(super) const HEIGHT: f64 = 200.0;

/// A point: milliseconds since the epoch, and the value then.
pub(crate) type Point = (f64, f64);
/// Writes a value as people read it.
pub(crate) type Write = Arc<dyn Fn(f64) -> String + Send + Sync>;

/// A chart of the last stretch of time, its right edge being the newest point.
#[component]
pub(crate) fn LineChart(
    #[prop(into)] label: Signal<String>,
    /// Oldest first.
    #[prop(into)]
    points: Signal<Vec<Point>>,
    /// How long a stretch is shown.
    #[prop(into)]
    window_ms: Signal<f64>,
    /// The most that is possible, where there is such.
    #[prop(into)]
    limit: Signal<Option<f64>>,
    base: Base,
    /// Writes values.
    write_value: Write,
    /// Writes moments.
    write_time: Write,
    /// Words under the ends of the time axis: oldest, newest.
    #[prop(into)]
    ends: Signal<(String, String)>,
    /// CSS class with the line's colour.
    class: &'static str,
    /// Told of the moment that was clicked, or chosen with Enter.
    #[prop(into)]
    on_pick: Callback<f64>,
) -> impl IntoView {
    let plot = NodeRef::<html::Div>::new();
    // Index of the point that is pointed at.
    let at = RwSignal::new(None::<usize>);
    let top =
        Memo::new(move |_| top_of(points.with(|p| p.iter().map(|(_, v)| *v).fold(0.0, f64::max)), limit.get(), base));
    let newest = Memo::new(move |_| points.with(|p| p.last().map_or(0.0, |(t, _)| *t)));
    let line = Memo::new(move |_| {
        points.with(|points| path(points, newest.get() - window_ms.get(), window_ms.get(), top.get()))
    });
    let area = move || {
        points.with(|points| {
            let first =
                points.first().map_or(0.0, |(t, _)| scale::x(*t, newest.get() - window_ms.get(), window_ms.get()));
            let line = line.get();
            if line.is_empty() { line } else { format!("{line}L{WIDTH} {HEIGHT}L{first:.1} {HEIGHT}Z") }
        })
    };
    let limit_y = Memo::new(move |_| limit.get().filter(|l| *l <= top.get()).map(|l| HEIGHT * (1.0 - l / top.get())));
    let pointed = Memo::new(move |_| at.get().and_then(|i| points.with(|p| p.get(i).copied())));
    let said = {
        let write_value = Arc::clone(&write_value);
        Signal::derive(move || pointed.get().map(|(t, v)| format!("{} · {}", write_value(v), write_time(t))))
    };

    let point_at = move |event: &web_sys::PointerEvent| {
        let Some(plot) = plot.get_untracked() else { return };
        let rect = plot.get_bounding_client_rect();
        let part = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
        let time = newest.get_untracked() - window_ms.get_untracked() * (1.0 - part);
        at.set(points.with_untracked(|points| scale::nearest(points, time)));
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let last = points.with_untracked(Vec::len).saturating_sub(1);
        let now = at.get_untracked().unwrap_or(last);
        let next = match event.key().as_str() {
            "ArrowLeft" => now.saturating_sub(1),
            "ArrowRight" => (now + 1).min(last),
            "PageUp" => now.saturating_sub(30),
            "PageDown" => (now + 30).min(last),
            "Home" => 0,
            "End" => last,
            "Enter" => {
                if let Some((time, _)) = pointed.get_untracked() {
                    on_pick.run(time);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        at.set(Some(next));
    };
    let tick = move |part: f64| {
        let write = Arc::clone(&write_value);
        move || write(top.get() * part)
    };
    let (high, middle, low) = (tick(1.0), tick(0.5), tick(0.0));
    let left = move || {
        pointed.get().map_or(0.0, |(t, _)| scale::x(t, newest.get() - window_ms.get(), window_ms.get()) / WIDTH * 100.0)
    };
    let down = move || pointed.get().map_or(0.0, |(_, v)| (1.0 - (v / top.get()).clamp(0.0, 1.0)) * 100.0);
    // The words would leave the plot on the right.
    let is_far = move || left() > 70.0;
    view! {
        <div class=format!("chart {class}")>
            <div class="chart-scale num" aria-hidden="true"><span>{high}</span><span>{middle}</span><span>{low}</span></div>
            <div
                class="chart-plot"
                node_ref=plot
                role="slider"
                tabindex="0"
                aria-label=move || label.get()
                aria-valuemin="0"
                aria-valuemax=move || points.with(Vec::len).saturating_sub(1)
                aria-valuenow=move || at.get().unwrap_or_else(|| points.with(Vec::len).saturating_sub(1))
                aria-valuetext=move || said.get().unwrap_or_else(|| label.get())
                on:pointermove=move |event| point_at(&event)
                on:pointerleave=move |_| at.set(None)
                on:blur=move |_| at.set(None)
                on:keydown=on_key
                on:click=move |_| if let Some((time, _)) = pointed.get_untracked() { on_pick.run(time) }
            >
                <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                    <path class="chart-grid" d="M0 0.5H1000M0 100H1000M0 199.5H1000"/>
                    <path class="chart-area" d=area/>
                    <path class="chart-line" d=move || line.get()/>
                    {move || limit_y.get().map(|y| view! { <path class="chart-limit" d=format!("M0 {y:.1}H{WIDTH}")/> })}
                </svg>
                {move || {
                    said.get()
                        .map(|said| {
                            view! {
                                <span class="chart-cursor" style:left=move || format!("{}%", left())></span>
                                <span class="chart-dot" style:left=move || format!("{}%", left()) style:top=move || format!("{}%", down())></span>
                                <span
                                    class="chart-said num"
                                    class:chart-said-left=is_far
                                    style:left=move || format!("{}%", left())
                                >
                                    {said}
                                </span>
                            }
                        })
                }}
            </div>
            <div class="chart-time num" aria-hidden="true"><span>{move || ends.get().0}</span><span>{move || ends.get().1}</span></div>
        </div>
    }
}
