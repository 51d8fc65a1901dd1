//! The list itself. Only rows near the window are in the document; each follows its own job.

use crate::components::status::StatusBadge;
use crate::components::time::TimeAgo;
use crate::i18n::{
    catalogue::{common, jobs},
    format, use_i18n,
};
use crate::paths;
use crate::queries::jobs::{JobsList, Row};
use crate::rules::{
    filter::{Column, Filter},
    job::{label, run_time_secs, short_id, telling_reason},
    sorting::Column as _,
};
use crate::stores::{browser, clock::use_clock, toasts::use_toasts};
use crate::ui::{
    column_heading::{ColumnHeading, Order},
    state::Skeleton,
    window::{Rows, bring_into_view},
};
use leptos::{ev, html, prelude::*};
use std::collections::BTreeSet;

// The same breakpoint and heights stand in style/jobs.css.
const PHONE: &str = "(max-width: 48rem)";
const ROW_PX: f64 = 44.0;
const CARD_PX: f64 = 92.0;

/// The table: on a phone its rows are cards.
#[component]
pub(super) fn Table(
    list: JobsList,
    visible: Memo<Vec<Row>>,
    filter: Memo<Filter>,
    set_filter: Callback<Filter>,
    selected: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let on_end = move || list.load_more(move |failure| toasts.failure(i18n, failure));
    let rows = Rows::follow(Signal::derive(move || visible.with(Vec::len)), row_height, on_end);
    let Rows { body, row_px, view, .. } = rows;
    // To order ten thousand jobs and to draw the rows that are then in view is too much for one task of the page: the rows
    // wait for the next frame.
    let reordering = RwSignal::new(false);
    let reorder = Callback::new(move |to: Filter| {
        reordering.set(true);
        set_filter.run(to);
    });
    Effect::new(move || {
        filter.track();
        if reordering.get_untracked() {
            request_animation_frame(move || {
                if reordering.try_set(false).is_none() {
                    rows.renew();
                }
            });
        }
    });
    row_keys(visible, selected, row_px, body);

    let drawn = Memo::new(move |before: Option<&Vec<(usize, Row)>>| {
        if let Some(before) = before.filter(|_| reordering.get()) {
            return before.clone();
        }
        let (start, end) = view.get();
        visible.with(|rows| {
            rows.iter().enumerate().take(end).skip(start).map(|(i, row)| (i, row.clone())).collect::<Vec<_>>()
        })
    });
    let all_selected = Memo::new(move |_| {
        let chosen = selected.get();
        visible.with(|rows| !rows.is_empty() && rows.iter().all(|row| chosen.contains(&*row.id)))
    });
    let select_all = move |_| {
        if all_selected.get_untracked() {
            selected.set(BTreeSet::new());
        } else {
            selected.set(visible.with_untracked(|rows| rows.iter().map(|row| row.id.to_string()).collect()));
        }
    };
    view! {
        <div class="panel jobs" role="table" aria-label=i18n.text(jobs::TABLE) aria-rowcount=move || visible.with(|v| v.len() + 1)>
            <div class="jobs-head" role="rowgroup">
                <div class="jobs-row" role="row" aria-rowindex="1">
                    <span role="columnheader" class="jobs-check">
                        <label class="check-target">
                            <input type="checkbox" class="checkbox" aria-label=i18n.text(jobs::SELECT_ALL) prop:checked=all_selected on:change=select_all/>
                        </label>
                    </span>
                    {Column::ALL.iter().copied().map(|column| view! { <Heading column filter set_filter=reorder/> }).collect_view()}
                </div>
            </div>
            <div
                role="rowgroup"
                class="jobs-body"
                node_ref=body
                style:height=move || format!("{}px", visible.with(Vec::len) as f64 * row_px.get())
            >
                <For each=move || drawn.get() key=|(_, row)| row.id.clone() let((_, row))>
                    {
                        let id = row.id.clone();
                        // Looked up among the few that are drawn; a row on its way out keeps its last place.
                        let index = Memo::new(move |before: Option<&usize>| {
                            let now = drawn.with(|rows| rows.iter().find(|(_, r)| r.id == id).map(|(i, _)| *i));
                            now.or(before.copied()).unwrap_or(0)
                        });
                        view! { <JobRow row index row_px selected/> }
                    }
                </For>
            </div>
        </div>
    }
}

fn row_height() -> f64 {
    if browser::media(PHONE) { CARD_PX } else { ROW_PX }
}

