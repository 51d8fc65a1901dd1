//! Layers that another tool has compressed: only unpacking shows whether they are what the image says.

use crate::control::Control;
use crate::global;
use crate::unpack::Decoder;
use archive_protocol::{Fault, FaultCode};
use image::Digest;
use image::archive::Format;
use image::digest::Hasher;
use std::io::{self, Write};
use web_sys::Blob;

const STEP_BYTES: u64 = 4 * 1024 * 1024;

/// Refuses unless the layer unpacks to what has this digest.
pub(crate) async fn layer(blob: &Blob, format: Format, diff_id: &Digest, control: &Control) -> Result<(), Fault> {
    let changed = |error| Fault::new(FaultCode::FileChanged, global::words(&error));
    let (mut decoder, mut offset, size) =
        (Decoder::new(format, Sink(Hasher::new(diff_id.algorithm()))), 0, blob.size() as u64);
    while offset < size {
        control.gate().await;
        let slice = global::slice(blob, offset, STEP_BYTES.min(size - offset)).map_err(changed)?;
        let bytes = global::read(&slice).await.map_err(changed)?;
        offset += u64::from(bytes.length());
        let bytes = bytes.to_vec();
        let mut rest = &bytes[..];
        while decoder.step(&mut rest)? {
            global::later().await;
            control.gate().await;
        }
    }
    let found = decoder.finish()?.0.finish();
    if found == *diff_id {
        return Ok(());
    }
    Err(Fault::new(FaultCode::DigestMismatch, format!("{} instead of {}", found.short(), diff_id.short())))
}

struct Sink(Hasher);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
