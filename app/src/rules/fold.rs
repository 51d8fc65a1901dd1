//! Text without regard to upper and lower case, for filters.
//!
//! The standard library's tables for all scripts are a twentieth of the console's first load; here are the alphabets of its
//! languages and of their neighbours. Letters of others are taken as they are.

/// In lower case: Latin letters with and without accents of the first Unicode block, and Cyrillic ones.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold).collect() }
}

fn fold(char: char) -> char {
    let by = match char {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'А'..='Я' => 32,
        'Ѐ'..='Џ' => 80,
        _ => return char,
    };
    char::from_u32(u32::from(char) + by).unwrap_or(char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabets_of_the_console_fold_as_the_standard_library_folds_them() {
        let all = ('\0'..='ÿ').chain('Ѐ'..='џ');
        let text: String = all.collect();
        assert_eq!(folded(&text), text.to_lowercase());
        assert_eq!(folded("Train-CATS"), "train-cats");
        assert_eq!(folded("Ночной ЗАПУСК"), "ночной запуск");
    }

    #[test]
    fn what_has_no_case_here_stays() {
        assert_eq!(folded("Ω × ÷ 漢"), "Ω × ÷ 漢");
    }
}
