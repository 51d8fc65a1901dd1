//! Recorded sessions, from the handshake to the file.

#[cfg(feature = "docker-tests")]
mod on_docker;

use futures::SinkExt as _;
use platform::{
    channel::{Frame, Resize},
    extension::RECORDED_HEADER,
};
use tokio_tungstenite::tungstenite::Message;

use super::{
    streams::{Socket, next, open, serve},
    *,
};
use crate::casts::Recorded;

const NOTICE: &str = "recorded";

/// A session of the writer's, and whether its handshake says that it is recorded.
async fn session(server: &Server, base: &str, path: &str) -> (Socket, bool) {
    let opened = open(server, As::Writer, &format!("{base}/{path}"), None).await;
    let (socket, headers) = opened.map_err(|answer| answer.text).expect("a handshake");
    (socket, headers.get(RECORDED_HEADER).is_some_and(|value| value == "1"))
}

/// Reads to the end; what was shown.
async fn shown(mut socket: Socket) -> String {
    let mut text = String::new();
    while let Some(bytes) = next(&mut socket).await {
        if let Ok(Frame::Stdout(bytes) | Frame::Stderr(bytes)) = Frame::parse(&bytes) {
            text.push_str(&String::from_utf8_lossy(bytes));
        }
    }
    text
}

/// The acts in a job, the newest first.
async fn acts(server: &Server, job: &str) -> Vec<Value> {
    let acts = server.get(As::Admin, &format!("/api/v1/extensions/access/acts?job={job}")).await.json();
    acts["items"].as_array().expect("a list").clone()
}

/// The recording of an act when it has come to its end.
async fn ended(server: &Server, act: &Value) -> Answer {
    let path = format!("/api/v1/extensions/access/acts/{}/recording", act["seq"]);
    loop {
        let answer = server.get(As::Admin, &path).await;
        if answer.text.contains(r#","m","#) {
            return answer;
        }
        tokio::task::yield_now().await;
    }
}

