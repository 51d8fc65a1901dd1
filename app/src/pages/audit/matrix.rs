//! The matrix: images down, principals across, the right in each cell. Only what is near the window is in the document, in both
//! directions. The grid itself has the focus; its active cell is told to screen readers by `aria-activedescendant`.

use super::{
    Shared,
    why::{right_class, right_word},
};
use crate::i18n::{catalogue::audit as words, format, use_i18n};
use crate::paths;
use crate::queries::audit::Audit;
use crate::rules::audit::{Asked, Cell, moved};
use crate::stores::browser;
use crate::ui::window::rows_in_view;
use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use platform::permission::{Action, Narrowing, PrincipalKind, Visible};
use std::sync::Arc;

// The same sizes stand in style/audit.css.
const ROW_PX: f64 = 32.0;
const COLUMN_PX: f64 = 40.0;
const HEAD_PX: f64 = 136.0;
const NAME_PX: f64 = 288.0;
/// Rows and columns are drawn in steps of so many, so that a slow scroll draws seldom.
const STEP: usize = 8;

/// The first row and the one after the last that are drawn, and the same of columns.
type Window = (usize, usize, usize, usize);

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
        <Legend audit=audit.clone() visible/>
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
                    <span class="audit-space" style:width=move || format!("{}px", across.get().0 as f64 * COLUMN_PX)></span>
                    {move || heads(&of_heads, &visible.get(), across.get())}
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
                                <span class="audit-space" style:width=move || format!("{}px", across.get().0 as f64 * COLUMN_PX)></span>
                                {move || narrowing.with(|narrowing| cells(i18n, narrowing, &audit, &visible.get(), (n, row), across.get()))}
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

/// What is drawn: of rows and columns their number, how far they are scrolled, and how much of them is seen.
fn in_view(down: (usize, f64, f64), across: (usize, f64, f64)) -> Window {
    let stepped = |(total, scrolled, seen): (usize, f64, f64), px: f64| {
        let (from, to) = rows_in_view(total, px, -scrolled, seen.max(px));
        (from / STEP * STEP, to.div_ceil(STEP).saturating_mul(STEP).min(total))
    };
    let (rows, columns) = (stepped(down, ROW_PX), stepped(across, COLUMN_PX));
    (rows.0, rows.1, columns.0, columns.1)
}

fn cell_id((row, column): (usize, usize)) -> String {
    format!("cell-{row}-{column}")
}

/// The place that an id names.
fn place_of(id: &str) -> Option<(usize, usize)> {
    let (row, column) = id.strip_prefix("cell-")?.split_once('-')?;
    Some((row.parse().ok()?, column.parse().ok()?))
}

fn top_of(row: usize) -> f64 {
    row.checked_sub(1).map_or(0.0, |row| HEAD_PX + row as f64 * ROW_PX)
}

fn left_of(column: usize) -> f64 {
    column.checked_sub(1).map_or(0.0, |column| NAME_PX + column as f64 * COLUMN_PX)
}

/// Scrolls until the cell stands clear of the headings; headings themselves are where the list begins.
fn bring_into_view(grid: NodeRef<html::Div>, (row, column): (usize, usize)) {
    let Some(grid) = grid.get_untracked() else { return };
    let scrolled = |at: f64, size: f64, head: f64, now: f64, seen: f64| {
        if at < now + head {
            at - head
        } else if at + size > now + seen {
            at + size - seen
        } else {
            now
        }
    };
    let (now, seen) = (f64::from(grid.scroll_top()), f64::from(grid.client_height()));
    grid.set_scroll_top(scrolled(top_of(row), ROW_PX, HEAD_PX, now, seen).max(0.0) as i32);
    let (now, seen) = (f64::from(grid.scroll_left()), f64::from(grid.client_width()));
    grid.set_scroll_left(scrolled(left_of(column), COLUMN_PX, NAME_PX, now, seen).max(0.0) as i32);
}

