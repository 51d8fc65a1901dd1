use super::*;

const FILES: P = P { en: ["{n} file", "{n} files"], ru: ["{n} файл", "{n} файла", "{n} файлов"] };
type P = Plural;

#[test]
fn russian_counts_take_their_three_forms() {
    for (n, word) in [
        (0, "файлов"),
        (1, "файл"),
        (2, "файла"),
        (5, "файлов"),
        (11, "файлов"),
        (12, "файлов"),
        (21, "файл"),
        (22, "файла"),
        (111, "файлов"),
        (104, "файла"),
    ] {
        assert_eq!(FILES.for_count(Lang::Ru, n), format!("{{n}} {word}"), "{n}");
    }
}

#[test]
fn english_counts_take_their_two_forms() {
    assert_eq!(FILES.for_count(Lang::En, 1), "{n} file");
    assert_eq!(FILES.for_count(Lang::En, 0), "{n} files");
}

#[test]
fn a_filled_in_text_is_not_searched_for_places() {
    let phrase = Phrase { en: "{a} and {b}", ru: "{b} и {a}" };
    assert_eq!(phrase.fill(Lang::En, &[("a", "{b}"), ("b", "x")]), "{b} and x");
    assert_eq!(phrase.fill(Lang::Ru, &[("a", "1"), ("b", "2")]), "2 и 1");
    assert_eq!(phrase.fill(Lang::En, &[("a", "1")]), "1 and {b}");
}

#[test]
fn a_language_is_found_by_its_primary_tag() {
    assert_eq!(Lang::parse("ru-RU"), Some(Lang::Ru));
    assert_eq!(Lang::parse("EN_us"), Some(Lang::En));
    assert_eq!(Lang::parse("de"), None);
}

#[test]
fn every_phrase_has_both_languages_and_the_same_places() {
    for (name, phrase) in catalogue::all() {
        assert!(!phrase.en.is_empty() && !phrase.ru.is_empty(), "{name}");
        assert_eq!(places(phrase.en), places(phrase.ru), "{name}");
    }
}

fn places(text: &str) -> Vec<&str> {
    let mut found: Vec<_> =
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
    found.sort_unstable();
    found
}
