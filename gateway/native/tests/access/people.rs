use super::world::{As, World};
use serde_json::{Value, json};

const MEMBERS: &str = "/orgs/main/projects/default/members";

#[tokio::test]
async fn members_are_added_changed_and_removed() {
    let world = World::new().await;
    let list = world.get(As::Mona, MEMBERS).await;
    assert_eq!((list.status, &list.body["can_manage"]), (200, &json!(true)), "{list:?}");
    assert_eq!(list.body["roles"], json!(["reader", "writer", "manager", "admin"]));
    let names =
        |items: &[Value]| items.iter().filter_map(|one| one["user"].as_str()).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(list.items()), ["admin", "bob", "carol", "mona"]);
    assert_eq!(world.get(As::Carol, MEMBERS).await.body["can_manage"], false);

    let add =
        async |user: &str, role: &str| world.call(As::Mona, "POST", MEMBERS, json!({"user": user, "role": role})).await;
    assert_eq!(add("stranger", "reader").await.status, 201);
    let again = add("stranger", "reader").await;
    assert_eq!((again.status, &again.body["field"]), (409, &json!("user")), "{again:?}");
    assert!(again.message().contains("already a member"), "{}", again.message());
    for (user, role, status, field, says) in [
        ("", "reader", 400, "user", "Say who"),
        ("ghost", "reader", 404, "user", "o such user ghost"),
        ("bob", "owner", 400, "role", "reader, writer, manager, admin"),
    ] {
        let got = add(user, role).await;
        assert_eq!((got.status, got.body["field"].as_str()), (status, Some(field)), "{got:?}");
        assert!(got.message().contains(says), "{}", got.message());
    }
    let change = json!({"from": "reader", "role": "writer"});
    let changed = world.call(As::Mona, "PUT", &format!("{MEMBERS}/stranger"), change).await;
    assert_eq!((changed.status, &changed.body["role"]), (200, &json!("writer")));
    let seen = world
        .cli(As::Admin, "GET", "/apis/admin/v1/clusters/default/orgs/main/projects/default/users/stranger", Value::Null)
        .await;
    assert_eq!(seen.body["role"], "writer", "as apolo admin sees it");
    let gone = world.call(As::Mona, "DELETE", &format!("{MEMBERS}/stranger?from=writer"), Value::Null).await;
    assert_eq!(gone.status, 204);
    assert_eq!(names(world.get(As::Mona, MEMBERS).await.items()), ["admin", "bob", "carol", "mona"]);
    world.stop().await;
}

#[tokio::test]
async fn the_last_manager_stays_in_words() {
    let world = World::new().await;
    let admin = format!("{MEMBERS}/admin?from=admin");
    assert_eq!(world.call(As::Mona, "DELETE", &admin, Value::Null).await.status, 204);
    for (method, path, body) in [
        ("DELETE", format!("{MEMBERS}/mona?from=manager"), Value::Null),
        ("PUT", format!("{MEMBERS}/mona"), json!({"from": "manager", "role": "writer"})),
    ] {
        let refused = world.call(As::Mona, method, &path, body).await;
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("conflict")), "{refused:?}");
        assert!(
            refused.message().contains("mona is the last manager of project main/default"),
            "{}",
            refused.message()
        );
    }
    let promoted =
        world.call(As::Mona, "PUT", &format!("{MEMBERS}/bob"), json!({"from": "writer", "role": "manager"})).await;
    assert_eq!(promoted.status, 200);
    let left = world.call(As::Mona, "DELETE", &format!("{MEMBERS}/mona?from=manager"), Value::Null).await;
    assert_eq!(left.status, 204);
    world.stop().await;
}

#[tokio::test]
async fn of_two_who_edit_at_once_the_second_is_told_what_the_first_did() {
    let world = World::new().await;
    let bob = format!("{MEMBERS}/bob");
    let first = world.call(As::Admin, "PUT", &bob, json!({"from": "writer", "role": "manager"})).await;
    assert_eq!(first.status, 200);
    for (method, path, body) in [
        ("PUT", bob.clone(), json!({"from": "writer", "role": "reader"})),
        ("DELETE", format!("{bob}?from=writer"), Value::Null),
    ] {
        let second = world.call(As::Mona, method, &path, body).await;
        assert_eq!((second.status, &second.body["code"]), (409, &json!("conflict")), "{second:?}");
        assert!(second.message().contains("bob manager of project main/default"), "{}", second.message());
    }
    let both = futures::future::join(
        world.call(As::Admin, "PUT", &bob, json!({"from": "manager", "role": "reader"})),
        world.call(As::Mona, "PUT", &bob, json!({"from": "manager", "role": "writer"})),
    );
    let (one, other) = both.await;
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {other:?}");
    world.stop().await;
}

