//! Requests that came in the clear: led to TLS, before anything of them is used.
//!
//! A zone hands `http:` on to its Workers unless it was told otherwise ("Always Use HTTPS"). A token or a session's cookie that is sent
//! so can be read by whoever is on the way, and no answer of ours could take that back.

use crate::{refusal, settings};
use worker::Env;

/// The answer to a request that came in the clear from elsewhere; none to what may be served. Whoever names a `PUBLIC_URL` has said what
/// browsers use, and has perhaps a proxy that ends TLS before us.
pub(crate) fn required(env: &Env, request: &web_sys::Request) -> Option<web_sys::Response> {
    if settings::has_public_url(env) {
        return None;
    }
    let mut url = url::Url::parse(&request.url()).ok()?;
    let is_this_machine = match url.host()? {
        url::Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    };
    if url.scheme() != "http" || is_this_machine {
        return None;
    }
    let is_handshake = request.headers().has("upgrade").unwrap_or(true);
    if !is_handshake && matches!(request.method().as_str(), "GET" | "HEAD") {
        url.set_port(None).ok()?;
        url.set_scheme("https").ok()?;
        return Some(refusal::moved(url.as_str()));
    }
    Some(refusal::forbidden("This console is reached by https: only. Nothing was done."))
}
