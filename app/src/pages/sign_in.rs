//! Signing in, by a one-time link or a pasted token. Neither is kept here: both go straight to the gateway.

use crate::client::{Failure, use_client, with_query};
use crate::components::{copy::CopyButton, lazy::chunk, page::PageTitle};
use crate::i18n::{I18n, Phrase, catalogue::sign_in, use_i18n};
use crate::layouts::shell::logo;
use crate::paths::{self, endpoint};
use crate::stores::{
    browser,
    session::{State, use_session},
};
use crate::ui::{
    button::{Button, Kind},
    field::TextField,
    icon::{SPIN, icon},
    state::Note,
};
use api::{
    Code,
    session::{OauthBegin, OauthBegun, Session, SignIn, SignInFailure, SignInMethods},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

const CLI_TOKEN: &str = "apolo config show-token";
const OWN_LINK: &str = "roadstead user link admin";

chunk!(
    small,
    /// Fetches the page.
    fetch,
    SignInPage
);

/// The sign-in page; it stands in place of the page that was asked for.
#[component]
fn SignInPage() -> impl IntoView {
    let (i18n, session, client, navigate) = (use_i18n(), use_session(), use_client(), use_navigate());
    let ended = untrack(|| session.state()) == State::SignedOut { ended: true };
    let token = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let field_error = RwSignal::new(None::<Phrase>);
    let failed = RwSignal::new(None::<(Failure, bool)>);

    let send = Callback::new(move |(sign_in, by_link): (SignIn, bool)| {
        let navigate = navigate.clone();
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let answer = client.post::<Session>(endpoint::SESSION, &sign_in).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(found) => {
                    token.set(String::new());
                    session.signed_in(found);
                    if by_link {
                        navigate(paths::JOBS, NavigateOptions { replace: true, ..NavigateOptions::default() });
                    }
                }
                Err(failure) => failed.set(Some((failure, by_link))),
            }
        });
    });

    // A link's code is taken out of the address before anything else can see or keep it.
    let by_link = code_of(&browser::fragment());
    if let Some(code) = &by_link {
        browser::replace_address(paths::SIGN_IN);
        send.run((SignIn::Code(code.clone()), true));
    }

    // Back from the platform's page with nothing; the address forgets it, so that reloading does not say it again.
    let came_back = untrack(|| browser::query("failed").as_deref().and_then(SignInFailure::parse));
    let return_to = StoredValue::new(return_to());
    if came_back.is_some() {
        browser::replace_address(&with_query(paths::SIGN_IN, [("return", return_to.get_value())]));
    }
    let oauth_host = RwSignal::new(None::<String>);
    spawn_local(async move {
        if let Ok(SignInMethods { oauth_host: Some(host) }) = client.get(endpoint::SIGN_IN_METHODS).await {
            // The page may have gone meanwhile.
            oauth_host.try_set(Some(host));
        }
    });
    let go = Callback::new(move |()| {
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            let begin = OauthBegin { return_to: return_to.get_value() };
            match client.post::<OauthBegun>(endpoint::SIGN_IN_OAUTH, &begin).await {
                // Stays busy until the other page is there.
                Ok(begun) => browser::leave_for(&begun.location),
                Err(failure) => {
                    busy.try_set(false);
                    failed.try_set(Some((failure, false)));
                }
            }
        });
    });

    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let pasted = token.get_untracked().trim().to_owned();
        field_error.set(check_token(&pasted));
        if field_error.get_untracked().is_none() && !busy.get_untracked() {
            send.run((SignIn::Token(pasted), false));
        } else {
            browser::focus_id("token");
        }
    };
    let error = Signal::derive(move || field_error.get().map(|phrase| i18n.now(phrase).to_owned()));
    let trouble = move || failed.get().map(|(failure, by_link)| words(i18n, &failure, by_link));
    let working = Memo::new(move |_| busy.get() && by_link.is_some() && failed.with(Option::is_none));
    view! {
        <section class="sign-in">
            <span class="sign-in-logo">{logo()}</span>
            <PageTitle title=i18n.text(sign_in::TITLE)/>
            <p class="sign-in-lead">{i18n.text(sign_in::LEAD)}</p>
            {ended.then(|| view! { <Note text=i18n.text(sign_in::ENDED)/> })}
            {move || {
                let told = came_back.filter(|_| failed.with(Option::is_none));
                told.map(|failure| view! { <Note text=i18n.text(came_to_nothing(failure)) bad=true/> })
            }}
            {move || trouble().map(|text| view! { <Note text=Signal::stored(text) bad=true/> })}
            {move || {
                if working.get() {
                    view! { <p class="sign-in-working" role="status">{icon(SPIN)} {i18n.text(sign_in::WITH_LINK)}</p> }.into_any()
                } else {
                    view! {
                        {move || oauth_host.get().map(|host| view! { <PlatformPage host busy go/> })}
                        <form class="panel sign-in-form" on:submit=submit novalidate="">
                            <TextField
                                id="token"
                                label=i18n.text(sign_in::TOKEN)
                                hint=i18n.text(sign_in::TOKEN_HINT)
                                value=token
                                error
                                secret=true
                                mono=true
                            />
                            <Button
                                label=Signal::derive(move || i18n.now(if busy.get() { sign_in::SUBMITTING } else { sign_in::SUBMIT }).to_owned())
                                kind=if oauth_host.with(Option::is_some) { Kind::Plain } else { Kind::Primary }
                                submit=true
                                busy
                                on_click=|()| ()
                            />
                        </form>
                        <TokenHelp/>
                    }
                    .into_any()
                }
            }}
        </section>
    }
}

