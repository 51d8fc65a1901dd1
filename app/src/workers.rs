//! The link to the archive workers: orders go out, words come in. The workers are started when first needed and live as long as the
//! page, whatever it shows.

use archive_protocol::{Order, Word};
use leptos::prelude::document;
use wasm_bindgen::prelude::*;
use web_sys::{File, MessageEvent, Worker, WorkerOptions, WorkerType};

/// The running workers.
pub(crate) struct ArchiveWorkers {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl ArchiveWorkers {
    /// Starts them; `None` where the browser or the page has none. `hear` gets every word, `broken` is told when they are good for nothing more.
    pub(crate) fn start(hear: impl Fn(Word) + 'static, broken: impl Fn() + 'static) -> Option<Self> {
        let script = document().query_selector("meta[name=archive-worker]").ok()??.get_attribute("content")?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&script, &options).ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(word) = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) {
                hear(word);
            }
        });
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            event.prevent_default();
            broken();
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Gives an order, beside a file where it is about one.
    pub(crate) fn order(&self, order: &Order, file: Option<&File>) {
        let text = JsValue::from_str(&serde_json::to_string(order).expect("orders are plain data"));
        // A file is handed over by reference; it can be refused only when the worker is gone, which is told otherwise.
        drop(match file {
            Some(file) => self.worker.post_message(&js_sys::Array::of2(&text, file)),
            None => self.worker.post_message(&text),
        });
    }
}

impl Drop for ArchiveWorkers {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