/// `j` and `k` move along the rows, `x` selects; Enter is the link's own.
fn row_keys(
    visible: Memo<Vec<Row>>,
    selected: RwSignal<BTreeSet<String>>,
    row_px: RwSignal<f64>,
    body: NodeRef<html::Div>,
) {
    let at = StoredValue::new(None::<String>);
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || browser::is_typing(&event) {
            return;
        }
        let here = focused_row().or_else(|| at.get_value());
        let rows = visible.get_untracked();
        let index = here.as_ref().and_then(|id| rows.iter().position(|row| *row.id == **id));
        let next = match event.key().as_str() {
            "j" => index.map_or(0, |i| i + 1),
            "k" => index.map_or(0, |i| i.saturating_sub(1)),
            "x" => {
                if let Some(id) = here.filter(|_| index.is_some()) {
                    selected.update(|ids| toggle(ids, id));
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let Some(row) = rows.get(next.min(rows.len().saturating_sub(1))) else { return };
        at.set_value(Some(row.id.to_string()));
        let (id, index) = (row.id.to_string(), next.min(rows.len() - 1));
        bring_into_view(body, index as f64 * row_px.get_untracked(), row_px.get_untracked());
        // The row may have to be drawn first.
        request_animation_frame(move || request_animation_frame(move || browser::focus_id(&link_id(&id))));
    });
    on_cleanup(move || handle.remove());
}

fn focused_row() -> Option<String> {
    document().active_element()?.id().strip_prefix("row-").map(str::to_owned)
}

fn link_id(id: &str) -> String {
    format!("row-{id}")
}

fn toggle(ids: &mut BTreeSet<String>, id: String) {
    if !ids.remove(&id) {
        ids.insert(id);
    }
}

/// A column's heading, which orders by it.
#[component]
fn Heading(column: Column, filter: Memo<Filter>, set_filter: Callback<Filter>) -> impl IntoView {
    let i18n = use_i18n();
    let order = Signal::derive(move || filter.with(|f| f.by.descending_by(column)).map(Order::from_descending));
    let on_click = move |()| set_filter.run(filter.with_untracked(|f| f.sorted_by(column)));
    view! { <ColumnHeading label=i18n.text(column.phrase()) class=format!("jobs-{}", column.word()) order on_click/> }
}

/// One job.
#[component]
fn JobRow(row: Row, index: Memo<usize>, row_px: RwSignal<f64>, selected: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let (i18n, clock) = (use_i18n(), use_clock());
    let seen = row.seen;
    let job = seen.get_untracked().job.clone();
    let name = label(&job);
    let more_tags = (job.tags.len() as u64).saturating_sub(2);
    let select_name = name.clone();
    let id = StoredValue::new(row.id.to_string());
    let is_selected = Memo::new(move |_| id.with_value(|id| selected.with(|ids| ids.contains(id))));
    let run_time = {
        let seen = seen.clone();
        Memo::new(move |_| {
            let seen = seen.get();
            let secs = run_time_secs(
                &seen.job,
                seen.received_ms,
                if seen.job.status.is_active() { clock.now_ms() } else { seen.received_ms },
            );
            if seen.job.started_at.is_some() || secs > 0 { format::duration(i18n.lang(), secs) } else { "–".into() }
        })
    };
    let status = {
        let seen = seen.clone();
        Memo::new(move |_| seen.with(|s| s.job.status))
    };
    let reason = Memo::new(move |_| seen.with(|s| telling_reason(&s.job).map(str::to_owned)));
    // A click anywhere on the row opens the job, as its link does; clicks on controls and selections of text do not.
    let open = move |event: ev::MouseEvent| {
        if event.button() == 0 && !browser::is_for_control(&event) && !browser::is_selecting() {
            browser::click_id(&id.with_value(|id| link_id(id)));
        }
    };
    view! {
        <div
            class="jobs-row"
            role="row"
            aria-rowindex=move || index.get() + 2
            aria-selected=move || if is_selected.get() { "true" } else { "false" }
            style:transform=move || format!("translateY({}px)", index.get() as f64 * row_px.get())
            on:click=open
        >
            <span role="cell" class="jobs-check">
                <label class="check-target">
                    <input
                        type="checkbox"
                        class="checkbox"
                        aria-label=move || i18n.fill(jobs::SELECT_ONE, &[("name", &select_name)])
                        prop:checked=is_selected
                        on:change=move |_| selected.update(|ids| toggle(ids, id.get_value()))
                    />
                </label>
            </span>
            <span role="cell" class="jobs-status">
                <StatusBadge status/>
                {move || reason.get().map(|reason| view! { <span class="muted truncate jobs-reason">{reason}</span> })}
            </span>
            <span role="cell" class="jobs-name truncate">
                <a id=link_id(&row.id) href=paths::job(&row.id) class="jobs-link">{name}</a>
                {job.name.is_some().then(|| view! { <span class="muted mono jobs-id">{short_id(&job.id).to_owned()}</span> })}
                {job.tags.iter().take(2).map(|tag| view! { <span class="tag">{tag.clone()}</span> }).collect_view()}
                {(job.tags.len() > 2).then(|| view! { <span class="muted">{move || i18n.count(jobs::MORE_TAGS, more_tags)}</span> })}
            </span>
            <span role="cell" class="jobs-image truncate mono" title=job.container.image.clone()>{job.container.image.clone()}</span>
            <span role="cell" class="jobs-owner truncate">{job.owner.clone()}</span>
            <span role="cell" class="jobs-preset truncate">{job.preset.clone().unwrap_or_else(|| "–".into())}</span>
            <span role="cell" class="jobs-created"><TimeAgo time=job.created_at/></span>
            <span role="cell" class="jobs-run-time num">{move || run_time.get()}</span>
        </div>
    }
}

/// Rows in grey while the first page comes.
#[component]
pub(super) fn LoadingRows() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="panel jobs-loading" role="status" aria-label=i18n.text(common::LOADING)>
            {(0..8)
                .map(|_| view! { <div class="jobs-loading-row"><Skeleton class="w-badge"/> <Skeleton class="w-long"/> <Skeleton class="w-mid"/> <Skeleton class="w-short"/></div> })
                .collect_view()}
        </div>
    }
}
