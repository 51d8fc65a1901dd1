//! The log: to standard error, filtered by `ROADSTEAD_LOG`.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging. Called once, first.
pub(crate) fn start(json: bool) {
    let filter = EnvFilter::try_from_env("ROADSTEAD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        log.json().init();
    } else {
        log.with_ansi(std::io::stderr().is_terminal()).with_target(false).init();
    }
}
