//! One tab at a time pushes to a tag: a Web Lock by the tag's name, let go when dropped or when the tab ends.

use futures::channel::oneshot;
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::collections::HashSet;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// `LockManager`, which `web-sys` has only behind a compiler flag.
    type Locks;

    #[wasm_bindgen(method, catch)]
    fn request(this: &Locks, name: &str, options: &Object, granted: &Function) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn query(this: &Locks) -> Result<Promise, JsValue>;
}

/// The browser's locks, where it has them: not on pages that came over plain HTTP from afar.
fn locks() -> Option<Locks> {
    let navigator = crate::global::scope().navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).unwrap_or_default();
    (!locks.is_undefined()).then(|| locks.unchecked_into())
}

/// A held lock; nothing where the browser has no locks.
pub(crate) struct TagLock {
    release: Option<Function>,
}

impl Drop for TagLock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            drop(release.call0(&JsValue::NULL));
        }
    }
}

/// Takes the lock; `None`: another tab has it.
pub(crate) async fn take(name: &str) -> Option<TagLock> {
    let Some(locks) = locks() else { return Some(TagLock { release: None }) };
    let options = Object::new();
    drop(Reflect::set(&options, &"ifAvailable".into(), &true.into()));
    let (sender, answer) = oneshot::channel();
    // The lock is held as long as the promise that this returns stays open.
    let granted = Closure::once_into_js(move |lock: JsValue| -> Promise {
        if lock.is_null() {
            drop(sender.send(None));
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        drop(sender.send(Some(TagLock { release })));
        held
    });
    match locks.request(name, &options, granted.unchecked_ref()) {
        Ok(_) => answer.await.ok().flatten(),
        Err(_) => Some(TagLock { release: None }),
    }
}

/// The names of all locks that are held, in this tab and others.
pub(crate) async fn held() -> HashSet<String> {
    let Some(Ok(asked)) = locks().map(|locks| locks.query()) else { return HashSet::new() };
    let told = JsFuture::from(asked).await.unwrap_or_default();
    let held: Array =
        Reflect::get(&told, &"held".into()).ok().and_then(|held| held.dyn_into().ok()).unwrap_or_default();
    held.iter().filter_map(|lock| Reflect::get(&lock, &"name".into()).ok()?.as_string()).collect()
}
