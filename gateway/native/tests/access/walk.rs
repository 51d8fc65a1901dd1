//! Every route and WebSocket of the gateway by every kind of user. A new route needs a row in [`ROWS`]; without one this fails.

use super::world::{As, World};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, path::Path};

/// What a kind of user gets: 0 is past every check, else the status.
/// In order: nobody, a reader, a writer and a manager of the project, an administrator, a stranger to it.
type Verdicts = [u16; 6];

const OPEN: Verdicts = [0, 0, 0, 0, 0, 0];
const SIGNED_IN: Verdicts = [401, 0, 0, 0, 0, 0];
const READ: Verdicts = [401, 0, 0, 0, 0, 403];
const WRITE: Verdicts = [401, 403, 0, 0, 0, 403];
const MANAGE: Verdicts = [401, 403, 403, 0, 0, 403];
const ADMIN: Verdicts = [401, 403, 403, 403, 0, 403];

/// How a browser asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// A call of the console.
    Call,
    /// A file that the browser saves: may be navigated to from the own origin.
    Download,
    /// A WebSocket.
    Socket,
    /// Anybody's, also another page's: it shows nothing of whoever asks.
    Public,
}
use How::{Call, Download, Public, Socket};

/// One route as it is written in the sources, an address of it with its body, and the verdicts. `JOB` is a job of the writer's.
struct Row {
    method: &'static str,
    route: &'static str,
    address: &'static str,
    body: Value,
    how: How,
    verdicts: Verdicts,
}

fn row(method: &'static str, route: &'static str, address: &'static str, body: Value, verdicts: Verdicts) -> Row {
    Row { method, route, address, body, how: Call, verdicts }
}

fn get(route: &'static str, address: &'static str, verdicts: Verdicts) -> Row {
    row("GET", route, address, Value::Null, verdicts)
}

fn delete(route: &'static str, address: &'static str, verdicts: Verdicts) -> Row {
    row("DELETE", route, address, Value::Null, verdicts)
}

fn download(route: &'static str, address: &'static str, verdicts: Verdicts) -> Row {
    Row { how: Download, ..get(route, address, verdicts) }
}

fn socket(route: &'static str, address: &'static str, verdicts: Verdicts) -> Row {
    Row { how: Socket, ..get(route, address, verdicts) }
}

/// The table. Rows that change something say what nobody has, so that each finds things as the one before.
fn rows() -> Vec<Row> {
    // Signing out comes last: the sessions are worth nothing after it.
    let last = vec![delete("/session", "/session", OPEN)];
    [session_and_jobs(), images(), links(), audit(), access(), people(), last].into_iter().flatten().collect()
}

/// This gateway is set up without links: whoever passes is told so, and a link is nobody's. What links show, and to whom, is in
/// the tests of links.
fn links() -> Vec<Row> {
    let shared = |route, address| Row { how: Public, ..get(route, address, OPEN) };
    vec![
        get("/jobs/{id}/links", "/jobs/JOB/links", SIGNED_IN),
        row("POST", "/jobs/{id}/links", "/jobs/JOB/links", json!({"scope": "status", "life_hours": 1}), SIGNED_IN),
        get("/links", "/links", SIGNED_IN),
        row("POST", "/links/revoke", "/links/revoke", json!({"ids": ["x"]}), SIGNED_IN),
        shared("/{token}", "//s/x"),
        shared("/{token}/status", "//s/x/status"),
        shared("/{token}/badge.svg", "//s/x/badge.svg"),
        shared("/{token}/logs/page", "//s/x/logs/page"),
        shared("/{token}/logs/download", "//s/x/logs/download"),
        shared("/{token}/events", "//s/x/events"),
        shared("/{token}/logs", "//s/x/logs"),
    ]
}

fn session_and_jobs() -> Vec<Row> {
    vec![
        get("/session", "/session", SIGNED_IN),
        // Nobody's token: the sign-in itself is refused.
        row("POST", "/session", "/session", json!({"token": "no"}), [401; 6]),
        get("/session/methods", "/session/methods", OPEN),
        // Whoever asks is told where the platform's page is.
        row("POST", "/session/oauth", "/session/oauth", json!({"return_to": "/jobs"}), OPEN),
        // Where the platform's page sends browsers back to: from elsewhere, and without the cookie it leads nowhere.
        Row { how: Public, ..get("/session/callback", "/session/callback?code=x&state=y", OPEN) },
        get("/presets", "/presets", SIGNED_IN),
        get("/jobs", "/jobs", SIGNED_IN),
        // In the own project: the stranger writes there.
        row("POST", "/jobs", "/jobs", json!({"image": "ubuntu", "preset": "PRESET"}), [401, 403, 0, 0, 0, 0]),
        socket("/jobs/events", "/jobs/events", SIGNED_IN),
        get("/jobs/{id}", "/jobs/JOB", READ),
        row("POST", "/jobs/{id}/life-span", "/jobs/JOB/life-span", json!({"add_minutes": 1}), WRITE),
        socket("/jobs/{id}/events", "/jobs/JOB/events", READ),
        socket("/jobs/{id}/logs", "/jobs/JOB/logs", READ),
        get("/jobs/{id}/logs/page", "/jobs/JOB/logs/page", READ),
        download("/jobs/{id}/logs/download", "/jobs/JOB/logs/download", READ),
        socket("/jobs/{id}/top", "/jobs/JOB/top", READ),
        socket("/jobs/{id}/exec", "/jobs/JOB/exec?cmd=ls", WRITE),
        row("POST", "/jobs/{id}/save", "/jobs/JOB/save", json!({"image": "main/default/x:y"}), WRITE),
        delete("/jobs/{id}", "/jobs/JOB", WRITE),
    ]
}

