//! A modal dialog on the browser's own `<dialog>`: focus is kept inside, Escape closes, focus returns to where it was.

use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use std::{
    cell::RefCell,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Dialogs opened so far.
static OPENED: AtomicUsize = AtomicUsize::new(0);

/// A dialog that is open as long as it is in the page.
#[component]
pub(crate) fn Dialog(
    #[prop(into)] title: Signal<String>,
    /// Told when the reader closes it.
    #[prop(into)]
    on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    // A question may stand over another dialog.
    let named_by = format!("dialog-title-{}", OPENED.fetch_add(1, Ordering::Relaxed));
    let title_id = named_by.clone();
    // A dialog that is taken out of the page gives the focus back to nobody.
    let before = SendWrapper::new(Rc::new(RefCell::new(None::<HtmlElement>)));
    let had_focus = before.clone();
    on_cleanup(move || {
        if let Some(element) = before.borrow_mut().take() {
            request_animation_frame(move || {
                let nowhere = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
                if nowhere && element.is_connected() {
                    drop(element.focus());
                }
            });
        }
    });
    Effect::new(move || {
        if let Some(dialog) = dialog.get().filter(|d| !d.open()) {
            let active = document().active_element();
            *had_focus.borrow_mut() = active.and_then(|active| active.dyn_into::<HtmlElement>().ok());
            // It can only fail on a dialog that is already open or not in the page.
            drop(dialog.show_modal());
        }
    });
    let on_backdrop = move |event: web_sys::MouseEvent| {
        let outside = dialog.get().zip(event.target()).is_some_and(|(dialog, target)| {
            let own: &web_sys::EventTarget = dialog.as_ref();
            *own == target
        });
        if outside {
            on_close.run(());
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-labelledby=named_by
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                on_close.run(());
            }
            on:mousedown=on_backdrop
        >
            <div class="dialog-body">
                <h2 id=title_id>{move || title.get()}</h2>
                {children()}
            </div>
        </dialog>
    }
}