/// The way by the platform's own page.
#[component]
fn PlatformPage(host: String, busy: RwSignal<bool>, go: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let is_own = host == browser::host();
    let label = Signal::derive(move || {
        if is_own { i18n.now(sign_in::OAUTH_OWN).to_owned() } else { i18n.fill(sign_in::OAUTH_AT, &[("host", &host)]) }
    });
    view! {
        <div class="sign-in-platform">
            <Button label kind=Kind::Primary busy on_click=go/>
            <p class="muted">{i18n.text(sign_in::OAUTH_HINT)}</p>
        </div>
        <p class="sign-in-or" aria-hidden="true">{i18n.text(sign_in::OR)}</p>
    }
}

/// Where tokens come from.
#[component]
fn TokenHelp() -> impl IntoView {
    let i18n = use_i18n();
    let line = move |command: &'static str| {
        view! {
            <div class="command">
                <code>{command}</code>
                <CopyButton label=i18n.text(crate::i18n::catalogue::common::COPY) text=command/>
            </div>
        }
    };
    view! {
        <details class="sign-in-help">
            <summary>{i18n.text(sign_in::HELP)}</summary>
            <p>{i18n.text(sign_in::HELP_CLI)}</p>
            {line(CLI_TOKEN)}
            <p>{i18n.text(sign_in::HELP_LOCAL)}</p>
            {line(OWN_LINK)}
            <p class="muted">{i18n.text(sign_in::HELP_LINK)}</p>
        </details>
    }
}

/// The page to come back to: the one that was asked for, or the one a sign-in that came to nothing was to come back to.
fn return_to() -> String {
    if browser::path() == paths::SIGN_IN {
        return browser::query("return").unwrap_or_else(|| paths::JOBS.to_owned());
    }
    browser::path_and_query()
}

fn came_to_nothing(failure: SignInFailure) -> Phrase {
    match failure {
        SignInFailure::Denied => sign_in::DENIED,
        SignInFailure::Expired => sign_in::EXPIRED,
        SignInFailure::Refused => sign_in::REFUSED_OAUTH,
        SignInFailure::NoCluster => sign_in::NO_CLUSTER,
        SignInFailure::Unavailable => sign_in::UNAVAILABLE,
    }
}

/// The code of a one-time link's fragment.
fn code_of(fragment: &str) -> Option<String> {
    let code = fragment.split('&').find_map(|part| part.strip_prefix("code="))?;
    (!code.is_empty()).then(|| code.to_owned())
}

/// What is wrong with a pasted token before it is even sent.
fn check_token(token: &str) -> Option<Phrase> {
    if token.is_empty() {
        return Some(sign_in::EMPTY);
    }
    let shaped =
        token.split('.').count() == 3 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.=".contains(&b));
    (!shaped).then_some(sign_in::NOT_A_TOKEN)
}

fn words(i18n: I18n, failure: &Failure, by_link: bool) -> String {
    match failure.code() {
        Some(Code::SignInRefused) if by_link => i18n.now(sign_in::REFUSED_LINK).to_owned(),
        Some(Code::SignInRefused) => i18n.now(sign_in::REFUSED_TOKEN).to_owned(),
        _ => match failure.detail(i18n) {
            Some(detail) => format!("{} {detail}", failure.message(i18n)),
            None => failure.message(i18n),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_links_code_is_found_in_the_fragment() {
        assert_eq!(code_of("code=abc-1"), Some("abc-1".to_owned()));
        assert_eq!(code_of("x=1&code=abc"), Some("abc".to_owned()));
        assert_eq!(code_of("code="), None);
        assert_eq!(code_of("main"), None);
    }

    #[test]
    fn what_cannot_be_a_token_is_not_sent() {
        assert_eq!(check_token(""), Some(sign_in::EMPTY));
        assert_eq!(check_token("hello"), Some(sign_in::NOT_A_TOKEN));
        assert_eq!(check_token("a.b.c d"), Some(sign_in::NOT_A_TOKEN));
        assert_eq!(check_token("eyJh.eyJp.c2ln_-"), None);
    }
}
