//! The frame of the pages, and those that only say something.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use maud::{DOCTYPE, Markup, html};

use super::words::{self, Language, Phrase};
use crate::http::{Api, input::Query};

/// No secret of ours is longer; what is longer is not shown.
const LONGEST_CODE: usize = 128;

/// What a page may do beyond showing itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed {
    /// Where its form may lead besides here: browsers hold redirects to it too.
    pub(super) form_to: Option<String>,
    /// Whether it has a script.
    pub(super) script: bool,
}

/// A whole page with its headers.
pub(super) fn page(
    language: Language,
    title: Phrase,
    status: StatusCode,
    allowed: &Allowed,
    body: &Markup,
) -> Response {
    let title = language.say(title);
    let document = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · Roadstead" }
                link rel="stylesheet" href="/oauth/page.css";
                @if allowed.script { script src="/oauth/password.js" defer {} }
            }
            body {
                main {
                    (logo())
                    h1 { (title) }
                    (body)
                }
            }
        }
    };
    let mut response = (status, axum::response::Html(document.into_string())).into_response();
    let headers = response.headers_mut();
    let form = allowed.form_to.as_ref().map(|to| format!(" {to}")).unwrap_or_default();
    let script = if allowed.script { "script-src 'self'; " } else { "" };
    let policy = format!(
        "default-src 'none'; style-src 'self'; {script}form-action 'self'{form}; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let policy = HeaderValue::try_from(policy).expect("an origin is visible ASCII");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        // Not no-referrer: that would take the Origin of the form away.
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A page that says one thing.
pub(super) fn notice(language: Language, title: Phrase, status: StatusCode, body: &Markup) -> Response {
    page(language, title, status, &Allowed::default(), body)
}

/// What is wrong, where a screen reader says it at once.
pub(super) fn trouble(text: &str) -> Markup {
    html! { p.trouble role="alert" { (text) } }
}

fn logo() -> Markup {
    html! {
        svg.logo viewBox="0 0 32 32" aria-hidden="true" {
            path.hull d="M6 14h13.500l-2.200 6H8.700zM11.500 4.500L17 12h-5.500z" {}
            circle.buoy cx="25" cy="15.500" r="3.200" {}
            path.wave d="M3 24.500c3.250 0 3.250-2 6.500-2s3.250 2 6.500 2 3.250-2 6.500-2 3.250 2 6.500 2" {}
        }
    }
}

/// `GET /oauth/code`: the code for a command line that cannot open a browser.
pub(super) async fn code(headers: HeaderMap, query: Query) -> Response {
    let language = Language::of(&headers);
    let code = query.find("code").filter(|code| {
        (1..=LONGEST_CODE).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    });
    match code {
        Some(code) => notice(
            language,
            words::CODE,
            StatusCode::OK,
            &html! {
                output.code { (code) }
                p { (language.say(words::CODE_HOW)) }
            },
        ),
        None => notice(
            language,
            words::BROKEN,
            StatusCode::BAD_REQUEST,
            &html! { (trouble(language.say(words::NO_CODE))) p { (language.say(words::BACK)) } },
        ),
    }
}

/// `GET /oauth/done`: where the command line sends the browser once it has its code.
pub(super) async fn done(headers: HeaderMap) -> Response {
    let language = Language::of(&headers);
    notice(language, words::DONE, StatusCode::OK, &html! { p { (language.say(words::DONE_HOW)) } })
}

/// `GET /oauth/sign-out`: where the command line sends the browser when it has signed out.
pub(super) async fn sign_out(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let language = Language::of(&headers);
    let console = api.url("/");
    let body = html! {
        p { (language.say(words::OUT_HOW)) }
        p { a href=(console) { (console) } }
    };
    notice(language, words::OUT, StatusCode::OK, &body)
}
