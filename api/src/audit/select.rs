//! Which part of an audit is meant: the same words in the console's address and in the gateway's downloads.

use platform::permission::Narrowing;
use serde::{Deserialize, Serialize};

/// Query `of` of `GET audit/download`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportOf {
    /// A row for each image and principal with a right on it, and the reason that decides.
    #[default]
    Rights,
    /// A row for each grant that reaches an image.
    Grants,
    /// A row for each change, the newest first.
    History,
}

/// Query `form` of `GET audit/download`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    /// RFC 4180, with a head; no cell that a spreadsheet would take for a formula.
    #[default]
    Csv,
    /// One array of objects.
    Json,
}

impl ExportOf {
    /// Everything there is to export.
    pub const ALL: [Self; 3] = [Self::Rights, Self::Grants, Self::History];

    /// Its word in addresses and file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rights => "rights",
            Self::Grants => "grants",
            Self::History => "history",
        }
    }

    /// What a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.as_str() == word)
    }
}

impl ExportForm {
    /// Every form.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    /// Its word in addresses, and the ending of file names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The form of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.as_str() == word)
    }
}

/// A yes or no of a narrowing.
type Flag = fn(&mut Narrowing) -> &mut bool;

const FLAGS: [(&str, Flag); 6] = [
    ("outsiders", |narrowing| &mut narrowing.outsiders),
    ("manage", |narrowing| &mut narrowing.manage),
    ("everywhere", |narrowing| &mut narrowing.everywhere),
    ("unused", |narrowing| &mut narrowing.unused),
    ("left", |narrowing| &mut narrowing.left),
    ("roles", |narrowing| &mut narrowing.roles),
];

/// Reads a narrowing from query parameters.
///
/// `uri` and `person` name one thing or principal, `image` and `who` are parts of names, and `outsiders`, `manage`, `everywhere`,
/// `unused`, `left` and `roles` are `1`. Other keys are left alone.
///
/// # Errors
/// The key whose value is not understood.
pub fn narrowing_from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Narrowing, String> {
    let mut narrowing = Narrowing::default();
    for (key, value) in pairs {
        match key {
            "uri" => narrowing.thing = Some(value.parse().map_err(|_| key.to_owned())?),
            "person" => narrowing.principal = Some(value.to_owned()),
            "image" => value.clone_into(&mut narrowing.thing_text),
            "who" => value.clone_into(&mut narrowing.principal_text),
            _ => {
                if let Some((_, flag)) = FLAGS.iter().find(|(word, _)| *word == key) {
                    *flag(&mut narrowing) = match value {
                        "1" => true,
                        "0" | "" => false,
                        _ => return Err(key.to_owned()),
                    };
                }
            }
        }
    }
    Ok(narrowing)
}

/// A narrowing as query parameters.
#[must_use]
pub fn narrowing_pairs(narrowing: &Narrowing) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    pairs.extend(narrowing.thing.as_ref().map(|uri| ("uri", uri.to_string())));
    pairs.extend(narrowing.principal.clone().map(|name| ("person", name)));
    let texts = [("image", &narrowing.thing_text), ("who", &narrowing.principal_text)];
    pairs.extend(texts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key, text.clone())));
    let mut narrowing = narrowing.clone();
    pairs.extend(FLAGS.iter().filter(|(_, flag)| *flag(&mut narrowing)).map(|(key, _)| (*key, "1".to_owned())));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_narrowing_survives_the_address(
            flags in prop::array::uniform6(any::<bool>()),
            image in ".{0,8}",
            who in ".{0,8}",
            person in prop::option::of("[a-zа-я/:=+@-]{1,8}"),
            thing in prop::option::of("image://c/[a-zа-я]{1,4}/p/[a-z=+:-]{1,6}"),
        ) {
            let mut narrowing = Narrowing {
                thing: thing.map(|uri| uri.parse().expect("a uri")),
                principal: person,
                thing_text: image,
                principal_text: who,
                ..Narrowing::default()
            };
            for ((_, flag), is_set) in FLAGS.iter().zip(flags) {
                *flag(&mut narrowing) = is_set;
            }
            let pairs = narrowing_pairs(&narrowing);
            let read = narrowing_from_pairs(pairs.iter().map(|(key, value)| (*key, value.as_str())));
            prop_assert_eq!(read, Ok(narrowing));
        }
    }

    #[test]
    fn what_is_not_understood_is_named_and_what_is_elses_is_left_alone() {
        assert_eq!(narrowing_from_pairs([("uri", "image:x")]), Err("uri".to_owned()));
        assert_eq!(narrowing_from_pairs([("manage", "yes")]), Err("manage".to_owned()));
        assert_eq!(narrowing_from_pairs([("view", "grants"), ("at", "x")]), Ok(Narrowing::default()));
    }

    #[test]
    fn words_are_the_ones_on_the_wire() {
        for of in ExportOf::ALL {
            assert_eq!(ExportOf::parse(of.as_str()), Some(of));
            assert_eq!(serde_json::to_value(of).expect("serialises"), of.as_str());
        }
        for form in ExportForm::ALL {
            assert_eq!(ExportForm::parse(form.as_str()), Some(form));
            assert_eq!(serde_json::to_value(form).expect("serialises"), form.as_str());
        }
    }
}
