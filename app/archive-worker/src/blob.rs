//! One blob on its way: the upload machine asks, the window gives bytes, the gateway answers.

use crate::control::Control;
use crate::joint::Joint;
use crate::mark::Mark;
use crate::source::{Source, Window};
use crate::wire::{Course, Wire, Wires};
use crate::{global, http};
use api::session::Session;
use archive_protocol::{Fault, FaultCode};
use gloo_timers::future::TimeoutFuture;
use image::Digest;
use image::upload::{Action, Body, Event, Method, Outcome, Request, Upload, UploadError};
use js_sys::Uint8Array;

/// Between two tries to learn whether the session still stands.
const RENEW_AGAIN_MS: u32 = 2_000;

/// What a sent blob turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) digest: Digest,
    pub(crate) size_bytes: u64,
}

/// What is told while a blob is on its way.
pub(crate) trait Watch {
    /// So much of the layer is in the registry, as so much of the blob.
    fn moved(&self, read_bytes: u64, sent_bytes: u64);
    /// A chunk has landed: from here it could go on in another tab.
    fn landed(&self, upload: &Upload, mark: &Mark);
}

/// With what a layer is sent.
pub(crate) struct Means<'a> {
    pub(crate) joint: &'a Joint,
    pub(crate) control: &'a Control,
    pub(crate) wires: &'a Wires,
}

/// Sends a layer. What is read must have the digest `expected`, where one is known: nothing else ever becomes a layer.
pub(crate) async fn send_layer(
    means: &Means<'_>,
    source: &Source,
    expected: Option<&Digest>,
    mut upload: Upload,
    from: Mark,
    watch: &impl Watch,
) -> Result<Sent, Fault> {
    let Means { joint, control, wires } = *means;
    upload.source_restarted();
    let mut window = Window::open(source.clone(), joint, from);
    let mut finished: Option<Sent> = None;
    let mut told = false;
    let mut wire: Option<Wire> = None;
    // It is there when the first piece is made.
    let mut coming = wires.are_to_be_had().then(|| wires.begin());
    loop {
        control.gate().await;
        if window.is_complete() && finished.is_none() {
            finished = Some(verified(&window, source, expected).await?);
        }
        if let Some(sent) = finished.as_ref().filter(|_| !told) {
            upload.complete(sent.digest.clone(), sent.size_bytes);
            told = true;
        }
        // Something to send, and more to come.
        if upload.may_stream() && window.end() > upload.sent_bytes() && wires.are_to_be_had() {
            wire = match (wire.filter(Wire::is_open), coming.take()) {
                (Some(open), _) => Some(open),
                (None, Some(coming)) => coming.await.ok().flatten(),
                (None, None) => wires.open().await,
            };
            // One that was opened early may be given up by now, as after a pause.
            if wire.as_ref().is_some_and(|wire| !wire.is_open()) {
                wire = wires.open().await;
            }
            if let Some(open) = &mut wire
                && let Some(request) = upload.stream()
            {
                let event = stream(open, &request, &mut upload, &mut window, control, watch).await?;
                if !matches!(&event, Event::Answer(answer) if answer.status == 202) {
                    wire = None;
                }
                upload.handle(event, jitter());
                watch.landed(&upload, &window.safe_mark(upload.sent_bytes()));
                watch.moved(window.read_bytes_of(upload.sent_bytes()), upload.sent_bytes());
                continue;
            }
        }
        match upload.action() {
            Action::NeedBytes => {
                window.pull().await?;
                upload.grow(window.end());
                window.forget_before(upload.sent_bytes());
            }
            Action::Send(request) => {
                let body = match request.body {
                    Body::Empty => None,
                    Body::Range { offset, len } => Some(window.bytes(offset, len).await?),
                };
                if window.is_complete() && finished.is_none() {
                    // Before the last byte leaves: what is wrong is never finished.
                    finished = Some(verified(&window, source, expected).await?);
                }
                let event = http::send(&request, body).await;
                wires.request_was_sent(matches!(event, Event::Answer(_)));
                upload.handle(event, jitter());
                window.forget_before(upload.sent_bytes());
                watch.landed(&upload, &window.safe_mark(upload.sent_bytes()));
            }
            Action::Done(Outcome::Cancelled) => return Err(Fault::new(FaultCode::Broken, "the upload was cancelled")),
            Action::Done(Outcome::Existed | Outcome::Mounted | Outcome::Uploaded) => {
                if let Some(sent) = finished {
                    return Ok(sent);
                }
                // Another tab finished it and did not live to say so: what it is shows when the rest is made.
                window.pull().await?;
                window.forget_before(window.end());
            }
            Action::Failed(error) => return Err(fault(error)),
            Action::Wait { millis } => {
                let online = control.wait(millis).await;
                upload.handle(if online { Event::Online } else { Event::Waited }, jitter());
            }
            Action::RenewToken => upload.handle(renew().await, jitter()),
        }
        watch.moved(window.read_bytes_of(upload.sent_bytes()), upload.sent_bytes());
    }
}

