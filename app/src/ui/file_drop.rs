//! A place to drop files on, which is also a button to pick them with.

use super::icon::{UP, icon};
use crate::i18n::Text;
use leptos::{html, prelude::*};
use send_wrapper::SendWrapper;
use web_sys::{DragEvent, FileList};

/// Files that were picked or dropped.
pub(crate) type Picked = SendWrapper<Vec<web_sys::File>>;

/// The place. Its input is a real file input: keyboard and screen readers use that.
#[component]
pub(crate) fn FileDrop(
    /// The input's id.
    id: &'static str,
    #[prop(into)] label: Text,
    #[prop(into)] hint: Text,
    /// Endings that the browser's dialog offers first.
    accept: &'static str,
    #[prop(into)] on_files: Callback<Picked>,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let give = move |list: Option<FileList>| {
        let files = files(list);
        if !files.is_empty() {
            on_files.run(SendWrapper::new(files));
        }
    };
    let dragging = move |event: DragEvent, is_over: bool| {
        event.prevent_default();
        over.set(is_over);
    };
    let picked = move |_| {
        if let Some(input) = input.get_untracked() {
            give(input.files());
            // The same file again must be a change too.
            input.set_value("");
        }
    };
    view! {
        <label
            class=move || if over.get() { "file-drop file-drop-over" } else { "file-drop" }
            for=id
            on:dragenter=move |event| dragging(event, true)
            on:dragover=move |event| dragging(event, true)
            on:dragleave=move |event| dragging(event, false)
            on:drop=move |event| {
                dragging(event.clone(), false);
                give(event.data_transfer().and_then(|data| data.files()));
            }
        >
            {icon(UP)}
            <span class="file-drop-label">{move || label.get()}</span>
            <span class="file-drop-hint" id=format!("{id}-hint")>{move || hint.get()}</span>
            <input
                node_ref=input
                class="file-drop-input"
                id=id
                type="file"
                multiple
                accept=accept
                aria-describedby=format!("{id}-hint")
                on:change=picked
            />
        </label>
    }
}

fn files(list: Option<FileList>) -> Vec<web_sys::File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)).collect()
}
