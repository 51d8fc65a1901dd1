//! gzip and zstd unpacked in steps, into anything that can be written to.

use archive_protocol::{Fault, FaultCode};
use flate2::write::MultiGzDecoder;
use image::archive::Format;
use std::io::Write;

/// About so many bytes come out of one step: a run of zeros would else be gigabytes in one, and whoever unpacks deaf until its end.
pub(crate) const STEP_BYTES: u64 = 4 * 1024 * 1024;
/// Largest window of zstd (`--long`) that is unpacked, as a power of two: zstd's own limit where memory is addressed by 32 bits. No more is
/// taken of memory than what the stream says it unpacks to.
const WINDOW_LOG_MAX: u32 = 30;
/// Of zstd's errors (`zstd_errors.h`) those that tell of a window for which there is no memory.
const WINDOW_TOO_LARGE: usize = 16;
const NO_MEMORY: usize = 64;

/// Unpacks what it is given.
pub(crate) enum Decoder<W: Write> {
    Gzip(Box<MultiGzDecoder<Counted<W>>>),
    Zstd { context: zstd_safe::DCtx<'static>, out: Vec<u8>, sink: W, between_frames: bool },
}

/// Counts what comes out.
pub(crate) struct Counted<W> {
    sink: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

impl<W: Write> Decoder<W> {
    pub(crate) fn new(format: Format, sink: W) -> Self {
        match format {
            Format::Zstd => {
                let mut context = zstd_safe::DCtx::create();
                let limit = context.set_parameter(zstd_safe::DParameter::WindowLogMax(WINDOW_LOG_MAX));
                limit.expect("zstd takes windows of this size on every machine");
                let out = Vec::with_capacity(zstd_safe::DCtx::out_size() * 8);
                Self::Zstd { context, out, sink, between_frames: true }
            }
            _ => Self::Gzip(Box::new(MultiGzDecoder::new(Counted { sink, bytes: 0 }))),
        }
    }

    /// Unpacks the beginning of `bytes`, takes it off them, and says whether there is more to do: perhaps without any more bytes.
    pub(crate) fn step(&mut self, bytes: &mut &[u8]) -> Result<bool, Fault> {
        match self {
            Self::Gzip(decoder) => {
                let enough = decoder.get_ref().bytes + STEP_BYTES;
                while !bytes.is_empty() && decoder.get_ref().bytes < enough {
                    match decoder.write(bytes).map_err(|error| damaged(&error))? {
                        0 => return Err(damaged(&std::io::ErrorKind::WriteZero.into())),
                        taken => *bytes = &bytes[taken..],
                    }
                }
                Ok(!bytes.is_empty())
            }
            Self::Zstd { context, out, sink, between_frames } => {
                let given = *bytes;
                let mut input = zstd_safe::InBuffer::around(given);
                let mut made = 0;
                loop {
                    let mut output = zstd_safe::OutBuffer::around(&mut *out);
                    let hint = context.decompress_stream(&mut output, &mut input).map_err(zstd_fault)?;
                    let full = output.pos() == output.capacity();
                    sink.write_all(out).map_err(|error| damaged(&error))?;
                    made += out.len() as u64;
                    *between_frames = hint == 0;
                    // Full, there may be more; but not behind a frame's end: asked there, zstd begins the next one.
                    let is_all = input.pos() == given.len() && (!full || hint == 0);
                    if is_all || made >= STEP_BYTES {
                        *bytes = &given[input.pos()..];
                        return Ok(!is_all);
                    }
                }
            }
        }
    }

    /// Refuses what is cut off; the sink has everything now.
    pub(crate) fn finish(self) -> Result<W, Fault> {
        match self {
            Self::Gzip(decoder) => decoder.finish().map(|counted| counted.sink).map_err(|error| damaged(&error)),
            Self::Zstd { between_frames: true, sink, .. } => Ok(sink),
            Self::Zstd { .. } => Err(Fault::new(FaultCode::Truncated, "the zstd stream is cut off")),
        }
    }
}

/// zstd's functions return the number of an error negated.
fn zstd_fault(code: usize) -> Fault {
    let kind = match code.wrapping_neg() {
        WINDOW_TOO_LARGE | NO_MEMORY => FaultCode::Window,
        _ => FaultCode::Malformed,
    };
    Fault::new(kind, zstd_safe::get_error_name(code))
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
        for mut bytes in packed.chunks(step) {
            while decoder.step(&mut bytes).map_err(|fault| fault.code)? {}
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
    #[test]
    fn a_run_of_zeros_comes_out_in_steps() {
        let plain = vec![0; 10 << 20];
        for (format, packed) in [(Format::Gzip, gzip(&plain)), (Format::Zstd, zstd(&plain))] {
            let mut decoder = Decoder::new(format, Vec::new());
            let (mut rest, mut before, mut steps) = (&packed[..], 0, 0);
            let len = |decoder: &Decoder<Vec<u8>>| match decoder {
                Decoder::Gzip(decoder) => decoder.get_ref().sink.len() as u64,
                Decoder::Zstd { sink, .. } => sink.len() as u64,
            };
            while decoder.step(&mut rest).unwrap() {
                assert!(len(&decoder) - before < STEP_BYTES * 2, "{format:?}");
                (before, steps) = (len(&decoder), steps + 1);
            }
            assert!(steps >= 2 && rest.is_empty(), "{format:?} {steps}");
            assert!(decoder.finish().unwrap() == plain, "{format:?}");
        }
    }

    /// A frame of an empty block, whose header says how large its window is (RFC 8878, section 3.1.1.1.2).
    fn with_window(log: u8) -> Vec<u8> {
        vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, 1, 0, 0]
    }

    #[test]
    fn a_long_window_is_unpacked_and_one_beyond_memory_is_not_called_damage() {
        for log in [27, 28, 30] {
            assert_eq!(unpacked(Format::Zstd, &with_window(log), 100), Ok(Vec::new()), "{log}");
        }
        assert_eq!(unpacked(Format::Zstd, &with_window(31), 100), Err(FaultCode::Window));
        let [mut damaged, last] = [with_window(27), with_window(27)];
        damaged[6] = 7;
        assert_eq!(unpacked(Format::Zstd, &[last, damaged].concat(), 100), Err(FaultCode::Malformed));
    }
}
