//! Short notices in the corner: what was done, or what failed outside a form or dialog.

use crate::client::Failure;
use crate::i18n::I18n;
use leptos::prelude::*;
use std::time::Duration;

/// Most notices on screen; the oldest makes room.
const MAX: usize = 4;
const GOOD_STAYS: Duration = Duration::from_secs(5);

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toast {
    pub(crate) id: u64,
    pub(crate) bad: bool,
    pub(crate) text: String,
    pub(crate) detail: Option<String>,
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
        let id = self.push(false, text, None);
        set_timeout(move || self.dismiss(id), GOOD_STAYS);
    }

    /// Something failed; stays until dismissed.
    pub(crate) fn bad(self, text: String) {
        self.push(true, text, None);
    }

    /// A call failed.
    pub(crate) fn failure(self, i18n: I18n, failure: &Failure) {
        self.push(true, failure.message(i18n), failure.detail(i18n));
    }

    pub(crate) fn dismiss(self, id: u64) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }

    fn push(self, bad: bool, text: String, detail: Option<String>) -> u64 {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        self.list.update(|list| {
            // The same failure again is the same notice.
            list.retain(|toast| toast.text != text);
            list.push(Toast { id, bad, text, detail });
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
