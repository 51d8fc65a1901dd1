//! Which requests may go on to where many are served at once.

use super::world::{World, token};
use axum::body::Body;
use gateway::{Pace, Paces, Watched, ports::Peer, token_hash};
use http::{Request, header};
use serde_json::json;

/// What reads like a link's token.
const LINK: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn signed_in(set: impl FnOnce(&mut gateway::Config)) -> World {
    let mut world = World::with(|_| None, set);
    world.call("POST", "/session", json!({"token": token("alice", "x")})).await;
    world
}

fn handshake(path: &str, cookie: Option<&str>) -> Request<Body> {
    let mut request = Request::get(path)
        .header(header::UPGRADE, "websocket")
        .header(header::HOST, "console.example")
        .header(header::ORIGIN, "http://console.example");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.extension(Peer(std::net::IpAddr::from([192, 0, 2, 1])));
    request.body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn streams_that_many_watch_are_told_by_what_they_show() {
    let world = signed_in(|_| {}).await;
    let cookie = world.cookie.as_deref();
    let watched = |path: &str, cookie| world.gateway.watched(&handshake(path, cookie));
    assert_eq!(watched("/api/v1/jobs/job-1/logs?from=start", cookie), Some(Watched::Log("job-1".to_owned())));
    let hash = token_hash(LINK).expect("a token");
    assert_eq!(watched(&format!("/s/{LINK}/logs"), None), Some(Watched::SharedLog(hash)));
    assert_eq!(watched(&format!("/s/{LINK}/events"), None), Some(Watched::Statuses));
    let list = watched("/api/v1/jobs/events", cookie);
    assert!(matches!(list, Some(Watched::Jobs(_))));
    let more = cookie.map(|cookie| format!("other=1; {cookie}"));
    assert_eq!(watched("/api/v1/jobs/events", more.as_deref()), list, "other cookies do not matter");
    for other in ["/api/v1/jobs/job-1/top", "/api/v1/jobs/job-1/logs/page", "/api/v1/jobs", "/jobs/job-1/logs"] {
        assert_eq!(watched(other, cookie), None, "{other}");
    }
}

#[tokio::test]
async fn a_stranger_gets_nowhere_where_many_are_served() {
    let world = signed_in(|_| {}).await;
    let cookie = world.cookie.clone().expect("signed in");
    let changed = format!("{cookie}A");
    let watched = |request: &Request<Body>| world.gateway.watched(request);
    for cookie in [None, Some("roadstead_session=x"), Some(changed.as_str())] {
        for path in ["/api/v1/jobs/job-1/logs", "/api/v1/jobs/events"] {
            assert_eq!(watched(&handshake(path, cookie)), None, "{path} with {cookie:?}");
        }
    }
    for path in ["/api/v1/jobs/%2E%2E/logs", "/s/guess/logs", "/s/guess/events", &format!("/s/{LINK}A/events")] {
        assert_eq!(watched(&handshake(path, Some(&cookie))), None, "{path}");
    }
    let mut foreign = handshake("/api/v1/jobs/job-1/logs", Some(&cookie));
    foreign.headers_mut().insert(header::ORIGIN, "http://evil.example".parse().expect("a value"));
    assert_eq!(watched(&foreign), None);
    foreign.headers_mut().remove(header::ORIGIN);
    assert_eq!(watched(&foreign), None);
    let mut plain = handshake("/api/v1/jobs/job-1/logs", Some(&cookie));
    plain.headers_mut().remove(header::UPGRADE);
    assert_eq!(watched(&plain), None);
}

#[tokio::test]
async fn who_asks_too_fast_is_refused_before_that() {
    let wide = Pace { burst: 1000, per_second: 1000 };
    let slow = Pace { burst: 3, per_second: 1 };
    let paces = |of_address, of_session| Paces { of_address, of_session, of_sign_in: wide };
    let mut world = signed_in(|config| config.paces = paces(slow, wide)).await;
    let cookie = world.cookie.clone();
    let shared = format!("/s/{LINK}/events");
    for path in ["/api/v1/jobs/job-1/logs", "/api/v1/jobs/events", &shared] {
        assert!(world.gateway.watched(&handshake(path, cookie.as_deref())).is_some());
    }
    assert_eq!(world.gateway.watched(&handshake(&shared, None)), None);
    // The router, which answers then, says so.
    assert_eq!(world.send(handshake(&shared, None)).await.status, 429);

    let world = signed_in(|config| config.paces = paces(wide, slow)).await;
    let cookie = world.cookie.clone();
    for nth in 0..4 {
        let watched = world.gateway.watched(&handshake("/api/v1/jobs/events", cookie.as_deref()));
        assert_eq!(watched.is_some(), nth < 3);
    }
}
