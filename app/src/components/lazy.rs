//! Pages, and parts of them, that come over the network when they are first needed: how they are fetched, and what stands
//! there meanwhile.
//!
//! A component goes into a chunk of its own with [`chunk`]. What is fetched is a function and not a view, so that the view is
//! made where it is shown, with that place's contexts; it takes no props. Knows no page.

use crate::i18n::{catalogue::common, use_i18n};
use crate::stores::toasts::use_toasts;
use crate::ui::{
    button::Button,
    state::{Empty, Skeleton},
};
use futures::FutureExt;
use leptos::{leptos_dom::helpers::set_timeout, prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use std::{future::Future, pin::Pin, time::Duration};

/// A page's view.
pub(crate) type View = fn() -> AnyView;

/// A page's view, or that it could not be fetched.
pub(crate) type Fetched = Result<View, SplitLoaderError>;

/// A page's view on its way. Done at once where it was fetched before; may be tried again after a failure.
pub(crate) type Fetching = Pin<Box<dyn Future<Output = Fetched>>>;

/// How long the page at hand has the network for itself.
const AHEAD_AFTER: Duration = Duration::from_millis(500);

/// `chunk!(word, /// What it is.\n name, Component)` makes `name()`, which fetches the component's chunk. Components with the same
/// word are one chunk: a word of its own costs requests, since what it shares with each set of the others is cut once more.
macro_rules! chunk {
    ($chunk:ident, $(#[$docs:meta])* $name:ident, $page:ident) => {
        $(#[$docs])*
        pub(crate) fn $name() -> $crate::components::lazy::Fetching {
            #[cfg_attr(
                feature = "split",
                leptos::wasm_split::wasm_split($chunk, fallible, wasm_split_path = leptos::wasm_split)
            )]
            fn $chunk() -> $crate::components::lazy::Fetched {
                Ok(|| leptos::prelude::IntoAny::into_any(leptos::prelude::view! { <$page/> }))
            }
            #[cfg(feature = "split")]
            return Box::pin($chunk());
            #[cfg(not(feature = "split"))]
            Box::pin(std::future::ready($chunk()))
        }
    };
}
pub(crate) use chunk;

/// A page that is fetched, and then shown.
#[component]
pub(crate) fn LazyPage(
    /// Fetches it.
    page: fn() -> Fetching,
) -> impl IntoView {
    let i18n = use_i18n();
    let fetched = RwSignal::new(None::<Option<View>>);
    let fetch = Callback::new(move |()| {
        let mut fetching = page();
        // What is there already is shown without grey bars in between.
        if let Some(at_once) = (&mut fetching).now_or_never() {
            return fetched.set(Some(at_once.ok()));
        }
        fetched.set(None);
        spawn_local(async move {
            let answer = once_more(fetching.await, page).await;
            fetched.try_set(Some(answer.ok()));
        });
    });
    fetch.run(());
    move || match fetched.get() {
        Some(Some(view)) => view(),
        Some(None) => view! {
            <div class="panel">
                <Empty title=i18n.text(common::PAGE_FAILED) text=i18n.text(common::PAGE_FAILED_TEXT) failed=true>
                    <Button label=i18n.text(common::RETRY) on_click=fetch/>
                </Empty>
            </div>
        }
        .into_any(),
        None => view! { <PageSkeleton/> }.into_any(),
    }
}

/// A small part of a page, fetched when it is first shown. Where that fails a notice says so.
#[component]
pub(crate) fn LazyPart(
    /// Fetches it.
    part: fn() -> Fetching,
    /// Takes back that it is to be shown: so the next time it is tried again.
    #[prop(into, optional)]
    on_failed: Option<Callback<()>>,
) -> impl IntoView {
    let (i18n, toasts) = (use_i18n(), use_toasts());
    let fetched = RwSignal::new(None::<View>);
    spawn_local(async move {
        match once_more(part().await, part).await {
            Ok(view) => drop(fetched.try_set(Some(view))),
            Err(_) => {
                toasts.bad(i18n.now(common::PART_FAILED).to_owned());
                let _ = on_failed.and_then(|told| told.try_run(()));
            }
        }
    });
    move || fetched.get().map(|view| view())
}

/// A request that the network broke off is made once more at once, as a browser does for a page of its own.
async fn once_more(first: Fetched, fetch: fn() -> Fetching) -> Fetched {
    match first {
        Err(_) => fetch().await,
        view => view,
    }
}

/// A page in grey.
#[component]
pub(crate) fn PageSkeleton() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="page-head" role="status" aria-label=i18n.text(common::LOADING)><Skeleton class="w-title"/></div>
        <div class="panel run-section"><Skeleton class="w-mid"/> <Skeleton class="w-long"/> <Skeleton class="w-mid"/></div>
    }
}

/// Fetches pages that are likely to be opened next, once the page at hand has what it needs. A failure is left to the page
/// itself, which tries again.
pub(crate) fn fetch_ahead(pages: &'static [fn() -> Fetching]) {
    set_timeout(
        move || {
            for page in pages {
                spawn_local(async move { drop(page().await) });
            }
        },
        AHEAD_AFTER,
    );
}
