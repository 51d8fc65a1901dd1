//! The frame: skip link, bar with brand, navigation and settings, banners, the page, notices, the open question.

use super::keys::{self, KeysOpen};
use crate::client::use_client;
use crate::components::{confirm, lazy::LazyPart, page::Arrival, push_mark::PushMark, share, toast::ToastCorner};
use crate::i18n::{I18n, Lang, catalogue::shell, use_i18n};
use crate::paths::{self, endpoint};
use crate::stores::{
    browser,
    confirm::use_confirm,
    session::use_session,
    sharing::use_sharing,
    theme::{Theme, ThemeStore},
    toasts::use_toasts,
};
use crate::ui::{
    button::{Button, Kind},
    icon,
    menu::{Menu, MenuChoice, MenuItem, MenuLink},
};
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::hooks::use_location;

/// The frame around every page.
#[component]
pub(crate) fn Shell(children: Children) -> impl IntoView {
    let i18n = use_i18n();
    let keys_open = RwSignal::new(false);
    provide_context(KeysOpen(keys_open));
    let question = use_confirm();
    let asked = Memo::new(move |_| question.is_open());
    let sharing = use_sharing();
    let shares = Memo::new(move |_| sharing.is_open());
    let pathname = use_location().pathname;
    provide_context(Arrival::follow(pathname));
    let session = use_session();
    // What stands over a page is about that page, and for who saw it.
    let seen = Memo::new(move |_| (pathname.get(), session.is_signed_in()));
    Effect::new(move || {
        // Read, and not only tracked: a memo that nobody has read follows nothing.
        drop(seen.get());
        question.close();
        sharing.close();
        keys_open.set(false);
    });
    page_keys(keys_open);
    // The router takes a click on a fragment for a move within the page, and moves no focus.
    let skip = move |event: ev::MouseEvent| {
        event.prevent_default();
        browser::focus_id("main");
    };
    view! {
        <div class="shell">
            <a class="skip" href="#main" on:click=skip>{i18n.text(shell::SKIP)}</a>
            <header class="bar">
                <div class="bar-inner">
                    <a class="brand" href=paths::HOME aria-label=i18n.text(shell::APP)>
                        {logo()}
                        <span class="brand-name">{i18n.text(shell::APP)}</span>
                    </a>
                    <MainNav/>
                    <div class="bar-end">
                        <PushMark/>
                        <span class="bar-keys">
                            <Button
                                label=i18n.text(shell::KEYS)
                                kind=Kind::Quiet
                                bare=true
                                picture=icon::KEYBOARD
                                on_click=move |()| keys_open.set(true)
                            />
                        </span>
                        <LanguageMenu/>
                        <ThemeMenu/>
                        <AccountMenu/>
                    </div>
                </div>
            </header>
            <OfflineBanner/>
            <main class="page" id="main" tabindex="-1">{children()}</main>
            <ToastCorner/>
            {move || asked.get().then(|| view! { <LazyPart part=confirm::fetch on_failed=move |()| question.close()/> })}
            {move || shares.get().then(|| view! { <LazyPart part=share::fetch on_failed=move |()| sharing.close()/> })}
            {move || keys_open.get().then(|| view! { <LazyPart part=keys::fetch on_failed=move |()| keys_open.set(false)/> })}
        </div>
    }
}

/// Keys that work everywhere: `?` for help, `n` for a new job, `g` for the jobs, `i` for the images.
fn page_keys(keys_open: RwSignal<bool>) {
    let session = use_session();
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || browser::is_typing(&event) {
            return;
        }
        let signed_in = session.is_signed_in();
        match event.key().as_str() {
            "?" => keys_open.set(true),
            "n" if signed_in => browser::follow_link(paths::JOB_NEW),
            "g" if signed_in => browser::follow_link(paths::JOBS),
            "i" if signed_in => browser::follow_link(paths::IMAGES),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
}

/// A hull at anchor on two waves, a buoy beside it.
pub(crate) fn logo() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" aria-hidden="true">
            <path class="brand-hull" d="M6 14h13.500l-2.200 6H8.700zM11.500 4.500L17 12h-5.500z"/>
            <circle class="brand-buoy" cx="25" cy="15.500" r="3.200"/>
            <path class="brand-wave" d="M3 24.500c3.250 0 3.250-2 6.500-2s3.250 2 6.500 2 3.250-2 6.500-2 3.250 2 6.500 2"/>
        </svg>
    }
}

