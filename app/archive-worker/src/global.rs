//! The worker's own place in the browser: its scope, its name, time, and messages to whoever started it.

use archive_protocol::Word;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageChannel};

/// The name that makes a worker a hand.
pub(crate) const HAND: &str = "hand";

pub(crate) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

pub(crate) fn is_hand() -> bool {
    scope().name() == HAND
}

/// Milliseconds since the epoch.
pub(crate) fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// A random number from 0 up to 1, for jitter.
pub(crate) fn random() -> f64 {
    js_sys::Math::random()
}

/// Ends when what came before has been seen to, and what can go on by itself has done so. Not by a timer: several in a row are slowed down
/// to four milliseconds each (HTML, section 8.6).
pub(crate) async fn later() {
    let Ok(channel) = MessageChannel::new() else { return };
    let heard = js_sys::Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
    if channel.port2().post_message(&JsValue::UNDEFINED).is_ok() {
        drop(JsFuture::from(heard).await);
    }
    channel.port1().close();
}

/// Tells the page.
pub(crate) fn tell(word: &Word) {
    let text = serde_json::to_string(word).expect("words are plain data");
    // It can only fail when the page is gone.
    drop(scope().post_message(&JsValue::from_str(&text)));
}

/// Reads a whole blob. An error means that the file has changed or is gone.
pub(crate) async fn read(blob: &Blob) -> Result<Uint8Array, JsValue> {
    JsFuture::from(blob.array_buffer()).await.map(|buffer| Uint8Array::new(&buffer))
}

/// The part of a blob from `offset` on; offsets above 2^53 do not occur in files.
pub(crate) fn slice(blob: &Blob, offset: u64, len: u64) -> Result<Blob, JsValue> {
    blob.slice_with_f64_and_f64(offset as f64, (offset + len) as f64)
}

/// An error of the browser in words.
pub(crate) fn words(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| String::from(error.message()))
}
