//! What the job uses: lines of CPU, memory and GPU over the last quarter of an hour.

use crate::i18n::{
    I18n, Phrase,
    catalogue::{telemetry as words, units},
    format, use_i18n,
};
use crate::paths;
use crate::queries::{
    jobs::Seen,
    top::{Standing, TopQuery, WINDOW_SECS},
};
use crate::ui::{
    chart::{Base, LineChart, Point},
    state::{Empty, Note},
};
use api::top::Sample;
use jiff::Timestamp;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use std::sync::Arc;

/// Stretches of time a chart can show, seconds: a young job's line must not be a dot at the edge of a quarter of an hour.
const STRETCHES: [u32; 3] = [60, 5 * 60, WINDOW_SECS];

/// The tab.
#[component]
pub(super) fn Telemetry(seen: Memo<Arc<Seen>>, top: TopQuery) -> impl IntoView {
    let i18n = use_i18n();
    let has = move |value: fn(&Sample) -> Option<f64>| {
        Memo::new(move |_| top.samples.with(|s| s.iter().any(|s| value(s).is_some())))
    };
    let any = Memo::new(move |_| top.samples.with(|s| !s.is_empty()));
    let (gpu, gpu_memory) = (has(gpu_duty), has(gpu_memory));
    let cpu_limit = Signal::derive(move || seen.with(|s| Some(s.job.container.resources.cpu).filter(|c| *c > 0.0)));
    let memory_limit =
        Signal::derive(move || seen.with(|s| Some(s.job.container.resources.memory_bytes as f64).filter(|m| *m > 0.0)));
    let whole = Signal::stored(Some(100.0));
    let unlimited = Signal::stored(None::<f64>);
    let state = move || {
        let finished = seen.with(|s| s.job.status.is_finished());
        let (title, text) = match top.standing.get() {
            Standing::Over => (words::FINISHED, words::FINISHED_TEXT),
            _ if finished => (words::FINISHED, words::FINISHED_TEXT),
            Standing::Waiting => (words::PENDING, words::NO_DATA_TEXT),
            Standing::Opening | Standing::Live | Standing::Broken => (words::NO_DATA, words::NO_DATA_TEXT),
        };
        view! { <div class="panel"><Empty title=i18n.text(title) text=i18n.text(text)/></div> }
    };
    view! {
        {move || (top.standing.get() == Standing::Broken).then(|| view! { <Note text=i18n.text(words::STOPPED)/> })}
        {move || {
            if !any.get() {
                return state().into_any();
            }
            view! {
                <div class="charts">
                    <Panel seen top name=words::CPU value=|s| Some(s.cpu) limit=cpu_limit base=Base::Ten write=cores class="chart-cpu"/>
                    <Panel seen top name=words::MEMORY value=|s| Some(s.memory_bytes as f64) limit=memory_limit base=Base::Two write=size class="chart-memory"/>
                    {move || gpu.get().then(|| view! { <Panel seen top name=words::GPU value=gpu_duty limit=whole base=Base::Ten write=percent class="chart-cpu"/> })}
                    {move || gpu_memory.get().then(|| view! { <Panel seen top name=words::GPU_MEMORY value=self::gpu_memory limit=unlimited base=Base::Two write=size class="chart-memory"/> })}
                </div>
                <p class="field-hint chart-hint">{i18n.text(words::SEE_LOG)}</p>
            }
                .into_any()
        }}
    }
}

fn gpu_duty(sample: &Sample) -> Option<f64> {
    sample.gpu_duty_percent.map(f64::from)
}

fn gpu_memory(sample: &Sample) -> Option<f64> {
    sample.gpu_memory_bytes.map(|b| b as f64)
}

fn cores(i18n: I18n, value: f64) -> String {
    format::decimal(i18n.lang(), value, 2)
}

fn size(i18n: I18n, value: f64) -> String {
    format::bytes(i18n.lang(), value.max(0.0) as u64)
}

