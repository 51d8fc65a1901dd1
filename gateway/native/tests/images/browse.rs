use super::world::{As, NET, World};
use axum::body::Body;
use http::Method;
use image::Digest;
use serde_json::{Value, json};

const NET_IN_PATH: &str = "main%2Fdefault%2Fnet";

async fn get(world: &World, path: &str, who: &As) -> (u16, Value) {
    let got = world.get(&format!("/api/v1/images{path}"), who).await;
    (got.status.as_u16(), got.json())
}

/// What must hold whether the cluster has the extension or not.
async fn browsing(world: World, has_extension: bool) {
    let bob = world.page("bob").await;
    let manifest = world.push_image(&bob, NET, "v1", &[b"base".to_vec(), b"top".to_vec()]).await;
    world.push_image(&bob, NET, "latest", &[b"base".to_vec(), b"top".to_vec()]).await;
    world.push_image(&bob, NET, "v2", &[b"base".to_vec(), b"other".to_vec()]).await;
    world.push_image(&bob, "main/default/deep/er", "v1", &[b"base".to_vec()]).await;
    let digest = Digest::sha256_of(&manifest).to_string();

    let (status, page) = get(&world, "", &bob).await;
    let names: Vec<&str> = page["items"].as_array().expect("items").iter().filter_map(|i| i["name"].as_str()).collect();
    assert_eq!((status, names.as_slice()), (200, ["deep/er", "net"].as_slice()), "{page}");
    let net = &page["items"][1];
    assert_eq!(net["uri"], "image://default/main/default/net");
    assert_eq!(net["docker_reference"], format!("{}/{NET}", world.cluster_address));
    assert_eq!((net.get("tag_count").is_some(), net.get("updated_at").is_some()), (has_extension, has_extension));
    let (_, first) = get(&world, "?limit=1", &bob).await;
    let cursor = first["next"].as_str().expect("a next page");
    let (_, second) = get(&world, &format!("?limit=1&cursor={cursor}"), &bob).await;
    assert_eq!(
        (&first["items"][0]["name"], &second["items"][0]["name"], &second["next"]),
        (&json!("deep/er"), &json!("net"), &Value::Null)
    );
    let (_, some) = get(&world, "?name=NE", &bob).await;
    assert_eq!((some["items"].as_array().map(Vec::len), &some["items"][0]["name"]), (Some(1), &json!("net")));
    let (_, none) = get(&world, "?project=elsewhere", &bob).await;
    assert_eq!(none, json!({"items": []}));

    let (status, tags) = get(&world, &format!("/{NET_IN_PATH}/tags?limit=2"), &bob).await;
    assert_eq!((status, &tags["items"][0]["name"], &tags["items"][1]["name"]), (200, &json!("latest"), &json!("v1")));
    assert_eq!((&tags["items"][1]["digest"], &tags["items"][1]["size_bytes"]), (&json!(digest), &json!(7)));
    let cursor = tags["next"].as_str().expect("a next page");
    let (_, rest) = get(&world, &format!("/{NET_IN_PATH}/tags?limit=2&cursor={cursor}"), &bob).await;
    assert_eq!((&rest["items"][0]["name"], &rest["next"]), (&json!("v2"), &Value::Null));

    let (status, image) = get(&world, &format!("/{NET_IN_PATH}%3Av1"), &bob).await;
    assert_eq!(status, 200, "{image}");
    assert_eq!(
        (&image["tag"], &image["digest"], &image["same_digest_tags"]),
        (&json!("v1"), &json!(digest), &json!(["latest"]))
    );
    assert_eq!(image["rights"], json!({"read": true, "write": true, "manage": false}));
    let platform = &image["platforms"][0];
    assert_eq!(platform["platform"], json!({"os": "linux", "architecture": "amd64"}));
    assert_eq!(platform["layers"][0]["diff_id"], Digest::sha256_of(b"base").to_string());
    assert_eq!((&platform["history"][0].get("layer"), &platform["history"][1]["layer"]), (&None, &json!(0)));
    assert_eq!(
        (&platform["config"]["entrypoint"], &platform["config"]["exposed_ports"]),
        (&json!(["/run"]), &json!(["80/tcp"]))
    );
    let (_, same) = get(&world, &format!("/{NET_IN_PATH}@{digest}"), &bob).await;
    assert_eq!((same.get("tag"), &same["digest"]), (None, &json!(digest)));
    assert_eq!(same["docker_reference"], format!("{}/{NET}@{digest}", world.cluster_address));

    let (status, layers) = get(&world, "/layers", &bob).await;
    let mut known: Vec<&str> =
        layers["items"].as_array().expect("items").iter().filter_map(|l| l["diff_id"].as_str()).collect();
    known.sort_unstable();
    let mut expected = [b"base".as_slice(), b"top", b"other"].map(|l| Digest::sha256_of(l).to_string());
    expected.sort_unstable();
    assert_eq!((status, known), (200, expected.iter().map(String::as_str).collect()), "{layers}");

    let (status, registry) = get(&world, "/registry", &bob).await;
    assert_eq!((status, &registry["host"]), (200, &json!(world.cluster_address.to_string())));
    assert_eq!((&registry["chunk_max_bytes"], &registry["compressions"]), (&json!(64 << 20), &json!(["gzip"])));
    if !has_extension {
        assert_eq!(registry["can_copy"], false);
    }

    let (status, access) = get(&world, &format!("/{NET_IN_PATH}/access"), &bob).await;
    assert_eq!(status, 200, "{access}");
    let bobs =
        access["items"].as_array().expect("items").iter().any(|a| a["principal"] == "bob" && a["action"] == "write");
    assert!(bobs, "{access}");

    let carol = world.page("carol").await;
    let (status, image) = get(&world, &format!("/{NET_IN_PATH}%3Av1"), &carol).await;
    assert_eq!((status, &image["rights"]), (200, &json!({"read": true, "write": false, "manage": false})));
    let delete = async |path: String, who: &As| {
        let got = world.ask(Method::DELETE, &format!("/api/v1/images/{path}"), who, &[], Body::empty()).await;
        (got.status.as_u16(), got.json())
    };
    let (status, problem) = delete(format!("{NET_IN_PATH}:v1"), &carol).await;
    assert_eq!((status, &problem["code"]), (403, &json!("forbidden")), "{problem}");
    assert_eq!(delete(NET_IN_PATH.into(), &bob).await.0, 400);
    assert_eq!(delete(format!("{NET_IN_PATH}:v1"), &bob).await.0, 204);
    assert_eq!(get(&world, &format!("/{NET_IN_PATH}:v1"), &bob).await.0, 404);
    assert_eq!(get(&world, &format!("/{NET_IN_PATH}:latest"), &bob).await.0, 200, "the other tag stays");
    assert_eq!(delete(format!("{NET_IN_PATH}@{digest}"), &bob).await.0, 204);
    assert_eq!(get(&world, &format!("/{NET_IN_PATH}:latest"), &bob).await.0, 404, "a digest takes its tags along");
    world.stop().await;
}

