use futures::TryStreamExt;
use tokio::io::AsyncWriteExt;

use super::*;

async fn run(engine: &Arc<FakeEngine>, command: &str) -> ContainerId {
    engine.pull("busybox", None).await.unwrap().try_collect::<Vec<_>>().await.unwrap();
    let spec = ContainerSpec {
        name: command.to_owned(),
        image: "busybox".to_owned(),
        command: Some(command.split(' ').map(str::to_owned).collect()),
        ..ContainerSpec::default()
    };
    let id = engine.create(&spec).await.unwrap();
    engine.start(&id).await.unwrap();
    id
}

#[tokio::test(start_paused = true)]
async fn a_script_prints_sleeps_and_exits() {
    let engine = FakeEngine::new();
    let id = run(&engine, "print:one err:two sleep:1000 print:three exit:4").await;
    let pieces: Vec<LogPiece> = engine.logs(&id, None, true).await.unwrap().try_collect().await.unwrap();
    let text: Vec<&[u8]> = pieces.iter().map(|piece| &piece.bytes[..]).collect();
    assert_eq!(text, [&b"one\n"[..], b"two\n", b"three\n"]);
    engine.wait(&id).await.unwrap();
    assert_eq!(engine.inspect(&id).await.unwrap().exit_code, Some(4));
    let again: Vec<LogPiece> =
        engine.logs(&id, Some(pieces[1].time_ns), false).await.unwrap().try_collect().await.unwrap();
    assert_eq!(again, pieces[1..]);
}

#[tokio::test(start_paused = true)]
async fn signals_end_a_process_unless_it_ignores_the_polite_one() {
    let engine = FakeEngine::new();
    let polite = run(&engine, "hang").await;
    engine.signal(&polite, Signal::Terminate).await.unwrap();
    engine.wait(&polite).await.unwrap();
    assert_eq!(engine.inspect(&polite).await.unwrap().exit_code, Some(143));
    let deaf = run(&engine, "ignore-term hang").await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    engine.signal(&deaf, Signal::Terminate).await.unwrap();
    engine.signal(&deaf, Signal::Kill).await.unwrap();
    engine.wait(&deaf).await.unwrap();
    assert_eq!(engine.inspect(&deaf).await.unwrap().exit_code, Some(137));
    assert!(matches!(engine.signal(&deaf, Signal::Kill).await, Err(EngineError::NotRunning)));
}

#[tokio::test(start_paused = true)]
async fn a_session_copies_input_and_tells_its_exit_code() {
    let engine = FakeEngine::new();
    let id = run(&engine, "hang").await;
    let streams = SessionStreams { tty: false, stdin: true, stdout: true, stderr: true };
    let mut session = engine.exec(&id, &["cat".to_owned()], streams).await.unwrap();
    session.input.write_all(b"hello").await.unwrap();
    let first = session.output.try_next().await.unwrap().unwrap();
    assert_eq!(&first.bytes[..], b"hello");
    session.input.shutdown().await.unwrap();
    drop(session.input);
    assert!(session.output.try_next().await.unwrap().is_none());
    assert_eq!(session.control.exit_code().await.unwrap(), Some(0));
}
