//! The log: lines of JSON to the console, which Cloudflare keeps and `wrangler tail` shows; and what a panic says before the end.

use std::{io, panic::PanicHookInfo};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = log)]
    fn log(text: &str);
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn error(text: &str);
}

#[wasm_bindgen(raw_module = "./life.js")]
extern "C" {
    /// Tells everybody who waits for this instance that it is over.
    fn panicked(message: &str);
}

/// Begins to write the log.
pub(crate) fn begin() {
    std::panic::set_hook(Box::new(end));
    tracing_subscriber::fmt()
        .json()
        // The platform notes the time of each line; the system's clock does not exist here.
        .without_time()
        .with_max_level(LevelFilter::INFO)
        .with_writer(Console)
        .init();
}

/// After a panic the instance's memory is in no known state: it is never used again.
fn end(info: &PanicHookInfo<'_>) {
    let message = info.to_string();
    error(&message);
    panicked(&message);
}

struct Console;

/// One line.
#[derive(Default)]
struct Line(Vec<u8>);

impl MakeWriter<'_> for Console {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line::default()
    }
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        log(String::from_utf8_lossy(&self.0).trim_end());
    }
}
