//! Which thing is being shared, and that grants have changed: the dialog and the pages that show grants know of each other by this.

use leptos::prelude::*;

/// What the dialog is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thing {
    /// Its resource URI.
    pub(crate) uri: String,
    /// What the reader calls it.
    pub(crate) name: String,
}

/// The open dialog, in context.
#[derive(Clone, Copy)]
pub(crate) struct Sharing {
    open: RwSignal<Option<Thing>>,
    changed: RwSignal<u32>,
}

impl Sharing {
    pub(crate) fn new() -> Self {
        Self { open: RwSignal::new(None), changed: RwSignal::new(0) }
    }

    pub(crate) fn open(self, uri: impl Into<String>, name: impl Into<String>) {
        self.open.set(Some(Thing { uri: uri.into(), name: name.into() }));
    }

    pub(crate) fn thing(self) -> Option<Thing> {
        self.open.get()
    }

    /// Whether the dialog is open. Tracks.
    pub(crate) fn is_open(self) -> bool {
        self.open.with(Option::is_some)
    }

    pub(crate) fn close(self) {
        self.open.set(None);
    }

    /// Grants or places have been changed from here.
    pub(crate) fn note_change(self) {
        self.changed.update(|n| *n = n.wrapping_add(1));
    }

    /// Runs again whatever asks this, when grants are changed from here.
    pub(crate) fn track_changes(self) {
        self.changed.track();
    }
}

/// The sharing in context.
pub(crate) fn use_sharing() -> Sharing {
    expect_context()
}
