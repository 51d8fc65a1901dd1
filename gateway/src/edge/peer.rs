//! Who asks, by address: as the host has it. Whose word of a forwarded address is believed is the host's business.

use crate::ports::Peer as Seen;
use axum::extract::FromRequestParts;
use http::{Extensions, request::Parts};
use std::{convert::Infallible, net::IpAddr};

/// Extractor: the address of who asks, where it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Self::of(&parts.extensions)))
    }
}

impl Peer {
    /// The address of who asks, where it is known.
    pub(crate) fn of(extensions: &Extensions) -> Option<IpAddr> {
        extensions.get::<Seen>().map(|Seen(address)| *address)
    }
}
