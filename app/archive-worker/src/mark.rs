//! Points of a blob in the making.

use crate::chain::Chain;
use archive_protocol::{Fault, FaultCode};
use serde::{Deserialize, Serialize};

/// A point of the blob from which it can be made on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Bytes of the layer before it.
    pub(crate) read_bytes: u64,
    /// Bytes of the blob before it.
    pub(crate) made_bytes: u64,
    /// The hashes there. Written in another way they take another name: a mark of the old way is then not read, and its push begins anew.
    hashes: Vec<u8>,
}

impl Mark {
    /// The beginning.
    pub(crate) fn start() -> Self {
        Self::at(0, 0, &Chain::new())
    }

    /// Behind so many bytes of the layer, which became so many of the blob.
    pub(crate) fn at(read_bytes: u64, made_bytes: u64, chain: &Chain) -> Self {
        Self { read_bytes, made_bytes, hashes: chain.to_bytes() }
    }

    /// The hashes there.
    pub(crate) fn chain(&self) -> Result<Chain, Fault> {
        Chain::from_bytes(&self.hashes).map_err(|error| Fault::new(FaultCode::Broken, error))
    }
}

/// Bytes of the layer that so many bytes of the blob stand for, by points in order; between two of them in proportion.
pub(crate) fn read_bytes_of(marks: &[Mark], made_bytes: u64) -> u64 {
    let behind = marks.partition_point(|mark| mark.made_bytes <= made_bytes);
    let (read, made) = behind.checked_sub(1).map_or((0, 0), |last| (marks[last].read_bytes, marks[last].made_bytes));
    let Some(next) = marks.get(behind) else { return read };
    let part = (made_bytes - made) as f64 / (next.made_bytes - made) as f64;
    read + (part * (next.read_bytes - read) as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(read_bytes: u64, made_bytes: u64) -> Mark {
        Mark::at(read_bytes, made_bytes, &Chain::new())
    }

    #[test]
    fn what_is_sent_stands_for_as_much_of_the_layer_as_was_made_into_it() {
        let marks = [mark(0, 0), mark(800, 200), mark(1600, 1000)];
        let read = |made| read_bytes_of(&marks, made);
        assert_eq!([0, 50, 100, 200, 600, 1000].map(read), [0, 200, 400, 800, 1200, 1600]);
        assert_eq!(read(5000), 1600, "another tab was further: what is made here is known, the rest is not");
    }

    #[test]
    fn what_is_sent_is_known_also_before_the_first_point_that_is_left() {
        let marks = [mark(800, 200), mark(1600, 1000)];
        assert_eq!([0, 100, 200].map(|made| read_bytes_of(&marks, made)), [0, 400, 800]);
        assert_eq!(read_bytes_of(&[], 7), 0);
    }
}
