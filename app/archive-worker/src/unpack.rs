//! gzip and zstd unpacked in steps, into anything that can be written to.

use archive_protocol::{Fault, FaultCode};
use flate2::write::MultiGzDecoder;
use image::archive::Format;
use std::io::Write;

/// Unpacks what it is given.
pub(crate) enum Decoder<W: Write> {
    Gzip(Box<MultiGzDecoder<W>>),
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
            _ => Self::Gzip(Box::new(MultiGzDecoder::new(sink))),
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
                    // Full, there may be more; but not behind a frame's end: asked there, zstd begins the next one.
                    if input.pos() == bytes.len() && (!full || hint == 0) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(format: Format, packed: &[u8], step: usize) -> Result<Vec<u8>, FaultCode> {
        let mut decoder = Decoder::new(format, Vec::new());
        for bytes in packed.chunks(step) {
            decoder.write(bytes).map_err(|fault| fault.code)?;
        }
        decoder.finish().map_err(|fault| fault.code)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        let mut packed = Vec::with_capacity(zstd_safe::compress_bound(bytes.len()));
        zstd_safe::compress(&mut packed, bytes, 1).unwrap();
        packed
    }

    #[test]
    fn what_ends_where_the_buffer_ends_is_whole_and_what_is_cut_is_not() {
        let buffer = zstd_safe::DCtx::out_size() * 8;
        for size in [0, 1, 512, buffer - 512, buffer, buffer + 512, 3 * buffer] {
            let plain: Vec<u8> = (0..size).map(|n| (n / 7) as u8).collect();
            for (format, packed) in [(Format::Gzip, gzip(&plain)), (Format::Zstd, zstd(&plain))] {
                for step in [4 << 20, 1000] {
                    assert!(unpacked(format, &packed, step).as_deref() == Ok(&plain[..]), "{format:?} {size} {step}");
                    let twice = [&packed[..], &packed].concat();
                    assert_eq!(
                        unpacked(format, &twice, step).map(|all| all.len()),
                        Ok(2 * size),
                        "{format:?} {size} {step}"
                    );
                    let cut = &packed[..packed.len() - 1];
                    assert!(unpacked(format, cut, step).is_err(), "{format:?} {size} {step}");
                }
            }
        }
    }
}
