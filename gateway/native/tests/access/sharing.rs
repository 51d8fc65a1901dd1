use super::world::{As, Got, World, change, in_query};
use serde_json::{Value, json};

const NET: &str = "image://default/main/default/net";

async fn sharing(world: &World, who: As, uri: &str) -> Got {
    world.get(who, &format!("/access?uri={}", in_query(uri))).await
}

fn holder<'a>(sharing: &'a Got, name: &str) -> &'a Value {
    let holders = sharing.body["holders"].as_array().expect("holders");
    holders.iter().find(|holder| holder["principal"] == name).unwrap_or(&Value::Null)
}

async fn change_ok(world: &World, who: As, body: Value) -> Value {
    let got = world.call(who, "POST", "/access/changes", body).await;
    assert_eq!(got.status, 200, "{got:?}");
    got.body
}

#[tokio::test]
async fn who_has_access_is_told_with_the_grant_it_comes_from() {
    let world = World::new().await;
    change_ok(&world, As::Mona, change("stranger", NET, None, Some("write"))).await;
    let got = sharing(&world, As::Mona, NET).await;
    assert_eq!((got.status, &got.body["action"], &got.body["basis"]), (200, &json!("manage"), &json!("facts")));
    assert_eq!(got.body["targets"], json!([NET]));
    let stranger = holder(&got, "stranger");
    assert_eq!((&stranger["action"], &stranger["kind"]), (&json!("write"), &json!("user")));
    assert_eq!((&stranger["grants"][0]["uri"], &stranger["grants"][0]["granted_by"]), (&json!(NET), &json!("mona")));
    let carol = holder(&got, "carol");
    assert_eq!((&carol["action"], carol.get("grants")), (&json!("read"), None));
    assert_eq!(
        carol["reasons"],
        json!([{"action": "read", "uri": "image://default/main/default", "source": "project", "org": "main",
            "project": "default", "role": "reader"}])
    );
    let admin = holder(&got, "admin");
    assert_eq!(
        admin["reasons"]
            .as_array()
            .expect("reasons")
            .iter()
            .find(|r| r["via"] == json!(["default/admin"]))
            .expect("by the role")["source"],
        "grant"
    );
    world.stop().await;
}

#[tokio::test]
async fn who_may_not_share_learns_only_of_the_own_access() {
    let world = World::new().await;
    for (who, action) in [(As::Bob, json!("write")), (As::Carol, json!("read")), (As::Stranger, Value::Null)] {
        let got = sharing(&world, who, NET).await;
        assert_eq!((got.status, &got.body["basis"]), (200, &json!("own")), "{got:?}");
        assert_eq!(got.body.get("action").cloned().unwrap_or_default(), action, "{who:?}");
        let holders = got.body["holders"].as_array().expect("holders");
        assert!(holders.iter().all(|holder| holder["principal"] == who.name()), "{got:?}");
        let refused = world.call(who, "POST", "/access/changes", change("mona", NET, None, Some("read"))).await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("forbidden")));
        assert!(refused.message().contains("manage permission on image://"), "{}", refused.message());
    }
    world.stop().await;
}

#[tokio::test]
async fn a_grant_made_here_is_seen_by_the_command_line_and_the_other_way_round() {
    for world in [World::new().await, World::bare().await] {
        let undo = change_ok(&world, As::Mona, change("stranger", NET, None, Some("read"))).await;
        let listed = ("stranger".to_owned(), NET.to_owned(), "read".to_owned());
        assert!(world.shared(As::Mona).await.contains(&listed));
        let mine = world.get(As::Stranger, "/access/with-me").await;
        assert_eq!(mine.items().iter().map(|s| &s["uri"]).collect::<Vec<_>>(), [NET], "{mine:?}");
        change_ok(&world, As::Mona, json!({"changes": undo["undo"]})).await;
        assert!(!world.shared(As::Mona).await.contains(&listed));
        assert!(world.get(As::Stranger, "/access/with-me").await.items().is_empty());

        let tool = "image://default/main/default/tool";
        let grant = json!([{"uri": tool, "action": "manage"}]);
        assert_eq!(world.cli(As::Mona, "POST", "/api/v1/users/stranger/permissions", grant).await.status, 201);
        let by_me = world.get(As::Mona, "/access/by-me?scheme=image&q=TOOL").await;
        assert_eq!(
            (&by_me.items()[0]["principal"], &by_me.items()[0]["action"]),
            (&json!("stranger"), &json!("manage"))
        );
        assert_eq!(holder(&sharing(&world, As::Mona, tool).await, "stranger")["grants"][0]["action"], "manage");
        change_ok(&world, As::Mona, change("stranger", tool, Some("manage"), Some("read"))).await;
        let lowered = ("stranger".to_owned(), tool.to_owned(), "read".to_owned());
        assert!(world.shared(As::Mona).await.contains(&lowered), "lowered, not only taken");
        let gone = format!("/api/v1/users/stranger/permissions?uri={}", in_query(tool));
        assert_eq!(world.cli(As::Mona, "DELETE", &gone, Value::Null).await.status, 204);
        assert_eq!(holder(&sharing(&world, As::Mona, tool).await, "stranger"), &Value::Null);
        world.stop().await;
    }
}

