//! DEFLATE (RFC 1951) for speed: one probe at each place that is looked at, greedy, with codes made anew for each block.
//!
//! In WebAssembly libdeflate's fastest level was the costliest step of a push (139 MB/s of a core, as much as all else together).
//! This finds what is easy to find, hurries over what does not repeat, and spends the rest on codes that fit: twice as fast, for
//! seven bytes in a hundred more. The same bytes give the same bytes, always.

mod bits;
mod block;
mod header;
mod huffman;
mod matches;
mod symbols;
#[cfg(test)]
mod tests;

use bits::BitWriter;
use block::Block;
use matches::Finder;

/// Bytes of input in one block: codes are made anew often enough to fit what they code, and seldom enough to cost little.
const BLOCK_BYTES: usize = 128 * 1024;

/// Compresses; the memory of one use serves the next.
pub(crate) struct Deflater {
    finder: Finder,
    block: Block,
}

impl Deflater {
    pub(crate) fn new() -> Self {
        Self { finder: Finder::new(), block: Block::new() }
    }

    /// Appends the whole of `input` to `out`, as one stream that ends.
    pub(crate) fn deflate(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let mut writer = BitWriter::new(out, input.len() / 2 + 1024);
        self.finder.restart();
        let mut start = 0;
        loop {
            let end = input.len().min(start + BLOCK_BYTES);
            let is_last = end == input.len();
            self.block.begin();
            self.finder.find(input, start..end, &mut self.block);
            self.block.write(&input[start..end], is_last, &mut writer);
            if is_last {
                return writer.finish();
            }
            start = end;
        }
    }
}
