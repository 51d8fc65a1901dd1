//! A layer's bytes in order, read into memory that is used again.
//!
//! A file is read through a pipe from another of the browser's processes: setting one up costs more than the megabytes that a piece
//! has, and new memory for each piece costs as much again. So one pipe serves many pieces, and its bytes go where the pieces before
//! have been.

use crate::global;
use archive_protocol::{Fault, FaultCode};
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, ReadableStream};

/// Bytes that are read through one pipe. The browser looks whether the file has changed only when it opens one.
const PIPE_BYTES: u64 = 64 * 1024 * 1024;

#[wasm_bindgen]
extern "C" {
    /// Of `ReadableStreamBYOBReader` (Streams, section 4.4), with the option to be answered only when the view is full.
    #[wasm_bindgen(js_name = ReadableStreamBYOBReader)]
    type Pipe;
    #[wasm_bindgen(constructor, catch, js_class = "ReadableStreamBYOBReader")]
    fn new(stream: &ReadableStream) -> Result<Pipe, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn read(this: &Pipe, view: &Uint8Array, options: &JsValue) -> Result<js_sys::Promise, JsValue>;
    #[wasm_bindgen(method)]
    fn cancel(this: &Pipe) -> js_sys::Promise;
}

/// Reads a blob from some place on.
pub(crate) struct Reader {
    blob: Blob,
    next: u64,
    end: u64,
    pipe: Option<Pipe>,
    /// Where the pipe ends.
    pipe_end: u64,
}

impl Reader {
    /// From `next` up to `end`.
    pub(crate) fn new(blob: Blob, next: u64, end: u64) -> Self {
        Self { blob, next, end, pipe: None, pipe_end: next }
    }

    /// The next `len` bytes, in this memory, which has room for them.
    pub(crate) async fn read(&mut self, memory: ArrayBuffer, len: u32) -> Result<Uint8Array, Fault> {
        let mut memory = memory;
        let mut filled = 0;
        while filled < len {
            if self.next == self.pipe_end {
                self.open().map_err(changed)?;
            }
            let most = u64::from(len - filled).min(self.pipe_end - self.next) as u32;
            let view = Uint8Array::new_with_byte_offset_and_length(&memory, filled, most);
            let Some(pipe) = &self.pipe else {
                let slice = global::slice(&self.blob, self.next, u64::from(most)).map_err(changed)?;
                let bytes = global::read(&slice).await.map_err(changed)?;
                view.set(&bytes, 0);
                self.next += u64::from(most);
                filled += most;
                continue;
            };
            let options = js_sys::Object::new();
            Reflect::set(&options, &"min".into(), &most.into()).map_err(changed)?;
            let answer = JsFuture::from(pipe.read(&view, &options).map_err(changed)?).await.map_err(changed)?;
            let value = Reflect::get(&answer, &"value".into()).map_err(changed)?;
            let Some(read) = value.dyn_ref::<Uint8Array>().filter(|read| read.length() > 0) else {
                return Err(Fault::new(FaultCode::FileChanged, "the file became shorter while it was read"));
            };
            memory = read.buffer();
            self.next += u64::from(read.length());
            filled += read.length();
        }
        Ok(Uint8Array::new_with_byte_offset_and_length(&memory, 0, len))
    }

    /// Opens the next pipe; without one, where a browser cannot read into given memory, each piece is asked for by itself.
    fn open(&mut self) -> Result<(), JsValue> {
        self.close();
        self.pipe_end = self.end.min(self.next + PIPE_BYTES);
        let slice = global::slice(&self.blob, self.next, self.pipe_end - self.next)?;
        self.pipe = Pipe::new(&slice.stream()).ok();
        Ok(())
    }

    fn close(&mut self) {
        if let Some(pipe) = self.pipe.take() {
            // What is left of it is of no interest to anybody, nor is that it broke.
            let cancelled = JsFuture::from(pipe.cancel());
            spawn_local(async move { drop(cancelled.await) });
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.close();
    }
}

fn changed(error: impl Into<JsValue>) -> Fault {
    Fault::new(FaultCode::FileChanged, global::words(&error.into()))
}
