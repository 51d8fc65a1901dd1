//! A page's title: the document's, the heading, and where the focus goes on arrival.

use crate::i18n::{catalogue::shell, use_i18n};
use crate::paths;
use crate::stores::browser;
use leptos::{html, prelude::*};

/// Whether the reader has moved since the console was opened; the first page must not steal the focus.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    moved: StoredValue<bool>,
}

impl Arrival {
    /// Follows the path of the address.
    pub(crate) fn follow(pathname: Memo<String>) -> Self {
        let moved = StoredValue::new(false);
        // By the address bar, which the router may catch up with only later.
        let opened = StoredValue::new(browser::path());
        Effect::new(move || {
            let now = pathname.get();
            if opened.with_value(|opened| opened == paths::HOME) {
                // The root sends on to the first page by itself.
                opened.set_value(now);
            } else if opened.with_value(|opened| *opened != now) {
                moved.set_value(true);
            }
        });
        Self { moved }
    }
}

/// The page's heading.
#[component]
pub(crate) fn PageTitle(#[prop(into)] title: Signal<String>) -> impl IntoView {
    let (i18n, arrival) = (use_i18n(), expect_context::<Arrival>());
    let heading = NodeRef::<html::H1>::new();
    Effect::new(move || browser::set_title(&format!("{} · {}", title.get(), i18n.now(shell::APP))));
    Effect::new(move || {
        if let Some(heading) = heading.get() {
            // After the router's own effects, which note that the address has changed. Whoever was quicker stays in the field.
            request_animation_frame(move || {
                if arrival.moved.try_get_value() == Some(true) && !browser::is_in_field() {
                    drop(heading.focus());
                }
            });
        }
    });
    view! { <h1 node_ref=heading tabindex="-1" class="truncate">{move || title.get()}</h1> }
}
