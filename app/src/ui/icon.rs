//! Line icons on a 16-unit grid, drawn for this console.

use leptos::prelude::*;

/// An icon's strokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Icon(&'static str);

pub(crate) const PLUS: Icon = Icon("M8 3v10M3 8h10");
pub(crate) const CLOSE: Icon = Icon("M4 4l8 8M12 4l-8 8");
pub(crate) const CHECK: Icon = Icon("M3 8.5l3.2 3.2L13 5");
pub(crate) const ALERT: Icon = Icon("M8 2.5l6 11H2zM8 6.5v3.2M8 11.6v.1");
pub(crate) const COPY: Icon = Icon(
    "M6 5.5V3.2c0-.4.3-.7.7-.7h6.1c.4 0 .7.3.7.7v6.1c0 .4-.3.7-.7.7h-2.3M3.2 6h6.1c.4 0 .7.3.7.7v6.1c0 .4-.3.7-.7.7H3.2a.7.7 0 01-.7-.7V6.7c0-.4.3-.7.7-.7z",
);
pub(crate) const SEARCH: Icon = Icon("M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.3 10.3l3.2 3.2");
pub(crate) const STOP: Icon =
    Icon("M4.2 3.5h7.6c.4 0 .7.3.7.7v7.6c0 .4-.3.7-.7.7H4.2a.7.7 0 01-.7-.7V4.2c0-.4.3-.7.7-.7z");
pub(crate) const AGAIN: Icon = Icon("M13 8a5 5 0 11-1.6-3.7M13 2v3h-3");
pub(crate) const CLOCK: Icon = Icon("M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8zM8 4.6V8l2.4 1.5");
pub(crate) const MORE: Icon = Icon(
    "M3.500 7.400a.6.6 0 100 1.200.6.6 0 000-1.200zM8 7.400a.6.6 0 100 1.200.6.6 0 000-1.200zM12.500 7.400a.6.6 0 100 1.200.6.6 0 000-1.200z",
);
pub(crate) const OPEN: Icon = Icon("M6.5 3.5h-3v9h9v-3M9 2.8h4.2V7M13 3L7.5 8.5");
pub(crate) const THEME: Icon =
    Icon("M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8zM8 2v12M8 5l3.8-1.2M8 8h6M8 11l3.8 1.2");
pub(crate) const LANGUAGE: Icon = Icon(
    "M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8zM2 8h12M8 1.8c2 1.8 2.8 3.9 2.8 6.2S10 12.4 8 14.2C6 12.4 5.2 10.3 5.2 8S6 3.6 8 1.8z",
);
pub(crate) const USER: Icon =
    Icon("M8 8a2.8 2.8 0 100-5.6A2.8 2.8 0 008 8zM2.8 13.6c.6-2.4 2.6-3.6 5.2-3.6s4.6 1.2 5.2 3.6");
pub(crate) const BACK: Icon = Icon("M9.5 3.5L5 8l4.5 4.5");
pub(crate) const SPIN: Icon = Icon("M8 2a6 6 0 106 6");
pub(crate) const EYE: Icon =
    Icon("M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 100 3.6 1.8 1.8 0 000-3.6z");
pub(crate) const UP: Icon = Icon("M8 12.5v-9M4.5 7L8 3.5 11.5 7");
pub(crate) const DOWN: Icon = Icon("M8 3.5v9M4.5 9L8 12.5 11.5 9");

pub(crate) const KEYBOARD: Icon = Icon(
    "M2.5 4h11c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1h-11c-.6 0-1-.4-1-1V5c0-.6.4-1 1-1zM4.2 6.6h.1M6.8 6.6h.1M9.400 6.6h.1M12 6.6h.1M5 9.500h6",
);
pub(crate) const FOLLOW: Icon = Icon("M8 2.5v8M4.500 7L8 10.500 11.500 7M3.500 13.500h9");
pub(crate) const WRAP: Icon =
    Icon("M2.500 4h11M2.500 8h8.700a2.250 2.250 0 010 4.500H8M9.700 10.800L8 12.500l1.700 1.700M2.500 12.500H5");
pub(crate) const DOWNLOAD: Icon = Icon("M8 2.500v7M5 6.700l3 3 3-3M3 11.500v2h10v-2");

pub(crate) const UPLOAD: Icon = Icon("M8 10.500v-7M5 6l3-3 3 3M3 11.500v2h10v-2");
pub(crate) const IMPORT: Icon = Icon("M8 2.500v7.500M5.200 7.400L8 10.200l2.800-2.800M5.500 5H3v8.500h10V5h-2.500");
pub(crate) const TRASH: Icon =
    Icon("M3 4.500h10M6.500 4.500V3h3v1.500M4.300 4.500l.6 9h6.200l.6-9M6.800 7v4M9.200 7v4");
pub(crate) const PAUSE: Icon = Icon("M5.500 3.500v9M10.500 3.500v9");
pub(crate) const PLAY: Icon = Icon("M5 3.200l7.800 4.800L5 12.800z");
pub(crate) const SAVE: Icon = Icon("M8 2l5.500 3v6L8 14l-5.500-3V5zM2.700 5.100L8 8l5.300-2.900M8 8v6");

pub(crate) const SHARE: Icon = Icon(
    "M6 8a2.6 2.6 0 100-5.200A2.6 2.6 0 006 8zM1.600 13.500c.4-2.500 2.100-3.700 4.400-3.700 1.100 0 2 .2 2.700.7M12 9.500v4.500M9.750 11.750h4.500",
);
pub(crate) const UNDO: Icon = Icon("M5.500 3.500L2.500 6.500l3 3M2.500 6.500h7a4 4 0 010 8H6");

/// Draws an icon; never read out, for what it stands beside has words.
pub(crate) fn icon(icon: Icon) -> impl IntoView {
    view! { <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=icon.0/></svg> }
}
