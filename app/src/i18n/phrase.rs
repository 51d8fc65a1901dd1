//! A phrase in both languages, and one that depends on a count.

use super::Lang;

/// One text in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) en: &'static str,
    pub(crate) ru: &'static str,
}

impl Phrase {
    pub(crate) fn in_lang(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Ru => self.ru,
        }
    }

    /// Fills `{name}` places; what is filled in is never itself searched for places.
    pub(crate) fn fill(self, lang: Lang, places: &[(&str, &str)]) -> String {
        let mut rest = self.in_lang(lang);
        let mut out = String::with_capacity(rest.len() + 32);
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}').map(|at| open + at) else { break };
            let name = &rest[open + 1..close];
            out.push_str(&rest[..open]);
            match places.iter().find(|(place, _)| *place == name) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&rest[open..=close]),
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        out
    }
}

/// One text for every count, in every language. CLDR's integer rules: English has one and other; Russian one, few and many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plural {
    pub(crate) en: [&'static str; 2],
    pub(crate) ru: [&'static str; 3],
}

impl Plural {
    pub(crate) fn for_count(self, lang: Lang, n: u64) -> &'static str {
        match lang {
            Lang::En => self.en[usize::from(n != 1)],
            Lang::Ru => {
                self.ru[match (n % 10, n % 100) {
                    (1, tens) if tens != 11 => 0,
                    (2..=4, tens) if !(12..=14).contains(&tens) => 1,
                    _ => 2,
                }]
            }
        }
    }
}

/// Declares phrases: `NAME = "English", "по-русски";`
macro_rules! phrases {
    ($($name:ident = $en:literal, $ru:literal;)*) => {
        $(pub(crate) const $name: $crate::i18n::Phrase = $crate::i18n::Phrase { en: $en, ru: $ru };)*
        /// Every phrase here, for the tests of the catalogue.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, $crate::i18n::Phrase)] = &[$((stringify!($name), $name)),*];
    };
}

/// Declares plurals: `NAME = ["one", "other"], ["one", "few", "many"];`
macro_rules! plurals {
    ($($name:ident = [$one:literal, $other:literal], [$r1:literal, $r2:literal, $r5:literal];)*) => {
        $(pub(crate) const $name: $crate::i18n::Plural =
            $crate::i18n::Plural { en: [$one, $other], ru: [$r1, $r2, $r5] };)*
    };
}

pub(crate) use {phrases, plurals};
