//! Chunks of blobs that come as messages: each becomes the body of one `PATCH`, whose answer goes back as a message.
//!
//! Nothing is kept but the message on its way: a page is told how much was passed on, and sends no more than it likes to have on the
//! way. When the page goes, or the gateway does, the request is broken off, and the registry has what had arrived.

use super::{Signed, open};
use crate::{
    Gateway,
    ports::{Message, Socket, within},
    registry,
    rescue::{Failure, Rescued},
    session::Session,
};
use api::{
    images::{CHUNK_MESSAGE_MAX_BYTES, ChunkEvent, ChunkOrder},
    logs::EndReason,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{
    FutureExt, SinkExt, StreamExt,
    channel::mpsc,
    future::{Either, select},
    select_biased,
};
use http::{StatusCode, header};
use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

/// A page that says nothing for so long is given up; it comes back with its next chunk.
const SILENT: Duration = Duration::from_secs(150);
/// A page that takes nothing for so long is given up.
const STUCK: Duration = Duration::from_secs(60);
/// How much is passed on was told after so many bytes ...
const TOLD_EVERY_BYTES: u64 = 1024 * 1024;
/// ... or after so long, for a page on a slow way.
const TOLD_EVERY_MILLIS: i128 = 250;
/// Of what a registry says about a chunk, no more is read.
const ANSWER_MAX_BYTES: usize = 64 * 1024;

/// `WS /images/chunks`
pub(crate) async fn image_chunks(
    State(gateway): State<Gateway>,
    signed: Signed,
    request: Request,
) -> Result<Response, Failure> {
    if !gateway.config().chunk_socket {
        return Err(Failure::NoSuchAddress);
    }
    // Nobody's chunk is answered as if it had been sent: the page renews its session and begins again.
    let refused = |reason| {
        let status = if reason == EndReason::SignedOut { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_GATEWAY };
        ChunkEvent::Answer { status: status.as_u16(), headers: Vec::new(), body: String::new() }
    };
    open(gateway, signed, request, refused, serve)
}

async fn serve(gateway: Gateway, session: Arc<Session>, mut page: Socket) {
    let host = gateway.host();
    let life = host.sleep(gateway.config().stream_max);
    let drained = pin!(gateway.draining().thrown());
    let over = select(life, drained);
    let said = match select(pin!(chunks(&gateway, &session, &mut page)), over).await {
        Either::Left((Broken::Rules(why), _)) => (1008, why),
        Either::Left((Broken::Page, _)) => return,
        Either::Left((Broken::Chunk, _)) => (1000, ""),
        Either::Right(_) => {
            (1001, "The gateway is going away, or the stream has reached its longest life. Come again.")
        }
    };
    let close = page.tx.send(Message::Close(said.0, said.1.to_owned()));
    if let Some(Ok(())) = within(host, STUCK, close).await {
        let rest = async { while let Some(Ok(_)) = page.rx.next().await {} };
        let _ = within(host, Duration::from_secs(5), rest).await;
    }
}

/// Why no further chunk is taken on a socket.
#[derive(Debug)]
enum Broken {
    /// The page has gone.
    Page,
    /// It does not keep to what was agreed upon.
    Rules(&'static str),
    /// A chunk was answered before it was whole: what of it is still on its way belongs nowhere.
    Chunk,
}

async fn chunks(gateway: &Gateway, session: &Session, page: &mut Socket) -> Broken {
    loop {
        let (upload, offset) = match hear(gateway, page).await {
            Ok(Said::Order(ChunkOrder::Begin { upload, offset })) => (upload, offset),
            Ok(Said::Order(ChunkOrder::End) | Said::Bytes(_)) => {
                return Broken::Rules("A chunk begins with its upload.");
            }
            Err(broken) => return broken,
        };
        match chunk(gateway, session, page, &upload, offset).await {
            Ok(Over { answer, is_whole }) => {
                if let Err(broken) = tell(gateway, page, &answer).await {
                    return broken;
                }
                if !is_whole {
                    return Broken::Chunk;
                }
            }
            Err(broken) => return broken,
        }
    }
}

/// What a page says.
enum Said {
    Order(ChunkOrder),
    Bytes(Bytes),
}

async fn hear(gateway: &Gateway, page: &mut Socket) -> Result<Said, Broken> {
    loop {
        return match within(gateway.host(), SILENT, page.rx.next()).await {
            Some(Some(Ok(Message::Ping))) => continue,
            Some(Some(Ok(Message::Binary(bytes)))) if bytes.len() <= CHUNK_MESSAGE_MAX_BYTES => Ok(Said::Bytes(bytes)),
            Some(Some(Ok(Message::Binary(_)))) => Err(Broken::Rules("A message is too large.")),
            Some(Some(Ok(Message::Text(text)))) => serde_json::from_str(&text)
                .map(Said::Order)
                .map_err(|_| Broken::Rules("This is no order of a chunk's.")),
            Some(Some(Ok(Message::Close(..)) | Err(_)) | None) | None => Err(Broken::Page),
        };
    }
}

async fn tell(gateway: &Gateway, page: &mut Socket, event: &ChunkEvent) -> Result<(), Broken> {
    let text = serde_json::to_string(event).expect("the contract's types always serialise");
    let sent = within(gateway.host(), STUCK, page.tx.send(Message::Text(text))).await;
    sent.and_then(Result::ok).ok_or(Broken::Page)
}

/// A chunk that was answered.
struct Over {
    answer: ChunkEvent,
    /// Whether all of it had come by then.
    is_whole: bool,
}

async fn chunk(
    gateway: &Gateway,
    session: &Session,
    page: &mut Socket,
    upload: &str,
    offset: u64,
) -> Result<Over, Broken> {
    let limit_bytes = gateway.config().chunk_max_bytes;
    // One message waits while the one before it is passed on.
    let (mut onward, body) = mpsc::channel::<Result<Bytes, Infallible>>(0);
    let answered = registry::append(gateway, session, upload, offset, Body::from_stream(body));
    let answered = answered.then(|answer| event(answer.unwrap_or_else(IntoResponse::into_response)));
    let mut answer = pin!(answered.fuse());
    let (mut taken, mut told, mut told_at) = (0, 0, gateway.host().now());
    loop {
        let said = {
            let mut heard = pin!(hear(gateway, page).fuse());
            select_biased! {
                answer = answer => return Ok(Over { answer, is_whole: false }),
                said = heard => said?,
            }
        };
        let bytes = match said {
            Said::Bytes(bytes) => bytes,
            Said::Order(ChunkOrder::End) => break,
            Said::Order(ChunkOrder::Begin { .. }) => return Err(Broken::Rules("A chunk ends before another begins.")),
        };
        let after = taken + bytes.len() as u64;
        if after > limit_bytes {
            let answer = event(Failure::ChunkTooLarge { limit_bytes }.into_response()).await;
            return Ok(Over { answer, is_whole: false });
        }
        select_biased! {
            answer = answer => return Ok(Over { answer, is_whole: false }),
            // Where nobody takes bytes any more, the answer is on its way.
            sent = onward.send(Ok(bytes)).fuse() => if sent.is_err() {
                return Ok(Over { answer: answer.await, is_whole: false });
            },
        }
        taken = after;
        let now = gateway.host().now();
        if taken - told >= TOLD_EVERY_BYTES || now.duration_since(told_at).as_millis() >= TOLD_EVERY_MILLIS {
            tell(gateway, page, &ChunkEvent::Taken { bytes: taken }).await?;
            (told, told_at) = (taken, now);
        }
    }
    drop(onward);
    Ok(Over { answer: answer.await, is_whole: true })
}

/// An answer as a message; a refusal of our own in the registry's form.
async fn event(mut response: Response) -> ChunkEvent {
    let rescued = Rescued::take(&mut response);
    let status = response.status();
    let headers = response.headers().iter();
    let mut headers: Vec<(String, String)> =
        headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect();
    let body = match rescued {
        Some(rescued) => {
            log(status, &rescued);
            let secs = rescued.retry_after_secs;
            headers.extend(secs.map(|secs| (header::RETRY_AFTER.to_string(), secs.to_string())));
            rescued.registry_body().to_string()
        }
        None => {
            let said = to_bytes(response.into_body(), ANSWER_MAX_BYTES).await.unwrap_or_default();
            String::from_utf8_lossy(&said).into_owned()
        }
    };
    ChunkEvent::Answer { status: status.as_u16(), headers, body }
}

fn log(status: StatusCode, rescued: &Rescued) {
    let (code, cause, status) = (rescued.problem.code, &rescued.cause, status.as_u16());
    if status >= 500 {
        tracing::warn!(status, ?code, cause, "a chunk was refused");
    } else {
        tracing::debug!(target: "access", status, ?code, cause, "a chunk was refused");
    }
}
