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

fn problem(status: u16, code: &str, message: &str) -> web_sys::Response {
    let id = request_id();
    tracing::error!(id, status, code, "refused");
    // The messages are our own and need no escaping.
    let body = format!(r#"{{"code":"{code}","message":"{message}","request_id":"{id}"}}"#);
    let headers = web_sys::Headers::new().expect("the platform makes headers");
    let all = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", id.as_str()),
    ];
    for (name, value) in all {
        headers.set(name, value).expect("plain ASCII");
    }
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    init.set_headers(&headers);
    web_sys::Response::new_with_opt_str_and_init(Some(&body), &init).expect("text makes a response")
}

fn request_id() -> String {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).expect("the platform gives out random bytes");
    bytes.iter().fold(String::with_capacity(24), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
