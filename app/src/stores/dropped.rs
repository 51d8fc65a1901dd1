//! Files that were dropped on one page for another: on the list of images, for the page that pushes them.
//!
//! A file cannot stand in an address; this is how it gets from page to page. Not kept beyond the tab's life.

use leptos::prelude::*;
use web_sys::File;

/// The files on their way, in context.
#[derive(Clone, Copy)]
pub(crate) struct Dropped {
    files: RwSignal<Vec<File>, LocalStorage>,
}

impl Dropped {
    pub(crate) fn new() -> Self {
        Self { files: RwSignal::new_local(Vec::new()) }
    }

    /// Puts files down for the page that will take them, beside what waits there already.
    pub(crate) fn put(self, files: Vec<File>) {
        self.files.update(|waiting| waiting.extend(files));
    }

    /// What the files that lie there are called. Tracks.
    pub(crate) fn names(self) -> Vec<String> {
        self.files.with(|files| files.iter().map(File::name).collect())
    }

    /// Takes what lies there.
    pub(crate) fn take(self) -> Vec<File> {
        self.files.try_update(std::mem::take).unwrap_or_default()
    }
}

/// The dropped files in context.
pub(crate) fn use_dropped() -> Dropped {
    expect_context()
}