/// Sends a chunk as it is made: as large as chunks are now, or what there is of the blob, or until a pause.
async fn stream(
    wire: &mut Wire,
    request: &Request,
    upload: &mut Upload,
    window: &mut Window,
    control: &Control,
    watch: &impl Watch,
) -> Result<Event, Fault> {
    let (offset, most) = (upload.sent_bytes(), upload.chunk_bytes());
    let mut chunk = wire.begin(request, most);
    let mut sent = 0;
    let moved = |window: &Window, taken: u64| watch.moved(window.read_bytes_of(offset + taken), offset + taken);
    while sent < most && !(control.is_paused() && sent > 0) {
        if window.is_complete() && window.end() <= offset + sent {
            break;
        }
        let bytes = window.some(offset + sent, chunk.message_bytes().min(most - sent)).await?;
        if let Course::Over(event) = chunk.send(&bytes).await {
            return Ok(event);
        }
        sent += u64::from(bytes.length());
        upload.streamed(sent);
        upload.grow(window.end());
        // Sent is sent: what breaks on the way is made again.
        window.forget_before(offset + sent);
        moved(window, chunk.taken_bytes());
    }
    chunk.end();
    loop {
        match chunk.hear().await {
            Course::On => moved(window, chunk.taken_bytes()),
            Course::Over(event) => return Ok(event),
        }
    }
}

/// Sends a small blob that is in memory.
pub(crate) async fn send_small(mut upload: Upload, bytes: &[u8], control: &Control) -> Result<(), Fault> {
    drive(&mut upload, control, |offset, len| {
        let end = usize::try_from(offset + len).ok()?;
        bytes.get(usize::try_from(offset).ok()?..end).map(Uint8Array::from)
    })
    .await
    .map(drop)
}

/// Whether the registry has the blob, or can have it by a mount; no byte of it is sent.
pub(crate) async fn is_there(mut upload: Upload, control: &Control) -> Result<Option<Outcome>, Fault> {
    loop {
        control.gate().await;
        match upload.action() {
            Action::Send(Request { body: Body::Range { .. }, .. }) | Action::NeedBytes => break,
            Action::Send(request) if request.method == Method::Post && !request.url.contains("mount=") => {
                return Ok(None);
            }
            Action::Send(request) => {
                let event = http::send(&request, None).await;
                upload.handle(event, jitter());
            }
            Action::Done(outcome) => return Ok(Some(outcome)),
            Action::Failed(error) => return Err(fault(error)),
            Action::Wait { millis } => {
                let online = control.wait(millis).await;
                upload.handle(if online { Event::Online } else { Event::Waited }, jitter());
            }
            Action::RenewToken => upload.handle(renew().await, jitter()),
        }
    }
    cancel(upload).await;
    Ok(None)
}

/// Tells the registry that an upload will not go on. Tried once: what stays is cleared by the registry in time.
pub(crate) async fn cancel(mut upload: Upload) {
    upload.cancel();
    if let Action::Send(request) = upload.action() {
        drop(http::send(&request, None).await);
    }
}

async fn drive(
    upload: &mut Upload,
    control: &Control,
    bytes: impl Fn(u64, u64) -> Option<Uint8Array>,
) -> Result<Outcome, Fault> {
    loop {
        control.gate().await;
        match upload.action() {
            Action::NeedBytes => return Err(Fault::new(FaultCode::Broken, "a blob in memory has too few bytes")),
            Action::Send(request) => {
                let body = match request.body {
                    Body::Empty => None,
                    Body::Range { offset, len } => bytes(offset, len),
                };
                let event = http::send(&request, body).await;
                upload.handle(event, jitter());
            }
            Action::Done(outcome) => return Ok(outcome),
            Action::Failed(error) => return Err(fault(error)),
            Action::Wait { millis } => {
                let online = control.wait(millis).await;
                upload.handle(if online { Event::Online } else { Event::Waited }, jitter());
            }
            Action::RenewToken => upload.handle(renew().await, jitter()),
        }
    }
}

async fn verified(window: &Window, source: &Source, expected: Option<&Digest>) -> Result<Sent, Fault> {
    let mark = window.mark();
    let chain = mark.chain()?;
    let read = chain.read_digest();
    if let Some(expected) = expected.filter(|expected| **expected != read) {
        // Was it always so, or did somebody write the file meanwhile? The browser knows when it is to open it again.
        let again = global::slice(&source.blob, 0, source.size_bytes.min(1));
        let again = match again {
            Ok(again) => global::read(&again).await,
            Err(error) => Err(error),
        };
        again.map_err(|error| Fault::new(FaultCode::FileChanged, global::words(&error)))?;
        return Err(Fault::new(FaultCode::DigestMismatch, format!("{} instead of {}", read.short(), expected.short())));
    }
    let stored = source.method == crate::press::Method::Stored;
    let digest = if stored { read } else { chain.made_digest() };
    Ok(Sent { digest, size_bytes: mark.made_bytes })
}

/// The gateway renews tokens by itself; what it cannot renew needs the person.
async fn renew() -> Event {
    loop {
        match http::get::<Session>("/api/v1/session").await {
            Ok(_) => return Event::Renewed,
            Err(fault) if fault.code == FaultCode::Unreachable => TimeoutFuture::new(RENEW_AGAIN_MS).await,
            Err(_) => return Event::NotRenewed,
        }
    }
}

/// A random number, for waits.
pub(crate) fn jitter() -> u32 {
    (global::random() * f64::from(u32::MAX)) as u32
}

/// What an upload's failure is to the person.
pub(crate) fn fault(error: UploadError) -> Fault {
    let code = match &error {
        UploadError::Denied { .. } => FaultCode::Forbidden,
        UploadError::SignedOut => FaultCode::SignedOut,
        UploadError::Quota { .. } => FaultCode::Quota,
        UploadError::Unreachable { .. } => FaultCode::Unreachable,
        UploadError::Corrupt => FaultCode::FileChanged,
        UploadError::ChunkRefused { .. } | UploadError::BadAnswer { .. } | UploadError::Refused { .. } => {
            FaultCode::Refused
        }
    };
    Fault::new(code, error)
}
