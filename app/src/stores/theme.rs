//! Light, dark, or as the system says.

use super::browser;
use leptos::prelude::*;

// `boot.js` reads the same key before the first paint.
const STORAGE_KEY: &str = "roadstead.theme";

/// A choice of theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    fn word(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// The chosen theme, in context.
#[derive(Clone, Copy)]
pub(crate) struct ThemeStore {
    chosen: RwSignal<Theme>,
}

impl ThemeStore {
    pub(crate) fn from_browser() -> Self {
        let stored = browser::stored(STORAGE_KEY);
        let chosen = Theme::ALL.into_iter().find(|t| t.word() == stored.as_deref()).unwrap_or(Theme::System);
        browser::set_root_attribute("data-theme", chosen.word());
        Self { chosen: RwSignal::new(chosen) }
    }

    pub(crate) fn chosen(self) -> Theme {
        self.chosen.get()
    }

    pub(crate) fn choose(self, theme: Theme) {
        browser::store(STORAGE_KEY, theme.word().unwrap_or("system"));
        browser::set_root_attribute("data-theme", theme.word());
        self.chosen.set(theme);
    }
}
