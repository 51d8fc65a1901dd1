//! The multiplexed stream of the Docker Engine API: frames of an 8-byte header (stream, length) and a payload.
//!
//! Owns that framing (Docker Engine API, "Attach to a container", stream format). What payloads mean is not its business.

use bytes::{Buf, Bytes, BytesMut};

use crate::engine::{EngineError, OutputStream};

/// No engine sends larger frames; a larger length means we are out of step.
const FRAME_MAX: usize = 256 * 1024 * 1024;

/// Whose bytes a frame carries.
#[derive(Clone, Copy, Debug)]
enum Source {
    Output(OutputStream),
    /// The engine's own: it could not go on, and says why.
    Failure,
}

/// Cuts a byte stream into frames.
#[derive(Debug, Default)]
pub(super) struct Frames {
    buffer: BytesMut,
    /// Payload bytes of the current frame not yet handed out.
    open: Option<(Source, usize)>,
}

impl Frames {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame. Fails with the engine's words where they are what came.
    pub(super) fn whole(&mut self) -> Result<Option<(OutputStream, Bytes)>, EngineError> {
        self.open_frame()?;
        let Some((source, len)) = self.open.filter(|(_, len)| self.buffer.len() >= *len) else { return Ok(None) };
        self.open = None;
        let payload = self.buffer.split_to(len).freeze();
        match source {
            Source::Output(stream) => Ok(Some((stream, payload))),
            Source::Failure => {
                let message = String::from_utf8_lossy(&payload).trim().to_owned();
                Err(EngineError::Failed { status: 500, message })
            }
        }
    }

    /// What there is of the current frame: for live sessions, where waiting for the rest only delays.
    pub(super) fn part(&mut self) -> Result<Option<(OutputStream, Bytes)>, EngineError> {
        loop {
            self.open_frame()?;
            let (stream, len) = match self.open {
                None => return Ok(None),
                Some((Source::Output(stream), len)) => (stream, len),
                Some((Source::Failure, _)) => return self.whole(),
            };
            let take = len.min(self.buffer.len());
            self.open = (take < len).then_some((Source::Output(stream), len - take));
            if take > 0 {
                return Ok(Some((stream, self.buffer.split_to(take).freeze())));
            }
            if self.open.is_some() {
                return Ok(None);
            }
        }
    }

    /// Everything pushed was whole frames, and all were taken.
    pub(super) fn is_between(&self) -> bool {
        self.open.is_none() && self.buffer.is_empty()
    }

    fn open_frame(&mut self) -> Result<(), EngineError> {
        if self.open.is_none() && self.buffer.len() >= 8 {
            let source = match self.buffer[0] {
                0 | 1 => Source::Output(OutputStream::Stdout),
                2 => Source::Output(OutputStream::Stderr),
                // Not in the API's description; docker's `stdcopy` package calls it Systemerr.
                3 => Source::Failure,
                other => return Err(EngineError::Protocol(format!("a frame of stream {other}"))),
            };
            self.buffer.advance(4);
            let len = self.buffer.get_u32() as usize;
            if len > FRAME_MAX {
                return Err(EngineError::Protocol(format!("a frame of {len} bytes")));
            }
            self.open = Some((source, len));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(frames: &[(bool, Vec<u8>)]) -> Vec<u8> {
        let mut out = Vec::new();
        for (err, payload) in frames {
            out.extend_from_slice(&[1 + u8::from(*err), 0, 0, 0]);
            out.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
            out.extend_from_slice(payload);
        }
        out
    }

    proptest! {
        #[test]
        fn frames_are_found_wherever_the_stream_is_cut(
            frames in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..50)), 0..12),
            cut in 1usize..40,
        ) {
            let wire = encode(&frames);
            let (mut whole, mut parts) = (Frames::default(), Frames::default());
            let mut seen = Vec::new();
            let mut pieces: Vec<(OutputStream, u8)> = Vec::new();
            for chunk in wire.chunks(cut) {
                whole.push(chunk);
                while let Some((stream, bytes)) = whole.whole().unwrap() {
                    seen.push((stream == OutputStream::Stderr, bytes.to_vec()));
                }
                parts.push(chunk);
                while let Some((stream, bytes)) = parts.part().unwrap() {
                    pieces.extend(bytes.iter().map(|b| (stream, *b)));
                }
            }
            let flat: Vec<(OutputStream, u8)> = frames.iter().flat_map(|(err, bytes)| {
                let stream = if *err { OutputStream::Stderr } else { OutputStream::Stdout };
                bytes.iter().map(move |b| (stream, *b))
            }).collect();
            prop_assert_eq!(seen, frames);
            prop_assert_eq!(pieces, flat);
        }
    }

    #[test]
    fn nonsense_is_an_error_and_not_a_panic() {
        let mut frames = Frames::default();
        frames.push(&[9, 0, 0, 0, 0, 0, 0, 1, b'x']);
        assert!(matches!(frames.whole(), Err(EngineError::Protocol(_))));
    }

    #[test]
    fn what_an_engine_says_of_its_own_failure_comes_after_the_output_before_it() {
        let words = b"Error grabbing logs: unexpected EOF\n";
        let failure = [&[3, 0, 0, 0, 0, 0, 0, 36], &words[..]].concat();
        for cut in [1, 10, 100] {
            let wire = [encode(&[(false, b"out".to_vec())]), failure.clone()].concat();
            for read in [Frames::whole, Frames::part] {
                let mut frames = Frames::default();
                let (mut output, mut failures) = (Vec::new(), Vec::new());
                for chunk in wire.chunks(cut) {
                    frames.push(chunk);
                    loop {
                        match read(&mut frames) {
                            Ok(Some((_, bytes))) => output.extend_from_slice(&bytes),
                            Ok(None) => break,
                            Err(error) => failures.push(error.to_string()),
                        }
                    }
                }
                assert_eq!(output, b"out");
                let [told] = &failures[..] else { panic!("one failure: {failures:?}") };
                assert!(told.ends_with("Error grabbing logs: unexpected EOF"), "{told}");
            }
        }
    }
}
