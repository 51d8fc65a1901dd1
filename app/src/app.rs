//! The root: what is in context everywhere, the routes, and the gate that only the signed-in pass.

use crate::client::{Client, Failure};
use crate::i18n::{
    I18n,
    catalogue::{common, shell},
};
use crate::layouts::shell::Shell;
use crate::pages::{
    image::ImagePage, images::ImagesPage, job::JobPage, job_new::JobNewPage, jobs::JobsPage, not_found::NotFoundPage,
    push::PushPage, sign_in::SignInPage,
};
use crate::paths::{self, endpoint};
use crate::stores::{
    clock::Clock,
    confirm::Confirm,
    dropped::Dropped,
    push::PushStore,
    session::{SessionStore, State},
    theme::ThemeStore,
    toasts::Toasts,
};
use crate::ui::{button::Button, state::Empty};
use api::session::Session;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    components::{Redirect, Route, Router, Routes},
    hooks::use_location,
    path,
};

/// The console.
#[component]
pub(crate) fn App() -> impl IntoView {
    let session = SessionStore::new();
    provide_context(I18n::from_browser());
    provide_context(ThemeStore::from_browser());
    provide_context(Toasts::new());
    provide_context(Confirm::new());
    provide_context(Dropped::new());
    provide_context(Clock::start());
    provide_context(PushStore::new());
    provide_context(session);
    provide_context(Client::new(session));
    view! {
        <Router>
            <Gate/>
        </Router>
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
        State::SignedOut { ended } => Gated::SignIn { ended },
        State::SignedIn(_)
            if location.pathname.get() == paths::SIGN_IN && location.hash.with(|h| h.contains("code=")) =>
        {
            Gated::SignIn { ended: false }
        }
        State::SignedIn(_) => Gated::Pages,
    });
    view! {
        <Shell>
            {move || match gate.get() {
                Gated::Pages => view! { <Pages/> }.into_any(),
                Gated::SignIn { ended } => view! { <SignInPage ended/> }.into_any(),
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
            }}
        </Shell>
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gated {
    Asking,
    SignIn { ended: bool },
    Pages,
}

/// The routes.
#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=|| view! { <NotFoundPage/> }>
            <Route path=path!("/") view=|| view! { <Redirect path=paths::JOBS/> }/>
            <Route path=path!("/sign-in") view=|| view! { <Redirect path=paths::JOBS/> }/>
            <Route path=path!("/jobs") view=JobsPage/>
            <Route path=path!("/jobs/new") view=JobNewPage/>
            <Route path=path!("/jobs/:id/:tab?") view=JobPage/>
            <Route path=path!("/images") view=ImagesPage/>
            <Route path=path!("/images/push") view=PushPage/>
            <Route path=path!("/images/:image") view=ImagePage/>
        </Routes>
    }
}
