//! Files dragged onto the page.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, File};

/// Takes files that are dropped anywhere on the page, for as long as the caller stands. The signal says whether files are
/// being dragged over the page now.
pub(crate) fn use_page_drop(on_files: impl Fn(Vec<File>) + 'static) -> Signal<bool> {
    // The pointer enters and leaves every element on its way; over the page it is while more were entered than left.
    let depth = RwSignal::new(0u32);
    let enter = window_event_listener(ev::dragenter, move |event| {
        if carries_files(event.data_transfer().as_ref()) {
            event.prevent_default();
            depth.update(|depth| *depth += 1);
        }
    });
    let over = window_event_listener(ev::dragover, |event| {
        if let Some(transfer) = event.data_transfer().filter(|t| carries_files(Some(t))) {
            event.prevent_default();
            transfer.set_drop_effect("copy");
        }
    });
    let leave = window_event_listener(ev::dragleave, move |_| depth.update(|depth| *depth = depth.saturating_sub(1)));
    let dropped = window_event_listener(ev::drop, move |event| {
        let Some(transfer) = event.data_transfer().filter(|t| carries_files(Some(t))) else { return };
        // Without this the browser would leave the page for the file.
        event.prevent_default();
        depth.set(0);
        let files = files_of(&transfer);
        if !files.is_empty() {
            on_files(files);
        }
    });
    on_cleanup(move || [enter, over, leave, dropped].into_iter().for_each(WindowListenerHandle::remove));
    Signal::derive(move || depth.get() > 0)
}

/// Opens the system's dialog for files by way of an `<input type="file">`, and reads what was chosen from its event.
pub(crate) fn chosen_files(event: &ev::Event) -> Vec<File> {
    let input = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok());
    let files = input.as_ref().and_then(web_sys::HtmlInputElement::files);
    let all = files.map(|files| (0..files.length()).filter_map(|i| files.get(i)).collect()).unwrap_or_default();
    if let Some(input) = input {
        // So that the same file can be chosen again.
        input.set_value("");
    }
    all
}

fn carries_files(transfer: Option<&DataTransfer>) -> bool {
    transfer.is_some_and(|t| t.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

fn files_of(transfer: &DataTransfer) -> Vec<File> {
    transfer.files().map(|files| (0..files.length()).filter_map(|i| files.get(i)).collect()).unwrap_or_default()
}
