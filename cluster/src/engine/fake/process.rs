//! A fake process: plays its steps into a container's log or a session.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, watch};

use super::script::Step;
use crate::engine::{OutputStream, Signal};

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exit {
    pub(super) code: i64,
    pub(super) oom: bool,
}

/// Where a process reads and writes.
pub(super) struct Surroundings {
    pub(super) write: Arc<dyn Fn(OutputStream, Vec<u8>) + Send + Sync>,
    /// Signals as they come.
    pub(super) signals: mpsc::UnboundedReceiver<Signal>,
    /// Sessions only.
    pub(super) input: Option<tokio::io::DuplexStream>,
    /// Sessions only: (columns, rows).
    pub(super) size: Option<watch::Receiver<Option<(u16, u16)>>>,
}

/// Plays `steps` to their end or to a signal.
pub(super) async fn play(steps: Vec<Step>, mut around: Surroundings) -> Exit {
    let exit = |code| Exit { code, oom: false };
    let mut deaf = false;
    for step in steps {
        let out = Arc::clone(&around.write);
        let line = |text: &str| format!("{text}\n").into_bytes();
        let pause = match step {
            Step::Print(text) => {
                out(OutputStream::Stdout, line(&text));
                Duration::ZERO
            }
            Step::PrintError(text) => {
                out(OutputStream::Stderr, line(&text));
                Duration::ZERO
            }
            Step::Piece(text) => {
                out(OutputStream::Stdout, text.into_bytes());
                Duration::ZERO
            }
            Step::Lines(count) => {
                for number in 0..count {
                    out(OutputStream::Stdout, line(&format!("line {number}")));
                }
                Duration::ZERO
            }
            Step::Sleep(time) => time,
            Step::Hang => Duration::from_secs(10 * 365 * 24 * 3600),
            Step::Forever(every) => {
                let mut number = 0u64;
                loop {
                    out(OutputStream::Stdout, line(&format!("line {number}")));
                    number += 1;
                    if let Some(end) = rest(every, &mut around.signals, deaf).await {
                        return exit(end);
                    }
                }
            }
            Step::IgnoreTerm => {
                deaf = true;
                Duration::ZERO
            }
            Step::Cat => {
                if let Some(input) = &mut around.input {
                    let mut buffer = vec![0; 4096];
                    while let Ok(read @ 1..) = input.read(&mut buffer).await {
                        out(OutputStream::Stdout, buffer[..read].to_vec());
                    }
                }
                Duration::ZERO
            }
            Step::Size => {
                if let Some(size) = &mut around.size
                    && let Ok(size) = size.wait_for(Option::is_some).await
                    && let Some((columns, rows)) = *size
                {
                    out(OutputStream::Stdout, line(&format!("{rows} {columns}")));
                }
                Duration::ZERO
            }
            Step::Oom => return Exit { code: 137, oom: true },
            Step::Exit(code) => return exit(code),
        };
        if let Some(end) = rest(pause, &mut around.signals, deaf).await {
            return exit(end);
        }
    }
    exit(0)
}

/// Sleeps; the exit code when a signal ended it.
async fn rest(time: Duration, signals: &mut mpsc::UnboundedReceiver<Signal>, deaf: bool) -> Option<i64> {
    let sleep = tokio::time::sleep(time);
    tokio::pin!(sleep);
    loop {
        tokio::select! {
            biased;
            Some(signal) = signals.recv() => match signal {
                Signal::Kill => return Some(137),
                Signal::Terminate if !deaf => return Some(143),
                Signal::Terminate => {}
            },
            () = &mut sleep => return None,
        }
    }
}
