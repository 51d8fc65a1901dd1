//! Streams that many watch, told by the requests that open them: for a host that has one gateway serve all who watch the same.

use crate::{
    Gateway,
    edge::{is_own_socket, keeps_pace},
    jobs::JobId,
    links::{TokenHash, token_hash},
    session::SessionCookie,
};
use axum::body::Body;
use http::{HeaderMap, Method, Request};
use sha2::{Digest, Sha256};

const JOBS: &str = "/api/v1/jobs/";
const SHARED: &str = "/s/";

/// What those who watch have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// The log of the job with this id.
    Log(String),
    /// The log that the link with this token's hash shows: the same that the job's owner reads.
    SharedLog(TokenHash),
    /// The list of jobs in the pages of one browser, which have the same cookie: the first half of its SHA-256.
    Jobs([u8; 16]),
    /// The statuses of all links: one look a second at the cluster serves the visitors of all.
    Statuses,
}

impl Gateway {
    /// What a request opens that many watch, if it may go on to where that is served: it comes from an own page, no faster than it
    /// may, with a session or what reads like a link's token. None: it opens nothing of that kind, or [`crate::router`] refuses it.
    #[must_use]
    pub fn watched(&self, request: &Request<Body>) -> Option<Watched> {
        let (headers, path) = (request.headers(), request.uri().path());
        if request.method() != Method::GET || !is_own_socket(headers, self.config().public_url.as_ref()) {
            return None;
        }
        let watched = match path.strip_prefix(SHARED) {
            Some(shared) => of_link(shared)?,
            None => self.of_session(path.strip_prefix(JOBS)?, headers)?,
        };
        keeps_pace(self, headers, request.extensions()).then_some(watched)
    }

    fn of_session(&self, rest: &str, headers: &HeaderMap) -> Option<Watched> {
        let cookie = SessionCookie(self.config());
        // Whether it was ended elsewhere is told where the stream is served.
        cookie.read(headers, self.host().now())?;
        if rest == "events" {
            let hash = Sha256::digest(cookie.text(headers)?.as_bytes());
            return Some(Watched::Jobs(*hash.first_chunk().expect("a hash is longer")));
        }
        let (job, "logs") = rest.split_once('/')? else { return None };
        JobId::parse(job).map(|job| Watched::Log(job.as_str().to_owned()))
    }
}

fn of_link(shared: &str) -> Option<Watched> {
    let (token, what) = shared.split_once('/')?;
    let hash = token_hash(token)?;
    match what {
        "events" => Some(Watched::Statuses),
        "logs" => Some(Watched::SharedLog(hash)),
        _ => None,
    }
}
