//! The real binary as its operators meet it: health, numbers, what its log holds, and how it stops.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const ROADSTEAD: &str = env!("CARGO_BIN_EXE_roadstead");
/// What every call of a page carries.
const PAGE: &str = "X-Roadstead: 1\r\nContent-Type: application/json";
const PASSWORD: &str = "correct horse battery";

struct Server {
    process: Child,
    address: String,
    metrics: String,
    log: PathBuf,
}

impl Server {
    fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    fn start_with(data: &Path, more: &[&str]) -> Self {
        Self::start_as("up", data, more)
    }

    fn start_as(command: &str, data: &Path, more: &[&str]) -> Self {
        let log = data.with_extension("log");
        // A port that is free now; the numbers' own port is told by no line of standard output.
        let metrics =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").to_string();
        let mut process = Command::new(ROADSTEAD)
            .args([
                "--log-json",
                command,
                "--port",
                "0",
                "--engine-host",
                "unix:///nowhere.sock",
                "--metrics",
                &metrics,
                "--data",
            ])
            .arg(data)
            .args(more)
            .env("ROADSTEAD_LOG", "debug")
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a log"))
            .spawn()
            .expect("starts");
        let mut said = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let line = said.find_map(|line| line.ok().filter(|line| line.contains("is up at http://"))).expect("comes up");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("an address");
        // The rest of what it says is let go by without filling the pipe.
        std::thread::spawn(move || said.for_each(drop));
        Self { address: address.to_owned(), metrics, process, log }
    }

    fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill runs").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Head and body of the answer.
fn call(address: &str, request: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("connects");
    let length = body.len();
    write!(stream, "{request}\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
        .expect("sends");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

fn user(data: &Path, words: &[&str], input: &str) -> String {
    let mut command = Command::new(ROADSTEAD);
    command.args(["user", "--data"]).arg(data).args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("writes");
    let done = child.wait_with_output().expect("ends");
    assert!(done.status.success(), "{words:?}");
    String::from_utf8(done.stdout).expect("text").trim().to_owned()
}

/// Signs in with a token; the session's cookie.
fn sign_in(server: &Server, token: &str) -> String {
    let body = format!(r#"{{"token": "{token}"}}"#);
    let (head, _) = call(&server.address, &format!("POST /api/v1/session HTTP/1.1\r\n{PAGE}"), &body);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: roadstead_session=")).expect("a cookie");
    cookie.split(';').next().expect("a value").to_owned()
}

#[test]
fn what_is_changed_in_the_console_is_written_down_with_the_browsers_address_and_the_requests_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start_with(&data, &["--trust-proxy", "127.0.0.1"]);
    let cookie = sign_in(&server, &user(&data, &["token", "admin"], ""));
    let from = |address: &str| format!("{PAGE}\r\nCookie: roadstead_session={cookie}\r\nX-Forwarded-For: {address}");
    let made = format!("POST /api/v1/access/roles HTTP/1.1\r\n{}", from("192.0.2.7"));
    let (head, body) = call(&server.address, &made, r#"{"name": "admin/readers"}"#);
    assert!(head.starts_with("HTTP/1.1 201"), "{head} {body}");
    let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("an id");
    let asked = format!("GET /api/v1/audit/download?of=history&form=json HTTP/1.1\r\n{}", from("198.51.100.1"));
    let (_, history) = call(&server.address, &asked, "");
    let entry = history.split('{').find(|entry| entry.contains(id)).unwrap_or_else(|| panic!("{id} in {history}"));
    assert!(entry.contains(r#""address":"192.0.2.7""#), "{entry}");
}

#[test]
fn nothing_secret_stands_in_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    let token = user(&data, &["token", "admin"], "");
    let link = user(&data, &["link", "admin"], "");
    let code = link.split("code=").nth(1).expect("a code").to_owned();
    user(&data, &["passwd", "admin"], PASSWORD);

    let page = PAGE;
    let cookie = sign_in(&server, &token);
    call(&server.address, &format!("POST /api/v1/session HTTP/1.1\r\n{page}"), &format!(r#"{{"code": "{code}"}}"#));
    call(&server.address, &format!("GET /api/v1/jobs HTTP/1.1\r\n{page}\r\nCookie: roadstead_session={cookie}"), "");
    call(&server.address, &format!("GET /api/v1/jobs HTTP/1.1\r\nAuthorization: Bearer {token}"), "");
    call(&server.address, "GET /s/a-links-secret-token HTTP/1.1", "");
    call(&server.address, "GET /api/v1/session/callback?code=a-secret-code&state=a-secret-state HTTP/1.1", "");
    let asked = "client_id=roadstead&redirect_uri=http%3A%2F%2F127.0.0.1%3A54540&response_type=code&code_challenge_method=S256\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&user=admin&password=";
    for password in ["a-wrong-password", PASSWORD] {
        let form = format!("{asked}{}", password.replace(' ', "+"));
        let (head, _) = call(&server.address, "POST /oauth/authorize HTTP/1.1\r\nSec-Fetch-Site: same-origin", &form);
        assert!(head.starts_with("HTTP/1.1 400") || head.starts_with("HTTP/1.1 303"), "{head}");
    }

    let log = std::fs::read_to_string(&server.log).expect("a log");
    let signature = token.rsplit('.').next().expect("a part");
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines.len() > 10 && lines.iter().all(|line| line.starts_with('{') && line.ends_with('}')), "{log}");
    for secret in [
        signature,
        &cookie,
        &code,
        PASSWORD,
        "a-wrong-password",
        "a-links-secret-token",
        "a-secret-code",
        "a-secret-state",
    ] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[test]
fn health_and_numbers_are_told_and_numbers_not_to_everybody() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    for (path, says) in [("/healthz", "alive\n"), ("/readyz", "ready\n")] {
        for address in [&server.address, &server.metrics] {
            let (head, body) = call(address, &format!("GET {path} HTTP/1.1"), "");
            assert!(head.starts_with("HTTP/1.1 200") && body == says, "{head}");
        }
    }
    let (head, body) = call(&server.metrics, "GET /metrics HTTP/1.1", "");
    assert!(head.contains("openmetrics-text"), "{head}");
    for line in [
        r#"roadstead_http_requests_total{area="console""#,
        "roadstead_connections ",
        "roadstead_memory_resident_bytes ",
    ] {
        assert!(body.contains(line), "{body}");
    }
    let (_, body) = call(&server.address, "GET /metrics HTTP/1.1", "");
    assert!(!body.contains("roadstead_connections"));
}

#[test]
fn people_are_not_looked_after_in_a_folder_where_no_server_was_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("wrong");
    let list = || Command::new(ROADSTEAD).args(["user", "list", "--data"]).arg(&data).output().expect("runs");
    let refused = list();
    let words = String::from_utf8(refused.stderr).expect("text");
    assert!(!refused.status.success() && words.contains(data.to_str().expect("text")), "{words}");
    assert!(words.contains("--data") && words.contains("roadstead up"), "{words}");
    assert!(!data.exists());
    drop(Server::start(&data));
    assert!(list().status.success());
}

#[test]
fn no_key_is_made_in_a_folder_that_has_none_to_rotate() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("wrong");
    let rotate = || Command::new(ROADSTEAD).args(["rotate-key", "--data"]).arg(&data).output().expect("runs");
    let refused = rotate();
    let words = String::from_utf8(refused.stderr).expect("text");
    assert!(!refused.status.success() && words.contains("--data") && !data.exists(), "{words}");
    drop(Server::start(&data));
    assert!(rotate().status.success() && data.join("session.previous.key").exists());
}

#[test]
fn a_server_on_all_addresses_is_told_the_one_that_others_reach_it_by() {
    let folder = tempfile::tempdir().expect("a folder");
    let gateway = ["gateway", "--upstream", "http://127.0.0.1:1/api/v1"];
    for (command, host) in [(&["up"][..], "0.0.0.0"), (&["cluster"], "::"), (&gateway, "0.0.0.0")] {
        let data = folder.path().join("data");
        let mut server = Command::new(ROADSTEAD);
        server.args(command).args(["--port", "0", "--host", host, "--data"]).arg(&data);
        let refused = server.output().expect("runs");
        let words = String::from_utf8(refused.stderr).expect("text");
        assert!(!refused.status.success() && words.contains(host) && words.contains("--public-url http"), "{words}");
        assert!(!data.exists(), "{command:?}");
    }
}

#[test]
fn a_stop_is_quick_and_clean_with_a_stream_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut server = Server::start(&data);
    let token = user(&data, &["token", "admin"], "");
    let mut stream = TcpStream::connect(&server.address).expect("connects");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("sets");
    let body = format!(r#"{{"token": "{token}"}}"#);
    let page = "X-Roadstead: 1\r\nContent-Type: application/json";
    let (head, _) = call(&server.address, &format!("POST /api/v1/session HTTP/1.1\r\n{page}"), &body);
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    let cookie = cookie.split(';').next().expect("a pair");
    let address = &server.address;
    write!(
        stream,
        "GET /api/v1/jobs/events HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {cookie}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .expect("sends");
    let mut first = [0; 12];
    stream.read_exact(&mut first).expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 101");
    let asked = Instant::now();
    server.signal("TERM");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the end");
    assert!(String::from_utf8_lossy(&rest).contains(r#""reason":"shutdown""#), "the stream is told");
    assert!(server.process.wait().expect("ends").success());
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
}

#[test]
fn a_stop_ends_the_log_that_a_command_line_follows_and_answers_what_was_asked_before() {
    for command in ["up", "cluster"] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let mut server = Server::start_as(command, &data, &[]);
        let address = &server.address;
        let bearer = format!("Authorization: Bearer {}", user(&data, &["token", "admin"], ""));
        let create = format!("POST /api/v1/jobs?from_preset HTTP/1.1\r\n{bearer}");
        let job = r#"{"image": "ubuntu:latest", "preset_name": "cpu-small"}"#;
        let (head, body) = call(address, &create, job);
        assert!(head.starts_with("HTTP/1.1 202"), "{head} {body}");
        let id = body.split(r#""id":""#).nth(1).and_then(|rest| rest.split('"').next()).expect("an id");

        let open = |request: String| {
            let mut stream = TcpStream::connect(address).expect("connects");
            stream.set_read_timeout(Some(Duration::from_secs(30))).expect("sets");
            stream.write_all(request.as_bytes()).expect("sends");
            stream
        };
        // It waits for its body: the server is in the middle of it.
        let mut asked = open(format!("{create}\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n{{", job.len()));
        let mut log = open(format!("GET /api/v1/monitoring/{id}/log HTTP/1.1\r\n{bearer}\r\nHost: {address}\r\n\r\n"));
        let mut first = [0; 12];
        log.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");

        let began = Instant::now();
        server.signal("TERM");
        log.read_to_end(&mut Vec::new()).expect("the end");
        asked.write_all(&job.as_bytes()[1..]).expect("sends");
        let mut answer = String::new();
        asked.read_to_string(&mut answer).expect("answers");
        assert!(answer.starts_with("HTTP/1.1 202"), "{command}: {answer}");
        assert!(server.process.wait().expect("ends").success());
        assert!(began.elapsed() < Duration::from_secs(8), "{command}: {:?}", began.elapsed());
    }
}
