//! The Docker Engine API for real (feature `docker-tests`; `DOCKER_HOST` or a well-known socket).
#![cfg(feature = "docker-tests")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use cluster::engine::sample::SAMPLE_IMAGE;
use cluster::engine::select::{Candidate, candidates};
use cluster::engine::{
    ContainerId, ContainerSpec, DockerEngine, Engine, EngineError, ImageError, LogPiece, OutputStream, Phase, Session,
    SessionStreams, Signal, self_test,
};
use futures::{StreamExt, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn engine() -> DockerEngine {
    let host = std::env::var("DOCKER_HOST").ok();
    for candidate in candidates(host.as_deref()).unwrap() {
        if let Candidate::Docker(endpoint) = candidate
            && endpoint.exists()
            && let Ok(engine) = DockerEngine::connect(endpoint).await
        {
            self_test::ensure_sample(&engine, None).await.unwrap();
            return engine;
        }
    }
    panic!("the feature docker-tests needs a container engine: start one or set DOCKER_HOST");
}

/// A container of a test; its name is the test's, so a leftover of an earlier run is removed first.
struct Made<'a> {
    engine: &'a DockerEngine,
    id: ContainerId,
}

impl<'a> Made<'a> {
    async fn new(engine: &'a DockerEngine, name: &str, script: &str, change: impl FnOnce(&mut ContainerSpec)) -> Self {
        for left in engine.list("roadstead.engine-test", name).await.unwrap() {
            engine.remove(&left.id).await.unwrap();
        }
        let mut spec = ContainerSpec {
            name: format!("roadstead-engine-test-{name}"),
            image: SAMPLE_IMAGE.to_owned(),
            command: Some(["sh", "-c", script].map(str::to_owned).to_vec()),
            cpu_cores: 1.0,
            memory_bytes: 64 << 20,
            labels: BTreeMap::from([("roadstead.engine-test".to_owned(), name.to_owned())]),
            ..ContainerSpec::default()
        };
        change(&mut spec);
        let id = engine.create(&spec).await.unwrap();
        Self { engine, id }
    }

    async fn started(
        engine: &'a DockerEngine,
        name: &str,
        script: &str,
        change: impl FnOnce(&mut ContainerSpec),
    ) -> Self {
        let made = Self::new(engine, name, script, change).await;
        engine.start(&made.id).await.unwrap();
        made
    }

    async fn log(&self) -> Vec<LogPiece> {
        let followed: Vec<LogPiece> =
            self.engine.logs(&self.id, None, true).await.unwrap().try_collect().await.unwrap();
        let all: Vec<LogPiece> = self.engine.logs(&self.id, None, false).await.unwrap().try_collect().await.unwrap();
        assert!(all.starts_with(&followed), "following gives the same, perhaps without the very last");
        all
    }

    /// Waits until its log has this text.
    async fn says(&self, text: &str) {
        let mut pieces = self.engine.logs(&self.id, None, true).await.unwrap();
        let mut seen = Vec::new();
        while let Some(piece) = pieces.try_next().await.unwrap() {
            seen.extend_from_slice(&piece.bytes);
            if String::from_utf8_lossy(&seen).contains(text) {
                return;
            }
        }
        panic!("it ended and never said {text}");
    }

    async fn exit_code(&self) -> Option<i64> {
        self.engine.wait(&self.id).await.unwrap();
        self.engine.inspect(&self.id).await.unwrap().exit_code
    }

    async fn remove(self) {
        self.engine.remove(&self.id).await.unwrap();
    }
}

fn joined(pieces: &[LogPiece], stream: OutputStream) -> Vec<u8> {
    pieces.iter().filter(|piece| piece.stream == stream).flat_map(|piece| piece.bytes.to_vec()).collect()
}

const PLAIN: SessionStreams = SessionStreams { tty: false, stdin: true, stdout: true, stderr: true };
const TERMINAL: SessionStreams = SessionStreams { tty: true, stdin: true, stdout: true, stderr: false };

