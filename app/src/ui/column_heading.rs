//! The heading of a column that orders its list.

use super::icon::{DOWN, UP, icon};
use leptos::prelude::*;

/// Which way a list is ordered by a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

impl Order {
    pub(crate) fn from_descending(is_descending: bool) -> Self {
        if is_descending { Self::Descending } else { Self::Ascending }
    }
}

/// A heading to click. Its list is ordered by at most one column.
#[component]
pub(crate) fn ColumnHeading(
    #[prop(into)] label: Signal<String>,
    class: String,
    /// How the list is ordered by this column; None when by another.
    #[prop(into)]
    order: Signal<Option<Order>>,
    #[prop(into)] on_click: Callback<()>,
) -> impl IntoView {
    let sort = move || {
        order.get().map(|order| match order {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
        })
    };
    view! {
        <span role="columnheader" class=class aria-sort=sort>
            <button type="button" class="jobs-sort" on:click=move |_| on_click.run(())>
                {move || label.get()}
                {move || order.get().map(|order| icon(if order == Order::Descending { DOWN } else { UP }))}
            </button>
        </span>
    }
}
