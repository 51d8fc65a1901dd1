//! Answers where no gateway could give one. The same body as everywhere (`api::Problem`), with the id that the log has too.

use std::fmt::Write as _;

/// The Worker is at fault.
pub(crate) fn internal(message: &str) -> web_sys::Response {
    problem(500, "internal", message)
}

/// What is asked for cannot be had now.
pub(crate) fn unavailable(message: &str) -> web_sys::Response {
    problem(503, "unavailable", message)
}

/// The request is at fault.
pub(crate) fn bad_request(message: &str) -> web_sys::Response {
    problem(400, "invalid_request", message)
}

/// It is not let in.
pub(crate) fn forbidden(message: &str) -> web_sys::Response {
    problem(403, "forbidden", message)
}

/// What is asked for is at another address, for good.
pub(crate) fn moved(to: &str) -> web_sys::Response {
    answer(308, &request_id(), None, &[("location", to)])
}

fn problem(status: u16, code: &str, message: &str) -> web_sys::Response {
    let id = request_id();
    if status >= 500 {
        tracing::error!(id, status, code, "refused");
    } else {
        tracing::info!(id, status, code, "refused");
    }
    // The messages are our own and need no escaping.
    let body = format!(r#"{{"code":"{code}","message":"{message}","request_id":"{id}"}}"#);
    answer(status, &id, Some(&body), &[("content-type", "application/json")])
}

fn answer(status: u16, id: &str, body: Option<&str>, more: &[(&str, &str)]) -> web_sys::Response {
    let headers = web_sys::Headers::new().expect("the platform makes headers");
    let all = [
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", id),
    ];
    for (name, value) in all.iter().chain(more) {
        headers.set(name, value).expect("plain ASCII");
    }
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    init.set_headers(&headers);
    web_sys::Response::new_with_opt_str_and_init(body, &init).expect("text makes a response")
}

fn request_id() -> String {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).expect("the platform gives out random bytes");
    bytes.iter().fold(String::with_capacity(24), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
