//! A process in a job: the platform's channel frames, both ways, until the process ends or a side leaves.

mod credit;

use crate::{
    Gateway,
    jobs::JobId,
    ports::{Host, Message, Socket, SocketBroken, SocketSink, SocketStream, within},
    rescue::{Failure, tell},
    session::Session,
    upstream::{ExecQuery, UpstreamError},
};
use api::{
    Code,
    exec::{CLOSE_BAD_UPSTREAM, CLOSE_FORBIDDEN, CLOSE_NOT_RUNNING, CLOSE_SIGNED_OUT, Frame, Notice, Reply},
};
use bytes::Bytes;
use credit::Credit;
use futures::{FutureExt, SinkExt, StreamExt, select_biased};
use std::{pin::pin, sync::Arc, time::Duration};

/// So often both sides are pinged, so that nothing between takes an idle shell for a dead one, and it is asked whether the user has
/// signed out.
const BEAT: Duration = Duration::from_secs(15);
/// A side that takes nothing for so long is given up.
const STUCK: Duration = Duration::from_secs(60);
/// How long last words may take.
const FAREWELL: Duration = Duration::from_secs(5);
/// Longest life of a session.
pub(super) const LIFE: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn serve(gateway: Gateway, session: Arc<Session>, id: JobId, query: ExecQuery, mut page: Socket) {
    let (code, reason) = match gateway.upstream().exec_socket(&session, id.as_str(), &query).await {
        Ok((cluster, is_recorded)) => {
            if is_recorded {
                // A page that has left is found out by the pump.
                let _ = within(gateway.host(), STUCK, page.tx.send(Message::Text(Notice::RECORDED.to_text()))).await;
            }
            let (code, reason) = pump(&gateway, &session, &mut page, cluster).await;
            (code, reason.to_owned())
        }
        Err(error) => refusal(error),
    };
    // A close frame's reason has at most 123 bytes (RFC 6455, 5.5).
    let end = (0..=reason.len().min(120)).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
    let close = Message::Close(code, reason[..end].to_owned());
    if let Some(Ok(())) = within(gateway.host(), STUCK, page.tx.send(close)).await {
        let rest = async { while let Some(Ok(_)) = page.rx.next().await {} };
        let _ = within(gateway.host(), FAREWELL, rest).await;
    }
}

fn refusal(error: UpstreamError) -> (u16, String) {
    if error.is_absent() {
        return (CLOSE_NOT_RUNNING, "The job is not running.".to_owned());
    }
    let told = tell(&Failure::Upstream(error));
    let code = match told.code {
        Code::SignedOut | Code::SignInRefused => CLOSE_SIGNED_OUT,
        Code::Forbidden => CLOSE_FORBIDDEN,
        Code::NotFound => CLOSE_NOT_RUNNING,
        Code::InvalidRequest
        | Code::Csrf
        | Code::MethodNotAllowed
        | Code::RequestTimeout
        | Code::Conflict
        | Code::TooLarge
        | Code::RangeNotSatisfiable
        | Code::TooManyRequests
        | Code::TooManyStreams
        | Code::NotSupported
        | Code::BadUpstream
        | Code::Unavailable
        | Code::UpstreamTimeout
        | Code::Internal
        | Code::Unknown => CLOSE_BAD_UPSTREAM,
    };
    (code, told.message)
}

