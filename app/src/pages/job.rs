//! placeholder
use leptos::prelude::*;
#[component]
pub(crate) fn JobPage() -> impl IntoView { view! { <p></p> } }
