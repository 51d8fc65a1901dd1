//! `exec` and `attach`: a live conversation with a process of a job, in the frames of `platform::channel`.
//!
//! Owns the query rules and the two directions, which never wait for each other: a process that reads no input still
//! shows its output.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use bytes::Bytes;
use futures::StreamExt as _;
use platform::{
    audit::ActKind,
    channel::{ATTACH_SUBPROTOCOL, Exit, Frame},
    extension::RECORDED_HEADER,
    permission::Action,
};
use tokio::{io::AsyncWriteExt as _, time::sleep};

use super::{
    super::{
        Api, Problem,
        caller::Caller,
        causes,
        input::{Query, Segments},
    },
    socket::{End, Handshake, Receiver, Sender, close, shaken, split, with_headers},
};
use crate::{
    casts::{About, Recorder},
    engine::{EngineStream, Output, OutputStream, Phase, Session, SessionControl, SessionInput, SessionStreams},
};

/// The kernel takes no single argument longer than 128 KiB (MAX_ARG_STRLEN).
const LONGEST_COMMAND: usize = 128 * 1024 - 1;
/// An engine knows the exit code a moment after the output ended.
const EXIT_CODE_WAIT: Duration = Duration::from_millis(100);
const EXIT_CODE_ASKS: u32 = 50;
/// The first line in a terminal that is recorded: whatever client somebody has, this is seen.
const NOTICE: &str = "Roadstead: what this terminal shows is recorded.\r\n";

fn streams(query: &Query) -> Result<SessionStreams, Problem> {
    let tty = query.flag("tty", false)?;
    let streams = SessionStreams {
        tty,
        stdin: query.flag("stdin", false)?,
        stdout: query.flag("stdout", true)?,
        stderr: query.flag("stderr", !tty)?,
    };
    if tty && streams.stdout && streams.stderr {
        return Err(Problem::field("stderr", "a terminal has one output: tty=1 goes with stderr=0"));
    }
    if !(streams.stdin || streams.stdout || streams.stderr) {
        return Err(Problem::field("stdin", "one of stdin, stdout and stderr must be 1"));
    }
    Ok(streams)
}

fn command(query: &Query) -> Result<Vec<String>, Problem> {
    let text = query.find("cmd").ok_or_else(|| Problem::field("cmd", "is required"))?;
    if text.len() > LONGEST_COMMAND || text.contains('\0') {
        let why = format!("must be at most {LONGEST_COMMAND} bytes long and hold no NUL character");
        return Err(Problem::field("cmd", why));
    }
    let words =
        shell_words::split(text).map_err(|_| Problem::field("cmd", "has a quote or backslash that nothing closes"))?;
    if words.is_empty() {
        return Err(Problem::field("cmd", "must name a program"));
    }
    Ok(words)
}

pub(in crate::http) async fn exec(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
    query: Query,
    handshake: Handshake,
) -> Result<Response, Problem> {
    let job = api.job_for(&caller, &key, Action::Write).await?;
    let (streams, command) = (streams(&query)?, command(&query)?);
    let upgrade = shaken(handshake)?;
    let running = api.running(&job)?;
    let act = api.acts.record(&caller.by(&api), ActKind::Exec, &job.id, &command[0]).await?;
    let recorder = recorder(&api, &caller, act, &job.id, &command[0], streams).await?;
    let session = running.engine.exec(&running.container, &command, streams).await?;
    tracing::info!(job = job.id, by = caller.name(), "a command was started in a job");
    let headers = headers(recorder.as_ref());
    let upgrade = upgrade.protocols([ATTACH_SUBPROTOCOL, "exec.apolo.us"]);
    let response = upgrade.on_upgrade(move |socket| async move {
        let sides = split(socket, &api.stopping);
        let control = Arc::clone(&session.control);
        let lost = api.right_lost(caller, &job, Action::Write);
        let (sender, receiver, end) = converse(sides, session, streams, recorder, lost).await;
        let leave = async {
            if end != End::Complete
                && let Err(error) = control.hang_up().await
            {
                tracing::warn!(job = job.id, error = %causes(&error), "a command that nobody listens to was not ended");
            }
        };
        tokio::join!(close(sender, receiver, end), leave);
    });
    Ok(with_headers(response, headers))
}

pub(in crate::http) async fn attach(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
    query: Query,
    handshake: Handshake,
) -> Result<Response, Problem> {
    let job = api.job_for(&caller, &key, Action::Write).await?;
    let asked = streams(&query)?;
    let upgrade = shaken(handshake)?;
    let running = api.running(&job)?;
    // Clients probe until they are refused, so a process that is over must be refused at once.
    if running.engine.inspect(&running.container).await?.phase != Phase::Running {
        return Err(Problem::NotRunning(job.id));
    }
    let streams = SessionStreams { tty: job.spec.container.tty, ..asked };
    // Attached for output alone one sees what the log tells.
    let recorder = if streams.stdin {
        let act = api.acts.record(&caller.by(&api), ActKind::Attach, &job.id, "").await?;
        recorder(&api, &caller, act, &job.id, "", streams).await?
    } else {
        None
    };
    let session = running.engine.attach(&running.container, streams).await?;
    let headers = headers(recorder.as_ref());
    let upgrade = upgrade.protocols([ATTACH_SUBPROTOCOL, "attach.apolo.us"]);
    let response = upgrade.on_upgrade(move |socket| async move {
        let sides = split(socket, &api.stopping);
        let lost = api.right_lost(caller, &job, Action::Write);
        let (sender, receiver, end) = converse(sides, session, streams, recorder, lost).await;
        close(sender, receiver, end).await;
    });
    Ok(with_headers(response, headers))
}

