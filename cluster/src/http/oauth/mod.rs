//! The cluster's own sign-in for browsers and command lines (OAuth 2.0, RFC 6749; PKCE, RFC 7636; native clients, RFC 8252).
//!
//! Owns which client may be sent where, and the few pages a person sees. Whether a name and a password belong together, and what
//! a code is good for, is `accounts`' to say. No page here keeps a cookie: each sign-in asks anew.

mod authorize;
mod page;
mod password;
mod token;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    response::IntoResponse,
    routing::{get, post},
};
use url::Url;

use super::Api;
use crate::config::is_loopback;

/// The OAuth client id of all clients.
pub(super) const CLIENT_ID: &str = "roadstead";
/// Where the platform's command line listens for the browser's coming back.
pub(super) const CALLBACKS: [&str; 3] = ["http://127.0.0.1:54540", "http://127.0.0.1:54541", "http://127.0.0.1:54542"];
/// Where a code is shown to be copied by hand.
pub(super) const CODE_PAGE: &str = "/oauth/code";
/// Where a console's gateway is come back to, below its address.
const CONSOLE_CALLBACK: &str = "/api/v1/session/callback";

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("password.js");

/// Everything below `/oauth`.
pub(super) fn router() -> Router<Arc<Api>> {
    Router::new()
        .route("/token", post(token::token))
        .route("/authorize", get(authorize::form).post(authorize::submit))
        .route("/code", get(page::code))
        .route("/done", get(page::done))
        .route("/sign-out", get(page::sign_out))
        .route("/password", get(password::form).post(password::submit))
        .route("/page.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
        .route("/password.js", get(|| async { asset("text/javascript; charset=utf-8", SCRIPT) }))
}

fn asset(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let nosniff = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=3600"), nosniff], text)
}

/// A client, told by the address it is to be sent back to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Client {
    /// The command line, on this machine or headless. It keeps its first refresh token.
    CommandLine,
    /// A console's gateway. It takes a new refresh token with each use.
    Console,
}

impl Client {
    /// Who is at an address; None for one that nobody was sent to.
    fn at(api: &Api, redirect_uri: &str) -> Option<Self> {
        let given = Url::parse(redirect_uri).ok()?;
        // A URL without a path and one with the path `/` are the same.
        let without_path = redirect_uri.strip_suffix('/').unwrap_or(redirect_uri);
        if CALLBACKS.contains(&without_path) || redirect_uri == api.url(CODE_PAGE) {
            return Some(Self::CommandLine);
        }
        let mut consoles = api.config.console_urls.iter().chain([&api.config.base_url]);
        consoles.any(|console| is_console(&given, console)).then_some(Self::Console)
    }
}

/// Whether an address is exactly a console's callback. A console on this machine is known by each name of this machine.
fn is_console(given: &Url, console: &Url) -> bool {
    let Ok(expected) = console.join(CONSOLE_CALLBACK) else { return false };
    if *given == expected {
        return true;
    }
    let mut aliased = given.clone();
    is_loopback(given) && is_loopback(&expected) && aliased.set_host(expected.host_str()).is_ok() && aliased == expected
}

/// Whether a form was sent by a page of this server. Browsers say so in one header or the other.
fn is_own_form(api: &Api, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = text("origin").and_then(|origin| Url::parse(origin).ok()) else { return false };
    // By which of its names this server was reached is for its proxy to know; the host it was asked for is the browser's word.
    let asked = text("host").and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    origin.origin() == api.config.base_url.origin() || asked.is_some_and(|asked| asked.origin() == origin.origin())
}
