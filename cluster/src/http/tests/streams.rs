//! WebSockets over a real loopback connection.

use futures::{SinkExt as _, StreamExt as _};
use platform::{
    channel::{Exit, Frame, Resize},
    job::{JobStatus, reason},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

use super::*;
use crate::engine::Phase;
use crate::logs::{Record, Stream};

pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The router behind a socket, for as long as the test runs.
pub(super) async fn serve(server: &Server) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = server.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("ws://{address}/api/v1/monitoring")
}

pub(super) async fn open(
    server: &Server,
    who: As,
    url: &str,
    protocol: Option<&str>,
) -> Result<(Socket, HeaderMap), Answer> {
    let mut request = url.into_client_request().expect("a url");
    let token = format!("Bearer {}", server.token(who).await);
    request.headers_mut().insert(header::AUTHORIZATION, token.parse().expect("a header"));
    if let Some(protocol) = protocol {
        request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, protocol.parse().expect("a header"));
    }
    match connect_async(request).await {
        Ok((socket, response)) => Ok((socket, response.headers().clone())),
        Err(Error::Http(response)) => Err(Answer {
            matched: None,
            status: response.status(),
            headers: response.headers().clone(),
            text: String::from_utf8_lossy(response.body().as_deref().unwrap_or_default()).into_owned(),
        }),
        Err(other) => panic!("no handshake: {other}"),
    }
}

pub(super) async fn opened(server: &Server, url: &str) -> Socket {
    open(server, As::Writer, url, None).await.map_err(|a| a.text).expect("a handshake").0
}

pub(super) async fn next(socket: &mut Socket) -> Option<Vec<u8>> {
    loop {
        match socket.next().await? {
            Ok(Message::Binary(bytes)) => return Some(bytes.to_vec()),
            Ok(Message::Text(text)) => return Some(text.as_bytes().to_vec()),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

async fn all(mut socket: Socket) -> String {
    let mut text = Vec::new();
    while let Some(bytes) = next(&mut socket).await {
        text.extend(bytes);
    }
    String::from_utf8_lossy(&text).into_owned()
}

async fn write(server: &Server, job: &str, lines: &[(i64, &str)]) {
    let log = server.api.logs.open(job).await.expect("a log");
    let records = lines
        .iter()
        .map(|(second, text)| Record {
            time_ns: (NOON.as_second() + second) * 1_000_000_000,
            stream: Stream::Stdout,
            bytes: format!("{text}\n").into_bytes().into(),
        })
        .collect();
    log.append(records).await.map_err(|(error, _)| error).expect("appends");
}

async fn finish(server: &Server, job: &str) {
    server.api.logs.open(job).await.expect("a log").finish(0).await.expect("finishes");
}

#[tokio::test]
async fn a_log_is_followed_to_its_end_and_then_closed() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    write(&server, &job, &[(0, "one")]).await;
    let mut socket = opened(&server, &format!("{base}/{job}/log_ws?separator=XXX")).await;
    assert_eq!(next(&mut socket).await, Some(b"one\n".to_vec()));
    write(&server, &job, &[(1, "two")]).await;
    assert_eq!(next(&mut socket).await, Some(b"two\n".to_vec()));
    finish(&server, &job).await;
    assert_eq!(next(&mut socket).await, None);
}

#[tokio::test]
async fn a_log_without_anything_yet_is_waited_for() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let socket = opened(&server, &format!("{base}/{job}/log_ws")).await;
    write(&server, &job, &[(0, "late")]).await;
    finish(&server, &job).await;
    assert_eq!(all(socket).await, "late\n");
}

#[tokio::test]
async fn timestamps_since_and_lines_choose_what_is_sent() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    write(&server, &job, &[(0, "one"), (1, "two"), (2, "three")]).await;
    finish(&server, &job).await;
    let url = format!("{base}/{job}/log_ws?timestamps=true");
    let (socket, headers) =
        open(&server, As::Reader, &format!("{url}&from_line=-1"), None).await.map_err(|a| a.text).expect("a handshake");
    assert_eq!(
        (&headers["x-roadstead-first-line"], &headers["x-roadstead-total-lines"]),
        (&header::HeaderValue::from(2), &header::HeaderValue::from(3))
    );
    assert_eq!(all(socket).await, "2027-01-15T08:00:02.000000000Z three\n");
    let since = opened(&server, &format!("{base}/{job}/log_ws?since=2027-01-15T08:00:01Z")).await;
    assert_eq!(all(since).await, "two\nthree\n");
    let part =
        server.get(As::Reader, &format!("/api/v1/monitoring/{job}/log?timestamps=true&from_line=1&limit=1")).await;
    assert_eq!(part.text, "2027-01-15T08:00:01.000000000Z two\n");
    assert_eq!(part.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(part.headers["x-roadstead-first-line"], "1");
}

#[tokio::test]
async fn a_separator_stands_between_an_earlier_run_and_the_present_one() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    write(&server, &job, &[(0, "first run")]).await;
    server.api.clock.advance_ns(5_000_000_000);
    let again = server.api.jobs.item(JobStatus::Running, reason::RESTARTING, None, None);
    server.api.jobs.record(&job, &again).await.expect("records");
    write(&server, &job, &[(6, "second run")]).await;
    finish(&server, &job).await;
    let socket = opened(&server, &format!("{base}/{job}/log_ws?separator=-8%3C-")).await;
    assert_eq!(all(socket).await, "first run\n-8<-\nsecond run\n");
    let plain = opened(&server, &format!("{base}/{job}/log_ws?timestamps=true&from_line=0")).await;
    assert!(!all(plain).await.contains("-8<-"));
}

