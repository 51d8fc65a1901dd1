//! A plain table in a panel that scrolls by itself where it is too wide.

use crate::i18n::Text;
use leptos::prelude::*;

/// The table; `rows` are its `<tr>`s.
#[component]
pub(crate) fn PlainTable(
    /// What is in it.
    label: Text,
    /// What stands above the columns.
    heads: Vec<Text>,
    /// What a last column of buttons is called where nobody sees it.
    #[prop(optional_no_strip)]
    acts: Option<Text>,
    rows: AnyView,
) -> impl IntoView {
    let heads = heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect_view();
    let acts = acts.map(|acts| view! { <th scope="col"><span class="visually-hidden">{acts}</span></th> });
    view! {
        <div class="panel table-scroll" tabindex="0" role="region" aria-label=label>
            <table class="plain-table">
                <thead>
                    <tr>{heads} {acts}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