#[tokio::test]
async fn images_are_browsed_through_the_extension() {
    browsing(World::new().await, true).await;
}

#[tokio::test]
async fn images_are_browsed_as_well_on_a_cluster_without_it() {
    browsing(World::without_extension().await, false).await;
}

#[tokio::test]
async fn hostile_names_and_other_peoples_images_are_refused() {
    let world = World::new().await;
    let bob = world.page("bob").await;
    for (path, status) in [
        ("/default%2F..%2Fnet", 404),
        ("/..%2F..%2Fapi", 404),
        ("/main%2Fdefault%2Fnet%00", 404),
        ("/%FF%FE", 404),
        ("/net", 404),
        ("/main%2Fdefault%2Fnone:v1", 404),
        ("/main%2Fdefault%2Fnet@sha256:12", 404),
        ("/acme%2Fsecret%2Fnet:v1", 403),
        ("/acme%2Fsecret%2Fnet/tags", 403),
        ("?limit=0", 400),
        ("?limit=1001", 400),
        ("?limit=99999999999999999999", 400),
        ("?cursor=%00", 400),
        ("?colour=red", 400),
        ("?name=a&name=b", 400),
        ("/main%2Fdefault%2Fnet/archive?form=zip", 400),
    ] {
        let (got, body) = get(&world, path, &bob).await;
        assert_eq!(got, status, "{path}: {body}");
        assert!(body["message"].is_string(), "{path}: {body}");
    }
    let copy = |image: &str| json!({"source": {"reference": "x"}, "image": image}).to_string();
    let json_kind = [("content-type", "application/json")];
    for image in ["net", "main/default/net", "Main/default/net:v1", "main/../net:v1", ""] {
        let got = world.ask(Method::POST, "/api/v1/images/copy", &bob, &json_kind, copy(image)).await;
        assert_eq!((got.status.as_u16(), &got.json()["field"]), (400, &json!("image")), "{image}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_job_of_an_image_that_is_not_there_is_refused_at_its_image() {
    let world = World::new().await;
    let bob = world.page("bob").await;
    let json_kind = [("content-type", "application/json")];
    for (image, why) in [
        ("image:none:v1", "there is no image"),
        ("image:None", "an image's name"),
        ("image:latest", "can mean an image"),
    ] {
        let got =
            world.ask(Method::POST, "/api/v1/jobs", &bob, &json_kind, json!({ "image": image }).to_string()).await;
        let problem = got.json();
        assert_eq!((got.status.as_u16(), &problem["field"]), (400, &json!("image")), "{image}: {problem}");
        let message = problem["message"].as_str().unwrap_or_default();
        assert!(message.to_lowercase().contains(why) && message.ends_with('.'), "{image}: {message}");
    }
    world.stop().await;
}
