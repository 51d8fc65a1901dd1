//! The audit: facts in one call or by many, files, history, and lists of grants that are taken back.

use super::world::{Asked, World, answer};
use axum::body::Body;
use http::{Request, Response, StatusCode, header};
use serde_json::{Value, json};

const TOOL: &str = "image://default/acme/demo/tool";
/// What a spreadsheet would run, and a name with a Cyrillic letter.
const FORMULA: &str = "=HYPERLINK(\"x\")";
const LOOKALIKE: &str = "b\u{43e}b";

fn grant(principal: &str, uri: &str, action: &str) -> Value {
    json!({"principal": principal, "uri": uri, "action": action, "granted_by": "alice", "granted_at": "2026-11-01T00:00:00Z"})
}

fn facts() -> Value {
    let user = |name: &str| json!({"name": name, "kind": "user"});
    json!({
        "revision": 7, "whole": true, "cluster": "default",
        "principals": [user("alice"), user("bob"), user(FORMULA), user(LOOKALIKE), {"name": "acme/roles/team", "kind": "role"}],
        "grants": [
            grant("bob", TOOL, "read"),
            grant(FORMULA, TOOL, "manage"),
            grant("acme/roles/team", "image://default", "write"),
            grant(LOOKALIKE, "role://acme/roles/team", "read"),
            grant("ghost", TOOL, "read"),
            grant("bob", "job://default/acme/demo/job-1", "read"),
        ],
        "members": [{"principal": "alice", "org": "acme", "project": "demo", "role": "admin"}],
        "org_members": [{"principal": "alice", "org": "acme", "role": "admin"}, {"principal": LOOKALIKE, "org": "acme", "role": "user"}],
    })
}

fn images(asked: &Asked) -> Option<Response<Body>> {
    asked.line.contains("/extensions/images?").then(|| {
        let image = |name: &str| json!({"repository": format!("acme/demo/{name}"), "tag_count": 1, "updated_at": "2026-11-01T00:00:00Z"});
        let mut tool = image("tool");
        tool["pulled_at"] = json!("2026-11-20T00:00:00Z");
        answer(200, json!({"items": [tool, image("idle")]}))
    })
}

fn left(asked: &Asked) -> Option<Response<Body>> {
    asked.line.contains("/access/history?kind=org_member").then(|| {
        let gone = |name: &str| {
            json!({"seq": 3, "at": "2026-11-02T00:00:00Z", "actor": "alice", "kind": "org_member", "principal": name, "target": "acme", "before": "user"})
        };
        answer(200, json!({"items": [gone("bob"), gone("alice")]}))
    })
}

/// A cluster with the extension.
fn bulk(asked: &Asked) -> Option<Response<Body>> {
    if asked.line == "GET /api/v1/extensions/access" {
        let mut response = if asked.if_none_match.as_deref() == Some("\"7-alice\"") {
            answer(304, Value::Null)
        } else {
            answer(200, facts())
        };
        response.headers_mut().insert(header::ETAG, "\"7-alice\"".parse().expect("a value"));
        return Some(response);
    }
    images(asked).or_else(|| left(asked))
}

/// A cluster that speaks the platform's API and nothing else.
fn plain(asked: &Asked) -> Option<Response<Body>> {
    let of = |line: &str| asked.line == format!("GET /api/v1/users/{line}");
    let read = |uri: &str| json!({"uri": uri, "action": "read"});
    if asked.line.contains("/v2/_catalog") {
        return Some(answer(200, json!({"repositories": ["acme/demo/tool"]})));
    }
    if of("alice/permissions") {
        return Some(answer(
            200,
            json!([{"uri": "image://default", "action": "manage"}, {"uri": "job:", "action": "manage"}]),
        ));
    }
    if of("alice/permissions/shared") {
        return Some(answer(200, json!([{"user": "bob", "uri": TOOL, "action": "read"}])));
    }
    if of("bob/permissions") {
        return Some(answer(200, json!([read(TOOL), read("role://acme/roles/team")])));
    }
    if of("acme:roles:team/permissions") {
        return Some(answer(200, json!([{"uri": "image://default/acme", "action": "write"}])));
    }
    None
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .filter(|line: &Value| line["type"] != "heartbeat")
        .collect()
}

