//! The console: what runs in the browser.
//!
//! Pages stand on forms, components and queries; those on the client; that on `api`. `ui` knows nothing of ours. Who may know
//! whom is checked by `cargo xtask check-deps`.

#![expect(unreachable_pub, reason = "the component macro makes every component's props public")]

mod app;
mod client;
mod components;
mod forms;
mod i18n;
mod layouts;
mod logview;
mod pages;
mod paths;
mod queries;
mod rules;
mod stores;
mod terminal;
mod ui;
mod workers;

fn main() {
    console_error_panic_hook::set_once();
    stores::steps::listen();
    leptos::mount::mount_to_body(app::App);
}
