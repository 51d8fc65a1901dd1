//! Bodies: JavaScript's streams as bodies of ours and the other way round.
//!
//! A stream from outside is carried twice, as a body that copies it into our memory when it is read, and as itself
//! ([`HostBody`]). Who passes it on unread passes on the stream, and no byte of it is ever seen here.

use axum::body::Body;
use bytes::Bytes;
use futures::{AsyncRead, StreamExt, future};
use gateway::ports::{Cause, HostBody};
use http_body::{Body as _, Frame, SizeHint};
use js_sys::{BigInt, Uint8Array};
use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_streams::readable::IntoAsyncRead;
use web_sys::ReadableStream;
use worker::{send::SendWrapper, worker_sys::FixedLengthStream};

/// Read at once, bytes: by the platform's default it would be 4096, at a twentieth of the speed.
const READ_BYTES: usize = 128 * 1024;

/// The stream, until somebody takes it.
struct Raw {
    stream: Mutex<Option<SendWrapper<ReadableStream>>>,
    /// Whether the other side is told when nobody wants it.
    cancels: bool,
}

impl Raw {
    fn take(&self) -> Option<ReadableStream> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner).take().map(|stream| stream.0)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        if let Some(stream) = self.take().filter(|_| self.cancels) {
            // A stream that ended is none to be cancelled: the promise's end does not matter.
            let _ = stream.cancel();
        }
    }
}

/// A stream as a body that is read into our memory.
struct Copying {
    raw: Arc<Raw>,
    reading: Option<SendWrapper<IntoAsyncRead<'static>>>,
    buffer: Vec<u8>,
    size: Option<u64>,
}

/// A stream from outside as a body, and as itself. `size` is its length in bytes where that is known; `cancels`: whether it is
/// cancelled when nobody takes it.
pub(crate) fn from_stream(stream: ReadableStream, size: Option<u64>, cancels: bool) -> (Body, HostBody) {
    let raw = Arc::new(Raw { stream: Mutex::new(Some(SendWrapper::new(stream))), cancels });
    let body = Copying { raw: raw.clone(), reading: None, buffer: Vec::new(), size };
    (Body::new(body), HostBody(raw))
}

/// The stream itself, unless it was read or taken.
pub(crate) fn take(raw: &HostBody) -> Option<ReadableStream> {
    raw.0.downcast_ref::<Raw>()?.take()
}

impl http_body::Body for Copying {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        let reading = match &mut this.reading {
            Some(reading) => reading,
            None => {
                let Some(stream) = this.raw.take() else { return Poll::Ready(None) };
                let stream = wasm_streams::ReadableStream::from_raw(stream.unchecked_into());
                this.buffer.resize(READ_BYTES, 0);
                this.reading.insert(SendWrapper::new(stream.into_async_read()))
            }
        };
        let read = ready!(Pin::new(&mut reading.0).poll_read(context, &mut this.buffer))?;
        if read == 0 {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::copy_from_slice(&this.buffer[..read])))))
    }

    fn size_hint(&self) -> SizeHint {
        self.size.map(SizeHint::with_exact).unwrap_or_default()
    }
}

/// A body of ours as what `fetch` and `Response` take: nothing, bytes when they are at hand, else a stream.
///
/// `length` is what the headers promise; the stream then keeps the promise, also towards the other side.
pub(crate) async fn to_js(body: Body, length: Option<u64>) -> Result<JsValue, Cause> {
    if body.is_end_stream() {
        return Ok(JsValue::UNDEFINED);
    }
    let exact = body.size_hint().exact();
    let mut data = body.into_data_stream();
    // A body that is one piece of known size was never a stream.
    if let Some(size) = exact
        && let Some(first) = data.next().await
    {
        let first = first?;
        if first.len() as u64 == size {
            return Ok(Uint8Array::from(&first[..]).into());
        }
        let rest = futures::stream::once(future::ready(Ok(first))).chain(data);
        return pipe(rest, length.or(Some(size)));
    }
    pipe(data, length)
}

/// A stream that a task of the request's fills, as fast as it is read.
fn pipe(
    mut data: impl futures::Stream<Item = Result<Bytes, axum::Error>> + Unpin + 'static,
    length: Option<u64>,
) -> Result<JsValue, Cause> {
    let broken = |error: JsValue| -> Cause { format!("no stream: {error:?}").into() };
    let (readable, writable) = match length {
        Some(bytes) => {
            let stream = FixedLengthStream::new_big_int(BigInt::from(bytes)).map_err(broken)?;
            (stream.readable(), stream.writable())
        }
        None => {
            let stream = Identity::new().map_err(broken)?;
            (stream.readable(), stream.writable())
        }
    };
    let writer = writable.get_writer().map_err(broken)?;
    wasm_bindgen_futures::spawn_local(async move {
        while let Some(piece) = data.next().await {
            match piece {
                // The write is done once the other side has taken it: that is the back-pressure.
                Ok(piece) if !piece.is_empty() => {
                    if JsFuture::from(writer.write_with_chunk(&Uint8Array::from(&piece[..]))).await.is_err() {
                        return;
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let reason = JsValue::from_str(&error.to_string());
                    let _ = JsFuture::from(writer.abort_with_reason(&reason)).await;
                    return;
                }
            }
        }
        let _ = JsFuture::from(writer.close()).await;
    });
    Ok(readable.into())
}

#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// The platform's own pipe: bytes pass without being looked at.
    #[wasm_bindgen(extends = web_sys::TransformStream, js_name = IdentityTransformStream)]
    type Identity;

    #[wasm_bindgen(constructor, catch, js_class = IdentityTransformStream)]
    fn new() -> Result<Identity, JsValue>;
}
