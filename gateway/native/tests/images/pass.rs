use super::world::{As, NET, World};
use crate::host;
use axum::body::Body;
use http::{Method, header};
use image::{Digest, manifest::media_type};

const UPLOADS: &str = "/v2/main/default/net/blobs/uploads/";

#[tokio::test]
async fn a_client_without_credentials_is_asked_for_them_and_a_page_is_not() {
    let world = World::new().await;
    for path in ["/v2/", "/v2", "/v2/_catalog", "/v2/main/default/net/tags/list"] {
        let got = world.get(path, &As::Nobody).await;
        assert_eq!((got.status.as_u16(), got.code().as_str()), (401, "UNAUTHORIZED"), "{path}");
        assert!(got.text(header::WWW_AUTHENTICATE).starts_with("Basic realm="), "{path}");
        assert_eq!(got.headers["docker-distribution-api-version"], "registry/2.0");
        let page = world.ask(Method::GET, path, &As::Nobody, &[("x-roadstead", "1")], Body::empty()).await;
        assert_eq!((page.status.as_u16(), page.headers.contains_key(header::WWW_AUTHENTICATE)), (401, false));
    }
    for bad in ["Basic dG9rZW46eA==", "Basic !!", "Bearer x", "Negotiate x"] {
        let got = world.get("/v2/", &As::Client(bad.into())).await;
        assert_eq!((got.status.as_u16(), got.code().as_str()), (401, "UNAUTHORIZED"), "{bad}");
        assert!(got.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    world.stop().await;
}

#[tokio::test]
async fn a_session_pushes_in_chunks_through_any_gateway_and_its_upload_is_its_own() {
    let world = World::new().await;
    let bob = world.page("bob").await;
    let blob: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    let begun = world.ask(Method::POST, UPLOADS, &bob, &[], Body::empty()).await;
    assert_eq!(begun.status, 202, "{:?}", begun.json());
    let mut location = begun.text(header::LOCATION);
    assert!(location.starts_with(&format!("{UPLOADS}v1.")), "{location}");
    for kept in ["docker-upload-uuid", "range", "oci-chunk-min-length"] {
        assert!(begun.headers.contains_key(kept), "{kept}: {:?}", begun.headers);
    }
    // Two gateways with the same key take turns; neither remembers anything.
    let other = world.another_gateway(host::KEY).await;
    for (address, range) in [(world.address, 0..1_500_000), (other.address, 1_500_000..3_000_000)] {
        let span = format!("{}-{}", range.start, range.end - 1);
        let headers = [("content-range", span.as_str()), ("content-type", "application/octet-stream")];
        let got = world.at(address, Method::PATCH, &location, &bob, &headers, blob[range.clone()].to_vec()).await;
        assert_eq!(
            (got.status.as_u16(), got.text(header::RANGE)),
            (202, format!("0-{}", range.end - 1)),
            "{:?}",
            got.json()
        );
        location = got.text(header::LOCATION);
    }
    let status = world.get(&location, &bob).await;
    assert_eq!((status.status.as_u16(), status.text(header::RANGE)), (204, "0-2999999".into()));
    let again = world.ask(Method::PATCH, &location, &bob, &[("content-range", "5-9")], "12345").await;
    assert_eq!((again.status.as_u16(), again.text(header::RANGE)), (416, "0-2999999".into()));

    // Nobody else's, nowhere else, and not with another key.
    let admin = world.page("admin").await;
    let elsewhere = location.replace("/net/", "/other/");
    let foreign = world.another_gateway([8; 32]).await;
    for (address, path, who) in [
        (world.address, location.clone(), &admin),
        (world.address, elsewhere, &bob),
        (world.address, location.replace("v1.", "v1.A"), &bob),
        (world.address, format!("{UPLOADS}0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab"), &bob),
        (foreign.address, location.clone(), &world.client("bob").await),
    ] {
        let got = world.at(address, Method::PATCH, &path, who, &[], "x").await;
        assert_eq!((got.status.as_u16(), got.code().as_str()), (404, "BLOB_UPLOAD_UNKNOWN"), "{path}");
    }

    let digest = Digest::sha256_of(&blob);
    let done = world.ask(Method::PUT, &format!("{location}?digest={digest}"), &bob, &[], Body::empty()).await;
    assert_eq!((done.status.as_u16(), done.text(header::LOCATION)), (201, format!("/v2/{NET}/blobs/{digest}")));
    let path = format!("/v2/{NET}/blobs/{digest}");
    let whole = world.get(&path, &bob).await;
    assert_eq!((whole.text(header::CONTENT_LENGTH), whole.bytes.as_ref()), ("3000000".into(), blob.as_slice()));
    assert!(whole.text(header::CONTENT_SECURITY_POLICY).contains("sandbox"));
    let part = world.ask(Method::GET, &path, &bob, &[("range", "bytes=10-19")], Body::empty()).await;
    assert_eq!((part.status.as_u16(), part.bytes.as_ref()), (206, &blob[10..20]));
    let head = world.ask(Method::HEAD, &path, &bob, &[], Body::empty()).await;
    assert_eq!((head.status.as_u16(), head.text(header::CONTENT_LENGTH)), (200, "3000000".into()));
    world.stop().await;
}

#[tokio::test]
async fn a_wrong_digest_is_the_registrys_refusal_word_by_word() {
    let world = World::new().await;
    let bob = world.page("bob").await;
    let begun = world.ask(Method::POST, UPLOADS, &bob, &[], Body::empty()).await;
    let to = format!("{}?digest={}", begun.text(header::LOCATION), Digest::sha256_of(b"another"));
    let got = world.ask(Method::PUT, &to, &bob, &[], "this").await;
    assert_eq!((got.status.as_u16(), got.code().as_str()), (400, "DIGEST_INVALID"));
    world.stop().await;
}

#[tokio::test]
async fn pages_are_held_to_the_size_of_a_chunk_and_clients_are_not() {
    let world = World::with(|config| config.chunk_max_bytes = 1000).await;
    for (who, status) in [(world.page("bob").await, 413), (world.client("bob").await, 202)] {
        let begun = world.ask(Method::POST, UPLOADS, &who, &[], Body::empty()).await;
        let location = begun.text(header::LOCATION);
        let got = world.ask(Method::PATCH, &location, &who, &[], vec![7; 1001]).await;
        assert_eq!(got.status.as_u16(), status, "{who:?}");
        if status == 413 {
            assert_eq!(got.code(), "SIZE_INVALID");
            assert!(got.json()["errors"][0]["message"].as_str().expect("text").contains("1000 bytes"));
            let fits = world.ask(Method::PATCH, &location, &who, &[], vec![7; 1000]).await;
            assert_eq!(fits.status.as_u16(), 202);
        }
    }
    // Without a length there is no telling.
    let bob = world.page("bob").await;
    let begun = world.ask(Method::POST, UPLOADS, &bob, &[], Body::empty()).await;
    let endless = Body::from_stream(futures::stream::iter([Ok::<_, std::io::Error>("x")]));
    let got = world.ask(Method::PATCH, &begun.text(header::LOCATION), &bob, &[], endless).await;
    assert_eq!((got.status.as_u16(), got.code().as_str()), (400, "SIZE_INVALID"));
    world.stop().await;
}

#[tokio::test]
async fn a_cookie_alone_moves_nothing_and_beside_a_sign_in_it_is_not_looked_at() {
    let world = World::new().await;
    let As::Page(cookie) = world.page("bob").await else { panic!("a page") };
    let alone = [("cookie", cookie.as_str())];
    for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let got = world.ask(method.clone(), UPLOADS, &As::Nobody, &alone, Body::empty()).await;
        assert_eq!((got.status.as_u16(), got.code().as_str()), (403, "DENIED"), "{method}");
    }
    let beside = [("cookie", cookie.as_str()), ("x-roadstead", "1")];
    let got = world.ask(Method::GET, "/v2/", &As::Client("Basic dG9rZW46eA==".into()), &beside, Body::empty()).await;
    assert_eq!(got.status.as_u16(), 401, "the cookie must not stand in for a bad token");
    let carol = world.client("carol").await;
    let got = world.ask(Method::POST, UPLOADS, &carol, &beside, Body::empty()).await;
    assert_eq!((got.status.as_u16(), got.code().as_str()), (403, "DENIED"), "carol may only read");
    world.stop().await;
}

#[tokio::test]
async fn lists_page_on_through_our_own_addresses() {
    let world = World::new().await;
    let bob = world.client("bob").await;
    for name in ["a", "b", "c"] {
        world.push_image(&bob, &format!("main/default/{name}"), "v1", &[b"layer".to_vec()]).await;
    }
    let (mut path, mut seen) = ("/v2/_catalog?n=2".to_owned(), Vec::new());
    for _ in 0..5 {
        let got = world.get(&path, &bob).await;
        seen.extend(got.json()["repositories"].as_array().expect("names").clone());
        let link = got.text(header::LINK);
        let Some((next, _)) = link.strip_prefix('<').and_then(|link| link.split_once('>')) else { break };
        assert!(next.starts_with("/v2/_catalog?"), "{next}");
        path = next.to_owned();
    }
    assert_eq!(seen, ["main/default/a", "main/default/b", "main/default/c"]);
    let got = world.get(&format!("/v2/{NET}/tags/list"), &bob).await;
    assert_eq!((got.status.as_u16(), got.code().as_str()), (404, "NAME_UNKNOWN"));
    let accept = [("accept", media_type::OCI_MANIFEST)];
    let head = world.ask(Method::HEAD, "/v2/main/default/a/manifests/v1", &bob, &accept, Body::empty()).await;
    assert!(head.headers.contains_key("docker-content-digest"));
    world.stop().await;
}

#[tokio::test]
async fn hostile_addresses_go_nowhere() {
    let world = World::new().await;
    let (page, client) = (world.page("bob").await, world.client("bob").await);
    const DOTTED: [&str; 2] = ["/v2/../api/v1/jobs", "/v2/%2e%2e/api/v1/jobs"];
    for path in [
        DOTTED[0],
        DOTTED[1],
        "/v2/default/%2e%2e%2f%2e%2e/api/v1/config",
        "/v2/main/default/..%2fnet/tags/list",
        "/v2/default//net/tags/list",
        "/v2/main/default/n%00t/tags/list",
        "/v2/main/default/net/manifests/a%0d%0ab",
        "/v2/main/default/net/manifests/..",
        "/v2/default%5c..%5cx/tags/list",
        "/v2/%ff/tags/list",
    ] {
        for who in [&page, &client] {
            let got = world.get(path, who).await;
            if !host::is_native() && DOTTED.contains(&path) {
                // Workers resolve dots before anything is asked: what comes of it is our own address, under its own rules.
                assert_eq!(got.status, world.get("/api/v1/jobs", who).await.status, "{path}");
                continue;
            }
            assert!(matches!(got.status.as_u16(), 400 | 404), "{path}: {} {:?}", got.status, got.json());
        }
    }
    for (path, status) in [
        ("/v2/_catalog?n=99999999999999999999999", 400),
        ("/v2/_catalog?n=-1", 400),
        ("/v2/MAIN/default/net/tags/list", 400),
        ("/v2/main/default/net/blobs/sha256:12", 400),
        ("/v2/acme/secret/net/tags/list", 403),
    ] {
        let got = world.get(path, &client).await;
        assert_eq!(got.status.as_u16(), status, "{path}: {:?}", got.json());
        assert!(!got.code().is_empty(), "{path}");
    }
    world.stop().await;
}