#[tokio::test]
async fn of_two_who_set_up_a_project_at_once_the_second_is_told() {
    let world = World::new().await;
    let project = "/orgs/main/projects/default";
    let settings = |role: &str, all: bool| json!({"default_role": role, "is_default": all});
    let from = |from: Value, mut to: Value| {
        to["from"] = from;
        to
    };
    let first = from(settings("writer", false), settings("writer", true));
    assert_eq!(world.call(As::Admin, "PUT", project, first).await.status, 200);
    let late = from(settings("writer", false), settings("reader", false));
    let late = world.call(As::Mona, "PUT", project, late).await;
    assert_eq!((late.status, &late.body["code"]), (409, &json!("conflict")), "{late:?}");
    assert!(late.message().contains("\"writer, joined by all\" by now"), "{}", late.message());
    let both = futures::future::join(
        world.call(As::Admin, "PUT", project, from(settings("writer", true), settings("manager", true))),
        world.call(As::Mona, "PUT", project, from(settings("writer", true), settings("reader", true))),
    );
    let (one, other) = both.await;
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {other:?}");
    world.stop().await;
}

#[tokio::test]
async fn organisations_and_projects_come_and_go() {
    let world = World::new().await;
    let orgs = world.get(As::Admin, "/orgs").await;
    assert_eq!((orgs.status, &orgs.body["can_manage"]), (200, &json!(true)), "{orgs:?}");
    let hers = world.get(As::Mona, "/orgs").await;
    assert_eq!((&hers.body["can_manage"], &hers.items()[0]["can_manage"]), (&json!(false), &json!(false)), "{hers:?}");
    assert_eq!(world.call(As::Admin, "POST", "/orgs", json!({"name": "labs"})).await.status, 201);
    let again = world.call(As::Admin, "POST", "/orgs", json!({"name": "labs"})).await;
    assert_eq!((again.status, &again.body["field"]), (409, &json!("name")), "{again:?}");
    let odd = world.call(As::Admin, "POST", "/orgs", json!({"name": "L\u{430}bs"})).await;
    assert_eq!((odd.status, &odd.body["field"]), (400, &json!("name")), "{odd:?}");
    let project = json!({"name": "deep", "default_role": "reader"});
    assert_eq!(world.call(As::Admin, "POST", "/orgs/labs/projects", project).await.status, 201);
    let settings = json!({"default_role": "writer", "is_default": true});
    assert_eq!(world.call(As::Admin, "PUT", "/orgs/labs/projects/deep", settings).await.status, 200);
    let listed = world.get(As::Admin, "/orgs/labs/projects").await;
    assert_eq!(
        (&listed.items()[0]["name"], &listed.items()[0]["is_default"], &listed.items()[0]["role"]),
        (&json!("deep"), &json!(true), &json!("admin")),
        "{listed:?}"
    );
    assert_eq!(
        world.call(As::Admin, "POST", "/orgs/labs/members", json!({"user": "bob", "role": "user"})).await.status,
        201
    );
    let bob = world.get(As::Admin, "/people/bob").await;
    let places = bob.body["projects"].as_array().expect("places");
    assert!(places.iter().any(|one| one["project"] == "deep" && one["role"] == "writer"), "joined by itself: {bob:?}");
    let full = world.call(As::Admin, "DELETE", "/orgs/labs", Value::Null).await;
    assert_eq!((full.status, &full.body["code"]), (409, &json!("conflict")), "{full:?}");
    assert_eq!(world.call(As::Admin, "DELETE", "/orgs/labs/projects/deep", Value::Null).await.status, 204);
    assert_eq!(world.call(As::Admin, "DELETE", "/orgs/labs", Value::Null).await.status, 204);
    world.stop().await;
}

#[tokio::test]
async fn everybody_is_listed_to_administrators_only() {
    let world = World::new().await;
    let all = world.get(As::Admin, "/people").await;
    let names: Vec<&str> = all.items().iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["admin", "bob", "carol", "mona", "stranger"]);
    assert_eq!(all.items()[1]["orgs"], json!([{"org": "main", "role": "user"}]));
    for who in [As::Mona, As::Carol] {
        let refused = world.get(who, "/people").await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("forbidden")));
        assert_eq!(world.get(who, &format!("/people/{}", who.name())).await.status, 200, "oneself");
    }
    world.stop().await;
}

#[tokio::test]
async fn the_account_that_reads_for_links_is_told_apart_from_people() {
    let world = World::with_links_read_by(As::Bob).await;
    let marked = |items: &[Value], name: &str| {
        let marked = items.iter().filter(|one| one["reads_links"] == true);
        marked.map(|one| one[name].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    for (path, name) in [("/people", "name"), (MEMBERS, "user"), ("/orgs/main/members", "user")] {
        assert_eq!(marked(world.get(As::Admin, path).await.items(), name), ["bob"], "{path}");
    }
    assert_eq!(world.get(As::Admin, "/people/bob").await.body["reads_links"], true);
    assert_eq!(world.get(As::Admin, "/people/carol").await.body["reads_links"], Value::Null);
    let change = json!({"from": "writer", "role": "reader"});
    let changed = world.call(As::Mona, "PUT", &format!("{MEMBERS}/bob"), change).await;
    assert_eq!((&changed.body["role"], &changed.body["reads_links"]), (&json!("reader"), &json!(true)), "{changed:?}");
    world.stop().await;
}
