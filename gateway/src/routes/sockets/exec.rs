//! A process in a job: the platform's channel frames, both ways, until the process ends or a side leaves.

use crate::{
    Gateway,
    jobs::JobId,
    ports::{Message, Socket, SocketBroken, within},
    rescue::{Failure, tell},
    session::Session,
    upstream::{ExecQuery, UpstreamError},
};
use api::{
    Code,
    exec::{CLOSE_BAD_UPSTREAM, CLOSE_FORBIDDEN, CLOSE_NOT_RUNNING, CLOSE_SIGNED_OUT, Frame, Notice},
};
use bytes::Bytes;
use futures::{FutureExt, SinkExt, StreamExt, select_biased};
use std::{sync::Arc, time::Duration};

/// Both sides are pinged so often, so that nothing between takes an idle shell for a dead one.
const PING: Duration = Duration::from_secs(15);
/// A side that takes nothing for so long is given up.
const STUCK: Duration = Duration::from_secs(60);
/// Longest life of a session.
const LIFE: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn serve(gateway: Gateway, session: Arc<Session>, id: JobId, query: ExecQuery, mut page: Socket) {
    let (code, reason) = match gateway.upstream().exec_socket(&session, id.as_str(), &query).await {
        Ok((cluster, is_recorded)) => {
            if is_recorded {
                // A page that has left is found out by the pump.
                let _ = within(gateway.host(), STUCK, page.tx.send(Message::Text(Notice::RECORDED.to_text()))).await;
            }
            pump(&gateway, &session, &mut page, cluster).await
        }
        Err(error) => refusal(error),
    };
    // A close frame's reason has at most 123 bytes (RFC 6455, 5.5).
    let end = (0..=reason.len().min(120)).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or(0);
    let close = Message::Close(code, reason[..end].to_owned());
    if let Some(Ok(())) = within(gateway.host(), STUCK, page.tx.send(close)).await {
        let rest = async { while let Some(Ok(_)) = page.rx.next().await {} };
        let _ = within(gateway.host(), Duration::from_secs(5), rest).await;
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
        | Code::Conflict
        | Code::TooLarge
        | Code::RangeNotSatisfiable
        | Code::TooManyRequests
        | Code::NotSupported
        | Code::BadUpstream
        | Code::Unavailable
        | Code::UpstreamTimeout
        | Code::Internal
        | Code::Unknown => CLOSE_BAD_UPSTREAM,
    };
    (code, told.message)
}

/// Where a message goes.
enum Turn {
    ToCluster(Message),
    ToPage(Message),
    Both(Message),
    End(u16, &'static str),
}

/// Hands frames on until the end; returns how to close the page's side.
async fn pump(gateway: &Gateway, session: &Session, page: &mut Socket, mut cluster: Socket) -> (u16, String) {
    let host = gateway.host();
    let mut life = host.sleep(LIFE).fuse();
    let mut drained = std::pin::pin!(gateway.draining().thrown().fuse());
    let mut beat = host.sleep(PING).fuse();
    let mut exited = false;
    loop {
        let turn = select_biased! {
            () = drained => Turn::End(1001, "The gateway is going away; open the terminal again."),
            () = life => Turn::End(1000, "The session reached its longest life."),
            message = cluster.rx.next().fuse() => from_cluster(message, &mut exited),
            message = page.rx.next().fuse() => from_page(message),
            () = beat => {
                beat = host.sleep(PING).fuse();
                // Where that cannot be told, the next beat tells.
                match gateway.has_ended(session).await {
                    Ok(true) => Turn::End(CLOSE_SIGNED_OUT, "You have signed out."),
                    Ok(false) | Err(_) => Turn::Both(Message::Ping),
                }
            }
        };
        let sent = match turn {
            Turn::ToCluster(message) => within(host, STUCK, cluster.tx.send(message)).await,
            Turn::ToPage(message) => within(host, STUCK, page.tx.send(message)).await,
            Turn::Both(message) => {
                let both = async {
                    cluster.tx.send(message.clone()).await?;
                    page.tx.send(message).await
                };
                within(host, STUCK, both).await
            }
            Turn::End(code, reason) => {
                let close = cluster.tx.send(Message::Close(1000, String::new()));
                let _ = within(host, Duration::from_secs(5), close).await;
                return (code, reason.to_owned());
            }
        };
        if !matches!(sent, Some(Ok(()))) {
            return if exited {
                (1000, String::new())
            } else {
                (CLOSE_BAD_UPSTREAM, "The connection broke.".to_owned())
            };
        }
    }
}

fn from_cluster(message: Option<Result<Message, SocketBroken>>, exited: &mut bool) -> Turn {
    match message {
        Some(Ok(Message::Binary(bytes))) => match Frame::parse(&bytes) {
            Ok(Frame::Exit(_)) => {
                *exited = true;
                Turn::ToPage(Message::Binary(bytes))
            }
            Ok(Frame::Stdout(_) | Frame::Stderr(_)) => Turn::ToPage(Message::Binary(bytes)),
            // Not what a server sends, or not a frame at all: nothing to show.
            Ok(Frame::Stdin(_) | Frame::Resize(_)) | Err(_) => Turn::ToPage(Message::Ping),
        },
        Some(Ok(Message::Text(_) | Message::Ping)) => Turn::ToPage(Message::Ping),
        // The exit frame is what a session ends with.
        Some(Ok(Message::Close(..)) | Err(_)) | None if *exited => Turn::End(1000, ""),
        Some(Ok(Message::Close(..)) | Err(_)) | None => {
            Turn::End(CLOSE_BAD_UPSTREAM, "The cluster ended the session without saying how the process ended.")
        }
    }
}

fn from_page(message: Option<Result<Message, SocketBroken>>) -> Turn {
    match message {
        Some(Ok(Message::Binary(bytes))) if is_for_process(&bytes) => Turn::ToCluster(Message::Binary(bytes)),
        // A frame that is none must not reach the process, and must not end the user's shell either.
        Some(Ok(Message::Binary(_) | Message::Text(_) | Message::Ping)) => Turn::ToCluster(Message::Ping),
        // The platform has no frame for the end of input: closing is it.
        Some(Ok(Message::Close(..)) | Err(_)) | None => Turn::End(1000, ""),
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
        let reaches = |bytes: &'static [u8]| match from_page(Some(Ok(Message::Binary(Bytes::from_static(bytes))))) {
            Turn::ToCluster(Message::Binary(sent)) => sent == bytes,
            _ => false,
        };
        assert!(reaches(b"\0ls\n") && reaches(b"\x04{\"height\":1,\"width\":2}"));
        for bad in [&b""[..], b"\x01out", b"\x03{\"exit_code\":0}", b"\x04nope", b"\x09"] {
            assert!(!reaches(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_session_without_an_exit_is_not_taken_for_a_success() {
        let mut exited = false;
        assert!(matches!(from_cluster(None, &mut exited), Turn::End(CLOSE_BAD_UPSTREAM, _)));
        let exit = Bytes::from_static(b"\x03{\"exit_code\":7}");
        assert!(matches!(from_cluster(Some(Ok(Message::Binary(exit))), &mut exited), Turn::ToPage(_)));
        assert!(matches!(from_cluster(None, &mut exited), Turn::End(1000, _)));
    }
}