/// All output of a session, its code, once it ended.
async fn rest(session: &mut Session) -> (Vec<u8>, Vec<u8>, Option<i64>) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    while let Some(output) = session.output.try_next().await.unwrap() {
        match output.stream {
            OutputStream::Stdout => out.extend_from_slice(&output.bytes),
            OutputStream::Stderr => err.extend_from_slice(&output.bytes),
        }
    }
    (out, err, session.control.exit_code().await.unwrap())
}

/// Says where two long runs of bytes part.
fn same(seen: &[u8], expected: &[u8]) {
    if let Some(at) = (0..seen.len().max(expected.len())).find(|at| seen.get(*at) != expected.get(*at)) {
        let near = |bytes: &[u8]| bytes[at.saturating_sub(20).min(bytes.len())..(at + 20).min(bytes.len())].to_vec();
        let show = |bytes: &[u8]| near(bytes).escape_ascii().to_string();
        panic!("{} and {} bytes part at {at}: {} / {}", seen.len(), expected.len(), show(seen), show(expected));
    }
}

fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn the_self_test_passes() {
    let engine = engine().await;
    let info = self_test::run(&engine, "engine-test", None).await.unwrap();
    assert!(info.name == "docker" || info.name == "podman", "{info:?}");
}

#[tokio::test]
async fn exit_codes_lack_of_memory_and_commands_that_cannot_start_are_told_apart() {
    let engine = engine().await;
    let made = Made::started(&engine, "code", "exit 41", |_| {}).await;
    assert_eq!(made.exit_code().await, Some(41));
    made.remove().await;
    let made = Made::started(&engine, "oom", "tail /dev/zero", |spec| spec.memory_bytes = 16 << 20).await;
    assert_eq!(made.exit_code().await, Some(137));
    assert!(engine.inspect(&made.id).await.unwrap().oom_killed);
    made.remove().await;
    let made = Made::new(&engine, "bad", "", |spec| spec.command = Some(words(&["no-such-program"]))).await;
    let error = engine.start(&made.id).await.unwrap_err();
    assert!(matches!(&error, EngineError::CannotRun { message } if message.contains("no-such-program")), "{error:?}");
    made.remove().await;
    let gone = ContainerId("0123456789abcdef".to_owned());
    assert!(matches!(engine.inspect(&gone).await, Err(EngineError::NoSuchContainer(_))));
    engine.remove(&gone).await.unwrap();
}

#[tokio::test]
async fn images_that_cannot_be_had_say_why() {
    let engine = engine().await;
    assert!(engine.image_present(SAMPLE_IMAGE).await.unwrap());
    assert!(!engine.image_present("127.0.0.1:1/none:latest").await.unwrap());
    // Port 1 of this machine: nothing leaves it.
    let pull = async |image: &str| match engine.pull(image, None).await {
        Ok(steps) => steps.try_collect::<Vec<_>>().await.map(drop).unwrap_err(),
        Err(error) => error,
    };
    let error = pull("127.0.0.1:1/none:latest").await;
    assert!(matches!(error, EngineError::Image(ImageError::Unreachable { .. })), "{error:?}");
    let error = pull("127.0.0.1:1/Not/Valid").await;
    assert!(matches!(error, EngineError::Image(ImageError::InvalidName { .. })), "{error:?}");
    let spec = ContainerSpec {
        name: "roadstead-engine-test-noimage".to_owned(),
        image: "127.0.0.1:1/none:latest".to_owned(),
        memory_bytes: 64 << 20,
        cpu_cores: 0.1,
        ..ContainerSpec::default()
    };
    let error = engine.create(&spec).await.unwrap_err();
    assert!(matches!(error, EngineError::Image(ImageError::NotFound { .. })), "{error:?}");
}

