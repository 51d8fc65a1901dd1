//! The hub's ring: the newest entries, bounded by bytes. Sans I/O.

use super::assemble::Block;
use api::logs::Event;
use std::collections::VecDeque;

/// What a ring holds, in order.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// Rows.
    Rows(Block),
    /// An event between rows.
    Note(Event),
}

impl Entry {
    fn size_bytes(&self) -> u64 {
        match self {
            Self::Rows(block) => block.frame.len() as u64,
            Self::Note(_) => 64,
        }
    }
}

/// Entries with running numbers.
#[derive(Debug)]
pub(crate) struct Ring {
    entries: VecDeque<Entry>,
    /// Number of the front entry.
    first: u64,
    bytes: u64,
    limit_bytes: u64,
}

/// A reader's place in a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    entry: u64,
}

impl Place {
    /// How many entries were ever before it.
    pub(crate) fn entry_number(self) -> u64 {
        self.entry
    }
}

/// The place has left the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FellOut;

impl Ring {
    pub(crate) fn new(limit_bytes: u64) -> Self {
        Self { entries: VecDeque::new(), first: 0, bytes: 0, limit_bytes }
    }

    /// Adds an entry; the oldest make room.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.bytes += entry.size_bytes();
        self.entries.push_back(entry);
        while self.bytes > self.limit_bytes && self.entries.len() > 1 {
            if let Some(old) = self.entries.pop_front() {
                self.bytes -= old.size_bytes();
                self.first += 1;
            }
        }
    }

    /// The place after the newest entry.
    pub(crate) fn end(&self) -> Place {
        Place { entry: self.first + self.entries.len() as u64 }
    }

    /// The place before the oldest entry.
    pub(crate) fn start(&self) -> Place {
        Place { entry: self.first }
    }

    /// The entry at a place, and the place after it; None at the end.
    pub(crate) fn read(&self, place: Place) -> Result<Option<(Entry, Place)>, FellOut> {
        let index = place.entry.checked_sub(self.first).ok_or(FellOut)?;
        let entry = usize::try_from(index).ok().and_then(|i| self.entries.get(i));
        Ok(entry.map(|entry| (entry.clone(), Place { entry: place.entry + 1 })))
    }

    /// The first line that can be read from its beginning; None while there are no rows.
    pub(crate) fn first_line(&self) -> Option<u64> {
        self.blocks().next().map(|(_, b)| if b.begins_mid { b.first_line + 1 } else { b.first_line })
    }

    /// Where to begin reading so that no row of `line` or later is missed; the place may be before rows of earlier lines. None
    /// when the beginning of `line` is not in the ring any more.
    pub(crate) fn find(&self, line: u64) -> Option<Place> {
        if self.first_line().is_some_and(|first| line < first) {
            return None;
        }
        let found = self.blocks().find(|(_, b)| b.next_line > line || (b.next_line == line && b.open_bytes > 0));
        Some(found.map_or(self.end(), |(at, _)| Place { entry: self.first + at as u64 }))
    }

    fn blocks(&self) -> impl Iterator<Item = (usize, &Block)> {
        self.entries.iter().enumerate().filter_map(|(at, entry)| match entry {
            Entry::Rows(block) => Some((at, block)),
            Entry::Note(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn rows(first_line: u64, next_line: u64, begins_mid: bool, open_bytes: u64) -> Entry {
        Entry::Rows(Block { frame: Bytes::from(vec![0; 100]), first_line, begins_mid, next_line, open_bytes })
    }

    fn first_of(ring: &Ring, line: u64) -> Option<u64> {
        match ring.read(ring.find(line)?).expect("in the ring") {
            Some((Entry::Rows(block), _)) => Some(block.first_line),
            Some((Entry::Note(_), _)) | None => None,
        }
    }

    #[test]
    fn a_full_ring_forgets_the_oldest_and_says_so_to_who_was_there() {
        let mut ring = Ring::new(250);
        let place = ring.start();
        for n in 0..3 {
            ring.push(rows(n * 10, n * 10 + 10, false, 0));
        }
        assert_eq!(ring.read(place).err(), Some(FellOut));
        assert_eq!((ring.first_line(), ring.end().entry_number()), (Some(10), 3));
        assert_eq!(
            (first_of(&ring, 5), first_of(&ring, 10), first_of(&ring, 19), first_of(&ring, 20)),
            (None, Some(10), Some(10), Some(20))
        );
        assert_eq!(ring.find(30), Some(ring.end()));
    }

    #[test]
    fn a_line_whose_beginning_is_gone_is_not_in_the_ring() {
        let mut ring = Ring::new(250);
        ring.push(rows(0, 7, false, 50));
        ring.push(rows(7, 7, true, 90));
        ring.push(rows(7, 9, true, 0));
        assert_eq!((ring.first_line(), ring.find(7)), (Some(8), None));
        assert_eq!(first_of(&ring, 8), Some(7));
    }

    #[test]
    fn the_last_entry_stays_however_large() {
        let mut ring = Ring::new(10);
        ring.push(rows(0, 1, false, 0));
        assert!(ring.read(ring.start()).expect("there").is_some());
    }

    #[test]
    fn an_unfinished_line_is_found_where_it_begins() {
        let mut ring = Ring::new(1000);
        ring.push(rows(0, 3, false, 0));
        ring.push(rows(3, 7, false, 50));
        ring.push(rows(7, 8, true, 0));
        assert_eq!(first_of(&ring, 7), Some(3));
    }
}
