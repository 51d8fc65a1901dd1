//! xterm.js, as `terminal-js` wraps it. The only place that knows its JavaScript.

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

/// Asked for each time anew; it names the rest by hash.
const ENTRY: &str = "/terminal/entry.js";
/// What the entry leaves in the page.
const GLOBAL: &str = "roadsteadTerminal";

/// A screen. Taken down when dropped.
pub(super) struct Xterm {
    handle: JsValue,
    _on_input: Closure<dyn FnMut(String)>,
    _on_size: Closure<dyn FnMut(u16, u16)>,
    _on_shown: Closure<dyn FnMut(u32)>,
}

impl Xterm {
    /// Loads xterm.js, if this is the first, and opens a screen in `host`. Tells what is typed, each new size, and
    /// how many bytes more of what was written are shown.
    pub(super) async fn open(
        host: &HtmlElement,
        label: &str,
        reader: bool,
        input: impl FnMut(String) + 'static,
        resized: impl FnMut(u16, u16) + 'static,
        shown: impl FnMut(u32) + 'static,
    ) -> Result<Self, JsValue> {
        let module = load().await?;
        let on_input = Closure::<dyn FnMut(String)>::new(input);
        let on_size = Closure::<dyn FnMut(u16, u16)>::new(resized);
        let on_shown = Closure::<dyn FnMut(u32)>::new(shown);
        let told = Object::new();
        Reflect::set(&told, &"input".into(), on_input.as_ref())?;
        Reflect::set(&told, &"size".into(), on_size.as_ref())?;
        Reflect::set(&told, &"shown".into(), on_shown.as_ref())?;
        let arguments = js_sys::Array::of4(host, &label.into(), &reader.into(), &told);
        let opened = function(&module, "open")?.apply(&module, &arguments)?;
        let handle = JsFuture::from(opened.dyn_into::<Promise>()?).await?;
        Ok(Self { handle, _on_input: on_input, _on_size: on_size, _on_shown: on_shown })
    }

    /// Takes nothing from the keyboard, opens no links, and is as large as [`Self::fix`] says.
    pub(super) fn only_show(&self) {
        self.call("onlyShow", &JsValue::UNDEFINED);
    }

    /// Columns and rows, once all that was written before is shown.
    pub(super) fn fix(&self, columns: u16, rows: u16) {
        self.call("fix", &js_sys::Array::of2(&columns.into(), &rows.into()));
    }

    pub(super) fn write(&self, bytes: &[u8]) {
        self.call("write", &Uint8Array::from(bytes));
    }

    pub(super) fn paste(&self, text: &str) {
        self.call("paste", &text.into());
    }

    pub(super) fn reader(&self, on: bool) {
        self.call("reader", &on.into());
    }

    pub(super) fn focus(&self) {
        self.call("focus", &JsValue::UNDEFINED);
    }

    pub(super) fn clear(&self) {
        self.call("clear", &JsValue::UNDEFINED);
    }

    pub(super) fn selection(&self) -> String {
        self.call("selection", &JsValue::UNDEFINED).as_string().unwrap_or_default()
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u16, u16) {
        let number = |name| self.call(name, &JsValue::UNDEFINED).as_f64().unwrap_or(0.0) as u16;
        (number("columns"), number("rows"))
    }

    /// A screen that was taken down answers nothing.
    fn call(&self, name: &str, argument: &JsValue) -> JsValue {
        function(&self.handle, name).and_then(|f| f.call1(&self.handle, argument)).unwrap_or(JsValue::UNDEFINED)
    }
}

impl Drop for Xterm {
    fn drop(&mut self) {
        self.call("dispose", &JsValue::UNDEFINED);
    }
}

/// Text of the clipboard, where the reader and the browser allow it.
pub(super) async fn clipboard_text() -> Option<String> {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return None;
    }
    JsFuture::from(clipboard.read_text()).await.ok()?.as_string()
}

async fn load() -> Result<JsValue, JsValue> {
    let global = || Reflect::get(&js_sys::global(), &GLOBAL.into()).ok().filter(|g| !g.is_undefined());
    if global().is_none() {
        JsFuture::from(script()).await?;
    }
    let entry = global().ok_or(JsValue::UNDEFINED)?;
    let module = function(&entry, "load")?.call0(&entry)?;
    JsFuture::from(module.dyn_into::<Promise>()?).await
}

/// Runs the entry's script; a failed one is taken out again, so that a later try is a new one.
fn script() -> Promise {
    Promise::new(&mut |resolve, reject| {
        let Ok(script) = document().create_element("script").map(JsCast::unchecked_into::<HtmlElement>) else {
            drop(reject.call0(&JsValue::UNDEFINED));
            return;
        };
        drop(script.set_attribute("type", "module"));
        drop(script.set_attribute("src", ENTRY));
        script.set_onload(Some(&resolve));
        let failed = script.clone();
        let on_error = Closure::once_into_js(move || {
            failed.remove();
            drop(reject.call0(&JsValue::UNDEFINED));
        });
        script.set_onerror(Some(on_error.unchecked_ref()));
        if let Some(head) = document().head() {
            drop(head.append_child(&script));
        }
    })
}

fn function(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}
