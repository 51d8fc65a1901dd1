//! The same before a server of the platform API that has nothing beyond it: as much as its calls tell, and no more is claimed.

use super::world::{As, World, change, in_query};
use serde_json::{Value, json};

const NET: &str = "image://default/main/default/net";

#[tokio::test]
async fn grants_are_told_and_that_there_may_be_more() {
    let world = World::bare().await;
    let made = world.call(As::Mona, "POST", "/access/changes", change("stranger", NET, None, Some("read"))).await;
    assert_eq!(made.status, 200, "{made:?}");
    let got = world.get(As::Mona, &format!("/access?uri={}", in_query(NET))).await;
    assert_eq!((&got.body["basis"], &got.body["action"]), (&json!("grants"), &json!("manage")), "{got:?}");
    let holders = got.body["holders"].as_array().expect("holders");
    let find = |name: &str| holders.iter().find(|holder| holder["principal"] == name).unwrap_or(&Value::Null);
    assert_eq!(find("stranger")["grants"][0]["action"], "read");
    assert_eq!(find("mona")["action"], "manage");
    let got = world.get(As::Carol, &format!("/access?uri={}", in_query(NET))).await;
    assert_eq!((&got.body["basis"], &got.body["holders"][0]["principal"]), (&json!("own"), &json!("carol")));
    let preview = change("stranger", NET, Some("read"), Some("write"));
    let preview = world.call(As::Mona, "POST", "/access/preview", preview).await;
    assert_eq!(
        (&preview.body["basis"], &preview.body["effects"][0]["before"], &preview.body["effects"][0]["after"]),
        (&json!("grants"), &json!("read"), &json!("write"))
    );
    world.stop().await;
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_not_changed_again() {
    let world = World::bare().await;
    let change_as_mona = async |body| world.call(As::Mona, "POST", "/access/changes", body).await;
    assert_eq!(change_as_mona(change("stranger", NET, None, Some("read"))).await.status, 200);
    for stale in [
        change("stranger", NET, None, Some("write")),
        change("stranger", NET, Some("write"), None),
        change("stranger", NET, Some("manage"), Some("write")),
    ] {
        let got = change_as_mona(stale).await;
        assert_eq!(got.status, 409, "{got:?}");
        assert!(got.message().contains("is granted read on image://"), "{}", got.message());
    }
    assert_eq!(change_as_mona(change("ghost", NET, None, Some("read"))).await.status, 404);
    world.stop().await;
}

#[tokio::test]
async fn own_places_are_not_taken_for_something_shared() {
    let world = World::bare().await;
    assert_eq!(world.get(As::Bob, "/access/with-me").await.items(), [] as [Value; 0]);
    let roles = world.get(As::Bob, "/access/roles").await;
    assert_eq!((roles.status, roles.items().len()), (200, 0));
    let people = world.get(As::Bob, "/access/principals?q=mo").await;
    assert_eq!(people.items().iter().map(|one| &one["name"]).collect::<Vec<_>>(), ["mona"]);
    world.stop().await;
}
