//! What stands in place of something that could not be fetched.

use crate::client::Failure;
use crate::i18n::{catalogue::common, use_i18n};
use crate::ui::{button::Button, state::Empty};
use leptos::prelude::*;

/// A panel that says what failed and why, with the request id where somebody must look it up, and tries again.
#[component]
pub(crate) fn Failed(
    /// What could not be fetched.
    #[prop(into)]
    title: Signal<String>,
    /// Why; None while it is tried again.
    #[prop(into)]
    failure: Signal<Option<Failure>>,
    #[prop(into)] on_retry: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let text = Signal::derive(move || {
        failure.with(|failure| {
            let Some(failure) = failure else { return String::new() };
            match failure.detail(i18n) {
                Some(detail) => format!("{} {detail}", failure.message(i18n)),
                None => failure.message(i18n),
            }
        })
    });
    view! {
        <div class="panel">
            <Empty title text failed=true>
                <Button label=i18n.text(common::RETRY) on_click=on_retry/>
            </Empty>
        </div>
    }
}
