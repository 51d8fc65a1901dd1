use super::*;
use crate::ports::SendError;
use http::{HeaderMap, HeaderValue, header::RETRY_AFTER};

fn refused(status: u16, body: &str) -> UpstreamError {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("7"));
    refused_with(status, &headers, body)
}

fn refused_with(status: u16, headers: &HeaderMap, body: &str) -> UpstreamError {
    crate::upstream::UpstreamError::refused(StatusCode::from_u16(status).expect("a status"), headers, body.as_bytes())
}

fn unreadable() -> UpstreamError {
    let source = serde_json::from_str::<u8>("<html>").expect_err("no number");
    UpstreamError::Unreadable { expected: "a job", source }
}

#[test]
fn every_failure_of_the_cluster_has_its_answer() {
    let unreachable = SendError::Connect { authority: "x:1".into(), source: "refused".into() };
    let table = [
        (UpstreamError::Unreachable(unreachable), 503, "cannot be reached"),
        (UpstreamError::Timeout, 504, "did not answer in time"),
        (UpstreamError::BrokeOff("eof".into()), 502, "broke off"),
        (UpstreamError::TooLong { limit_bytes: 1 }, 502, "could not be understood"),
        (unreadable(), 502, "could not be understood"),
        (UpstreamError::Handshake, 502, "could not be understood"),
        (UpstreamError::ForeignHost { what: "registry", url: "https://evil".into() }, 502, "registry"),
        (UpstreamError::Unauthorized, 401, "Sign in again"),
        (UpstreamError::NotRenewed, 503, "stay signed in"),
        (UpstreamError::Notes("disk".into()), 503, "cannot look up"),
        (UpstreamError::IdToken("x"), 401, "does not accept"),
        (UpstreamError::NoCluster, 403, "Ask an administrator"),
        (refused(400, r#"{"error":"no such job job-1"}"#), 404, "no such job"),
        (refused(400, r#"{"error":"job with name 'a' and project 'p' already exists: 'x'"}"#), 409, "this name"),
        (refused(400, r#"{"error":"Preset 'x' is unknown"}"#), 400, "Preset 'x' is unknown"),
        (refused(400, "<html>nginx</html>"), 400, "without saying why"),
        (refused(401, ""), 401, "session has ended"),
        (
            refused(403, r#"{"missing":[{"uri":"job://default/acme/demo","action":"write"}]}"#),
            403,
            "write permission on job://default/acme/demo",
        ),
        (refused(403, r#"{"error":"not your cluster"}"#), 403, "not your cluster"),
        (refused(404, r#"{"error":"Job 'x' is not running."}"#), 404, "no such job"),
        (refused(404, "404 page not found"), 503, "Something before the cluster"),
        (refused(409, ""), 409, "state"),
        (refused(413, ""), 413, "too large"),
        (refused(422, r#"{"error":"bad"}"#), 400, "bad"),
        (refused(429, ""), 429, "slow down"),
        (refused(500, "<html>"), 502, "answered 500"),
        (refused(501, ""), 501, "cannot do this"),
        (refused(502, ""), 502, "answered 502"),
        (refused(503, ""), 503, "not available"),
        (refused(504, ""), 504, "in time"),
        (refused(301, ""), 502, "answered 301"),
        (refused(418, ""), 502, "answered 418"),
    ];
    for (error, status, says) in table {
        let name = format!("{error:?}");
        let told = tell(&Failure::Upstream(error));
        assert_eq!(told.code.status(), status, "{name}");
        assert!(told.message.contains(says), "{name}: {}", told.message);
    }
}

#[test]
fn retry_after_is_handed_on_where_waiting_helps_and_only_there() {
    assert_eq!(tell(&Failure::Upstream(refused(503, ""))).retry_after_secs, Some(7));
    assert_eq!(tell(&Failure::Upstream(refused(429, ""))).retry_after_secs, Some(7));
    assert_eq!(tell(&Failure::Upstream(refused(400, ""))).retry_after_secs, None);
    assert_eq!(tell(&Failure::Upstream(refused_with(503, &HeaderMap::new(), ""))).retry_after_secs, Some(5));
}

#[test]
fn a_refused_handshake_is_read_from_its_header() {
    let mut headers = HeaderMap::new();
    headers.insert("x-error", HeaderValue::from_static(r#"{"error":"Job 'x' is not running."}"#));
    let UpstreamError::Refused { error, .. } = refused_with(404, &headers, "") else { panic!("a refusal") };
    assert_eq!(error.as_deref(), Some("Job 'x' is not running."));
}

#[test]
fn what_the_cluster_says_is_cut_and_cleaned() {
    let long = format!(r#"{{"error":"\u001b[31m{}"}}"#, "a".repeat(5000));
    let told = tell(&Failure::Upstream(refused(400, &long)));
    assert!(told.message.len() <= 500 && !told.message.contains('\u{1b}'));
}

#[test]
fn an_input_at_fault_is_named() {
    let told = tell(&Failure::invalid("env.A B", "has a space"));
    assert_eq!((told.code, told.field.as_deref()), (Code::InvalidRequest, Some("env.A B")));
    assert_eq!(tell(&Failure::Upstream(refused(400, r#"{"error":"already exists"}"#))).field.as_deref(), Some("name"));
}

#[test]
fn the_cause_chain_is_for_the_log_and_complete() {
    let source = SendError::Connect { authority: "x:1".into(), source: "connection refused".into() };
    let text = chain(&Failure::Upstream(UpstreamError::Unreachable(source)));
    assert_eq!(text, "the cluster failed: the cluster cannot be reached: cannot connect to x:1: connection refused");
}

#[test]
fn about_rights_the_clusters_own_words_are_told_at_their_input() {
    let at =
        |status, said: &str| tell(&Failure::access_at("user", refused(status, &format!(r#"{{"error":"{said}"}}"#))));
    for (status, said, code, field) in [
        (404, "no such user ghost", Code::NotFound, Some("user")),
        (400, "the name is odd", Code::InvalidRequest, Some("user")),
        (400, "labs already exists", Code::Conflict, Some("user")),
        (409, "bob is already a member of project o/p as reader", Code::Conflict, Some("user")),
        (409, "bob is the last manager of project o/p", Code::Conflict, None),
        (403, "no", Code::Forbidden, None),
        (503, "starting", Code::Unavailable, None),
    ] {
        let told = at(status, said);
        assert_eq!((told.code, told.field.as_deref()), (code, field), "{said}: {}", told.message);
    }
    let partly = Failure::PartlyChanged { done: 1, of: 2, source: refused(404, r#"{"error":"no such user ghost"}"#) };
    assert_eq!(
        tell(&partly).message,
        "1 of 2 changes were made, then one was refused: No such user ghost. Look at the list again and repeat the others."
    );
    assert_eq!(tell(&Failure::access(UpstreamError::NoAdminApi)).code, Code::NotSupported);
    assert_eq!(tell(&Failure::NoSuchRole).code, Code::NotFound);
}
