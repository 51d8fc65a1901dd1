//! Files that were dropped on one page for another: on the list of images, for the page that pushes them.
//!
//! A file cannot stand in an address; this is how it gets from page to page. Not kept beyond the tab's life.

use leptos::prelude::*;
use web_sys::File;

/// The files on their way, in context.
#[derive(Clone, Copy)]
pub(crate) struct Dropped {
    files: StoredValue<Vec<File>, LocalStorage>,
}

impl Dropped {
    pub(crate) fn new() -> Self {
        Self { files: StoredValue::new_local(Vec::new()) }
    }

    /// Puts files down for the page that will take them; what lay there before is forgotten.
    pub(crate) fn put(self, files: Vec<File>) {
        self.files.set_value(files);
    }

    /// Takes what lies there.
    pub(crate) fn take(self) -> Vec<File> {
        self.files.try_update_value(std::mem::take).unwrap_or_default()
    }
}

/// The dropped files in context.
pub(crate) fn use_dropped() -> Dropped {
    expect_context()
}