#[tokio::test]
async fn an_image_is_found_by_its_whole_name_only() {
    let engine = engine().await;
    let private = "127.0.0.1:1/engine-test/private/net:latest";
    engine.import(private, Bytes::from_static(&[0; 1024]), &["/bin/sh"]).await.unwrap();
    let found = engine.find_image(private).await.unwrap().unwrap();
    let digests = found.repo_digests.iter().filter_map(|name| name.split_once('@'));
    let by_digest = digests.map(|(_, digest)| format!("private/net@{digest}"));
    let short = ["net:latest", "private/net:latest", "engine-test/private/net:latest"].map(str::to_owned);
    for name in by_digest.chain(short) {
        assert!(!engine.image_present(&name).await.unwrap(), "{name}");
    }
    for image in ["net:latest", "private/net:latest"].map(str::to_owned) {
        let name = "roadstead-engine-test-short-name".to_owned();
        let spec = ContainerSpec { name, image, memory_bytes: 64 << 20, cpu_cores: 0.1, ..ContainerSpec::default() };
        let error = engine.create(&spec).await.unwrap_err();
        assert!(matches!(error, EngineError::Image(ImageError::NotFound { .. })), "{error:?}");
    }
    assert_eq!(engine.images_called("127.0.0.1:1/engine-test/private/net").await.unwrap(), [private]);
    engine.remove_image(private).await.unwrap();
    assert!(!engine.image_present(private).await.unwrap());
}

/// NUL, invalid UTF-8, escapes, markup, an empty line, a 10 MB line, an end without newline.
const ODD: &str = r#"printf 'a\000b\n'; printf '\377\376\n'; printf '\033[31mred\033[0m <script>\n\n'; head -c 10000000 /dev/zero | tr '\0' x; printf '\n'; sleep 0.3; printf '\377 to err\n' >&2; sleep 0.3; printf 'tail'"#;

fn odd(newline: &[u8]) -> Vec<u8> {
    let mut expected =
        [b"a\0b", newline, b"\xff\xfe", newline, b"\x1b[31mred\x1b[0m <script>", newline, newline].concat();
    expected.resize(expected.len() + 10_000_000, b'x');
    [&expected[..], newline].concat()
}

#[tokio::test]
async fn a_log_without_a_terminal_is_byte_for_byte_what_was_written() {
    let engine = engine().await;
    let made = Made::started(&engine, "bytes", ODD, |_| {}).await;
    let pieces = made.log().await;
    same(&joined(&pieces, OutputStream::Stdout), &[&odd(b"\n")[..], b"tail"].concat());
    assert_eq!(joined(&pieces, OutputStream::Stderr), b"\xff to err\n");
    let long: Vec<&LogPiece> = pieces.iter().filter(|piece| piece.bytes.starts_with(b"xxxx")).collect();
    assert!(long.len() > 100 && long[..long.len() - 1].iter().all(|piece| piece.continues()));
    // From a time on: that very piece and all after it (with podman, whose times are whole seconds, some before too).
    let at = pieces.iter().position(|piece| piece.stream == OutputStream::Stderr).unwrap();
    let since = pieces[at].time_ns;
    let again: Vec<LogPiece> = engine.logs(&made.id, Some(since), false).await.unwrap().try_collect().await.unwrap();
    let first = pieces.len() - again.len();
    assert!(first <= at && again == pieces[first..], "{first} {at}");
    assert!(again.iter().all(|piece| piece.time_ns >= since));
    made.remove().await;
}

#[tokio::test]
async fn a_log_of_a_terminal_is_byte_for_byte_what_it_showed() {
    let engine = engine().await;
    let made = Made::started(&engine, "tty-bytes", ODD, |spec| spec.tty = true).await;
    let pieces = made.log().await;
    let expected = [&odd(b"\r\n")[..], b"\xff to err\r\ntail"].concat();
    same(&joined(&pieces, OutputStream::Stdout), &expected);
    made.remove().await;
}

#[tokio::test]
async fn a_command_without_a_terminal_has_two_outputs_an_input_and_a_code() {
    let engine = engine().await;
    let made = Made::started(&engine, "exec", "sleep 1000", |_| {}).await;
    let script = "cat; printf '\\001\\002err' >&2; exit 7";
    let mut session = engine.exec(&made.id, &words(&["sh", "-c", script]), PLAIN).await.unwrap();
    session.input.write_all(b"\x01in\0put").await.unwrap();
    session.input.shutdown().await.unwrap();
    assert_eq!(rest(&mut session).await, (b"\x01in\0put".to_vec(), b"\x01\x02err".to_vec(), Some(7)));
    let mut session = engine.exec(&made.id, &words(&["no-such-program"]), PLAIN).await.unwrap();
    let (_, _, code) = rest(&mut session).await;
    assert!(matches!(code, Some(126 | 127)), "{code:?}");
    engine.signal(&made.id, Signal::Kill).await.unwrap();
    engine.wait(&made.id).await.unwrap();
    let refused = engine.exec(&made.id, &words(&["true"]), PLAIN).await;
    assert!(matches!(refused, Err(EngineError::NotRunning)), "{refused:?}");
    assert!(!engine.inspect(&made.id).await.unwrap().oom_killed, "we killed it ourselves");
    made.remove().await;
}