fn items(lines: &[Value], kind: &str) -> Vec<Value> {
    let of = lines.iter().filter(|line| line["type"] == kind);
    of.flat_map(|line| line["items"].as_array().expect("items").clone()).collect()
}

#[tokio::test]
async fn facts_come_in_one_call_where_the_cluster_has_them() {
    let mut world = World::signed_in(bulk).await;
    let told = lines(&world.get("/audit").await.text);
    assert_eq!(items(&told, "grants").len(), 5, "those on images and of roles");
    assert_eq!(items(&told, "principals").len(), 5);
    // Alice has a place again; bob has none.
    assert_eq!(items(&told, "left"), [json!("bob")]);
    let images = items(&told, "images");
    assert_eq!((&images[1]["uri"], &images[1]["pulled_at"]), (&json!(TOOL), &json!("2026-11-20T00:00:00Z")));
    let end = told.last().expect("an end");
    assert_eq!((&end["type"], &end["whole"], &end["cluster"]), (&json!("done"), &json!(true), &json!("default")));
    assert_eq!(end["capability"], json!({"history": true, "atomic": true}));
    assert!(world.asked().iter().all(|asked| !asked.line.contains("/permissions")), "no call for each person");
}

#[tokio::test]
async fn who_belongs_to_an_organisation_that_the_viewer_does_not_see_is_no_outsider_and_has_not_left() {
    for (is_member, outsiders, gone) in [(false, vec![], vec![]), (true, vec!["bob"], vec![json!("bob")])] {
        let owner = move |asked: &Asked| {
            let mut facts = facts();
            facts["whole"] = json!(false);
            facts["members"] = json!([]);
            // Who manages the organisation is seen by every owner in it, its other members are not.
            facts["org_members"] = json!([{"principal": "carol", "org": "acme", "role": "admin"}]);
            facts["grants"] = json!([grant("alice", TOOL, "manage"), grant("bob", TOOL, "read")]);
            if is_member {
                let alice = json!({"principal": "alice", "org": "acme", "role": "user"});
                facts["org_members"].as_array_mut().expect("a list").push(alice);
            }
            let told = (asked.line == "GET /api/v1/extensions/access").then(|| answer(200, facts));
            told.or_else(|| images(asked)).or_else(|| left(asked))
        };
        let mut world = World::signed_in(owner).await;
        let told = lines(&world.get("/audit").await.text);
        let gaps = &told.last().expect("an end")["gaps"];
        assert_eq!(gaps.as_array().expect("a list").contains(&json!("places")), !is_member, "{gaps}");
        assert_eq!(items(&told, "left"), gone);
        let file = world.get("/audit/download?of=rights&form=json&outsiders=1").await;
        let rows = file.body.as_array().expect("a list").iter();
        let names: Vec<&str> = rows.filter_map(|row| row["principal"].as_str()).collect();
        assert_eq!(names, outsiders, "{}", file.text);
    }
}

#[tokio::test]
async fn facts_that_have_not_changed_are_not_fetched_again() {
    let mut world = World::signed_in(bulk).await;
    let first = lines(&world.get("/audit").await.text);
    let calls = world.asked().len();
    let again = lines(&world.get("/audit").await.text);
    assert_eq!(items(&again, "grants"), items(&first, "grants"));
    let asked: Vec<String> = world.asked().into_iter().skip(calls).map(|asked| asked.line).collect();
    assert!(asked.contains(&"GET /api/v1/extensions/access".to_owned()), "one question, answered 304: {asked:?}");
    assert!(!asked.iter().any(|line| line.contains("/history")), "{asked:?}");
    assert!(asked.iter().any(|line| line.contains("/extensions/images")), "an image may have been pushed: {asked:?}");
    let calls = world.asked().len();
    world.get("/audit/download").await;
    let asked: Vec<String> = world.asked().into_iter().skip(calls).map(|asked| asked.line).collect();
    assert_eq!(asked, ["GET /api/v1/extensions/access"], "a file is of the images that were looked at");
    world.later(61);
    world.get("/audit/download").await;
    assert!(world.asked().iter().skip(calls + 1).any(|asked| asked.line.contains("/extensions/images")), "they age");
}

