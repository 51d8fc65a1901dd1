//! `/oauth/password`: where a one-time link leads to set a password.
//!
//! The code lies in the link's fragment, which browsers send to no server; the page's script puts it into the form. Without a
//! script it can be pasted.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use maud::html;
use url::form_urlencoded;

use super::{
    authorize::field,
    is_own_form,
    page::{Allowed, notice, page, trouble},
    words::{self, Language, Phrase},
};
use crate::{
    accounts::{AccountError, InvalidPassword},
    http::{Api, Problem, input::RawBody},
};

/// `GET`: the form.
pub(super) async fn form(headers: HeaderMap) -> Response {
    show(Language::of(&headers), StatusCode::OK, "", None)
}

/// `POST`: the code and the new password, twice.
pub(super) async fn submit(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, Problem> {
    let language = Language::of(&headers);
    let find =
        |name: &str| form_urlencoded::parse(&body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let code = find("code").unwrap_or_default().trim().to_owned();
    let (password, again) = (find("password").unwrap_or_default(), find("again").unwrap_or_default());
    let no = |phrase| Ok(show(language, StatusCode::BAD_REQUEST, &code, Some(phrase)));
    if !is_own_form(&api, &headers) {
        return Ok(show(language, StatusCode::BAD_REQUEST, "", Some(words::FOREIGN_FORM)));
    }
    if password != again {
        return no(words::DIFFER);
    }
    match api.accounts.set_password_by_code(&code, &password, api.clock.now()).await {
        Ok(user) => {
            tracing::info!(user, "a password was set by a link");
            let login = format!("apolo login {}", api.url("/api/v1"));
            let body = html! {
                p { (language.say(words::IS_SET_HOW)) }
                output.code { (login) }
                p { a href=(api.url("/")) { (api.url("/")) } }
            };
            Ok(notice(language, words::IS_SET, StatusCode::OK, &body))
        }
        Err(AccountError::Code) => no(words::BAD_CODE),
        Err(AccountError::Password(why)) => no(match why {
            InvalidPassword::Short => words::SHORT,
            InvalidPassword::Long => words::LONG,
            InvalidPassword::Plain => words::PLAIN,
        }),
        Err(error) => Err(error.into()),
    }
}

fn show(language: Language, status: StatusCode, code: &str, wrong: Option<Phrase>) -> Response {
    let body = html! {
        p.lead { (language.say(words::SET_HOW)) }
        @if let Some(phrase) = wrong { (trouble(language.say(phrase))) }
        form method="post" action="/oauth/password" {
            (field("code", language.say(words::SET_CODE), "text", "one-time-code", code, code.is_empty()))
            (field("password", language.say(words::NEW_PASSWORD), "password", "new-password", "", !code.is_empty()))
            (field("again", language.say(words::AGAIN), "password", "new-password", "", false))
            button type="submit" { (language.say(words::SET_SUBMIT)) }
        }
    };
    page(language, words::SET, status, &Allowed { form_to: None, script: true }, &body)
}
