//! The few things that many pages share, each in context: session, theme, toasts, confirmation, clock; and the browser itself.

pub(crate) mod browser;
pub(crate) mod clock;
pub(crate) mod confirm;
pub(crate) mod dropped;
pub(crate) mod push;
pub(crate) mod session;
pub(crate) mod sharing;
pub(crate) mod steps;
pub(crate) mod theme;
pub(crate) mod toasts;
