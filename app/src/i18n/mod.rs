//! Every word on screen, in English and Russian, and how numbers, sizes, times and plurals are written in each.
//!
//! The words stand in [`catalogue`]; a phrase without a translation does not compile. Knows nothing of pages.

pub(crate) mod catalogue;
pub(crate) mod format;
mod phrase;

pub(crate) use phrase::{Phrase, Plural, phrases, plurals};

use crate::stores::browser;
use leptos::{prelude::*, reactive::graph::Observer};

const STORAGE_KEY: &str = "roadstead.lang";

/// A text that follows the chosen language.
pub(crate) type Text = Signal<String>;

/// A language of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    En,
    Ru,
}

impl Lang {
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// The BCP 47 tag, for `lang=` and `Intl`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// The language's own name.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
        }
    }

    /// The language a tag asks for; None when it is neither.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|l| l.tag().eq_ignore_ascii_case(primary))
    }
}

/// The chosen language, in context.
#[derive(Clone, Copy)]
pub(crate) struct I18n {
    lang: RwSignal<Lang>,
}

impl I18n {
    /// The stored choice, else the browser's first language that we speak, else English.
    pub(crate) fn from_browser() -> Self {
        let lang = browser::stored(STORAGE_KEY)
            .as_deref()
            .and_then(Lang::parse)
            .or_else(|| browser::languages().iter().find_map(|tag| Lang::parse(tag)))
            .unwrap_or(Lang::En);
        browser::set_document_lang(lang.tag());
        Self { lang: RwSignal::new(lang) }
    }

    /// The language; followed where a reactive scope asks, simply read where an event or an answer does.
    pub(crate) fn lang(self) -> Lang {
        if Observer::get().is_some() { self.lang.get() } else { self.lang.get_untracked() }
    }

    pub(crate) fn set_lang(self, lang: Lang) {
        browser::store(STORAGE_KEY, lang.tag());
        browser::set_document_lang(lang.tag());
        self.lang.set(lang);
    }

    /// The phrase in the chosen language, followed as it changes.
    pub(crate) fn text(self, phrase: Phrase) -> Text {
        Signal::derive(move || phrase.in_lang(self.lang.get()).to_owned())
    }

    /// The phrase now; tracks the language where a reactive scope reads it.
    pub(crate) fn now(self, phrase: Phrase) -> &'static str {
        phrase.in_lang(self.lang())
    }

    /// The phrase now with `{name}` places filled.
    pub(crate) fn fill(self, phrase: Phrase, places: &[(&str, &str)]) -> String {
        phrase.fill(self.lang(), places)
    }

    /// The phrase for this many, with `{n}` written by the language's rules.
    pub(crate) fn count(self, plural: Plural, n: u64) -> String {
        let lang = self.lang();
        plural.for_count(lang, n).replace("{n}", &format::integer(lang, n))
    }
}

/// The language in context.
pub(crate) fn use_i18n() -> I18n {
    expect_context()
}

/// The phrase as a text that follows the language in context.
pub(crate) fn t(phrase: Phrase) -> Text {
    use_i18n().text(phrase)
}

#[cfg(test)]
mod tests;
