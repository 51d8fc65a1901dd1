//! Short notices in the corner: what was done, or what failed outside a form or dialog.

use crate::client::Failure;
use crate::i18n::I18n;
use leptos::prelude::*;
use std::{fmt, sync::Arc, time::Duration};

/// Most notices on screen; the oldest makes room.
const MAX: usize = 4;
const GOOD_STAYS: Duration = Duration::from_secs(5);
/// Long enough to read what was done and to take it back.
const ACT_STAYS: Duration = Duration::from_secs(15);

/// Something that a notice offers to do. It outlives the page it came from.
#[derive(Clone)]
pub(crate) struct Act {
    pub(crate) label: String,
    pub(crate) run: Arc<dyn Fn() + Send + Sync>,
}

impl fmt::Debug for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Act").field("label", &self.label).finish_non_exhaustive()
    }
}

/// One notice.
#[derive(Clone, Debug)]
pub(crate) struct Toast {
    pub(crate) id: u64,
    pub(crate) bad: bool,
    pub(crate) text: String,
    pub(crate) detail: Option<String>,
    pub(crate) act: Option<Act>,
}

/// The notices now, in context.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next_id: StoredValue<u64>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self { list: RwSignal::new(Vec::new()), next_id: StoredValue::new(0) }
    }

    pub(crate) fn list(self) -> Vec<Toast> {
        self.list.get()
    }

    /// Something was done; goes by itself.
    pub(crate) fn good(self, text: String) {
        let id = self.push(false, text, None, None);
        set_timeout(move || self.dismiss(id), GOOD_STAYS);
    }

    /// Something was done that can be taken back, or followed by something else; goes by itself, later.
    pub(crate) fn offer(self, text: String, act: Act) {
        let id = self.push(false, text, None, Some(act));
        set_timeout(move || self.dismiss(id), ACT_STAYS);
    }

    /// Something failed; stays until dismissed.
    pub(crate) fn bad(self, text: String) {
        self.push(true, text, None, None);
    }

    /// A call failed.
    pub(crate) fn failure(self, i18n: I18n, failure: &Failure) {
        self.push(true, failure.message(i18n), failure.detail(i18n), None);
    }

    pub(crate) fn dismiss(self, id: u64) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }

    fn push(self, bad: bool, text: String, detail: Option<String>, act: Option<Act>) -> u64 {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        self.list.update(|list| {
            // The same failure again is the same notice.
            list.retain(|toast| toast.text != text);
            list.push(Toast { id, bad, text, detail, act });
            if list.len() > MAX {
                list.remove(0);
            }
        });
        id
    }
}

/// The toasts in context.
pub(crate) fn use_toasts() -> Toasts {
    expect_context()
}
