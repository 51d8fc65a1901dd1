//! gzip and zstd unpacked in steps, into anything that can be written to.

use archive_protocol::{Fault, FaultCode};
use flate2::write::MultiGzDecoder;
use image::archive::Format;
use std::io::Write;

/// Unpacks what it is given.
pub(crate) enum Decoder<W: Write> {
    Gzip(MultiGzDecoder<W>),
    Zstd { context: zstd_safe::DCtx<'static>, out: Vec<u8>, sink: W, between_frames: bool },
}

impl<W: Write> Decoder<W> {
    pub(crate) fn new(format: Format, sink: W) -> Self {
        match format {
            Format::Zstd => Self::Zstd {
                context: zstd_safe::DCtx::create(),
                out: Vec::with_capacity(zstd_safe::DCtx::out_size() * 8),
                sink,
                between_frames: true,
            },
            _ => Self::Gzip(MultiGzDecoder::new(sink)),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        match self {
            Self::Gzip(decoder) => decoder.write_all(bytes).map_err(|error| damaged(&error)),
            Self::Zstd { context, out, sink, between_frames } => {
                let mut input = zstd_safe::InBuffer::around(bytes);
                loop {
                    let mut output = zstd_safe::OutBuffer::around(&mut *out);
                    let hint = context
                        .decompress_stream(&mut output, &mut input)
                        .map_err(|code| Fault::new(FaultCode::Malformed, zstd_safe::get_error_name(code)))?;
                    let full = output.pos() == output.capacity();
                    sink.write_all(out).map_err(|error| damaged(&error))?;
                    *between_frames = hint == 0;
                    if input.pos() == bytes.len() && !full {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Refuses what is cut off; the sink has everything now.
    pub(crate) fn finish(self) -> Result<W, Fault> {
        match self {
            Self::Gzip(decoder) => decoder.finish().map_err(|error| damaged(&error)),
            Self::Zstd { between_frames: true, sink, .. } => Ok(sink),
            Self::Zstd { .. } => Err(Fault::new(FaultCode::Truncated, "the zstd stream is cut off")),
        }
    }
}

fn damaged(error: &std::io::Error) -> Fault {
    match error.kind() {
        std::io::ErrorKind::StorageFull => Fault::new(FaultCode::NoRoom, ""),
        std::io::ErrorKind::UnexpectedEof => Fault::new(FaultCode::Truncated, "the gzip stream is cut off"),
        _ => Fault::new(FaultCode::Malformed, error),
    }
}