#[tokio::test]
async fn log_text_is_passed_on_byte_for_byte() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let odd = "\0<script>alert(1)</script>\x1b[2J\u{feff}";
    write(&server, &job, &[(0, odd)]).await;
    finish(&server, &job).await;
    let socket = opened(&server, &format!("{base}/{job}/log_ws")).await;
    assert_eq!(all(socket).await, format!("{odd}\n"));
}

#[tokio::test]
async fn an_ended_job_whose_log_was_removed_has_an_empty_one() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    write(&server, &job, &[(0, "one")]).await;
    finish(&server, &job).await;
    server.api.jobs.cancel(&job, reason::USER_REQUESTED).await.expect("cancels");
    server.api.jobs.settle(&job).await.expect("settles");
    let removed = server.call(As::Writer, Method::DELETE, &format!("/api/v1/monitoring/{job}/log"), None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    assert_eq!(server.get(As::Writer, &format!("/api/v1/jobs/{job}")).await.json()["logs_removed"], true);
    let socket = opened(&server, &format!("{base}/{job}/log_ws")).await;
    assert_eq!(all(socket).await, "");
}

#[tokio::test]
async fn a_refused_handshake_says_why_in_a_header() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    for (who, path, status, words) in [
        (As::Writer, format!("{job}/attach"), 404, "is not running"),
        (As::Writer, format!("{job}/exec?cmd=ls"), 404, "is not running"),
        (As::Writer, format!("{job}/port_forward/80"), 404, "is not running"),
        (As::Writer, format!("{job}/exec"), 400, "cmd"),
        (As::Writer, "nothing/log_ws".to_owned(), 400, "no such job nothing"),
        (As::Stranger, format!("{job}/log_ws"), 403, "missing"),
        (As::Reader, format!("{job}/attach"), 403, "missing"),
    ] {
        let refused = open(&server, who, &format!("{base}/{path}"), None).await.map(drop).expect_err(&path);
        assert_eq!(refused.status.as_u16(), status, "{path}");
        let said = refused.headers["x-error"].to_str().expect("ascii").to_owned();
        assert!(said.contains(words), "{path}: {said}");
        assert!(serde_json::from_str::<Value>(&said).is_ok(), "{said}");
    }
}

#[tokio::test]
async fn a_command_in_a_job_talks_both_ways_and_tells_its_exit_code() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    server.run(&job, "hang").await;
    let url = format!("{base}/{job}/exec?cmd=print:hi%20err:oh%20exit:7&stdin=1&stdout=1&stderr=1");
    let mut socket = opened(&server, &url).await;
    let mut frames = Vec::new();
    while let Some(frame) = next(&mut socket).await {
        frames.push(frame);
    }
    assert_eq!(
        frames,
        [
            Frame::Stdout(b"hi\n").encode(),
            Frame::Stderr(b"oh\n").encode(),
            Frame::Exit(Exit { exit_code: 7, message: None }).encode()
        ]
    );
    let mut cat = opened(&server, &format!("{base}/{job}/exec?cmd=cat&stdin=1")).await;
    cat.send(Message::Binary(Frame::Stdin(b"hello").encode().into())).await.expect("sends");
    assert_eq!(next(&mut cat).await, Some(Frame::Stdout(b"hello").encode()));
}

#[tokio::test]
async fn a_command_that_nobody_listens_to_any_more_is_ended_and_the_job_runs_on() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let container = server.run(&job, "hang").await;
    for query in ["cmd=print:up%20hang", "cmd=print:up%20hang&tty=1&stderr=0&stdin=1"] {
        let mut socket = opened(&server, &format!("{base}/{job}/exec?{query}")).await;
        assert_eq!(next(&mut socket).await, Some(Frame::Stdout(b"up\n").encode()));
        // As when a tab is closed: without a word.
        drop(socket);
        server.engine.sessions_over().await;
    }
    let mut attached = opened(&server, &format!("{base}/{job}/attach?stdin=1&stdout=1&stderr=1")).await;
    attached.close(None).await.expect("closes");
    assert_eq!(server.engine.inspect(&container).await.expect("is there").phase, Phase::Running);
}

#[tokio::test]
async fn a_terminal_hears_of_its_size_and_nonsense_frames_are_passed_over() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    server.run(&job, "hang").await;
    let mut socket = opened(&server, &format!("{base}/{job}/exec?cmd=size&tty=1&stdin=1&stdout=1&stderr=0")).await;
    for nonsense in [&b""[..], b"\x09", b"\x04{", b"\x01out", b"\x03{}"] {
        socket.send(Message::Binary(nonsense.to_vec().into())).await.expect("sends");
    }
    let resize = Frame::Resize(Resize { height: 40, width: 120 }).encode();
    socket.send(Message::Binary(resize.into())).await.expect("sends");
    let said = next(&mut socket).await.expect("an answer");
    assert!(String::from_utf8_lossy(&said).contains("40 120"), "{said:?}");
}

