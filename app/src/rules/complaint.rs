//! What is wrong with what was typed, to be said in the reader's language.

use crate::i18n::{I18n, Phrase};

/// A phrase, and the value that fills its one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    phrase: Phrase,
    place: Option<(&'static str, String)>,
}

impl Complaint {
    /// `place` is the name in braces.
    pub(crate) fn with(phrase: Phrase, place: &'static str, value: &dyn std::fmt::Display) -> Self {
        Self { phrase, place: Some((place, value.to_string())) }
    }

    /// Which complaint it is, whatever it is about.
    #[cfg(test)]
    pub(crate) fn phrase(&self) -> Phrase {
        self.phrase
    }

    pub(crate) fn say(&self, i18n: I18n) -> String {
        match &self.place {
            Some((place, value)) => i18n.fill(self.phrase, &[(place, value)]),
            None => i18n.now(self.phrase).to_owned(),
        }
    }
}

impl From<Phrase> for Complaint {
    fn from(phrase: Phrase) -> Self {
        Self { phrase, place: None }
    }
}
