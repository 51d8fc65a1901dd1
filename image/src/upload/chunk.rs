//! How much of a blob goes into one request: on a fast way as much as it lets through, on a slow one so little that it can be seen to
//! move, and that not much is lost where it breaks.

use serde::{Deserialize, Serialize};

/// No chunk is made smaller than this, bytes.
pub const CHUNK_FLOOR_BYTES: u64 = 64 * 1024;
const MIB: u64 = 1024 * 1024;
/// A chunk that landed sooner is followed by one of twice its size: so long that a far way there and back is a small part of it.
const SOON_MILLIS: u64 = 2_000;
/// One that landed sooner than this by one of four times its size.
const AT_ONCE_MILLIS: u64 = 250;
/// One that landed later by one of half its size.
const LATE_MILLIS: u64 = 5_000;

/// Where chunks begin, and how large they may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkLimits {
    /// The first one, bytes.
    pub start_bytes: u64,
    /// Never more, bytes: what the gateway lets through.
    pub max_bytes: u64,
}

impl Default for ChunkLimits {
    /// 16 MiB, at most 64: cheap to repeat, and large enough that more would not be faster.
    fn default() -> Self {
        Self { start_bytes: 16 * MIB, max_bytes: 64 * MIB }
    }
}

/// The size of chunks as experience changes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chunks {
    size: u64,
    /// What was never refused as too large.
    ceiling: u64,
    /// What the registry asks for at least.
    floor: u64,
    /// The largest that landed.
    #[serde(default)]
    largest: u64,
}

impl Chunks {
    pub(super) fn new(limits: ChunkLimits) -> Self {
        let ceiling = limits.max_bytes.max(CHUNK_FLOOR_BYTES);
        let size = limits.start_bytes.clamp(CHUNK_FLOOR_BYTES, ceiling);
        Self { size, ceiling, floor: CHUNK_FLOOR_BYTES, largest: 0 }
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// `OCI-Chunk-Min-Length`: honoured up to what the way there lets through.
    pub(super) fn at_least(&mut self, bytes: u64) {
        self.floor = bytes.clamp(CHUNK_FLOOR_BYTES, self.ceiling);
        self.size = self.size.max(self.floor);
    }

    /// A chunk of so many bytes landed, and took so long.
    pub(super) fn landed(&mut self, bytes: u64, millis: u64) {
        self.largest = self.largest.max(bytes);
        if millis > LATE_MILLIS {
            self.slow();
        } else if millis < SOON_MILLIS && bytes >= self.size {
            // The last chunk of a blob is small: that it landed soon says nothing.
            let times = if millis < AT_ONCE_MILLIS { 4 } else { 2 };
            self.size = (self.size * times).min(self.ceiling);
        }
    }

    /// It took too long: smaller, but what is slow today may be fast tomorrow.
    pub(super) fn slow(&mut self) {
        self.size = (self.size / 2).max(self.floor.min(self.ceiling));
    }

    /// It was refused as too large: never again so much. False: it cannot be made smaller.
    pub(super) fn refused(&mut self, bytes: u64) -> bool {
        if bytes <= CHUNK_FLOOR_BYTES {
            return false;
        }
        // A limit on the way is harder than the registry's wish.
        let known_good = Some(self.largest).filter(|largest| (CHUNK_FLOOR_BYTES..bytes).contains(largest));
        self.ceiling = known_good.unwrap_or(bytes / 2).max(CHUNK_FLOOR_BYTES);
        self.floor = self.floor.min(self.ceiling);
        self.size = self.size.min(self.ceiling);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_shrink_when_slow_and_grow_back() {
        let mut chunks = Chunks::new(ChunkLimits { start_bytes: 8 * MIB, max_bytes: 16 * MIB });
        chunks.slow();
        assert_eq!(chunks.size(), 4 * MIB);
        for _ in 0..3 {
            chunks.landed(chunks.size(), 0);
        }
        assert_eq!(chunks.size(), 16 * MIB, "up to the most, not beyond");
        for _ in 0..20 {
            chunks.slow();
        }
        assert_eq!(chunks.size(), CHUNK_FLOOR_BYTES);
    }

    #[test]
    fn chunks_take_as_long_as_can_be_watched_whatever_the_way_lets_through() {
        for bytes_per_sec in [100_000, 300_000, 1_250_000, 5_000_000] {
            let mut chunks = Chunks::new(ChunkLimits { start_bytes: MIB, max_bytes: 16 * MIB });
            let millis = |bytes: u64| bytes * 1000 / bytes_per_sec;
            for _ in 0..10 {
                chunks.landed(chunks.size(), millis(chunks.size()));
            }
            let (size, took) = (chunks.size(), millis(chunks.size()));
            assert!((SOON_MILLIS..=LATE_MILLIS).contains(&took), "{bytes_per_sec}: {size} took {took}");
            chunks.landed(size, took);
            assert_eq!(chunks.size(), size, "it stays so");
        }
    }

    #[test]
    fn the_small_last_chunk_of_a_blob_says_nothing_by_landing_soon() {
        let mut chunks = Chunks::new(ChunkLimits { start_bytes: MIB, max_bytes: 16 * MIB });
        chunks.landed(1000, 1);
        assert_eq!(chunks.size(), MIB);
        chunks.landed(1000, LATE_MILLIS + 1);
        assert_eq!(chunks.size(), MIB / 2, "what is slow even so is slow");
    }

    #[test]
    fn what_was_refused_once_is_never_tried_again() {
        let mut chunks = Chunks::new(ChunkLimits::default());
        assert!(chunks.refused(chunks.size()));
        for _ in 0..50 {
            chunks.landed(chunks.size(), 0);
        }
        assert_eq!(chunks.size(), 8 * MIB);
        while chunks.refused(chunks.size()) {}
        assert_eq!(chunks.size(), CHUNK_FLOOR_BYTES);
    }

    #[test]
    fn what_was_refused_is_followed_by_what_has_landed_already() {
        let mut chunks = Chunks::new(ChunkLimits { start_bytes: MIB, max_bytes: 16 * MIB });
        chunks.landed(MIB, 0);
        assert!(chunks.refused(chunks.size()));
        chunks.landed(chunks.size(), 0);
        assert_eq!(chunks.size(), MIB);
    }

    #[test]
    fn the_registrys_least_length_is_honoured_within_what_the_way_lets_through() {
        let mut chunks = Chunks::new(ChunkLimits::default());
        chunks.at_least(32 * MIB);
        assert_eq!(chunks.size(), 32 * MIB);
        chunks.slow();
        assert_eq!(chunks.size(), 32 * MIB);
        chunks.at_least(u64::MAX);
        assert_eq!(chunks.size(), 64 * MIB);
        assert!(chunks.refused(64 * MIB));
        chunks.slow();
        assert_eq!(chunks.size(), 32 * MIB);
        chunks.at_least(0);
        chunks.slow();
        assert_eq!(chunks.size(), 16 * MIB);
    }
}
