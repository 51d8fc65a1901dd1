//! The root: what is in context everywhere, the routes, and the gate that only the signed-in pass.

use crate::client::{Client, Failure};
use crate::components::{lazy::LazyPage, stage::Stage};
use crate::i18n::{
    I18n,
    catalogue::{common, shell},
};
use crate::layouts::shell::Shell;
use crate::pages::{
    audit, image, images, job, job_new, jobs::JobsPage, links, not_found::NotFoundPage, org, people, person, project,
    push, role, shared, shares, sign_in,
};
use crate::paths::{self, Place, SharedTab, endpoint};
use crate::stores::{
    clock::Clock,
    confirm::Confirm,
    dropped::Dropped,
    push::PushStore,
    session::{SessionStore, State},
    sharing::Sharing,
    theme::ThemeStore,
    toasts::Toasts,
};
use crate::ui::{button::Button, state::Empty};
use api::session::Session;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions, WildcardSegment,
    components::{FlatRoutes, Redirect, Route, Router},
    hooks::use_location,
};

/// The console.
#[component]
pub(crate) fn App() -> impl IntoView {
    let session = SessionStore::new();
    provide_context(I18n::from_browser());
    provide_context(ThemeStore::from_browser());
    provide_context(Toasts::new());
    provide_context(Confirm::new());
    provide_context(Sharing::new());
    provide_context(Dropped::new());
    provide_context(Clock::start());
    provide_context(PushStore::new());
    provide_context(session);
    provide_context(Client::new(session));
    view! {
        <Router>
            <Entrance/>
        </Router>
    }
}

/// A shared link's page stands by itself; everything else is behind the gate.
#[component]
fn Entrance() -> impl IntoView {
    let location = use_location();
    let shared = Memo::new(move |_| location.pathname.with(|path| Place::at(path) == Place::Shared));
    move || {
        if shared.get() { view! { <LazyPage page=shared::fetch/> }.into_any() } else { view! { <Gate/> }.into_any() }
    }
}

/// Asks who is signed in, and shows the pages, the sign-in, or why neither is possible. The sign-in stands at the address
/// that was asked for, so that afterwards the reader is where they wanted to be.
#[component]
fn Gate() -> impl IntoView {
    let (i18n, session, client): (I18n, SessionStore, Client) = (expect_context(), expect_context(), expect_context());
    let failed = RwSignal::new(None::<Failure>);
    let ask = Callback::new(move |()| {
        failed.set(None);
        spawn_local(async move {
            match client.get::<Session>(endpoint::SESSION).await {
                Ok(found) => session.signed_in(found),
                Err(failure) if failure.is_signed_out() => session.signed_out(),
                Err(failure) => failed.set(Some(failure)),
            }
        });
    });
    ask.run(());

    let location = use_location();
    // Only the kind of state matters here; a renewed session must not draw the pages anew.
    let gate = Memo::new(move |_| match session.state() {
        State::Asking => Gated::Asking,
        State::SignedOut { .. } => Gated::SignIn,
        State::SignedIn(_)
            if location.pathname.get() == paths::SIGN_IN && location.hash.with(|h| h.contains("code=")) =>
        {
            Gated::SignIn
        }
        State::SignedIn(_) => Gated::Pages,
    });
    let page = move || match gate.get() {
        Gated::Pages => view! { <Pages/> }.into_any(),
        Gated::SignIn => view! { <LazyPage page=sign_in::fetch/> }.into_any(),
        Gated::Asking => failed
            .get()
            .map(|failure| {
                let text = Signal::derive(move || failure.message(i18n));
                view! {
                    <Empty title=i18n.text(shell::START_FAILED) text failed=true>
                        <Button label=i18n.text(common::RETRY) on_click=ask/>
                    </Empty>
                }
            })
            .into_any(),
    };
    view! {
        <Shell>
            <Stage page/>
        </Shell>
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gated {
    Asking,
    SignIn,
    Pages,
}

/// The pages. The router brings the address about and completes what it navigates; which page stands where is one `match`: a
/// route of the router's own is much machine code. With one route for all, `use_query_map` would stay at the first address:
/// pages ask `use_page_query`.
#[component]
fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=|| view! { <NotFoundPage/> }>
            <Route path=WildcardSegment("path") view=Page/>
        </FlatRoutes>
    }
}

#[component]
fn Page() -> impl IntoView {
    let location = use_location();
    let place = Memo::new(move |_| location.pathname.with(|path| Place::at(path)));
    let page = move || match place.get() {
        Place::Start => view! { <SentOn to=paths::JOBS.to_owned()/> }.into_any(),
        Place::Jobs => view! { <JobsPage/> }.into_any(),
        Place::JobNew => view! { <LazyPage page=job_new::fetch/> }.into_any(),
        Place::Job => view! { <LazyPage page=job::fetch/> }.into_any(),
        Place::Images => view! { <LazyPage page=images::fetch/> }.into_any(),
        Place::ImagesPush => view! { <LazyPage page=push::fetch/> }.into_any(),
        Place::Image => view! { <LazyPage page=image::fetch/> }.into_any(),
        Place::Audit => view! { <LazyPage page=audit::fetch/> }.into_any(),
        Place::Links => view! { <LazyPage page=links::fetch/> }.into_any(),
        Place::Shares => view! { <LazyPage page=shares::fetch/> }.into_any(),
        Place::Roles => view! { <SentOn to=paths::shares(SharedTab::Roles)/> }.into_any(),
        Place::Role => view! { <LazyPage page=role::fetch/> }.into_any(),
        Place::People => view! { <LazyPage page=people::fetch/> }.into_any(),
        Place::Person => view! { <LazyPage page=person::fetch/> }.into_any(),
        Place::Org => view! { <LazyPage page=org::fetch/> }.into_any(),
        Place::Project => view! { <LazyPage page=project::fetch/> }.into_any(),
        Place::Nowhere | Place::Shared => view! { <NotFoundPage/> }.into_any(),
    };
    view! { <Stage page/> }
}

/// Sends the reader on. The address that did it is not kept in the history: going back to it would send them on once more.
#[component]
fn SentOn(to: String) -> impl IntoView {
    let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
    view! { <Redirect path=to options/> }
}