#[tokio::test]
async fn a_terminal_is_resized_and_shows_what_is_typed_before_any_newline() {
    let engine = engine().await;
    let made = Made::started(&engine, "tty", "sleep 1000", |_| {}).await;
    let mut session = engine.exec(&made.id, &words(&["sh"]), TERMINAL).await.unwrap();
    session.control.resize(120, 40).await.unwrap();
    session.input.write_all(b"stty size; printf '\\001no newline'; read x; exit 5\n").await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\x01no newline") {
        seen.extend_from_slice(&session.output.try_next().await.unwrap().unwrap().bytes);
    }
    assert!(String::from_utf8_lossy(&seen).contains("40 120"), "{}", String::from_utf8_lossy(&seen));
    session.input.write_all(b"\n").await.unwrap();
    assert_eq!(rest(&mut session).await.2, Some(5));
    made.remove().await;
}

/// How many processes of the container have `word` in their command line.
async fn processes(made: &Made<'_>, word: &str) -> usize {
    let script = format!("ps -o args | grep -v grep | grep -c -- '{word}'; true");
    let mut session = made.engine.exec(&made.id, &words(&["sh", "-c", &script]), PLAIN).await.unwrap();
    let (out, _, _) = rest(&mut session).await;
    String::from_utf8_lossy(&out).trim().parse().unwrap()
}

#[tokio::test]
async fn a_command_whose_listener_left_is_ended_and_what_it_left_in_the_background_is_not() {
    let engine = engine().await;
    let made = Made::started(&engine, "hang-up", "sleep 1000", |_| {}).await;

    let mut session = engine.exec(&made.id, &words(&["sh"]), TERMINAL).await.unwrap();
    session.input.write_all(b"(trap '' HUP; exec sleep 2001) & echo be\\gun; sleep 2002\n").await.unwrap();
    until_said(&mut session, "begun").await;
    let control = session.control.clone();
    drop(session);
    control.hang_up().await.unwrap();
    assert_eq!((processes(&made, "sleep 2001").await, processes(&made, "sleep 2002").await), (1, 0));

    // Neither its input nor a hang-up moves this one.
    let deaf = "trap '' HUP; echo up; while :; do sleep 3001; done";
    let mut session = engine.exec(&made.id, &words(&["sh", "-c", deaf]), PLAIN).await.unwrap();
    until_said(&mut session, "up").await;
    let control = session.control.clone();
    drop(session);
    control.hang_up().await.unwrap();
    assert_eq!((control.exit_code().await.unwrap(), processes(&made, "sleep 3001").await), (Some(137), 0));

    // One that is over is left alone, and so is the container's own process.
    control.hang_up().await.unwrap();
    engine.attach(&made.id, PLAIN).await.unwrap().control.hang_up().await.unwrap();
    assert_eq!(engine.inspect(&made.id).await.unwrap().phase, Phase::Running);
    made.remove().await;
}

async fn until_said(session: &mut Session, word: &str) {
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(word) {
        seen.extend_from_slice(&session.output.try_next().await.unwrap().expect("it runs").bytes);
    }
}

