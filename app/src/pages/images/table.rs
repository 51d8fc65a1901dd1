//! The list itself. Only rows near the window are in the document.

use super::Shown;
use crate::components::{copy::CopyButton, time::TimeAgo};
use crate::i18n::{
    catalogue::{common, image::TAG_COUNT, images as words},
    format, use_i18n,
};
use crate::paths;
use crate::rules::{
    images::{Column, ImageFilter, Scope},
    sorting::Column as _,
};
use crate::stores::browser;
use crate::ui::{
    column_heading::{ColumnHeading, Order},
    state::Skeleton,
    window::{Rows, bring_into_view},
};
use leptos::{ev, html, prelude::*};

// The same breakpoint and heights stand in style/images.css.
const PHONE: &str = "(max-width: 48rem)";
const ROW_PX: f64 = 44.0;
const CARD_PX: f64 = 68.0;

/// The table: on a phone its rows are cards.
#[component]
pub(super) fn Table(
    visible: Memo<Vec<Shown>>,
    filter: Memo<ImageFilter>,
    set_filter: Callback<ImageFilter>,
) -> impl IntoView {
    let i18n = use_i18n();
    let Rows { body, row_px, view, .. } =
        Rows::follow(Signal::derive(move || visible.with(Vec::len)), row_height, || ());
    row_keys(visible, row_px, body);
    let drawn = Memo::new(move |_| {
        let (start, end) = view.get();
        visible.with(|rows| {
            rows.iter().enumerate().take(end).skip(start).map(|(i, row)| (i, row.clone())).collect::<Vec<_>>()
        })
    });
    let everywhere = Memo::new(move |_| filter.with(|f| f.scope == Scope::All));
    let columns = move || Column::ALL.iter().copied().filter(move |c| *c != Column::Project || everywhere.get());
    view! {
        <div
            class="panel images"
            class:images-everywhere=everywhere
            role="table"
            aria-label=i18n.text(words::TABLE)
            aria-rowcount=move || visible.with(|v| v.len() + 1)
        >
            <div class="images-head" role="rowgroup">
                <div class="images-row" role="row" aria-rowindex="1">
                    {move || columns().map(|column| view! { <Heading column filter set_filter/> }).collect_view()}
                    <span role="columnheader" class="images-act"><span class="visually-hidden">{i18n.text(common::COPY)}</span></span>
                </div>
            </div>
            <div
                role="rowgroup"
                class="images-body"
                node_ref=body
                style:height=move || format!("{}px", visible.with(Vec::len) as f64 * row_px.get())
            >
                <For each=move || drawn.get() key=|(_, row)| row.0.repository.clone() let((_, row))>
                    {
                        let name = row.0.repository.clone();
                        // Looked up among the few that are drawn; a row on its way out keeps its last place.
                        let index = Memo::new(move |before: Option<&usize>| {
                            let now = drawn.with(|rows| rows.iter().find(|(_, r)| r.0.repository == name).map(|(i, _)| *i));
                            now.or(before.copied()).unwrap_or(0)
                        });
                        view! { <ImageRow row index row_px everywhere/> }
                    }
                </For>
            </div>
        </div>
    }
}

fn row_height() -> f64 {
    if browser::media(PHONE) { CARD_PX } else { ROW_PX }
}

fn link_id(repository: &str) -> String {
    format!("image-{repository}")
}

/// `j` and `k` move along the rows; Enter is the link's own.
fn row_keys(visible: Memo<Vec<Shown>>, row_px: RwSignal<f64>, body: NodeRef<html::Div>) {
    let at = StoredValue::new(None::<String>);
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || browser::is_typing(&event) {
            return;
        }
        let focused = document().active_element().and_then(|e| e.id().strip_prefix("image-").map(str::to_owned));
        let here = focused.or_else(|| at.get_value());
        let index = visible.with_untracked(|rows| rows.iter().position(|row| here.as_ref() == Some(&row.0.repository)));
        let next = match event.key().as_str() {
            "j" => index.map_or(0, |i| i + 1),
            "k" => index.map_or(0, |i| i.saturating_sub(1)),
            _ => return,
        };
        event.prevent_default();
        let found = visible.with_untracked(|rows| {
            let next = next.min(rows.len().saturating_sub(1));
            rows.get(next).map(|row| (next, row.0.repository.clone()))
        });
        let Some((next, repository)) = found else { return };
        at.set_value(Some(repository.clone()));
        bring_into_view(body, next as f64 * row_px.get_untracked(), row_px.get_untracked());
        // The row may have to be drawn first.
        request_animation_frame(move || request_animation_frame(move || browser::focus_id(&link_id(&repository))));
    });
    on_cleanup(move || handle.remove());
}

/// A column's heading, which orders by it.
#[component]
fn Heading(column: Column, filter: Memo<ImageFilter>, set_filter: Callback<ImageFilter>) -> impl IntoView {
    let i18n = use_i18n();
    let order = Signal::derive(move || filter.with(|f| f.by.descending_by(column)).map(Order::from_descending));
    let on_click = move |()| set_filter.run(filter.with_untracked(|f| f.sorted_by(column)));
    view! { <ColumnHeading label=i18n.text(column.phrase()) class=format!("images-{}", column.word()) order on_click/> }
}

/// One image.
#[component]
fn ImageRow(row: Shown, index: Memo<usize>, row_px: RwSignal<f64>, everywhere: Memo<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let image = row.0;
    let name = image.name.clone();
    let place = match &image.org {
        Some(org) => format!("{org} / {}", image.project),
        None => image.project.clone(),
    };
    let id = StoredValue::new(link_id(&image.repository));
    // A click anywhere on the row opens the image, as its link does; clicks on controls and selections of text do not.
    let open = move |event: ev::MouseEvent| {
        if event.button() == 0 && !browser::is_for_control(&event) && !browser::is_selecting() {
            browser::click_id(&id.get_value());
        }
    };
    let copy_label = {
        let name = name.clone();
        Signal::derive(move || i18n.fill(words::COPY_REFERENCE, &[("name", &name)]))
    };
    let count = image.tag_count;
    view! {
        <div
            class="images-row"
            role="row"
            aria-rowindex=move || index.get() + 2
            style:transform=move || format!("translateY({}px)", index.get() as f64 * row_px.get())
            on:click=open
        >
            <span role="cell" class="images-name truncate" title=image.repository.clone()>
                <a id=id.get_value() href=paths::image(&image.repository) class="jobs-link truncate">{name}</a>
            </span>
            {move || everywhere.get().then(|| view! { <span role="cell" class="images-project truncate">{place.clone()}</span> })}
            <span role="cell" class="images-tags num">
                <span class="images-bare">{move || count.map_or_else(|| "–".to_owned(), |n| format::integer(i18n.lang(), n))}</span>
                <span class="images-unit">{move || count.map(|n| i18n.count(TAG_COUNT, n))}</span>
            </span>
            <span role="cell" class="images-updated">
                {match image.updated_at {
                    Some(time) => view! { <TimeAgo time/> }.into_any(),
                    None => "–".into_any(),
                }}
            </span>
            <span role="cell" class="images-act"><CopyButton label=copy_label text=Signal::stored(image.docker_reference.clone())/></span>
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
                .map(|_| view! { <div class="jobs-loading-row"><Skeleton class="w-long"/> <Skeleton class="w-mid"/> <Skeleton class="w-short"/> <Skeleton class="w-short"/></div> })
                .collect_view()}
        </div>
    }
}