fn images() -> Vec<Row> {
    let copy = json!({"source": {"reference": ":"}, "image": "main/default/x:y"});
    vec![
        get("/images", "/images", SIGNED_IN),
        get("/images/registry", "/images/registry", SIGNED_IN),
        get("/images/layers", "/images/layers", SIGNED_IN),
        // What may be appended to is told by the sealed address, not by this one.
        socket("/images/chunks", "/images/chunks", SIGNED_IN),
        row("POST", "/images/copy", "/images/copy", copy, WRITE),
        get("/images/{image}", "/images/main%2Fdefault%2Fnet:v1", READ),
        delete("/images/{image}", "/images/main%2Fdefault%2Fnet:v1", WRITE),
        get("/images/{image}/tags", "/images/main%2Fdefault%2Fnet/tags", READ),
        get("/images/{image}/access", "/images/main%2Fdefault%2Fnet/access", SIGNED_IN),
        get("/images/{image}/jobs", "/images/main%2Fdefault%2Fnet:v1/jobs", READ),
        download("/images/{image}/archive", "/images/main%2Fdefault%2Fnet:v1/archive", READ),
        // The registry, for a page: below the root, not below the API.
        get("/v2", "//v2", SIGNED_IN),
        get("/v2/", "//v2/", SIGNED_IN),
        get("/v2/{*path}", "//v2/main/default/net/tags/list", READ),
        row("POST", "/v2/{*path}", "//v2/main/default/net/blobs/uploads/", Value::Null, WRITE),
    ]
}

fn access() -> Vec<Row> {
    const NET: &str = "image://default/main/default/net";
    // Nobody was granted that: whoever gets past the check is told so.
    let stale = || json!({"changes": [{"principal": "stranger", "uri": NET, "from": "manage"}]});
    vec![
        // Of others only who may share learns: see the tests of sharing.
        get("/access", "/access?uri=image://default/main/default/net", SIGNED_IN),
        row("POST", "/access/preview", "/access/preview", stale(), SIGNED_IN),
        get("/access/principals", "/access/principals", SIGNED_IN),
        get("/access/with-me", "/access/with-me", SIGNED_IN),
        get("/access/by-me", "/access/by-me", SIGNED_IN),
        get("/access/roles", "/access/roles", SIGNED_IN),
        row(
            "POST",
            "/access/changes",
            "/access/changes",
            json!({"changes": [
            {"principal": "admin", "uri": NET, "from": "write", "to": "manage"}]}),
            MANAGE,
        ),
        row("POST", "/access/roles", "/access/roles", json!({"name": "some/role"}), ADMIN),
        get("/access/roles/{role}", "/access/roles/default%2Fadmin", [401, 404, 404, 404, 0, 404]),
        delete("/access/roles/{role}", "/access/roles/some%2Fnone", ADMIN),
    ]
}

fn audit() -> Vec<Row> {
    // Nobody was granted that: each is told that the list is out of date.
    let stale =
        json!({"items": [{"principal": "stranger", "uri": "image://default/main/default/net", "action": "manage"}]});
    vec![
        // Each sees what is its own business: see the cluster's tests of its facts.
        get("/audit", "/audit", SIGNED_IN),
        get("/audit/history", "/audit/history", SIGNED_IN),
        get("/audit/acts", "/audit/acts", ADMIN),
        // Nothing was recorded: who may see recordings is told so.
        download("/audit/acts/{act}/recording/download", "/audit/acts/1/recording/download", ADMIN),
        download("/audit/download", "/audit/download", SIGNED_IN),
        row("POST", "/audit/revocations", "/audit/revocations", stale, SIGNED_IN),
    ]
}