#[tokio::test]
async fn what_will_change_is_told_before_and_nothing_is_changed_by_asking() {
    let world = World::new().await;
    let preview = async |who, body| world.call(who, "POST", "/access/preview", body).await;
    let got = preview(As::Mona, change("stranger", NET, None, Some("read"))).await;
    assert_eq!((got.status, &got.body["basis"]), (200, &json!("facts")));
    assert_eq!(got.body["effects"].as_array().expect("effects").len(), 1);
    assert_eq!(
        (&got.body["effects"][0]["principal"], &got.body["effects"][0]["after"]),
        (&json!("stranger"), &json!("read"))
    );
    assert_eq!(holder(&sharing(&world, As::Mona, NET).await, "stranger"), &Value::Null);
    // Carol reads through the project anyway.
    let got = preview(As::Mona, change("carol", NET, None, Some("read"))).await;
    assert_eq!(got.body["effects"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn every_slip_has_its_message() {
    let world = World::new().await;
    let lookalike = "b\u{43e}b";
    for (body, status, field, says) in [
        (change("", NET, None, Some("read")), 400, "principal", "Say who"),
        (change("mona", NET, None, Some("read")), 400, "principal", "yourself"),
        (change("ghost", NET, None, Some("read")), 404, "principal", "o such user ghost"),
        (change(lookalike, NET, None, Some("read")), 404, "principal", "U+043E"),
        (change("role/none", NET, None, Some("read")), 404, "principal", "o such user role/none"),
        (change("bob", "image://default/main/elsewhere/x", None, Some("read")), 403, "", "manage permission"),
        (change("bob", "image://default/main/default/net:v1", None, Some("read")), 400, "uri", "tag"),
        (change("bob", "image://default/main/default/n\u{435}t", None, Some("read")), 400, "uri", "U+0435"),
        (change("bob", "image://default/main/default/../x", None, Some("read")), 400, "uri", "plain"),
        (change("bob", "image://default/main/default/x%2fy", None, Some("read")), 400, "uri", "check the name"),
        (change("stranger", NET, Some("read"), None), 409, "", "Nothing is granted to stranger"),
        (change("carol", NET, Some("read"), None), 409, "", "member of project main/default as reader"),
        (change("bob", NET, Some("read"), Some("manage")), 409, "", "Look at the list again"),
        (json!({"changes": []}), 400, "changes", "1 to 100"),
    ] {
        let got = world.call(As::Mona, "POST", "/access/changes", body.clone()).await;
        assert_eq!(got.status, status, "{body}: {got:?}");
        assert_eq!(got.body["field"].as_str().unwrap_or_default(), field, "{body}: {got:?}");
        assert!(got.message().contains(says), "{body}: {}", got.message());
    }
    assert_eq!(sharing(&world, As::Mona, "nonsense").await.status, 400);
    assert_eq!(world.get(As::Mona, "/access").await.status, 400);
    world.stop().await;
}

#[tokio::test]
async fn of_two_who_share_at_once_the_second_is_told() {
    let world = World::new().await;
    change_ok(&world, As::Admin, change("stranger", NET, None, Some("read"))).await;
    let late = world.call(As::Mona, "POST", "/access/changes", change("stranger", NET, None, Some("write"))).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("conflict")));
    assert!(late.message().contains("admin") && late.message().contains("stranger has read"), "{}", late.message());
    assert!(world.shared(As::Mona).await.contains(&("stranger".to_owned(), NET.to_owned(), "read".to_owned())));
    world.stop().await;
}

#[tokio::test]
async fn a_project_is_shared_by_its_jobs_and_images_in_one() {
    let world = World::new().await;
    let project = "project://default/main/default";
    let got = sharing(&world, As::Mona, project).await;
    let targets: Vec<&str> =
        got.body["targets"].as_array().expect("targets").iter().filter_map(Value::as_str).collect();
    assert_eq!(targets, ["job://default/main/default", "image://default/main/default"]);
    let changes = targets.iter().map(|uri| json!({"principal": "stranger", "uri": uri, "to": "read"}));
    change_ok(&world, As::Mona, json!({"changes": changes.collect::<Vec<_>>()})).await;
    assert_eq!(holder(&sharing(&world, As::Mona, project).await, "stranger")["action"], "read");
    change_ok(&world, As::Mona, change("stranger", targets[0], Some("read"), None)).await;
    let got = sharing(&world, As::Mona, project).await;
    assert_eq!(holder(&got, "stranger").get("action"), None, "a part is not all of it");
    assert_eq!(holder(&got, "stranger")["grants"][0]["uri"], targets[1]);
    world.stop().await;
}

#[tokio::test]
async fn a_job_is_shared_by_its_id_and_found_by_its_name() {
    let world = World::new().await;
    let preset = world.get(As::Bob, "/presets").await.items()[0]["name"].clone();
    let job = world.call(As::Bob, "POST", "/jobs", json!({"image": "ubuntu", "name": "train", "preset": preset})).await;
    assert_eq!(job.status, 201, "{job:?}");
    let uri = format!("job://default/main/default/{}", job.body["id"].as_str().expect("an id"));
    let by_name = json!([{"uri": "job://default/main/default/train", "action": "write"}]);
    assert_eq!(world.cli(As::Mona, "POST", "/api/v1/users/stranger/permissions", by_name).await.status, 201);
    let got = sharing(&world, As::Mona, &uri).await;
    assert_eq!((&holder(&got, "stranger")["action"], holder(&got, "stranger").get("grants")), (&json!("write"), None));
    assert_eq!(holder(&got, "stranger")["reasons"][0]["uri"], "job://default/main/default/train");
    world.stop().await;
}

#[tokio::test]
async fn who_manages_a_job_by_its_name_alone_shares_it_by_its_name() {
    for world in [World::new().await, World::bare().await] {
        let preset = world.get(As::Bob, "/presets").await.items()[0]["name"].clone();
        let create = json!({"image": "ubuntu", "name": "train", "preset": preset});
        let job = world.call(As::Bob, "POST", "/jobs", create).await;
        let uri = format!("job://default/main/default/{}", job.body["id"].as_str().expect("an id"));
        let name = "job://default/main/default/train";
        let by_name = json!([{"uri": name, "action": "manage"}]);
        assert_eq!(world.cli(As::Mona, "POST", "/api/v1/users/stranger/permissions", by_name).await.status, 201);
        let got = sharing(&world, As::Stranger, &uri).await;
        assert_eq!((&got.body["action"], &got.body["targets"]), (&json!("manage"), &json!([name])), "{got:?}");
        assert_eq!(got.body["basis"], "grants", "of those who have it by its id the stranger learns nothing");
        change_ok(&world, As::Stranger, change("carol", name, None, Some("write"))).await;
        let got = sharing(&world, As::Stranger, &uri).await;
        assert_eq!(holder(&got, "carol")["grants"][0]["uri"], name, "{got:?}");
        assert_eq!(
            sharing(&world, As::Mona, &uri).await.body["targets"],
            json!([uri]),
            "who manages both keeps to the id"
        );
        world.stop().await;
    }
}

#[tokio::test]
async fn a_role_is_made_given_and_removed() {
    let world = World::new().await;
    let role = "mona/roles/readers";
    let added = world.call(As::Mona, "POST", "/access/roles", json!({"name": role})).await;
    assert_eq!((added.status, &added.body["uri"]), (201, &json!("role://mona/roles/readers")), "{added:?}");
    let again = world.call(As::Mona, "POST", "/access/roles", json!({"name": role})).await;
    assert_eq!((again.status, &again.body["field"]), (409, &json!("name")), "{again:?}");
    let foreign = world.call(As::Mona, "POST", "/access/roles", json!({"name": "bob/roles/x"})).await;
    assert_eq!(foreign.status, 403);
    let hers = sharing(&world, As::Mona, "role://mona/roles/readers").await;
    assert_eq!((&hers.body["action"], &hers.body["basis"]), (&json!("manage"), &json!("facts")), "{hers:?}");
    assert_eq!(holder(&hers, "mona")["reasons"][0]["source"], "name");
    change_ok(&world, As::Mona, change(role, NET, None, Some("read"))).await;
    let give = change("stranger", "role://mona/roles/readers", None, Some("read"));
    let preview = world.call(As::Mona, "POST", "/access/preview", give.clone()).await;
    let on: Vec<&str> =
        preview.body["effects"].as_array().expect("effects").iter().filter_map(|e| e["uri"].as_str()).collect();
    assert_eq!(on, [NET, "role://mona/roles/readers"]);
    change_ok(&world, As::Mona, give).await;
    let got = sharing(&world, As::Mona, NET).await;
    assert_eq!(holder(&got, "stranger")["reasons"][0]["via"], json!([role]));
    assert_eq!(holder(&got, role)["kind"], "role");
    let detail = world.get(As::Mona, "/access/roles/mona%2Froles%2Freaders").await;
    assert_eq!((&detail.body["bearer_count"], &detail.body["grant_count"]), (&json!(1), &json!(1)), "{detail:?}");
    assert_eq!(
        (&detail.body["holds"][0]["uri"], &detail.body["bearers"][0]["principal"]),
        (&json!(NET), &json!("stranger"))
    );
    let listed = world.get(As::Mona, "/access/roles").await;
    assert!(listed.items().iter().any(|one| one["name"] == role && one["can_manage"] == true));
    let suggested = world.get(As::Mona, "/access/principals?q=MONA").await;
    assert_eq!(suggested.items().iter().map(|one| &one["name"]).collect::<Vec<_>>(), [role]);
    assert_eq!(world.call(As::Mona, "DELETE", "/access/roles/mona%2Froles%2Freaders", Value::Null).await.status, 204);
    assert_eq!(holder(&sharing(&world, As::Mona, NET).await, "stranger"), &Value::Null);
    assert_eq!(world.get(As::Mona, "/access/roles/mona%2Froles%2Freaders").await.status, 404);
    world.stop().await;
}
