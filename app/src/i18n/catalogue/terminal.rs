//! Words of the terminal.

crate::i18n::phrases! {
}
