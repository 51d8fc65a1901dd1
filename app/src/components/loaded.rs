//! What is fetched once and shown: in grey while it comes, and why when it does not.

use super::failed::Failed;
use crate::client::Failure;
use crate::i18n::{Text, catalogue::common, use_i18n};
use crate::ui::state::Skeleton;
use leptos::prelude::*;

/// Shows what a resource brings; `title` says what could not be shown. What is there stays while it is fetched anew.
pub(crate) fn loaded<T: Clone + 'static>(
    resource: LocalResource<Result<T, Failure>>,
    title: Text,
    view: impl Fn(T) -> AnyView + Send + 'static,
) -> impl IntoView {
    let i18n = use_i18n();
    let failure = RwSignal::new(None::<Failure>);
    move || match resource.get() {
        Some(Ok(value)) => view(value),
        Some(Err(why)) => {
            failure.set(Some(why));
            view! { <Failed title failure on_retry=move |()| resource.refetch()/> }.into_any()
        }
        None => view! {
            <div class="panel run-section" role="status" aria-label=i18n.text(common::LOADING)>
                <Skeleton class="w-mid"/> <Skeleton class="w-long"/> <Skeleton class="w-mid"/>
            </div>
        }
        .into_any(),
    }
}
