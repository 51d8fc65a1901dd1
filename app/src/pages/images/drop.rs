//! The whole page takes archives: they go on to the page that pushes them.

use crate::i18n::{catalogue::images as words, use_i18n};
use crate::paths;
use crate::stores::{dropped::use_dropped, toasts::use_toasts};
use crate::ui::{
    drop::use_page_drop,
    icon::{UPLOAD, icon},
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// What is seen while files are dragged over the page.
#[component]
pub(super) fn DropTarget(
    /// Why nothing can be pushed.
    refusal: Signal<Option<String>>,
) -> impl IntoView {
    let (i18n, dropped, toasts, navigate) = (use_i18n(), use_dropped(), use_toasts(), use_navigate());
    let over = use_page_drop(move |files| match refusal.get_untracked() {
        Some(refusal) => toasts.bad(refusal),
        None => {
            dropped.put(files);
            navigate(paths::IMAGES_PUSH, NavigateOptions::default());
        }
    });
    move || {
        over.get().then(|| {
            view! {
                <div class="drop-veil" aria-hidden="true">
                    <div class="drop-veil-inner">
                        {icon(UPLOAD)}
                        <strong>{i18n.text(words::DROP_HERE)}</strong>
                        <span>{i18n.text(words::DROP_HINT)}</span>
                    </div>
                </div>
            }
        })
    }
}
