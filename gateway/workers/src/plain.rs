//! Plain HTTP, which Cloudflare hands to a Worker like HTTPS: refused everywhere but on this machine.
//!
//! A cookie or a pasted token that comes in clear has been read by then; what matters is that none is asked for there.

use crate::refusal;
use url::{Host, Url};

/// The answer to a request that came in clear: the same address by HTTPS where a browser may just go there, else words. None: it may
/// go on.
pub(crate) fn refused(request: &web_sys::Request) -> Option<web_sys::Response> {
    let url = Url::parse(&request.url()).ok().filter(|url| url.scheme() == "http" && !is_loopback(url))?;
    let is_upgrade = request.headers().has("upgrade").unwrap_or(false);
    Some(match protected(url).filter(|_| !is_upgrade && matches!(&*request.method(), "GET" | "HEAD")) {
        Some(url) => refusal::moved(url.as_str()),
        None => refusal::forbidden("This console speaks HTTPS alone: write https: instead of http: in its address."),
    })
}

fn protected(mut url: Url) -> Option<Url> {
    url.set_scheme("https").ok()?;
    // A port that speaks plain HTTP speaks nothing else.
    url.set_port(None).ok()?;
    Some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