/// Records the session, where sessions of its kind are.
async fn recorder(
    api: &Api,
    caller: &Caller,
    act: i64,
    job: &str,
    program: &str,
    streams: SessionStreams,
) -> Result<Option<Recorder>, Problem> {
    if !api.casts.wants(streams.tty) {
        return Ok(None);
    }
    let about =
        About { program: program.to_owned(), actor: caller.name().to_owned(), job: job.to_owned(), tty: streams.tty };
    Ok(Some(api.casts.begin(act, about).await?))
}

/// Tells clients that can read it that the session is recorded.
fn headers(recorder: Option<&Recorder>) -> HeaderMap {
    let told = (HeaderName::from_static(RECORDED_HEADER), HeaderValue::from_static("1"));
    recorder.map(|_| told).into_iter().collect()
}

/// Talks until the process ends, nobody listens, or the right to it is lost; tells which in the end.
async fn converse(
    (mut sender, mut receiver): (Sender, Receiver),
    session: Session,
    streams: SessionStreams,
    recorder: Option<Recorder>,
    lost: impl Future<Output = ()>,
) -> (Sender, Receiver, End) {
    let Session { input, output, control } = session;
    let talked = {
        let outwards = outwards(&mut sender, output, streams, recorder.as_ref());
        let inwards = inwards(&mut receiver, input, control.as_ref(), streams, recorder.as_ref());
        tokio::select! {
            ended = outwards => ended,
            end = inwards => Err(end),
            () = lost => Err(End::Forbidden),
        }
    };
    // The output has ended and the input is closed: now the process has an exit code.
    let end = match talked {
        Ok(()) => tokio::select! {
            end = farewell(&mut sender, control.as_ref()) => end,
            end = receiver.gone() => end,
        },
        Err(end) => end,
    };
    if let Some(recorder) = recorder {
        let words = match end {
            End::Complete => "The process ended.",
            End::Gone => "The client left.",
            End::Stopping => "The server stopped.",
            End::Forbidden => "The right to it was taken back.",
            End::Failed => "The container engine broke the session off.",
        };
        recorder.end(words).await;
    }
    (sender, receiver, end)
}

/// Sends output until it ends; an error says why it could not all be sent.
async fn outwards(
    sender: &mut Sender,
    mut output: EngineStream<Output>,
    streams: SessionStreams,
    recorder: Option<&Recorder>,
) -> Result<(), End> {
    // Without a terminal a program may read it, and would not expect that line.
    if let Some(recorder) = recorder
        && streams.tty
        && streams.stdout
    {
        let notice = Bytes::from_static(NOTICE.as_bytes());
        recorder.output(OutputStream::Stdout, &notice).await;
        sender.send_bytes(Frame::Stdout(&notice).encode().into()).await?;
    }
    while let Some(piece) = sender.wait_for(output.next()).await? {
        let piece = piece.map_err(|error| {
            tracing::warn!(error = %causes(&error), "a session broke off");
            End::Failed
        })?;
        // Also what this client does not want to see: it would be a way not to be recorded.
        if let Some(recorder) = recorder {
            recorder.output(piece.stream, &piece.bytes).await;
        }
        let frame = match piece.stream {
            OutputStream::Stdout if streams.stdout => Frame::Stdout(&piece.bytes),
            OutputStream::Stderr if streams.stderr => Frame::Stderr(&piece.bytes),
            OutputStream::Stdout | OutputStream::Stderr => continue,
        };
        if !piece.bytes.is_empty() {
            sender.send_bytes(frame.encode().into()).await?;
        }
    }
    Ok(())
}

/// Tells how the process ended.
async fn farewell(sender: &mut Sender, control: &dyn SessionControl) -> End {
    let sent = async {
        let exit = sender.wait_for(exit_of(control)).await?;
        sender.send_bytes(Frame::Exit(exit).encode().into()).await
    };
    match sent.await {
        Ok(()) => End::Complete,
        Err(end) => end,
    }
}

async fn exit_of(control: &dyn SessionControl) -> Exit {
    for _ in 0..EXIT_CODE_ASKS {
        match control.exit_code().await {
            Ok(Some(code)) => return Exit { exit_code: i32::try_from(code).unwrap_or(1), message: None },
            Ok(None) => sleep(EXIT_CODE_WAIT).await,
            Err(error) => return Exit { exit_code: 1, message: Some(error.to_string()) },
        }
    }
    Exit { exit_code: 1, message: Some("the container engine does not tell the exit code".to_owned()) }
}

async fn inwards(
    receiver: &mut Receiver,
    input: SessionInput,
    control: &dyn SessionControl,
    streams: SessionStreams,
    recorder: Option<&Recorder>,
) -> End {
    let mut input = Some(input);
    while let Some(bytes) = receiver.next().await {
        match Frame::parse(&bytes) {
            Ok(Frame::Stdin(bytes)) if streams.stdin => {
                // A process that closed its input is no reason to stop listening to it.
                if let Some(open) = &mut input
                    && (open.write_all(bytes).await.is_err() || open.flush().await.is_err())
                {
                    input = None;
                }
            }
            Ok(Frame::Resize(size)) => {
                if let Some(recorder) = recorder {
                    recorder.resized(size).await;
                }
                if let Err(error) = control.resize(size.width, size.height).await {
                    tracing::debug!(%error, "a terminal was not resized");
                }
            }
            Ok(Frame::Stdin(_) | Frame::Stdout(_) | Frame::Stderr(_) | Frame::Exit(_)) => {}
            Err(error) => tracing::debug!(%error, "a frame was ignored"),
        }
    }
    if let Some(mut open) = input {
        let _ = open.shutdown().await;
    }
    End::Gone
}