#[component]
fn MainNav() -> impl IntoView {
    let (i18n, session) = (use_i18n(), use_session());
    let location = use_location();
    let here =
        move |section: &'static str| move || location.pathname.with(|path| path.starts_with(section)).then_some("page");
    move || {
        session.session().map(|session| {
            let place = place(i18n, &session);
            view! {
                <nav class="nav" aria-label=i18n.text(shell::MAIN_NAV)>
                    <a class="nav-link" href=paths::JOBS aria-current=here(paths::JOBS)>{i18n.text(shell::JOBS)}</a>
                    <a class="nav-link" href=paths::IMAGES aria-current=here(paths::IMAGES)>{i18n.text(shell::IMAGES)}</a>
                    // On a phone these stand in the account's menu.
                    <a class="nav-link nav-wide" href=paths::AUDIT aria-current=here(paths::AUDIT)>{i18n.text(shell::AUDIT)}</a>
                    <a class="nav-link nav-wide" href=paths::SHARES aria-current=here(paths::SHARES)>{i18n.text(shell::SHARES)}</a>
                    <a class="nav-link nav-wide" href=paths::PEOPLE aria-current=move || here(paths::PEOPLE)().or_else(here(paths::ORGS))>{i18n.text(shell::PEOPLE)}</a>
                </nav>
                {match project_page(&session) {
                    Some(href) => view! { <a class="bar-context truncate" href=href>{place}</a> }.into_any(),
                    None => view! { <span class="bar-context truncate">{place}</span> }.into_any(),
                }}
            }
        })
    }
}

/// The page of the project that the reader works in.
fn project_page(session: &api::session::Session) -> Option<String> {
    session.org.as_deref().map(|org| paths::project(org, &session.project))
}

fn place(i18n: I18n, session: &api::session::Session) -> String {
    let places = [("project", session.project.as_str()), ("cluster", session.cluster.as_str())];
    match &session.org {
        Some(org) => i18n.fill(shell::WHERE, &[places[0], places[1], ("org", org)]),
        None => i18n.fill(shell::WHERE_NO_ORG, &places),
    }
}

#[component]
pub(crate) fn LanguageMenu() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Menu label=i18n.text(shell::LANGUAGE) picture=icon::LANGUAGE>
            {Lang::ALL
                .map(|lang| {
                    view! {
                        <MenuChoice
                            label=lang.own_name()
                            chosen=Signal::derive(move || i18n.lang() == lang)
                            on_choose=move |()| i18n.set_lang(lang)
                        />
                    }
                })
                .collect_view()}
        </Menu>
    }
}

#[component]
pub(crate) fn ThemeMenu() -> impl IntoView {
    let (i18n, theme): (I18n, ThemeStore) = (use_i18n(), expect_context());
    let name = move |choice| {
        i18n.text(match choice {
            Theme::System => shell::THEME_SYSTEM,
            Theme::Light => shell::THEME_LIGHT,
            Theme::Dark => shell::THEME_DARK,
        })
    };
    view! {
        <Menu label=i18n.text(shell::THEME) picture=icon::THEME>
            {Theme::ALL
                .map(|choice| {
                    view! {
                        <MenuChoice
                            label=name(choice)
                            chosen=Signal::derive(move || theme.chosen() == choice)
                            on_choose=move |()| theme.choose(choice)
                        />
                    }
                })
                .collect_view()}
        </Menu>
    }
}

#[component]
fn AccountMenu() -> impl IntoView {
    let (i18n, session, client, toasts) = (use_i18n(), use_session(), use_client(), use_toasts());
    let user = Memo::new(move |_| session.session().map(|s| s.user));
    let sign_out = move |()| {
        spawn_local(async move {
            match client.delete(endpoint::SESSION).await {
                Ok(()) => {
                    browser::tab_forget();
                    session.signed_out();
                    toasts.good(i18n.now(shell::SIGNED_OUT_TOAST).to_owned());
                }
                Err(failure) => toasts.failure(i18n, &failure),
            }
        });
    };
    move || {
        user.get().map(|user| {
            view! {
                <Menu label=i18n.text(shell::ACCOUNT) picture=icon::USER caption=Signal::stored(user.clone())>
                    <p class="menu-note" role="none">
                        <strong>{user.clone()}</strong>
                        {move || session.session().map(|s| place(i18n, &s))}
                    </p>
                    {move || {
                        let session = session.session()?;
                        let label = i18n.fill(shell::PROJECT, &[("project", &session.project)]);
                        project_page(&session).map(|href| view! { <MenuLink label=Signal::stored(label) href/> })
                    }}
                    <MenuLink label=i18n.text(shell::AUDIT) href=paths::AUDIT.to_owned()/>
                    <MenuLink label=i18n.text(shell::SHARES) href=paths::SHARES.to_owned()/>
                    <MenuLink label=i18n.text(shell::PEOPLE) href=paths::PEOPLE.to_owned()/>
                    <MenuLink label=i18n.text(shell::LINKS) href=paths::LINKS.to_owned()/>
                    <MenuItem label=i18n.text(shell::SIGN_OUT) on_click=sign_out/>
                </Menu>
            }
        })
    }
}

#[component]
fn OfflineBanner() -> impl IntoView {
    let i18n = use_i18n();
    let online = RwSignal::new(browser::is_online());
    let handles = [
        window_event_listener(ev::online, move |_| online.set(true)),
        window_event_listener(ev::offline, move |_| online.set(false)),
    ];
    on_cleanup(move || handles.into_iter().for_each(leptos::prelude::WindowListenerHandle::remove));
    view! {
        <div role="status">
            {move || (!online.get()).then(|| view! { <div class="banner">{icon::icon(icon::ALERT)} {i18n.text(shell::OFFLINE)}</div> })}
        </div>
    }
}
