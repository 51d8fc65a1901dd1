//! The WebSocket addresses: reading the query, accepting the handshake, handing over.
//!
//! A page cannot read why a handshake was refused, so a missing session is told after it, in the stream's own words.

use crate::{
    Gateway,
    edge::Queried,
    jobs::{JobId, serve_events, serve_job_events},
    logs::{Begin, serve_log},
    ports::{Accepted, Message, Socket},
    rescue::{Failure, tell},
    session::{Session, SignedIn},
    streams::Viewer,
    upstream::ExecQuery,
};
use api::{
    exec::{CLOSE_BAD_UPSTREAM, CLOSE_SIGNED_OUT},
    jobs::{JobEvent, JobSelector},
    logs::{EndReason, Event},
    top::TopEvent,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use futures::{FutureExt, SinkExt};
use serde::Serialize;
use std::sync::Arc;

#[cfg(feature = "chunk-socket")]
mod chunks;
mod exec;
mod top;

#[cfg(feature = "chunk-socket")]
pub(crate) use chunks::image_chunks;

type Signed = Result<SignedIn, Failure>;

/// `WS /jobs/events?<JobSelector>`
pub(crate) async fn jobs_events(
    State(gateway): State<Gateway>,
    signed: Signed,
    Queried(pairs): Queried,
    request: Request,
) -> Result<Response, Failure> {
    let selector = JobSelector::from_pairs(pairs).map_err(|e| Failure::invalid(e.field, e.message))?;
    if selector.limit.is_some() || selector.cursor.is_some() {
        return Err(Failure::invalid("limit", "The events stream has no pages."));
    }
    open(
        gateway,
        signed,
        request,
        |reason| JobEvent::End { reason },
        move |gateway, session, socket| serve_events(gateway, session, selector, socket),
    )
}

/// `WS /jobs/{id}/events`
pub(crate) async fn job_events(
    State(gateway): State<Gateway>,
    signed: Signed,
    id: JobId,
    request: Request,
) -> Result<Response, Failure> {
    open(
        gateway,
        signed,
        request,
        |reason| JobEvent::End { reason },
        move |gateway, session, socket| serve_job_events(gateway, session, id, socket),
    )
}

/// `WS /jobs/{id}/logs?from=|cursor=`
pub(crate) async fn job_logs(
    State(gateway): State<Gateway>,
    signed: Signed,
    id: JobId,
    query: Queried,
    request: Request,
) -> Result<Response, Failure> {
    let begin = begin(query)?;
    open(
        gateway,
        signed,
        request,
        |reason| Event::End { reason },
        move |gateway, session, socket| {
            let viewer = Viewer::new(&gateway, &session, socket);
            serve_log(gateway, session, id, begin, viewer)
        },
    )
}

/// Where a log stream begins, as its query says.
pub(super) fn begin(query: Queried) -> Result<Begin, Failure> {
    let [from, cursor] = query.only(["from", "cursor"])?;
    Ok(match (from, cursor) {
        (_, Some(cursor)) => Begin::Resume(cursor.parse().map_err(|e| Failure::invalid("cursor", format!("{e}.")))?),
        (Some(from), None) => Begin::At(from.parse().map_err(|e| Failure::invalid("from", format!("{e}.")))?),
        (None, None) => Begin::At(api::logs::StartAt::default()),
    })
}

/// `WS /jobs/{id}/top`
pub(crate) async fn job_top(
    State(gateway): State<Gateway>,
    signed: Signed,
    id: JobId,
    request: Request,
) -> Result<Response, Failure> {
    open(
        gateway,
        signed,
        request,
        |reason| TopEvent::End { reason },
        move |gateway, session, socket| top::serve(gateway, session, id, socket),
    )
}

/// `WS /jobs/{id}/exec?cmd=&tty=0|1`
pub(crate) async fn job_exec(
    State(gateway): State<Gateway>,
    signed: Signed,
    id: JobId,
    query: Queried,
    mut request: Request,
) -> Result<Response, Failure> {
    let [cmd, tty] = query.only(["cmd", "tty"])?;
    let cmd = cmd.filter(|c| !c.trim().is_empty() && !c.contains('\0'));
    let cmd = cmd.ok_or_else(|| Failure::invalid("cmd", "Name a command to run, such as sh."))?;
    let tty = match tty.as_deref() {
        None | Some("1") => true,
        Some("0") => false,
        Some(_) => return Err(Failure::invalid("tty", "0 or 1.")),
    };
    let place = signed.as_ref().ok().map(|SignedIn(session)| gateway.place(session, exec::LIFE)).transpose()?;
    let Accepted { response, socket } = accept(&gateway, &mut request)?;
    let host = gateway.clone();
    host.host().spawn(
        async move {
            let _place = place;
            let Ok(mut socket) = socket.await else { return };
            match signed {
                Ok(SignedIn(session)) => exec::serve(gateway, session, id, ExecQuery { cmd, tty }, socket).await,
                Err(failure) => {
                    let close = match failure {
                        Failure::SignedOut => Message::Close(CLOSE_SIGNED_OUT, "Sign in again.".to_owned()),
                        failure => Message::Close(CLOSE_BAD_UPSTREAM, tell(&failure).message),
                    };
                    let _ = socket.tx.send(close).await;
                }
            }
        }
        .boxed(),
    );
    Ok(response)
}

/// Accepts the handshake and serves the stream in a task of its own; without a session the stream is its end.
fn open<F, E: Serialize>(
    gateway: Gateway,
    signed: Signed,
    request: Request,
    end: impl FnOnce(EndReason) -> E,
    serve: impl FnOnce(Gateway, Arc<Session>, Socket) -> F + Send + 'static,
) -> Result<Response, Failure>
where
    F: Future<Output = ()> + Send,
{
    let (let_in, reason) = match signed {
        Ok(SignedIn(session)) => {
            (Ok((gateway.place(&session, gateway.config().stream_max)?, session)), EndReason::SignedOut)
        }
        Err(Failure::SignedOut) => (Err(CLOSE_SIGNED_OUT), EndReason::SignedOut),
        // There is a session; whether it may go on will be known in a moment.
        Err(_) => (Err(CLOSE_BAD_UPSTREAM), EndReason::Upstream),
    };
    hand_over(&gateway.clone(), request, let_in, &end(reason), move |(place, session), socket| async move {
        serve(gateway, session, socket).await;
        drop(place);
    })
}

/// Accepts the handshake and serves whom is let in, in a task of its own; for others the stream is its end, closed with the code.
pub(super) fn hand_over<A, F>(
    gateway: &Gateway,
    mut request: Request,
    let_in: Result<A, u16>,
    refused: &impl Serialize,
    serve: impl FnOnce(A, Socket) -> F + Send + 'static,
) -> Result<Response, Failure>
where
    A: Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let Accepted { response, socket } = accept(gateway, &mut request)?;
    let end = serde_json::to_string(refused).expect("the contract's types always serialise");
    let task = async move {
        let Ok(mut socket) = socket.await else { return };
        match let_in {
            Ok(who) => serve(who, socket).await,
            Err(code) => {
                let _ = socket.tx.send(Message::Text(end)).await;
                let _ = socket.tx.send(Message::Close(code, String::new())).await;
            }
        }
    };
    gateway.host().spawn(task.boxed());
    Ok(response)
}

fn accept(gateway: &Gateway, request: &mut Request) -> Result<Accepted, Failure> {
    let (mut parts, body) = std::mem::take(request).into_parts();
    let accepted = gateway.host().ws_accept(&mut parts)?;
    *request = Request::from_parts(parts, body);
    Ok(accepted)
}
