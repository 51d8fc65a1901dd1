//! On whose behalf the cluster is called: it writes down who changed what, and from where.

use crate::edge::Peer;
use axum::extract::Request;
use http::{HeaderName, request};
use std::net::IpAddr;

/// Read by the platform's servers and by proxies before them. What a client itself sends under these names is not passed on.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The request of the console that leads to a call. Empty where nobody asks: the gateway's own work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The id that the console is told, too.
    request_id: Option<String>,
    /// The address of who asks, where the host sees it.
    address: Option<IpAddr>,
}

impl Origin {
    /// A request that was given this id.
    pub(crate) fn of(request: &Request, id: &str) -> Self {
        Self { request_id: Some(id.to_owned()), address: Peer::of(request.extensions()) }
    }

    /// Tells the cluster.
    pub(crate) fn tell(&self, mut call: request::Builder) -> request::Builder {
        if let Some(id) = &self.request_id {
            call = call.header(REQUEST_ID, id);
        }
        if let Some(address) = self.address {
            call = call.header(FORWARDED_FOR, address.to_string());
        }
        call
    }
}