#[tokio::test]
async fn what_one_user_gathered_is_no_other_users() {
    let mut world = World::signed_in(bulk).await;
    world.get("/audit").await;
    let token = super::world::token("bob", "pasted");
    assert_eq!(world.call("POST", "/session", json!({"token": token})).await.status, 200);
    let calls = world.asked().len();
    world.get("/audit").await;
    let asked = world.asked().into_iter().skip(calls).find(|asked| asked.line.ends_with("/extensions/access"));
    let asked = asked.expect("asked anew");
    assert_eq!((asked.if_none_match, asked.bearer), (None, Some(token)));
}

#[tokio::test]
async fn without_the_extension_each_person_and_role_is_asked_about_and_what_is_missing_is_said() {
    let mut world = World::signed_in(plain).await;
    let told = lines(&world.get("/audit").await.text);
    let grants = items(&told, "grants");
    let has = |principal: &str, uri: &str, action: &str| {
        grants.iter().any(|grant| grant["principal"] == principal && grant["uri"] == uri && grant["action"] == action)
    };
    assert!(has("bob", TOOL, "read") && has("bob", "role://acme/roles/team", "read"), "{grants:?}");
    assert!(has("acme/roles/team", "image://default/acme", "write"), "found through who has it: {grants:?}");
    assert!(!grants.iter().any(|grant| grant["uri"] == "job:"));
    let end = told.last().expect("an end");
    assert_eq!(end["whole"], true);
    assert_eq!(end["gaps"], json!(["people", "places", "pulls"]));
    assert_eq!(end["capability"], json!({"history": false, "atomic": false}));
    let calls = world.asked().len();
    world.get("/audit").await;
    let asked: Vec<String> = world.asked().into_iter().skip(calls).map(|asked| asked.line).collect();
    assert!(!asked.iter().any(|line| line.contains("/permissions")), "people are remembered for a minute: {asked:?}");
}

#[tokio::test]
async fn a_person_whose_grants_may_not_be_read_is_a_gap_and_no_failure() {
    let mut world = World::signed_in(|asked| {
        asked
            .line
            .contains("/users/bob/permissions")
            .then(|| answer(403, json!({"error": "no"})))
            .or_else(|| plain(asked))
    })
    .await;
    let told = lines(&world.get("/audit").await.text);
    let end = told.last().expect("an end");
    assert_eq!((&end["type"], &end["gaps"]), (&json!("done"), &json!(["people", "places", "grants", "pulls"])));
}

#[tokio::test]
async fn a_failure_on_the_way_is_the_last_line() {
    let mut world = World::signed_in(|asked| {
        asked.line.contains("/extensions/access").then(|| answer(503, json!({"error": "Starting."})))
    })
    .await;
    let got = world.get("/audit").await;
    let told = lines(&got.text);
    let end = told.last().expect("an end");
    assert_eq!((got.status, &end["type"]), (StatusCode::OK, &json!("failed")));
    assert_eq!(end["problem"]["code"], "unavailable");
}

#[tokio::test]
async fn the_past_needs_a_cluster_that_keeps_history() {
    let mut world = World::signed_in(plain).await;
    let told = lines(&world.get("/audit?at=2026-11-01T00:00:00Z").await.text);
    assert_eq!(told.last().expect("an end")["problem"]["code"], "not_supported");
    let got = world.get("/audit/history").await;
    assert_eq!((got.status, &got.body["code"]), (StatusCode::NOT_IMPLEMENTED, &json!("not_supported")));
    let got = world.get("/audit?at=2999-01-01T00:00:00Z").await;
    assert_eq!((got.status, &got.body["field"]), (StatusCode::BAD_REQUEST, &json!("at")));
}