/// The principals across.
fn heads(audit: &Audit, visible: &Visible, (from, to): (usize, usize)) -> impl IntoView + use<> {
    let shown = visible.columns.get(from..to.min(visible.columns.len())).unwrap_or_default();
    let heads = shown.iter().zip(from..).map(|(column, n)| {
        let subject = &audit.review.subjects()[*column as usize];
        let class = match subject.kind {
            PrincipalKind::Role => "audit-who audit-who-role",
            PrincipalKind::User if subject.has_left => "audit-who audit-who-left",
            PrincipalKind::User => "audit-who",
        };
        let name = subject.name.clone();
        let (title, href) = (name.clone(), paths::audit_of_person(&name));
        view! {
            <span class=class role="columnheader" aria-colindex=n + 2 id=cell_id((0, n + 1)) title=title>
                <a tabindex="-1" href=href><bdi>{name}</bdi></a>
            </span>
        }
    });
    heads.collect_view()
}

/// The cells of a row.
fn cells(
    i18n: crate::i18n::I18n,
    narrowing: &Narrowing,
    audit: &Audit,
    visible: &Visible,
    (n, row): (usize, u32),
    (from, to): (usize, usize),
) -> impl IntoView + use<> {
    let review = &audit.review;
    let image = review.things()[row as usize].uri.segments().get(1..).unwrap_or_default().join("/");
    let shown = visible.columns.get(from..to.min(visible.columns.len())).unwrap_or_default();
    let cells = shown.iter().zip(from..).map(|(column, m)| {
        let right = review.right(row, *column);
        let is_outsider = right >= Action::Read && review.is_outsider(row, *column);
        let who = &review.subjects()[*column as usize].name;
        let phrase = if is_outsider { words::CELL_OUTSIDER } else { words::CELL };
        let label = i18n.fill(phrase, &[("right", i18n.now(right_word(right))), ("who", who), ("image", &image)]);
        let meant = if review.is_meant(narrowing, row, *column) { "" } else { " audit-faint" };
        let outside = if is_outsider { " audit-outside" } else { "" };
        let class = format!("audit-cell {}{outside}{meant}", right_class(right));
        view! {
            <span class=class role="gridcell" aria-colindex=m + 2 id=cell_id((n + 1, m + 1)) aria-label=label>
                {letter(right)}
            </span>
        }
    });
    cells.collect_view()
}

/// The same in every language: what the platform's words begin with.
fn letter(right: Action) -> &'static str {
    match right {
        Action::Deny | Action::List => "",
        Action::Read => "R",
        Action::Write => "W",
        Action::Manage => "M",
    }
}

/// How much is shown, and what the letters and colours mean.
#[component]
fn Legend(audit: Arc<Audit>, visible: Memo<Arc<Visible>>) -> impl IntoView {
    let i18n = use_i18n();
    let has_any_image = !audit.images.is_empty();
    let counts = move || {
        visible.with(|v| {
            let images = i18n.count(words::COUNT_IMAGES, v.rows.len() as u64);
            let people = i18n.count(words::COUNT_PEOPLE, v.columns.len() as u64);
            format!("{images} × {people}")
        })
    };
    let entry = move |class: &'static str, phrase| {
        view! { <span class=format!("audit-right {class}")>{i18n.text(phrase)}</span> }
    };
    has_any_image.then(|| {
        view! {
            <div class="audit-legend">
                <span role="status" class="num">{counts}</span>
                {entry("audit-read", words::LEGEND_READ)}
                {entry("audit-write", words::LEGEND_WRITE)}
                {entry("audit-manage", words::LEGEND_MANAGE)}
                <span class="muted">{i18n.text(words::LEGEND_OUTSIDER)}</span>
                <span class="muted audit-keys">{i18n.text(words::KEYS)}</span>
                <span class="visually-hidden">{move || format::integer(i18n.lang(), visible.with(|v| v.cells as u64))}</span>
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cells_near_the_window_are_drawn() {
        let (from, to, left, right) = in_view((2_000, 32_000.0, 640.0), (500, 8_000.0, 1_000.0));
        assert!(from <= 1_000 - 12 && to >= 1_020 && to - from < 64, "{from}..{to}");
        assert!(left <= 200 - 12 && right >= 225 && right - left < 72, "{left}..{right}");
        assert_eq!(in_view((3, 0.0, 640.0), (0, 0.0, 10.0)), (0, 3, 0, 0));
        assert_eq!(in_view((3, 9_000.0, 640.0), (2, 0.0, -5.0)), (0, 3, 0, 2));
    }

    #[test]
    fn a_cells_id_names_its_place() {
        assert_eq!(place_of(&cell_id((12, 7))), Some((12, 7)));
        for other in ["cell-", "cell-1", "cell-a-b", "image-1-2"] {
            assert_eq!(place_of(other), None, "{other}");
        }
    }
}