#[tokio::test]
async fn attaching_shows_what_comes_and_types_into_the_job() {
    let engine = engine().await;
    let script = "echo ready; read line; echo got $line; exit 6";
    let made = Made::started(&engine, "attach", script, |spec| spec.tty = true).await;
    made.says("ready").await;
    let mut session = engine.attach(&made.id, TERMINAL).await.unwrap();
    session.input.write_all(b"hello\n").await.unwrap();
    let (out, _, code) = rest(&mut session).await;
    assert!(String::from_utf8_lossy(&out).contains("got hello"), "{}", String::from_utf8_lossy(&out));
    assert_eq!(code, Some(6));
    assert!(matches!(engine.attach(&made.id, TERMINAL).await, Err(EngineError::NotRunning)));
    made.remove().await;
    let made = Made::started(&engine, "attach-plain", "echo ready; sleep 1; echo out; echo err >&2", |_| {}).await;
    let mut session = engine.attach(&made.id, SessionStreams { stdin: false, ..PLAIN }).await.unwrap();
    let (out, err, _) = rest(&mut session).await;
    assert!(out.ends_with(b"out\n"));
    assert_eq!(err, b"err\n");
    made.remove().await;
}

#[tokio::test]
async fn use_is_measured_while_it_runs() {
    let engine = engine().await;
    let made = Made::started(&engine, "stats", "while :; do :; done", |spec| spec.cpu_cores = 0.3).await;
    let samples: Vec<_> = engine.stats(&made.id).await.unwrap().take(3).try_collect().await.unwrap();
    assert!(samples.iter().any(|sample| sample.cpu_cores > 0.05 && sample.cpu_cores < 0.6), "{samples:?}");
    assert!(samples.iter().all(|sample| sample.memory_bytes > 0 && sample.memory_bytes < 64 << 20));
    assert!(samples.windows(2).all(|two| two[0].time_ns < two[1].time_ns));
    made.remove().await;
}

#[tokio::test]
async fn a_polite_signal_is_heard_and_the_other_needs_no_hearing() {
    let engine = engine().await;
    let made = Made::started(&engine, "term", "trap 'exit 9' TERM; echo up; while :; do sleep 0.1; done", |_| {}).await;
    made.says("up").await;
    engine.signal(&made.id, Signal::Terminate).await.unwrap();
    assert_eq!(made.exit_code().await, Some(9));
    assert!(matches!(engine.signal(&made.id, Signal::Kill).await, Err(EngineError::NotRunning)));
    made.remove().await;
}

#[tokio::test]
async fn a_port_is_published_on_loopback_and_reached_inside() {
    let engine = engine().await;
    let script = "mkdir /www; echo hello >/www/index.html; exec httpd -f -p 8080 -h /www";
    let made = Made::started(&engine, "port", script, |spec| spec.http_port = Some(8080)).await;
    let state = engine.inspect(&made.id).await.unwrap();
    assert_eq!(state.phase, Phase::Running);
    let get = async |mut stream: Box<dyn cluster::engine::Connection>| {
        stream.write_all(b"GET /index.html HTTP/1.0\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("hello"), "{answer}");
    };
    // The server inside needs a moment.
    let inside = loop {
        match engine.connect(&made.id, 8080).await {
            Ok(stream) => break stream,
            Err(EngineError::PortClosed { .. }) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(other) => panic!("{other}"),
        }
    };
    get(inside).await;
    let published = tokio::net::TcpStream::connect(("127.0.0.1", state.published_port.unwrap())).await.unwrap();
    get(Box::new(published)).await;
    assert!(matches!(engine.connect(&made.id, 8081).await, Err(EngineError::PortClosed { .. })));
    made.remove().await;
}

#[tokio::test]
async fn environment_working_folder_and_shared_memory_are_as_asked() {
    let engine = engine().await;
    let script = r#"echo "$GREETING"; pwd; df -k /dev/shm | tail -1 | awk '{print $2}'; ulimit -n"#;
    let made = Made::started(&engine, "surroundings", script, |spec| {
        spec.env = BTreeMap::from([("GREETING".to_owned(), "a 'quoted' $word = x\nsecond".to_owned())]);
        spec.working_dir = Some("/tmp/deep".to_owned());
        spec.shm = true;
    })
    .await;
    let out = String::from_utf8(joined(&made.log().await, OutputStream::Stdout)).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[..4], ["a 'quoted' $word = x", "second", "/tmp/deep", "65536"]);
    assert!(lines[4].parse::<u64>().is_ok());
    made.remove().await;
}