#[tokio::test]
async fn attach_echoes_its_protocol_and_ends_with_the_job() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let container = server.run(&job, "hang").await;
    let url = format!("{base}/{job}/attach?stdin=1&stdout=1&stderr=1");
    let (mut socket, headers) =
        open(&server, As::Writer, &url, Some("v2.channels.neu.ro")).await.map_err(|a| a.text).expect("a handshake");
    assert_eq!(headers[header::SEC_WEBSOCKET_PROTOCOL], "v2.channels.neu.ro");
    server.engine.print(&container, "from inside");
    assert_eq!(next(&mut socket).await, Some(Frame::Stdout(b"from inside\n").encode()));
    let killed = server.call(As::Writer, Method::POST, &format!("/api/v1/monitoring/{job}/kill"), None).await;
    assert_eq!(killed.status, StatusCode::NO_CONTENT);
    let exit = next(&mut socket).await.expect("an exit frame");
    assert_eq!(Frame::parse(&exit), Ok(Frame::Exit(Exit { exit_code: 137, message: None })));
    assert_eq!(next(&mut socket).await, None);
    let refused = open(&server, As::Writer, &url, None).await.map(drop).expect_err("it is over");
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn use_is_told_while_a_job_runs_and_nothing_of_one_that_does_not() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let idle = opened(&server, &format!("{base}/{job}/top")).await;
    assert_eq!(all(idle).await, "");
    server.run(&job, "hang").await;
    let mut socket = opened(&server, &format!("{base}/{job}/top")).await;
    let sample: Value = serde_json::from_slice(&next(&mut socket).await.expect("a sample")).expect("json");
    for key in ["cpu", "memory", "memory_bytes", "timestamp"] {
        assert!(sample[key].is_number(), "{key} in {sample}");
    }
}

#[tokio::test]
async fn a_stopping_server_lets_no_stream_hold_it() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let socket = opened(&server, &format!("{base}/{job}/log_ws")).await;
    server.api.stopping.cancel();
    assert_eq!(all(socket).await, "");
}

#[tokio::test]
async fn a_client_that_never_reads_keeps_nobody_else_waiting() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let line = "x".repeat(1000);
    let lines: Vec<(i64, &str)> = (0..20_000).map(|n| (n, line.as_str())).collect();
    write(&server, &job, &lines).await;
    finish(&server, &job).await;
    let url = format!("{base}/{job}/log_ws");
    let _stuck = opened(&server, &url).await;
    assert_eq!(all(opened(&server, &url).await).await.len(), 20_000 * 1001);
}

/// Takes the writer out of the project, and lets the time pass after which streams ask.
async fn take_out(server: &Server) {
    let of = "/apis/admin/v1/clusters/default/orgs/main/projects/demo/users/writer";
    assert_eq!(server.call(As::Manager, Method::DELETE, of, None).await.status, StatusCode::NO_CONTENT);
    pass(Duration::from_secs(15)).await;
}

/// None for a stream that goes on: that is no measurement, it only ends a test that would wait for ever.
async fn close_code(socket: &mut Socket) -> Option<u16> {
    loop {
        match tokio::time::timeout(Duration::from_secs(30), socket.next()).await.ok()?? {
            Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_right_to_it_and_others_go_on() {
    let server = Server::start().await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let container = server.run(&job, "hang").await;
    let mut sockets = Vec::new();
    for path in ["exec?cmd=hang&stdin=1", "attach?stdin=1", "port_forward/80", "log_ws", "top"] {
        sockets.push((path, opened(&server, &format!("{base}/{job}/{path}")).await));
    }
    let token = server.token(As::Writer).await;
    let request = Request::get(format!("/api/v1/monitoring/{job}/log"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty());
    let followed = server.router.clone().oneshot(request.expect("a request")).await.expect("the router answers");
    let reading = tokio::spawn(followed.into_body().collect());
    let (mut stays, _) = open(&server, As::Reader, &format!("{base}/{job}/log_ws"), None)
        .await
        .map_err(|a| a.text)
        .expect("a handshake");
    write(&server, &job, &[(0, "one")]).await;
    assert_eq!(next(&mut stays).await, Some(b"one\n".to_vec()));
    take_out(&server).await;
    for (path, socket) in &mut sockets {
        assert_eq!(close_code(socket).await, Some(1008), "{path}");
    }
    assert!(reading.await.expect("no panic").is_err(), "what breaks off must not look complete");
    server.engine.sessions_over().await;
    write(&server, &job, &[(1, "two")]).await;
    assert_eq!(next(&mut stays).await, Some(b"two\n".to_vec()));
    assert_eq!(server.engine.inspect(&container).await.expect("is there").phase, Phase::Running);
}
