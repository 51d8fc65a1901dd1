//! What no honest client sends.

use super::*;

#[tokio::test]
async fn hostile_requests_get_a_clear_refusal_in_json() {
    let server = Server::start().await;
    let job = server.job("train").await;
    let long = "x".repeat(6000);
    let wide = format!("{{\"max_run_time_minutes\": \"{}\"}}", "x".repeat(900_000));
    let table: Vec<(&str, String, &str)> = vec![
        ("POST", "/api/v1/jobs?from_preset".into(), ""),
        ("POST", "/api/v1/jobs?from_preset".into(), "{"),
        ("POST", "/api/v1/jobs?from_preset".into(), "[]"),
        ("POST", "/api/v1/jobs?from_preset".into(), "{\"image\": 1}"),
        ("POST", "/api/v1/jobs?from_preset".into(), "{\"image\": \"\\u0000\"}"),
        ("POST", "/api/v1/jobs?from_preset".into(), "\u{feff}{}"),
        ("POST", "/api/v1/jobs".into(), "{}"),
        ("POST", "/api/v1/jobs".into(), "{\"container\": []}"),
        ("GET", "/api/v1/jobs?limit=0".into(), ""),
        ("GET", "/api/v1/jobs?limit=-1".into(), ""),
        ("GET", "/api/v1/jobs?limit=99999999999999999999".into(), ""),
        ("GET", "/api/v1/jobs?status=dancing".into(), ""),
        ("GET", "/api/v1/jobs?since=yesterday".into(), ""),
        ("GET", "/api/v1/jobs?since=9999-99-99T00:00:00Z".into(), ""),
        ("GET", "/api/v1/jobs?name=%00".into(), ""),
        ("GET", "/api/v1/jobs?reverse=maybe".into(), ""),
        ("GET", "/api/v1/jobs?hostname=a&name=b".into(), ""),
        ("GET", format!("/api/v1/jobs?{}", "tag=a&".repeat(2000)), ""),
        ("GET", "/api/v1/jobs/%00".into(), ""),
        ("GET", "/api/v1/jobs/%ff%fe".into(), ""),
        ("GET", "/api/v1/jobs/..%2f..%2fetc".into(), ""),
        ("GET", format!("/api/v1/jobs/{long}"), ""),
        ("PUT", format!("/api/v1/jobs/{job}/max_run_time_minutes"), "{}"),
        ("PUT", format!("/api/v1/jobs/{job}/max_run_time_minutes"), "{\"max_run_time_minutes\": -5}"),
        ("PUT", format!("/api/v1/jobs/{job}/max_run_time_minutes"), "{\"max_run_time_minutes\": 0}"),
        ("PUT", format!("/api/v1/jobs/{job}/max_run_time_minutes"), "{\"max_run_time_minutes\": 1e99}"),
        ("PUT", format!("/api/v1/jobs/{job}/max_run_time_minutes"), "{\"other\": 1}"),
        ("PUT", format!("/api/v1/jobs/{job}/max_run_time_minutes"), &wide),
        ("GET", format!("/api/v1/monitoring/{job}/log?since=soon"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/log?timestamps=perhaps"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/log?from_line=x&timestamps=true"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/log?limit=0"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/log?separator=%0a"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/log?separator={long}"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/log?from_line=1&since=2026-01-01T00:00:00Z"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/log_ws"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/top"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/exec"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/exec?cmd="), ""),
        ("GET", format!("/api/v1/monitoring/{job}/exec?cmd='open"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/exec?cmd=a%00b"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/exec?cmd=ls&tty=1&stdout=1&stderr=1"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/exec?cmd=ls&stdin=0&stdout=0&stderr=0"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/attach?tty=2"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/port_forward/0"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/port_forward/65536"), ""),
        ("GET", format!("/api/v1/monitoring/{job}/port_forward/http"), ""),
        ("DELETE", format!("/api/v1/monitoring/{job}/log"), ""),
        ("POST", "/api/v1/users".into(), "{}"),
        ("POST", "/api/v1/users".into(), "{\"name\": \"\"}"),
        ("POST", "/api/v1/users".into(), "{\"name\": \"writer/../admin\"}"),
        ("POST", "/api/v1/users".into(), "{\"name\": \"writer/Roles\"}"),
        ("POST", "/api/v1/users/reader/permissions".into(), "[]"),
        ("POST", "/api/v1/users/reader/permissions".into(), "{}"),
        ("POST", "/api/v1/users/reader/permissions".into(), "[{\"uri\": \"x\", \"action\": \"read\"}]"),
        ("POST", "/api/v1/users/reader/permissions".into(), "[{\"uri\": \"job://a/..\", \"action\": \"read\"}]"),
        ("POST", "/api/v1/users/reader/permissions".into(), "[{\"uri\": \"job://default\", \"action\": \"own\"}]"),
        ("POST", "/api/v1/users/reader/permissions".into(), "[{\"uri\": \"job://default\", \"action\": \"list\"}]"),
        ("DELETE", "/api/v1/users/reader/permissions".into(), ""),
        ("DELETE", "/api/v1/users/reader/permissions?uri=nonsense".into(), ""),
        ("GET", "/api/v1/users/writer/permissions?uri=nonsense".into(), ""),
        ("GET", "/api/v1/users/writer/permissions/tree".into(), ""),
        ("GET", "/api/v1/users/writer/permissions/tree?uri=job:&depth=-1".into(), ""),
    ];
    for (method, path, body) in table {
        let request = Request::builder()
            .method(method)
            .uri(&path)
            .header(header::AUTHORIZATION, format!("Bearer {}", server.token(As::Writer).await));
        let answer = server.send(request.body(Body::from(body.to_owned())).expect("a request")).await;
        let shown: String = path.chars().take(100).collect();
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{method} {shown} {body:.200}: {:.200}", answer.text);
        let error = answer.error();
        assert!((4..600).contains(&error.len()), "{method} {shown}: {error}");
        assert!(!error.chars().any(char::is_control), "{method} {shown}: {error:?}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_a_413() {
    let server = Server::start().await;
    for path in ["/api/v1/jobs?from_preset", "/oauth/token", "/api/v1/users/reader/permissions"] {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", server.token(As::Writer).await));
        let answer = server.send(request.body(Body::from(vec![b' '; 3 << 20])).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        answer.error();
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_408() {
    let server = Server::start().await;
    for path in ["/api/v1/jobs?from_preset", "/oauth/token", "/api/v1/users/reader/permissions"] {
        let (body, begun, _go) = slow_body(&json!([]));
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", server.token(As::Writer).await));
        let later = async {
            begun.await.expect("the body is read");
            pass(Duration::from_secs(30)).await;
        };
        let (answer, ()) = tokio::join!(server.send(request.body(body).expect("a request")), later);
        assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT, "{path}");
        assert!(answer.error().contains("30 seconds"), "{}", answer.text);
    }
}

#[tokio::test]
async fn on_a_full_disk_a_job_is_refused_and_what_is_there_stays() {
    let server = Server::start().await;
    let job = server.job("train").await;
    crate::store::testing::fill_disk(&server.store).await;
    let mut body = super::request("large");
    body["env"] = json!({"LARGE": "x".repeat(60_000)});
    let refused = server.post(As::Writer, "/api/v1/jobs?from_preset", body).await;
    assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE, "{}", refused.text);
    assert!(refused.error().contains("disk is full"));
    let listed = server.get(As::Writer, "/api/v1/jobs").await.json();
    assert_eq!(listed["jobs"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["jobs"][0]["id"], job);
}

#[tokio::test]
async fn deeply_nested_json_is_refused_and_not_followed() {
    let server = Server::start().await;
    let deep = format!("{{\"image\": \"x\", \"env\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/jobs?from_preset")
        .header(header::AUTHORIZATION, format!("Bearer {}", server.token(As::Writer).await));
    let answer = server.send(request.body(Body::from(deep)).expect("a request")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn each_answer_carries_a_request_id_of_plain_words() {
    let server = Server::start().await;
    for (given, kept) in [("abc-1", true), ("a b", false), ("<script>", false), (&"x".repeat(100), false)] {
        let request = Request::builder().uri("/api/v1/ping").header("x-request-id", given);
        let answer = server.send(request.body(Body::empty()).expect("a request")).await;
        let id = answer.headers["x-request-id"].to_str().expect("text").to_owned();
        assert_eq!(id == given, kept, "{given:.20}");
        assert!(!id.is_empty());
    }
}
