//! Who asks, by address: as the host has seen it, or as the proxy before the gateway says.

use crate::{Gateway, ports::Peer as Seen};
use axum::extract::FromRequestParts;
use http::{Extensions, HeaderMap, HeaderName, request::Parts};
use std::{convert::Infallible, net::IpAddr};

/// Extractor: the address of who asks, where it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

impl FromRequestParts<Gateway> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Infallible> {
        Ok(Self(Self::of(gateway, &parts.headers, &parts.extensions)))
    }
}

impl Peer {
    /// The address of who asks, where it is known.
    pub(super) fn of(gateway: &Gateway, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        let seen = extensions.get::<Seen>().map(|Seen(address)| *address);
        match &gateway.config().peer_header {
            Some(name) => told(headers, name).or(seen),
            None => seen,
        }
    }
}

/// The last address is the one that the nearest proxy has added; those before it are hearsay.
fn told(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let last = headers.get_all(name).into_iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_proxys_word_counts() {
        let name = HeaderName::from_static("x-forwarded-for");
        let headers = |values: &[&str]| {
            values.iter().map(|value| (name.clone(), value.parse().expect("a value"))).collect::<HeaderMap>()
        };
        let is = |text: &str| Some(text.parse().expect("an address"));
        assert_eq!(told(&headers(&["6.6.6.6, 192.0.2.1"]), &name), is("192.0.2.1"));
        assert_eq!(told(&headers(&["6.6.6.6", "2001:db8::1"]), &name), is("2001:db8::1"));
        assert_eq!(told(&headers(&["unknown"]), &name), None);
        assert_eq!(told(&headers(&[]), &name), None);
    }
}