fn people() -> Vec<Row> {
    const MEMBERS: &str = "/orgs/{org}/projects/{project}/members";
    let user = || json!({"user": "ghost", "role": "user"});
    let project = || json!({"name": "x", "default_role": "reader"});
    let settings = || json!({"default_role": "writer", "is_default": false});
    vec![
        get("/people", "/people", ADMIN),
        get("/people/{user}", "/people/admin", ADMIN),
        get("/orgs", "/orgs", SIGNED_IN),
        // A name that cannot be: past the check it is refused for what it is.
        row("POST", "/orgs", "/orgs", json!({"name": "x"}), ADMIN),
        delete("/orgs/{org}", "/orgs/main", ADMIN),
        get("/orgs/{org}/members", "/orgs/main/members", SIGNED_IN),
        row("POST", "/orgs/{org}/members", "/orgs/main/members", user(), ADMIN),
        row(
            "PUT",
            "/orgs/{org}/members/{user}",
            "/orgs/main/members/carol",
            json!({"from": "user", "role": "user"}),
            ADMIN,
        ),
        delete("/orgs/{org}/members/{user}", "/orgs/main/members/ghost?from=user", SIGNED_IN),
        get("/orgs/{org}/projects", "/orgs/main/projects", SIGNED_IN),
        row("POST", "/orgs/{org}/projects", "/orgs/main/projects", project(), ADMIN),
        row("PUT", "/orgs/{org}/projects/{project}", "/orgs/main/projects/default", settings(), MANAGE),
        delete("/orgs/{org}/projects/{project}", "/orgs/main/projects/nowhere", ADMIN),
        get(MEMBERS, "/orgs/main/projects/default/members", READ),
        row("POST", MEMBERS, "/orgs/main/projects/default/members", json!({"user": "ghost", "role": "reader"}), MANAGE),
        row(
            "PUT",
            "/orgs/{org}/projects/{project}/members/{user}",
            "/orgs/main/projects/default/members/carol",
            json!({"from": "reader", "role": "reader"}),
            MANAGE,
        ),
        // Readers are told as much as the list of members tells them.
        delete(
            "/orgs/{org}/projects/{project}/members/{user}",
            "/orgs/main/projects/default/members/ghost?from=reader",
            READ,
        ),
    ]
}

/// Each `.route("PATH", get(..).post(..))` in the gateway's sources: method and path as written there.
fn written_routes() -> BTreeSet<(String, String)> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let source = fs::read_to_string(&path).expect("a source");
                for route in source.split(".route(").skip(1) {
                    let path = route.split('"').nth(1).expect("a path in quotes").to_owned();
                    // The call ends where its bracket closes.
                    let mut depth = 1;
                    let end = route.find(|c| {
                        depth += i32::from(c == '(') - i32::from(c == ')');
                        depth == 0
                    });
                    let call = &route[..end.expect("a closed bracket")];
                    let methods = ["get", "post", "put", "patch", "delete", "any"];
                    let named = methods.into_iter().filter(|method| {
                        let (first, chained) = (format!(" {method}("), format!(".{method}("));
                        call.contains(&first) || call.contains(&chained)
                    });
                    found.extend(named.map(|method| (method.to_uppercase(), path.clone())));
                }
            }
        }
    }
    found
}

fn address(row: &Row, job: &str) -> String {
    let path = row.address.replace("JOB", job);
    path.strip_prefix("//").map_or_else(|| format!("/api/v1{path}"), |path| format!("/{path}"))
}

#[tokio::test]
async fn every_route_refuses_whom_it_must_and_nobody_else() {
    let world = World::new().await;
    let preset = world.get(As::Bob, "/presets").await.items()[0]["name"].clone();
    let body = json!({"image": "ubuntu", "preset": preset});
    let job = world.call(As::Bob, "POST", "/jobs", body).await.body["id"].as_str().expect("a job").to_owned();
    for row in rows() {
        let address = address(&row, &job);
        for (who, verdict) in As::ALL.into_iter().zip(row.verdicts) {
            let mut body = row.body.clone();
            if body.get("preset").is_some() {
                body["preset"] = preset.clone();
            }
            let (got, text) = match row.how {
                Socket => (world.opened(&address, who, None).await, String::new()),
                Call | Download | Public => {
                    let response = world.marked(who, row.method, &address, body).await;
                    (response.status, response.body.to_string())
                }
            };
            let name = format!("{who:?} {} {address}: {got} {text}", row.method);
            if verdict == 0 {
                assert!(!matches!(got, 401 | 403 | 405 | 500), "{name}");
                assert!(!text.contains("There is nothing at this address"), "{name}");
            } else {
                assert_eq!(got, verdict, "{name}");
            }
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn no_route_takes_a_call_that_another_page_could_make() {
    let world = World::new().await;
    for row in rows() {
        let address = address(&row, "job-1");
        match row.how {
            Socket => {
                let got = world.opened(&address, As::Admin, Some("http://evil.test")).await;
                assert_eq!(got, 403, "{address}");
            }
            Public => {}
            Call | Download => {
                let got = world.forged(As::Admin, row.method, &address, row.body).await;
                assert!(matches!(got.status, 401 | 403), "{} {address}: {got:?}", row.method);
            }
        }
    }
    world.stop().await;
}

#[test]
fn every_route_has_a_row() {
    let rows = rows();
    let written = written_routes();
    assert!(written.len() > 40, "the sources were not found: {written:?}");
    for (method, path) in &written {
        let seen = rows.iter().any(|row| row.route == path && (method == "ANY" || row.method == method));
        assert!(seen, "{method} {path} has no row in the table of this test: say who may ask for it");
    }
    for row in &rows {
        let known = written.iter().any(|(method, path)| row.route == path && (method == "ANY" || row.method == method));
        assert!(known, "{} {} is in the table and not in the sources", row.method, row.route);
    }
}
