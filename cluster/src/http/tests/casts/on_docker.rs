//! A recorded session in a real container (feature `docker-tests`; `DOCKER_HOST` or a well-known socket).

use super::*;
use crate::engine::{
    DockerEngine, Engine,
    sample::SAMPLE_IMAGE,
    select::{Candidate, candidates},
    self_test,
};

const LABEL: &str = "roadstead.cast-test";

async fn engine() -> DockerEngine {
    let host = std::env::var("DOCKER_HOST").ok();
    for candidate in candidates(host.as_deref()).expect("an address") {
        if let Candidate::Docker(endpoint) = candidate
            && endpoint.exists()
            && let Ok(engine) = DockerEngine::connect(endpoint).await
        {
            self_test::ensure_sample(&engine, None).await.expect("makes the sample image");
            return engine;
        }
    }
    panic!("the feature docker-tests needs a container engine: start one or set DOCKER_HOST");
}

#[tokio::test]
async fn of_a_shell_in_a_container_echo_and_sizes_are_recorded_and_a_password_is_not() {
    let server = Server::recording(Recorded::Terminals).await;
    let (base, job) = (serve(&server).await, server.job("train").await);
    let engine = engine().await;
    for left in engine.list(LABEL, "shell").await.expect("lists") {
        engine.remove(&left.id).await.expect("removes");
    }
    let spec = ContainerSpec {
        name: "roadstead-cast-test-shell".to_owned(),
        image: SAMPLE_IMAGE.to_owned(),
        command: Some(["sleep", "600"].map(str::to_owned).to_vec()),
        cpu_cores: 1.0,
        memory_bytes: 64 << 20,
        labels: [(LABEL.to_owned(), "shell".to_owned())].into(),
        ..ContainerSpec::default()
    };
    let container = engine.create(&spec).await.expect("creates");
    engine.start(&container).await.expect("starts");
    let engine: Arc<dyn Engine> = Arc::new(engine);
    server.put(&job, Running { engine: Arc::clone(&engine), container: container.clone() });

    let path = format!("{job}/exec?cmd=sh&tty=1&stdin=1&stdout=1&stderr=0");
    let (mut socket, is_told) = session(&server, &base, &path).await;
    assert!(is_told);
    let send = async |socket: &mut Socket, frame: Frame<'_>| {
        socket.send(Message::Binary(frame.encode().into())).await.expect("sends");
    };
    let mut said = String::new();
    let mut until = async |socket: &mut Socket, words: &str| {
        let reading = async {
            while !said.contains(words) {
                let bytes = next(socket).await.expect("goes on");
                if let Ok(Frame::Stdout(bytes)) = Frame::parse(&bytes) {
                    said.push_str(&String::from_utf8_lossy(bytes));
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), reading).await.unwrap_or_else(|_| panic!("no {words:?}"));
    };
    send(&mut socket, Frame::Resize(Resize { height: 40, width: 120 })).await;
    send(&mut socket, Frame::Stdin(b"echo sum-$((40+2)); stty size\n")).await;
    until(&mut socket, "40 120").await;
    send(&mut socket, Frame::Resize(Resize { height: 20, width: 60 })).await;
    send(&mut socket, Frame::Stdin(b"stty size; printf 'pass''word:'; read -rs it; echo; echo got-${#it}\n")).await;
    until(&mut socket, "password:").await;
    send(&mut socket, Frame::Stdin(b"hunter2secret\n")).await;
    until(&mut socket, "got-13").await;
    send(&mut socket, Frame::Stdin(b"exit\n")).await;
    while next(&mut socket).await.is_some() {}

    let act = acts(&server, &job).await.remove(0);
    let cast = ended(&server, &act).await.text;
    let shown = texts(&cast, "o").concat();
    // The echo of what was typed, and the answers.
    for words in ["echo sum-$((40+2)); stty size", "sum-42", "40 120", "20 60", "password:", "got-13"] {
        assert!(shown.contains(words), "no {words:?} in {shown}");
    }
    assert!(shown.contains(&said), "all that was seen: {said:?} in {shown:?}");
    assert!(!cast.contains("hunter2secret"), "{cast}");
    assert!(cast.starts_with(r#"{"version":2,"width":120,"height":40,"#), "{cast}");
    assert_eq!(
        (texts(&cast, "r"), texts(&cast, "m")),
        (vec!["60x20".to_owned()], vec!["The process ended.".to_owned()])
    );
    engine.remove(&container).await.expect("removes");
}