#[tokio::test]
async fn history_is_asked_for_as_the_page_asks() {
    let entry = json!({"seq": 9, "at": "2026-11-02T00:00:00Z", "actor": "alice", "kind": "grant", "principal": "bob", "target": TOOL, "after": "read"});
    let page = json!({"items": [entry], "cursor": 9});
    let mut world =
        World::signed_in(move |asked| asked.line.contains("/access/history").then(|| answer(200, page.clone()))).await;
    let got = world.get(&format!("/audit/history?principal=bob&actor=alice&kind=grant&uri={TOOL}&since=2026-11-01T00:00:00Z&limit=5&cursor=12")).await;
    assert_eq!((got.status, &got.body["items"][0]["seq"], &got.body["next"]), (StatusCode::OK, &json!(9), &json!("9")));
    let line = world.asked()[0].line.clone();
    for part in ["principal=bob", "actor=alice", "kind=grant", "uri=image%3A%2F%2Fdefault", "limit=5", "cursor=12"] {
        assert!(line.contains(part), "{part} in {line}");
    }
    for (bad, field) in [
        ("kind=x", "kind"),
        ("uri=image:x", "uri"),
        ("since=yesterday", "since"),
        ("limit=0", "limit"),
        ("cursor=x", "cursor"),
        ("since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z", "until"),
        ("who=x", "who"),
    ] {
        let got = world.get(&format!("/audit/history?{bad}")).await;
        assert_eq!((got.status, &got.body["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{bad}");
    }
}

#[tokio::test]
async fn rights_are_a_file_that_no_spreadsheet_runs() {
    let mut world = World::signed_in(bulk).await;
    let got = world.get("/audit/download?of=rights&form=csv&image=tool").await;
    assert_eq!(got.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8; header=present");
    let disposition = got.headers[header::CONTENT_DISPOSITION].to_str().expect("text");
    assert_eq!(disposition, "attachment; filename=\"audit-rights-default-2027-01-15.csv\"");
    let rows: Vec<&str> = got.text.split("\r\n").collect();
    assert_eq!(rows[0], "image,principal,kind,right,outsider,last_used,source,on,through,given_by,given_at");
    assert_eq!(
        rows[1],
        format!(
            "{TOOL},\"'=HYPERLINK(\"\"x\"\")\",user,manage,yes,2026-11-20T00:00:00Z,grant,{TOOL},,alice,2026-11-01T00:00:00Z"
        )
    );
    let of_lookalike = rows.iter().find(|row| row.contains(LOOKALIKE)).expect("a row");
    assert!(
        of_lookalike.contains("write,,") && of_lookalike.contains("image://default,acme/roles/team"),
        "{of_lookalike}"
    );
    assert_eq!(rows.len(), 1 + 5 + 1, "a head, five with a right, the end");

    let got = world.get("/audit/download?of=rights&form=json&outsiders=1&unused=1&image=nothing").await;
    assert_eq!(got.body, json!([]), "{}", got.text);
    let got = world.get("/audit/download?of=rights&form=json&manage=1&outsiders=1").await;
    assert_eq!(got.body.as_array().map(Vec::len), Some(1), "{}", got.text);
    assert_eq!(got.body[0]["principal"], FORMULA);
}

#[tokio::test]
async fn grants_and_history_are_files_too() {
    let entry = |seq: i64| json!({"seq": seq, "at": "2026-11-02T00:00:00Z", "actor": "alice", "kind": "grant", "principal": "=1+1", "target": TOOL, "after": "read"});
    let mut world = World::signed_in(move |asked| {
        if asked.line.contains("/access/history") && asked.line.contains("cursor=5") {
            return Some(answer(200, json!({"items": [entry(4)]})));
        }
        if asked.line.contains("/access/history") && !asked.line.contains("kind=org_member") {
            return Some(answer(200, json!({"items": [entry(6), entry(5)], "cursor": 5})));
        }
        bulk(asked)
    })
    .await;
    let got = world.get("/audit/download?of=grants&everywhere=1").await;
    let rows: Vec<&str> = got.text.split("\r\n").collect();
    assert_eq!(rows[1], "acme/roles/team,role,write,image://default,yes,,alice,2026-11-01T00:00:00Z");
    assert_eq!(rows.len(), 3);
    let got = world.get("/audit/download?of=grants&left=1&form=json").await;
    let names: Vec<&Value> = got.body.as_array().expect("a list").iter().map(|row| &row["principal"]).collect();
    assert_eq!(names, ["bob", "ghost"], "who left, and who is no principal any more");
    let got = world.get("/audit/download?of=history&form=json").await;
    let seqs: Vec<&Value> = got.body.as_array().expect("a list").iter().map(|row| &row["seq"]).collect();
    assert_eq!(seqs, ["6", "5", "4"], "all pages");
    for bad in ["of=x", "form=xls", "of=rights&manage=yes", "of=rights&kind=grant", "of=rights&of=grants"] {
        assert_eq!(world.get(&format!("/audit/download?{bad}")).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn a_download_may_be_navigated_to_from_the_console_only() {
    let mut world = World::signed_in(bulk).await;
    for (site, status) in [("same-origin", StatusCode::OK), ("cross-site", StatusCode::FORBIDDEN)] {
        let request = Request::get("/api/v1/audit/download").header("sec-fetch-site", site);
        let got = world.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(got.status, status, "{site}");
    }
}

#[tokio::test]
async fn nothing_is_told_to_who_is_not_signed_in() {
    let mut world = World::new(bulk);
    for path in ["/audit", "/audit/history", "/audit/download"] {
        assert_eq!(world.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let list = json!({"items": [{"principal": "bob", "uri": TOOL, "action": "read"}]});
    assert_eq!(world.call("POST", "/audit/revocations", list).await.status, StatusCode::UNAUTHORIZED);
    assert!(world.asked().is_empty());
}

fn list(rows: &[(&str, &str)]) -> Value {
    let items: Vec<Value> =
        rows.iter().map(|(who, action)| json!({"principal": who, "uri": TOOL, "action": action})).collect();
    json!({"items": items})
}

fn outcomes(text: &str) -> Vec<String> {
    lines(text)
        .iter()
        .filter(|line| line["type"] == "row")
        .map(|row| row["outcome"].as_str().expect("a word").to_owned())
        .collect()
}

#[tokio::test]
async fn a_reviewed_list_is_taken_back_as_a_whole() {
    let mut world = World::signed_in(|asked| {
        asked.line.starts_with("POST").then(|| answer(200, json!({"revision": 8}))).or_else(|| bulk(asked))
    })
    .await;
    let got = world.call("POST", "/audit/revocations", list(&[("bob", "read"), ("ghost", "read")])).await;
    assert_eq!(outcomes(&got.text), ["revoked", "revoked"]);
    assert_eq!(lines(&got.text).last(), Some(&json!({"type": "done", "revoked": 2, "atomic": true})));
    let sent = world.asked().into_iter().find(|asked| asked.line.starts_with("POST")).expect("changes");
    let sent: Value = serde_json::from_str(&sent.body).expect("JSON");
    assert_eq!(sent["changes"][0], json!({"principal": "bob", "uri": TOOL, "from": "read", "to": null}));
}

#[tokio::test]
async fn of_a_list_that_is_out_of_date_each_row_is_told_and_nothing_is_done() {
    let mut world = World::signed_in(bulk).await;
    let got = world
        .call("POST", "/audit/revocations", list(&[("bob", "write"), ("ghost", "read"), ("nobody", "read")]))
        .await;
    assert_eq!(outcomes(&got.text), ["changed", "kept", "changed"]);
    let rows = lines(&got.text);
    assert_eq!((&rows[0]["now"], &rows[0]["problem"]["code"]), (&json!("read"), &json!("conflict")));
    let said = rows[0]["problem"]["message"].as_str().expect("text");
    assert!(said.contains("bob is granted read") && said.contains("alice changed it at 2026-11-01"), "{said}");
    assert_eq!(rows[2]["now"], Value::Null);
    assert_eq!(rows.last(), Some(&json!({"type": "done", "revoked": 0, "atomic": true})));
    assert!(!world.asked().iter().any(|asked| asked.line.starts_with("POST")), "nothing was tried");
}

#[tokio::test]
async fn somebody_who_is_quicker_than_a_list_makes_it_fail_as_a_whole() {
    let asked_before = std::sync::atomic::AtomicBool::new(false);
    let mut world = World::signed_in(move |asked| {
        if asked.line.starts_with("POST") {
            asked_before.store(true, std::sync::atomic::Ordering::SeqCst);
            return Some(answer(409, json!({"error": "bob has write"})));
        }
        if asked.line == "GET /api/v1/extensions/access" && asked_before.load(std::sync::atomic::Ordering::SeqCst) {
            let mut now = facts();
            now["grants"][0]["action"] = json!("write");
            return Some(answer(200, now));
        }
        bulk(asked)
    })
    .await;
    let got = world.call("POST", "/audit/revocations", list(&[("bob", "read"), ("ghost", "read")])).await;
    assert_eq!(outcomes(&got.text), ["changed", "kept"]);
}

#[tokio::test]
async fn a_row_that_one_may_not_take_back_is_named() {
    let missing = json!({"missing": [{"uri": TOOL, "action": "manage"}]});
    let mut world = World::signed_in(move |asked| {
        asked.line.starts_with("POST").then(|| answer(403, missing.clone())).or_else(|| bulk(asked))
    })
    .await;
    let other = json!({"principal": "acme/roles/team", "uri": "image://default", "action": "write"});
    let mut list = list(&[("bob", "read")]);
    list["items"].as_array_mut().expect("a list").push(other);
    let got = world.call("POST", "/audit/revocations", list).await;
    assert_eq!(outcomes(&got.text), ["failed", "kept"]);
    assert_eq!(lines(&got.text)[0]["problem"]["code"], "forbidden");
}

#[tokio::test]
async fn without_the_extension_grants_are_taken_back_one_by_one_each_with_its_result() {
    let mut world = World::signed_in(|asked| {
        let of = |name: &str| asked.line.starts_with(&format!("GET /api/v1/users/{name}/permissions?uri="));
        if of("bob") || of("carol") {
            return Some(answer(200, json!([{"uri": TOOL, "action": "read"}])));
        }
        if of("dave") {
            return Some(answer(200, json!([{"uri": TOOL, "action": "manage"}])));
        }
        if asked.line.starts_with("DELETE /api/v1/users/carol") {
            return Some(answer(403, json!({"error": "Not yours."})));
        }
        plain(asked)
    })
    .await;
    let rows = list(&[("bob", "read"), ("carol", "read"), ("dave", "read")]);
    let got = world.call("POST", "/audit/revocations", rows).await;
    assert_eq!(outcomes(&got.text), ["revoked", "failed", "changed"]);
    assert_eq!(lines(&got.text).last(), Some(&json!({"type": "done", "revoked": 1, "atomic": false})));
    let deleted: Vec<String> =
        world.asked().into_iter().map(|asked| asked.line).filter(|line| line.starts_with("DELETE")).collect();
    assert_eq!(deleted.len(), 2, "what has changed is left alone: {deleted:?}");
}

#[tokio::test]
async fn a_list_is_checked_before_anything_is_asked() {
    let mut world = World::signed_in(bulk).await;
    let many: Vec<(&str, &str)> = vec![("bob", "read"); 1001];
    for (bad, field) in [
        (json!({"items": []}), "items"),
        (list(&many), "items"),
        (list(&[("bob", "read"), ("bob", "read")]), "items[1]"),
        (list(&[("bob", "list")]), "items[0].action"),
        (list(&[("bob", "own")]), "items[0].action"),
        (json!({"items": [{"principal": "bob", "uri": "image:x", "action": "read"}]}), "items[0].uri"),
    ] {
        let got = world.call("POST", "/audit/revocations", bad).await;
        assert_eq!((got.status, &got.body["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{}", got.text);
    }
    assert!(world.asked().is_empty());
}

#[tokio::test]
async fn a_recording_is_handed_through_as_a_file_and_nothing_else() {
    let cast = "{\"version\":2,\"width\":80,\"height\":24}\n[0.1,\"o\",\"<script>alert(1)</script>\"]\n";
    let mut world = World::signed_in(move |asked| match asked.line.as_str() {
        "GET /api/v1/extensions/access/acts/7/recording" => {
            let said = Response::builder().header(header::CONTENT_TYPE, "text/html").header("x-odd", "1");
            Some(said.body(Body::from(cast)).expect("a response"))
        }
        "GET /api/v1/extensions/access/acts/8/recording" => {
            Some(answer(404, json!({"error": "act 8 has no recording"})))
        }
        "GET /api/v1/extensions/access/acts/9/recording" => {
            Some(answer(403, json!({"missing": [{"uri": "job://default", "action": "manage"}]})))
        }
        _ => None,
    })
    .await;
    let got = world.get("/audit/acts/7/recording/download").await;
    assert_eq!((got.status, got.text.as_str()), (StatusCode::OK, cast));
    let header = |name: &str| got.headers[name].to_str().expect("text");
    assert_eq!(header("content-type"), "application/x-asciicast");
    assert_eq!(header("content-disposition"), "attachment; filename=\"act-7.cast\"");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(!got.headers.contains_key("x-odd"));
    for (act, status) in [("8", 404), ("9", 403), ("x", 400), ("7%2f..", 400), ("7?x=1", 400)] {
        let path = match act.split_once('?') {
            Some((act, query)) => format!("/audit/acts/{act}/recording/download?{query}"),
            None => format!("/audit/acts/{act}/recording/download"),
        };
        assert_eq!(world.get(&path).await.status.as_u16(), status, "{act}");
    }
}
