//! A long table of which only what is near the window is in the document; on a phone each row is a card.

use crate::i18n::Text;
use crate::stores::browser;
use crate::ui::window::Rows;
use leptos::prelude::*;
use std::hash::Hash;

// The same breakpoint and heights stand in style/audit.css.
const PHONE: &str = "(max-width: 48rem)";
const ROW_PX: f64 = 44.0;
const CARD_PX: f64 = 84.0;

fn row_height() -> f64 {
    if browser::media(PHONE) { CARD_PX } else { ROW_PX }
}

/// The table. Where it has no rows, it is not shown.
#[component]
pub(super) fn LongTable<T, R>(
    class: &'static str,
    label: Text,
    /// What stands above the columns.
    heads: AnyView,
    /// What the rows are about.
    items: Memo<Vec<T>>,
    /// The cells of a row.
    row: R,
    /// Which rows stand out.
    #[prop(optional, into)]
    is_marked: Option<Callback<T, bool>>,
) -> impl IntoView
where
    T: Copy + Eq + Hash + Send + Sync + 'static,
    R: Fn(T) -> AnyView + Send + Clone + 'static,
{
    let total = Signal::derive(move || items.with(Vec::len));
    let Rows { body, row_px, view, .. } = Rows::follow(total, row_height, || ());
    let drawn = Memo::new(move |_| {
        let (from, to) = view.get();
        items.with(|items| (from..to).filter_map(|n| Some((n, *items.get(n)?))).collect::<Vec<_>>())
    });
    view! {
        <div
            class=format!("panel audit-reach {class}")
            class:audit-hidden=move || total.get() == 0
            role="table"
            aria-label=label
            aria-rowcount=move || total.get() + 1
        >
            <div role="rowgroup" class="audit-reach-head">
                <div class="audit-reach-row" role="row" aria-rowindex="1">{heads}</div>
            </div>
            <div
                role="rowgroup"
                class="audit-reach-body"
                node_ref=body
                style:height=move || format!("{}px", total.get() as f64 * row_px.get())
            >
                <For each=move || drawn.get() key=|(n, item)| (*n, *item) let((n, item))>
                    <div
                        class="audit-reach-row"
                        class:audit-chosen=move || is_marked.is_some_and(|is_marked| is_marked.run(item))
                        role="row"
                        aria-rowindex=n + 2
                        style:transform=move || format!("translateY({}px)", n as f64 * row_px.get())
                    >
                        {row(item)}
                    </div>
                </For>
            </div>
        </div>
    }
}

/// A heading of a column.
pub(super) fn head(text: impl IntoView) -> impl IntoView {
    view! { <span role="columnheader">{text}</span> }
}
