//! What the pages say, in English and Russian.

use axum::http::{HeaderMap, header};

/// A page's language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Language {
    English,
    Russian,
}

/// One sentence in both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phrase(&'static str, &'static str);

impl Language {
    /// The first of the two that the browser asks for; English where it asks for neither.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut languages = asked.split(',').map(|part| part.trim().split([';', '-']).next().unwrap_or_default());
        let first = languages.find(|language| matches!(*language, "en" | "ru"));
        if first == Some("ru") { Self::Russian } else { Self::English }
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
        }
    }

    pub(super) const fn say(self, phrase: Phrase) -> &'static str {
        match self {
            Self::English => phrase.0,
            Self::Russian => phrase.1,
        }
    }
}

pub(super) const SIGN_IN: Phrase = Phrase("Sign in", "Вход");
pub(super) const FOR_CLI: Phrase = Phrase("to go on in the command line", "чтобы продолжить в командной строке");
pub(super) const FOR_CONSOLE: Phrase = Phrase("to go on in the console", "чтобы продолжить в консоли");
pub(super) const USER: Phrase = Phrase("User name", "Имя пользователя");
pub(super) const PASSWORD: Phrase = Phrase("Password", "Пароль");
pub(super) const SUBMIT: Phrase = Phrase("Sign in", "Войти");
pub(super) const NO_PASSWORD: Phrase = Phrase(
    "No password yet? An administrator can give you a link to set one: roadstead user password-link NAME",
    "Ещё нет пароля? Администратор даст ссылку, чтобы его задать: roadstead user password-link ИМЯ",
);
pub(super) const WRONG: Phrase = Phrase(
    "The name and the password do not belong together, or no password has been set.",
    "Имя и пароль не подходят друг к другу, или пароль ещё не задан.",
);
pub(super) const EMPTY: Phrase = Phrase("Enter your name and your password.", "Введите имя и пароль.");
pub(super) const FOREIGN_FORM: Phrase = Phrase(
    "The form was not sent from this page. Open the sign-in page anew and try again.",
    "Форма отправлена не с этой страницы. Откройте страницу входа заново и повторите.",
);
pub(super) const WAIT: Phrase = Phrase(
    "Too many attempts. Wait a little before the next one; seconds left:",
    "Слишком много попыток. Подождите немного; осталось секунд:",
);
pub(super) const BROKEN: Phrase = Phrase("This sign-in cannot go on", "Этот вход нельзя продолжить");
pub(super) const BACK: Phrase =
    Phrase("Go back to where you came from and begin again.", "Вернитесь туда, откуда пришли, и начните заново.");
pub(super) const CODE: Phrase = Phrase("Your sign-in code", "Ваш код для входа");
pub(super) const CODE_HOW: Phrase = Phrase(
    "Copy it into the command line that waits for it. It is good once, for five minutes.",
    "Скопируйте его в командную строку, которая его ждёт. Он годится один раз, в течение пяти минут.",
);
pub(super) const NO_CODE: Phrase = Phrase("There is no code in this address.", "В этом адресе нет кода.");
pub(super) const DONE: Phrase = Phrase("You are signed in", "Вы вошли");
pub(super) const DONE_HOW: Phrase = Phrase(
    "You can close this page and go on in the command line.",
    "Закройте эту страницу и продолжайте в командной строке.",
);
pub(super) const OUT: Phrase = Phrase("The command line has signed out", "Командная строка вышла");
pub(super) const OUT_HOW: Phrase = Phrase(
    "A console in this browser stays signed in; sign out there in its account menu.",
    "Консоль в этом браузере остаётся открытой; выйти из неё можно в меню пользователя.",
);
pub(super) const SET: Phrase = Phrase("Set your password", "Задайте пароль");
pub(super) const SET_HOW: Phrase = Phrase(
    "At least ten characters; a few words are easier to keep than signs. Every sign-in you have now will end.",
    "Не меньше десяти знаков; несколько слов запомнить легче, чем знаки. Все ваши нынешние входы закончатся.",
);
pub(super) const SET_CODE: Phrase = Phrase("One-time code", "Одноразовый код");
pub(super) const NEW_PASSWORD: Phrase = Phrase("New password", "Новый пароль");
pub(super) const AGAIN: Phrase = Phrase("The same again", "Ещё раз");
pub(super) const SET_SUBMIT: Phrase = Phrase("Set password", "Задать пароль");
pub(super) const DIFFER: Phrase = Phrase("The two passwords differ.", "Пароли не совпадают.");
pub(super) const BAD_CODE: Phrase = Phrase(
    "This link was already used or is older than a day. Ask for a new one.",
    "Эта ссылка уже использована или старше суток. Попросите новую.",
);
pub(super) const SHORT: Phrase = Phrase("A password has at least ten characters.", "В пароле не меньше десяти знаков.");
pub(super) const LONG: Phrase = Phrase("A password has at most 512 bytes.", "В пароле не больше 512 байт.");
pub(super) const PLAIN: Phrase = Phrase(
    "A password is more than your name, or one character over and over.",
    "Пароль — это больше, чем ваше имя или один и тот же знак.",
);
pub(super) const IS_SET: Phrase = Phrase("Your password is set", "Пароль задан");
pub(super) const IS_SET_HOW: Phrase =
    Phrase("Sign in with it in the console or by:", "Войдите с ним в консоль или командой:");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_known_language_is_spoken() {
        for (asked, language) in [
            ("ru-RU,ru;q=0.9,en;q=0.8", Language::Russian),
            ("en-US,en;q=0.9,ru;q=0.8", Language::English),
            ("de,ru;q=0.5", Language::Russian),
            ("de", Language::English),
            ("", Language::English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, asked.parse().expect("a value"));
            assert_eq!(Language::of(&headers), language, "{asked}");
        }
    }
}
