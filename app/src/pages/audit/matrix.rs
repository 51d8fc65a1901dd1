//! The matrix: images down, principals across, the right in each cell. Only what is near the window is in the document, in both
//! directions. The grid itself has the focus; its active cell is told to screen readers by `aria-activedescendant`.

mod blocks;
mod legend;
mod place;

use super::Shared;
use crate::i18n::{catalogue::audit as words, use_i18n};
use crate::paths;
use crate::queries::audit::Audit;
use crate::rules::audit::{Asked, Cell, moved};
use crate::stores::browser;
use legend::Legend;
use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use place::{COLUMN_PX, HEAD_PX, NAME_PX, ROW_PX, bring_into_view, cell_id, in_view, left_of, place_of, top_of};
use platform::permission::Visible;
use std::sync::Arc;

/// The grid, with what its letters mean.
#[component]
pub(super) fn Matrix(shared: Shared, audit: Arc<Audit>, visible: Memo<Arc<Visible>>) -> impl IntoView {
    let (i18n, navigate) = (use_i18n(), use_navigate());
    let grid = NodeRef::<html::Div>::new();
    let window = RwSignal::new((0, 32, 0, 32));
    // The active cell; row 0 holds the principals, column 0 the images.
    let active = RwSignal::new((1_usize, 1_usize));
    let size = move || visible.with(|v| (v.rows.len(), v.columns.len()));
    let measure = move || {
        let Some(grid) = grid.get_untracked() else { return };
        let (rows, columns) = untrack(size);
        let now = in_view(
            (rows, f64::from(grid.scroll_top()), f64::from(grid.client_height()) - HEAD_PX),
            (columns, f64::from(grid.scroll_left()), f64::from(grid.client_width()) - NAME_PX),
        );
        if window.get_untracked() != now {
            window.set(now);
        }
    };
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    Effect::new(move || {
        let (rows, columns) = size();
        grid.track();
        active.update(|(row, column)| (*row, *column) = ((*row).min(rows), (*column).min(columns)));
        measure();
    });

    let open = {
        let audit = audit.clone();
        Callback::new(move |(row, column): (usize, usize)| {
            let Visible { rows, columns, .. } = &*visible.get_untracked();
            let uri =
                row.checked_sub(1).and_then(|row| rows.get(row)).map(|row| &audit.review.things()[*row as usize].uri);
            let who = column.checked_sub(1).and_then(|column| columns.get(column));
            let who = who.map(|column| audit.review.subjects()[*column as usize].name.clone());
            match (uri, who) {
                (Some(uri), Some(principal)) => {
                    let cell = Some(Cell { uri: uri.clone(), principal });
                    shared.set_asked.run(Asked { cell, ..shared.asked.get_untracked() });
                }
                (Some(uri), None) => navigate(&paths::audit_of_image(&uri.to_string()), NavigateOptions::default()),
                (None, Some(name)) => navigate(&paths::audit_of_person(&name), NavigateOptions::default()),
                (None, None) => {}
            }
        })
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.alt_key() || event.meta_key() {
            return;
        }
        let (rows, columns) = untrack(size);
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            open.run(active.get_untracked());
            return;
        }
        let page = grid.get_untracked().map_or(8, |grid| (f64::from(grid.client_height()) / ROW_PX) as usize);
        let size = (rows + 1, columns + 1);
        if let Some(next) = moved(&event.key(), event.ctrl_key(), active.get_untracked(), size, page.saturating_sub(5))
        {
            event.prevent_default();
            active.set(next);
            bring_into_view(grid, next);
        }
    };
    let on_click = move |event: ev::MouseEvent| {
        if browser::is_for_control(&event) || browser::is_selecting() {
            return;
        }
        if let Some(at) = browser::id_around(&event, "cell-").and_then(|id| place_of(&id)) {
            active.set(at);
            open.run(at);
        }
    };
    // Opening a cell changes the address, and no cell.
    let narrowing = Memo::new(move |_| shared.asked.get().narrowing);
    let across = Memo::new(move |_| {
        let (_, _, from, to) = window.get();
        (from, to)
    });
    let down = Memo::new(move |_| {
        let (from, to, ..) = window.get();
        visible.with(|v| (from..to).filter_map(|n| Some((n, *v.rows.get(n)?))).collect::<Vec<_>>())
    });
    let of_heads = audit.clone();
    view! {
        <Legend has_any_image=!audit.images.is_empty() visible/>
        <div
            class="audit-grid"
            role="grid"
            tabindex="0"
            aria-label=i18n.text(words::MATRIX)
            aria-rowcount=move || size().0 + 1
            aria-colcount=move || size().1 + 1
            aria-activedescendant=move || cell_id(active.get())
            aria-readonly="true"
            node_ref=grid
            on:scroll=move |_| measure()
            on:keydown=on_key
            on:click=on_click
        >
            <div
                class="audit-canvas"
                role="rowgroup"
                style:height=move || format!("{}px", HEAD_PX + size().0 as f64 * ROW_PX)
                style:width=move || format!("{}px", NAME_PX + size().1 as f64 * COLUMN_PX)
            >
                <div class="audit-head" role="row" aria-rowindex="1">
                    <span class="audit-corner" role="columnheader" aria-colindex="1" id="cell-0-0">{i18n.text(words::COL_IMAGE)}</span>
                    {move || {
                        let (audit, visible) = (of_heads.clone(), visible.get());
                        view! {
                            <For each=move || blocks::begins(across.get()) key=|from| *from let(from)>
                                {blocks::heads(&audit, &visible, from)}
                            </For>
                        }
                    }}
                </div>
                <For each=move || down.get() key=|(n, row)| (*n, *row) let((n, row))>
                    {
                        let audit = audit.clone();
                        let uri = audit.review.things()[row as usize].uri.clone();
                        let path = uri.segments().get(1..).unwrap_or_default().join("/");
                        let title = path.clone();
                        view! {
                            <div
                                class="audit-row"
                                role="row"
                                aria-rowindex=n + 2
                                style:top=format!("{}px", HEAD_PX + n as f64 * ROW_PX)
                            >
                                <span class="audit-name" role="rowheader" aria-colindex="1" id=cell_id((n + 1, 0)) title=title>
                                    <a class="truncate" tabindex="-1" href=paths::audit_of_image(&uri.to_string())>
                                        <bdi>{path}</bdi>
                                    </a>
                                </span>
                                {move || {
                                    let (audit, visible, narrowing) = (audit.clone(), visible.get(), narrowing.get());
                                    view! {
                                        <For each=move || blocks::begins(across.get()) key=|from| *from let(from)>
                                            {blocks::cells(i18n, &narrowing, &audit, &visible, (n, row), from)}
                                        </For>
                                    }
                                }}
                            </div>
                        }
                    }
                </For>
                <span
                    class="audit-active"
                    role="presentation"
                    class:audit-active-name=move || active.get().1 == 0
                    class:audit-active-head=move || active.get().0 == 0
                    style:top=move || format!("{}px", top_of(active.get().0))
                    style:left=move || format!("{}px", left_of(active.get().1))
                ></span>
            </div>
        </div>
    }
}