fn texts(cast: &str, kind: &str) -> Vec<String> {
    let lines = cast.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let of_kind = lines.filter(|event| event[1] == kind);
    of_kind.map(|event| event[2].as_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn a_terminal_says_that_it_is_recorded_and_the_recording_is_what_it_showed() {
    let server = Server::recording(Recorded::Terminals).await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    server.run(&job, "hang").await;
    let path = format!("{job}/exec?cmd=sh%20-c%20%27size%3B%20cat%27&tty=1&stdin=1&stdout=1&stderr=0");
    let (mut socket, is_told) = session(&server, &base, &path).await;
    assert!(is_told);
    let mut send = async |frame: Frame<'_>| {
        socket.send(Message::Binary(frame.encode().into())).await.expect("sends");
    };
    send(Frame::Resize(Resize { height: 40, width: 120 })).await;
    send(Frame::Stdin(b"shown by cat")).await;
    let mut said = String::new();
    while !said.contains("shown by cat") {
        let bytes = next(&mut socket).await.expect("goes on");
        if let Ok(Frame::Stdout(bytes)) = Frame::parse(&bytes) {
            said.push_str(&String::from_utf8_lossy(bytes));
        }
    }
    assert!(said.lines().next().expect("a line").contains(NOTICE), "{said}");
    socket.close(None).await.expect("closes");
    let act = acts(&server, &job).await.remove(0);
    let answer = ended(&server, &act).await;
    assert_eq!(answer.status, StatusCode::OK);
    let head: Value = serde_json::from_str(answer.text.lines().next().expect("a head")).expect("JSON");
    assert_eq!((&head["version"], &head["width"], &head["height"]), (&json!(2), &json!(120), &json!(40)));
    assert_eq!(head["timestamp"], NOON.as_second());
    assert_eq!(texts(&answer.text, "o").concat(), said);
    assert_eq!(texts(&answer.text, "i"), Vec::<String>::new());
    assert_eq!(texts(&answer.text, "m"), ["The client left."]);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/x-asciicast");
    assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let name = format!("attachment; filename=\"act-{}.cast\"", act["seq"]);
    assert_eq!(answer.headers[header::CONTENT_DISPOSITION], name.as_str());
    let now = acts(&server, &job).await.remove(0);
    assert_eq!(now["recording_bytes"], answer.text.len());
}

#[tokio::test]
async fn what_has_no_terminal_is_recorded_where_everything_is_and_its_output_stays_as_it_is() {
    for (recorded, is_recorded) in
        [(Recorded::Nothing, false), (Recorded::Terminals, false), (Recorded::Everything, true)]
    {
        let server = Server::recording(recorded).await;
        let (base, job) = (serve(&server).await, server.job("train").await);
        server.run(&job, "hang").await;
        // Nobody looks at the output, and it is recorded all the same.
        let path = format!("{job}/exec?cmd=print:out%20err:oh&stdin=1&stdout=0&stderr=1");
        let (socket, is_told) = session(&server, &base, &path).await;
        assert_eq!((shown(socket).await.as_str(), is_told), ("oh\n", is_recorded), "{recorded:?}");
        let act = acts(&server, &job).await.remove(0);
        if is_recorded {
            let answer = ended(&server, &act).await;
            assert_eq!(texts(&answer.text, "o"), ["out\r\n", "oh\r\n"]);
            assert_eq!(texts(&answer.text, "m"), ["The process ended."]);
        } else {
            let path = format!("/api/v1/extensions/access/acts/{}/recording", act["seq"]);
            let answer = server.get(As::Admin, &path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
            assert!(answer.error().contains("has no recording"), "{}", answer.text);
            assert_eq!(act["recording_bytes"], Value::Null);
        }
    }
}

#[tokio::test]
async fn whoever_speaks_to_a_jobs_own_process_is_recorded_and_who_only_looks_is_not() {
    let server = Server::recording(Recorded::Everything).await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let container = server.run(&job, "hang").await;
    let (_looks, is_told) = session(&server, &base, &format!("{job}/attach?stdin=0&stdout=1&stderr=1")).await;
    assert!(!is_told);
    let (mut socket, is_told) = session(&server, &base, &format!("{job}/attach?stdin=1&stdout=1&stderr=1")).await;
    assert!(is_told);
    server.engine.print(&container, "from inside");
    assert_eq!(next(&mut socket).await, Some(Frame::Stdout(b"from inside\n").encode()));
    socket.close(None).await.expect("closes");
    let found = acts(&server, &job).await;
    assert_eq!((found.len(), &found[0]["kind"]), (1, &json!("attach")));
    assert_eq!(texts(&ended(&server, &found[0]).await.text, "o"), ["from inside\r\n"]);
}

#[tokio::test]
async fn a_recording_is_for_whom_the_acts_are() {
    let server = Server::recording(Recorded::Everything).await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    server.run(&job, "hang").await;
    let (socket, _) = session(&server, &base, &format!("{job}/exec?cmd=print:secret&stdin=1")).await;
    shown(socket).await;
    let act = acts(&server, &job).await.remove(0);
    ended(&server, &act).await;
    let path = format!("/api/v1/extensions/access/acts/{}/recording", act["seq"]);
    for who in As::ALL {
        let (answer, list) = (server.get(who, &path).await, server.get(who, "/api/v1/extensions/access/acts").await);
        assert_eq!(answer.status, list.status, "{who:?}");
        assert_eq!(answer.text.contains("secret"), who == As::Admin, "{who:?}");
        if who != As::Admin {
            assert_eq!(answer.text, list.text, "the same refusal");
        }
    }
    for nonsense in ["x", "1.5", "..%2f1", "99999999999999999999"] {
        let answer = server.get(As::Admin, &format!("/api/v1/extensions/access/acts/{nonsense}/recording")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{nonsense}");
    }
}

#[tokio::test]
async fn where_a_recording_cannot_begin_nothing_does() {
    let server = Server::recording(Recorded::Terminals).await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    server.run(&job, "hang").await;
    std::fs::write(server.api.config.data_dir.join("casts"), "in the way").expect("writes");
    let refused = open(&server, As::Writer, &format!("{base}/{job}/exec?cmd=cat&tty=1&stdin=1&stderr=0"), None).await;
    assert_eq!(refused.map(drop).expect_err("refused").status, StatusCode::INTERNAL_SERVER_ERROR);
    server.engine.sessions_over().await;
}
