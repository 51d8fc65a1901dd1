//! The console, embedded.

use gateway_native::Assets;
use std::borrow::Cow;

#[derive(rust_embed::RustEmbed)]
#[folder = "$ROADSTEAD_CONSOLE_EMBED"]
struct Embedded;

/// The console's files as they were when this binary was built.
pub(crate) struct Console;

impl Assets for Console {
    fn find(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        Embedded::get(path).map(|file| file.data)
    }
}

/// Whether a console was there to be embedded.
pub(crate) fn is_built() -> bool {
    Embedded::get("index.html").is_some()
}