/// How the page's side is closed.
type End = (u16, &'static str);

const BROKE: End = (CLOSE_BAD_UPSTREAM, "The connection broke.");
const UNANSWERED: End = (1008, "This page does not say what it has shown: reload it.");

/// Hands frames on until the end; returns how to close the page's side. The two directions never wait for each other: what is typed
/// arrives however much is shown, and however slowly the page takes it.
async fn pump(gateway: &Gateway, session: &Session, page: &mut Socket, mut cluster: Socket) -> End {
    let host = gateway.host();
    let credit = Credit::default();
    let end = {
        let mut over = pin!(over(gateway, session).fuse());
        let mut typed = pin!(inwards(host, &mut page.rx, &mut cluster.tx, &credit).fuse());
        let mut shown = pin!(outwards(host, &mut cluster.rx, &mut page.tx, &credit).fuse());
        // What may always be ready is asked last.
        select_biased! {
            end = over => end,
            end = typed => end,
            end = shown => end,
        }
    };
    let close = cluster.tx.send(Message::Close(1000, String::new()));
    let _ = within(host, FAREWELL, close).await;
    end
}

/// Resolves when the session must end, whatever its sides do.
async fn over(gateway: &Gateway, session: &Session) -> End {
    let host = gateway.host();
    let mut life = host.sleep(LIFE).fuse();
    let mut drained = pin!(gateway.draining().thrown().fuse());
    loop {
        select_biased! {
            () = drained => return (1001, "The gateway is going away; open the terminal again."),
            () = life => return (1000, "The session reached its longest life."),
            // Where that cannot be told, the next beat tells.
            () = host.sleep(BEAT).fuse() => if let Ok(true) = gateway.has_ended(session).await {
                return (CLOSE_SIGNED_OUT, "You have signed out.");
            },
        }
    }
}

/// From the page to the process.
async fn inwards(host: &dyn Host, page: &mut SocketStream, cluster: &mut SocketSink, credit: &Credit) -> End {
    let mut beat = host.sleep(BEAT).fuse();
    loop {
        let message = select_biased! {
            message = page.next().fuse() => match from_page(message, credit) {
                Some(message) => message,
                // The platform has no frame for the end of input: closing is it.
                None => return (1000, ""),
            },
            () = beat => {
                beat = host.sleep(BEAT).fuse();
                Message::Ping
            }
        };
        match within(host, STUCK, cluster.send(message)).await {
            Some(Ok(())) => {}
            // What the cluster has said before, perhaps how the process ended, is still on its way to the page, and ends the session.
            Some(Err(_)) => {
                host.sleep(FAREWELL).await;
                return BROKE;
            }
            None => return BROKE,
        }
    }
}

/// From the process to the page.
async fn outwards(host: &dyn Host, cluster: &mut SocketStream, page: &mut SocketSink, credit: &Credit) -> End {
    let mut beat = host.sleep(BEAT).fuse();
    let mut exited = false;
    loop {
        let next = async {
            credit.opened().await;
            cluster.next().await
        };
        let mut next = pin!(next.fuse());
        let message = select_biased! {
            () = beat => {
                beat = host.sleep(BEAT).fuse();
                Message::Ping
            }
            message = next => match from_cluster(message, &mut exited, credit) {
                Ok(message) => message,
                Err(end) => return end,
            },
        };
        if !host.sends_wait() && credit.is_spent() {
            return UNANSWERED;
        }
        if !matches!(within(host, STUCK, page.send(message)).await, Some(Ok(()))) {
            return if exited { (1000, "") } else { BROKE };
        }
    }
}

/// What the page is sent, or how its side is closed.
fn from_cluster(
    message: Option<Result<Message, SocketBroken>>,
    exited: &mut bool,
    credit: &Credit,
) -> Result<Message, End> {
    match message {
        Some(Ok(Message::Binary(bytes))) => match Frame::parse(&bytes) {
            Ok(Frame::Exit(_)) => {
                *exited = true;
                Ok(Message::Binary(bytes))
            }
            Ok(Frame::Stdout(text) | Frame::Stderr(text)) => {
                credit.send(text.len());
                Ok(Message::Binary(bytes))
            }
            // Not what a server sends, or not a frame at all: nothing to show.
            Ok(Frame::Stdin(_) | Frame::Resize(_)) | Err(_) => Ok(Message::Ping),
        },
        Some(Ok(Message::Text(_) | Message::Ping)) => Ok(Message::Ping),
        Some(Ok(Message::Close(platform::extension::CLOSE_FORBIDDEN, _))) if !*exited => {
            Err((CLOSE_FORBIDDEN, "You may not do this any more. Ask the owner or an administrator for access."))
        }
        // The exit frame is what a session ends with.
        Some(Ok(Message::Close(..)) | Err(_)) | None if *exited => Err((1000, "")),
        Some(Ok(Message::Close(..)) | Err(_)) | None => {
            Err((CLOSE_BAD_UPSTREAM, "The cluster ended the session without saying how the process ended."))
        }
    }
}

/// What the process is sent; None when the page has left.
fn from_page(message: Option<Result<Message, SocketBroken>>, credit: &Credit) -> Option<Message> {
    match message {
        Some(Ok(Message::Binary(bytes))) if is_for_process(&bytes) => Some(Message::Binary(bytes)),
        Some(Ok(Message::Text(text))) => {
            if let Ok(Reply::Credit { bytes }) = serde_json::from_str(&text) {
                credit.take(bytes);
            }
            Some(Message::Ping)
        }
        // A frame that is none must not reach the process, and must not end the user's shell either.
        Some(Ok(Message::Binary(_) | Message::Ping)) => Some(Message::Ping),
        Some(Ok(Message::Close(..)) | Err(_)) | None => None,
    }
}

fn is_for_process(bytes: &Bytes) -> bool {
    matches!(Frame::parse(bytes), Ok(Frame::Stdin(_) | Frame::Resize(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_input_and_sizes_reach_the_process() {
        let said = |bytes: &'static [u8]| Some(Ok(Message::Binary(Bytes::from_static(bytes))));
        let reaches = |bytes: &'static [u8]| match from_page(said(bytes), &Credit::default()) {
            Some(Message::Binary(sent)) => sent == bytes,
            _ => false,
        };
        assert!(reaches(b"\0ls\n") && reaches(b"\x04{\"height\":1,\"width\":2}"));
        for bad in [&b""[..], b"\x01out", b"\x03{\"exit_code\":0}", b"\x04nope", b"\x09"] {
            assert!(!reaches(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_session_without_an_exit_is_not_taken_for_a_success() {
        let (mut exited, credit) = (false, Credit::default());
        assert!(matches!(from_cluster(None, &mut exited, &credit), Err((CLOSE_BAD_UPSTREAM, _))));
        let exit = Bytes::from_static(b"\x03{\"exit_code\":7}");
        assert!(matches!(from_cluster(Some(Ok(Message::Binary(exit))), &mut exited, &credit), Ok(Message::Binary(_))));
        assert!(matches!(from_cluster(None, &mut exited, &credit), Err((1000, _))));
    }
}
