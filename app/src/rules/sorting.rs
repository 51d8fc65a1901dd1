//! By which column a list is ordered, which way, and how that stands in the address.

use std::cmp::Ordering;

/// What a list can be ordered by; its default is the usual order.
pub(crate) trait Column: Copy + Default + PartialEq + 'static {
    const ALL: &'static [Self];

    /// Its word in the address.
    fn word(self) -> &'static str;

    /// Whether the first click orders from the largest.
    fn starts_descending(self) -> bool;
}

/// A column and a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sort<C> {
    pub(crate) column: C,
    /// Against the column's usual direction.
    pub(crate) reversed: bool,
}

impl<C: Column> Sort<C> {
    /// Reads the address's word, which begins with a minus where it is reversed.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (word, reversed) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
        let column = C::ALL.iter().copied().find(|column| column.word() == word)?;
        Some(Self { column, reversed })
    }

    /// The address's pair; none for the usual order.
    pub(crate) fn to_pair(self) -> Option<(&'static str, String)> {
        let Self { column, reversed } = self;
        (self != Self::default()).then(|| ("sort", format!("{}{}", if reversed { "-" } else { "" }, column.word())))
    }

    /// What a click on a column's heading makes of it.
    pub(crate) fn clicked(self, column: C) -> Self {
        Self { column, reversed: self.column == column && !self.reversed }
    }

    pub(crate) fn is_descending(self) -> bool {
        self.column.starts_descending() != self.reversed
    }

    /// How two rows follow each other of which the column says `ascending`.
    pub(crate) fn directed(self, ascending: Ordering) -> Ordering {
        if self.is_descending() { ascending.reverse() } else { ascending }
    }

    /// Whether the list is ordered by this column, and then whether from the largest.
    pub(crate) fn descending_by(self, column: C) -> Option<bool> {
        (self.column == column).then(|| self.is_descending())
    }
}