fn percent(i18n: I18n, value: f64) -> String {
    i18n.fill(words::PERCENT, &[("n", &format::decimal(i18n.lang(), value, 0))])
}

/// One chart with its name and figures.
#[component]
fn Panel(
    seen: Memo<Arc<Seen>>,
    top: TopQuery,
    name: Phrase,
    value: fn(&Sample) -> Option<f64>,
    limit: Signal<Option<f64>>,
    base: Base,
    write: fn(I18n, f64) -> String,
    class: &'static str,
) -> impl IntoView {
    let (i18n, navigate) = (use_i18n(), use_navigate());
    let points = Memo::new(move |_| {
        top.samples.with(|all| {
            all.iter().filter_map(|s| Some((s.time.as_millisecond() as f64, value(s)?))).collect::<Vec<Point>>()
        })
    });
    let stretch = Memo::new(move |_| points.with(|p| stretch_secs(p)));
    let stretch_words = move || format!("{}\u{a0}{}", stretch.get() / 60, i18n.now(units::MINUTE));
    let now = Memo::new(move |_| points.with(|p| p.last().map_or(0.0, |(_, v)| *v)));
    let peak = Memo::new(move |_| points.with(|p| p.iter().map(|(_, v)| *v).fold(0.0, f64::max)));
    let label = Signal::derive(move || {
        i18n.fill(
            words::CHART,
            &[
                ("name", i18n.now(name)),
                ("window", &stretch_words()),
                ("now", &write(i18n, now.get())),
                ("peak", &write(i18n, peak.get())),
            ],
        )
    });
    let ends = Signal::derive(move || {
        (i18n.fill(words::AGO_AXIS, &[("time", &stretch_words())]), i18n.now(words::NOW).to_owned())
    });
    let write_time = move |ms: f64| {
        Timestamp::from_millisecond(ms as i64).map(|time| format::time_of_day(i18n.lang(), time)).unwrap_or_default()
    };
    // A spike and the lines around it belong together: the log opens at that moment.
    let pick = move |ms: f64| {
        if let Ok(time) = Timestamp::from_millisecond(ms as i64) {
            let to = seen.with_untracked(|s| paths::job_logs_at(&s.job.id, &time.to_string()));
            navigate(&to, NavigateOptions::default());
        }
    };
    view! {
        <section class="panel chart-panel">
            <div class="section-head">
                <h2>{i18n.text(name)}</h2>
                <span class="chart-figures num">
                    <strong>{move || write(i18n, now.get())}</strong>
                    <span class="muted">{move || i18n.fill(words::PEAK, &[("value", &write(i18n, peak.get()))])}</span>
                    {move || {
                        limit
                            .get()
                            .map(|limit| {
                                view! { <span class="chart-limit-word">{i18n.fill(words::LIMIT, &[("value", &write(i18n, limit))])}</span> }
                            })
                    }}
                </span>
            </div>
            <LineChart
                label
                points
                window_ms=Signal::derive(move || f64::from(stretch.get()) * 1_000.0)
                limit
                base
                write_value=Arc::new(move |v| write(i18n, v))
                write_time=Arc::new(write_time)
                ends
                class
                on_pick=pick
            />
        </section>
    }
}

/// The shortest stretch that shows all points.
fn stretch_secs(points: &[Point]) -> u32 {
    let span_ms = points.last().zip(points.first()).map_or(0.0, |(last, first)| last.0 - first.0);
    STRETCHES.into_iter().find(|secs| span_ms <= f64::from(*secs) * 1_000.0).unwrap_or(WINDOW_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stretch_grows_with_what_there_is_to_show() {
        assert_eq!(stretch_secs(&[]), 60);
        assert_eq!(stretch_secs(&[(0.0, 1.0), (59_000.0, 1.0)]), 60);
        assert_eq!(stretch_secs(&[(0.0, 1.0), (61_000.0, 1.0)]), 300);
        assert_eq!(stretch_secs(&[(0.0, 1.0), (899_000.0, 1.0)]), WINDOW_SECS);
    }
}
