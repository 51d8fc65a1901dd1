//! `/oauth/authorize`: the authorization endpoint (RFC 6749, 4.1.1), a form for a name and a password.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension,
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use url::{Url, form_urlencoded};

use super::{
    CLIENT_ID, Client, is_own_form,
    page::{Allowed, notice, page, trouble},
    words::{self, Language, Phrase},
};
use crate::{
    accounts::AuthorizationRequest,
    http::{Api, Problem, input::RawBody},
};

const LONGEST_STATE: usize = 2048;
const LONGEST_NAME: usize = 255;
/// What the form carries on unseen.
const CARRIED: [&str; 6] =
    ["client_id", "redirect_uri", "response_type", "code_challenge", "code_challenge_method", "state"];

/// What a client asks, sound.
struct Asked {
    request: AuthorizationRequest,
    state: Option<String>,
    client: Client,
    fields: Vec<(String, String)>,
}

/// Why it is not.
enum Unsound {
    /// There is nobody to send the browser back to: the person is told.
    Lost(&'static str),
    /// The client is told.
    Told { redirect_uri: String, state: Option<String>, error: &'static str, why: &'static str },
}

impl Asked {
    fn read(api: &Api, fields: &[(String, String)]) -> Result<Self, Unsound> {
        let find = |name: &str| {
            let mut values = fields.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
            // A parameter that comes twice could mean two things to two readers (RFC 6749, 3.1).
            values.next().filter(|_| values.next().is_none())
        };
        if find("client_id") != Some(CLIENT_ID) {
            return Err(Unsound::Lost("client_id"));
        }
        let redirect_uri = find("redirect_uri").ok_or(Unsound::Lost("redirect_uri"))?;
        let client = Client::at(api, redirect_uri).ok_or(Unsound::Lost("redirect_uri"))?;
        let state = find("state").filter(|state| state.len() <= LONGEST_STATE).map(str::to_owned);
        let told = |error, why| {
            let (redirect_uri, state) = (redirect_uri.to_owned(), state.clone());
            Unsound::Told { redirect_uri, state, error, why }
        };
        if find("response_type") != Some("code") {
            return Err(told("unsupported_response_type", "response_type must be code"));
        }
        let challenge = find("code_challenge").filter(|challenge| is_challenge(challenge));
        let challenge = challenge.filter(|_| find("code_challenge_method") == Some("S256"));
        let challenge =
            challenge.ok_or_else(|| told("invalid_request", "code_challenge of the method S256 is required"))?;
        let request = AuthorizationRequest {
            redirect_uri: redirect_uri.to_owned(),
            challenge: challenge.to_owned(),
            rotates: client == Client::Console,
        };
        let fields = fields.iter().filter(|(key, _)| CARRIED.contains(&key.as_str())).cloned().collect();
        Ok(Self { request, state, client, fields })
    }
}

/// SHA-256 in base64url.
fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// `GET`: the form.
pub(super) async fn form(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    query: crate::http::input::Query,
) -> Response {
    let language = Language::of(&headers);
    match Asked::read(&api, &query.0) {
        Ok(asked) => show(language, &asked, StatusCode::OK, "", None),
        Err(unsound) => refuse(language, unsound),
    }
}

/// `POST`: name and password.
pub(super) async fn submit(
    State(api): State<Arc<Api>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Response, Problem> {
    let language = Language::of(&headers);
    let fields: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().take(32).collect();
    let find = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let (user, password) = (find("user").unwrap_or_default(), find("password").unwrap_or_default());
    let user = user.trim().to_owned();
    let asked = match Asked::read(&api, &fields) {
        Ok(asked) => asked,
        Err(unsound) => return Ok(refuse(language, unsound)),
    };
    let again = |status, phrase: Phrase| show(language, &asked, status, &user, Some(language.say(phrase)));
    if !is_own_form(&api, &headers) {
        return Ok(again(StatusCode::BAD_REQUEST, words::FOREIGN_FORM));
    }
    if user.is_empty() || password.is_empty() || user.len() > LONGEST_NAME {
        return Ok(again(StatusCode::BAD_REQUEST, words::EMPTY));
    }
    let now = api.clock.now();
    let address = peer.map(|Extension(ConnectInfo(peer))| peer.ip());
    match api.accounts.check_password(&user, password, address, now).await? {
        Err(wait) => {
            let text = format!("{} {}", language.say(words::WAIT), wait.secs);
            let mut response = show(language, &asked, StatusCode::TOO_MANY_REQUESTS, &user, Some(&text));
            response.headers_mut().insert(header::RETRY_AFTER, wait.secs.into());
            Ok(response)
        }
        Ok(false) => {
            tracing::info!(address = ?address, "a sign-in with a password was refused");
            Ok(again(StatusCode::BAD_REQUEST, words::WRONG))
        }
        Ok(true) => {
            let code = api.accounts.authorize(&user, &asked.request, now).await?;
            tracing::info!(user, client = ?asked.client, "signed in with a password");
            Ok(send_back(&asked.request.redirect_uri, &[("code", &code)], asked.state.as_deref()))
        }
    }
}

fn show(language: Language, asked: &Asked, status: StatusCode, user: &str, wrong: Option<&str>) -> Response {
    let purpose = match asked.client {
        Client::CommandLine => words::FOR_CLI,
        Client::Console => words::FOR_CONSOLE,
    };
    let body = html! {
        p.lead { (language.say(purpose)) }
        @if let Some(text) = wrong { (trouble(text)) }
        form method="post" action="/oauth/authorize" {
            @for (name, value) in &asked.fields { input type="hidden" name=(name) value=(value); }
            (field("user", language.say(words::USER), "text", "username", user, user.is_empty()))
            (field("password", language.say(words::PASSWORD), "password", "current-password", "", !user.is_empty()))
            button type="submit" { (language.say(words::SUBMIT)) }
        }
        p.hint { (language.say(words::NO_PASSWORD)) }
    };
    let form_to = Url::parse(&asked.request.redirect_uri).ok().map(|url| url.origin().ascii_serialization());
    page(language, words::SIGN_IN, status, &Allowed { form_to, script: false }, &body)
}

/// A labelled input.
pub(super) fn field(name: &str, label: &str, kind: &str, autocomplete: &str, value: &str, focus: bool) -> Markup {
    html! {
        label {
            span { (label) }
            input name=(name) type=(kind) autocomplete=(autocomplete) value=(value) autofocus[focus] required
                autocapitalize="none" spellcheck="false" maxlength="512";
        }
    }
}

fn refuse(language: Language, unsound: Unsound) -> Response {
    match unsound {
        Unsound::Lost(what) => {
            tracing::warn!(what, "a sign-in was asked for by a client that is not known");
            let body = html! {
                (trouble(what))
                p { (language.say(words::BACK)) }
            };
            notice(language, words::BROKEN, StatusCode::BAD_REQUEST, &body)
        }
        Unsound::Told { redirect_uri, state, error, why } => {
            send_back(&redirect_uri, &[("error", error), ("error_description", why)], state.as_deref())
        }
    }
}

fn send_back(redirect_uri: &str, pairs: &[(&str, &str)], state: Option<&str>) -> Response {
    let mut url = Url::parse(redirect_uri).expect("only known addresses are sent back to");
    url.query_pairs_mut().extend_pairs(pairs);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    let location = HeaderValue::try_from(String::from(url)).expect("a URL is visible ASCII");
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
