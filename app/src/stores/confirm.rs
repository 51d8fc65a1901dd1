//! One question at a time, asked before something that cannot be taken back.

use leptos::prelude::*;

/// One row of what will be acted upon, frozen when the question was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) note: String,
}

/// A question.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) title: String,
    pub(crate) text: String,
    /// Things left out or worth knowing.
    pub(crate) notes: Vec<String>,
    /// What will be acted upon, where it is several.
    pub(crate) targets: Vec<Target>,
    /// The word on the button that goes ahead.
    pub(crate) act: String,
    pub(crate) on_yes: Callback<()>,
}

/// The open question, in context.
#[derive(Clone, Copy)]
pub(crate) struct Confirm {
    open: RwSignal<Option<Question>>,
}

impl Confirm {
    pub(crate) fn new() -> Self {
        Self { open: RwSignal::new(None) }
    }

    pub(crate) fn ask(self, question: Question) {
        self.open.set(Some(question));
    }

    pub(crate) fn question(self) -> Option<Question> {
        self.open.get()
    }

    /// Whether there is a question. Tracks.
    pub(crate) fn is_open(self) -> bool {
        self.open.with(Option::is_some)
    }

    pub(crate) fn close(self) {
        self.open.set(None);
    }
}

/// The confirmation in context.
pub(crate) fn use_confirm() -> Confirm {
    expect_context()
}
