//! What is shared with the reader and by the reader, and roles.

mod list;
mod roles;

use crate::components::{lazy::chunk, page::PageTitle, stage::use_page_query};
use crate::i18n::{catalogue::sharing as words, use_i18n};
use crate::paths::{self, SharedTab};
use crate::ui::tabs::{Tab, Tabs};
use leptos::prelude::*;
use list::ShareList;
use roles::Roles;

chunk!(
    access,
    /// Fetches the page of what is shared.
    fetch,
    SharedPage
);

/// The page.
#[component]
fn SharedPage() -> impl IntoView {
    let (i18n, query) = (use_i18n(), use_page_query());
    let tab = Memo::new(move |_| SharedTab::parse(query.with(|q| q.get("view")).as_deref()));
    let label = |tab| match tab {
        SharedTab::WithMe => words::WITH_ME,
        SharedTab::ByMe => words::BY_ME,
        SharedTab::Roles => words::ROLES,
    };
    let tabs = SharedTab::ALL
        .map(|tab| Tab { id: tab.word(), label: i18n.text(label(tab)), href: paths::shares(tab) })
        .to_vec();
    view! {
        <div class="page-head"><PageTitle title=i18n.text(words::SHARED_TITLE)/></div>
        <Tabs label=i18n.text(words::TABS) tabs chosen=Signal::derive(move || tab.get().word())/>
        <div id="panel" role="tabpanel" aria-labelledby=move || format!("tab-{}", tab.get().word())>
            {move || match tab.get() {
                SharedTab::Roles => view! { <Roles/> }.into_any(),
                tab => view! { <ShareList tab/> }.into_any(),
            }}
        </div>
    }
}
