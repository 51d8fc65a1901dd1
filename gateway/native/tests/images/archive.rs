use super::world::{As, NET, World};
use axum::body::Body;
use http::{Method, header};
use http_body_util::BodyExt;
use image::Digest;

const ARCHIVE: &str = "/api/v1/images/main%2Fdefault%2Fnet:v1/archive";

fn layer(size: usize, seed: u32) -> Vec<u8> {
    (0..size as u32).map(|n| (n.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8).collect()
}

#[tokio::test]
async fn an_archive_has_its_exact_length_and_any_part_of_it_is_the_same_bytes() {
    let world = World::new().await;
    let bob = world.page("bob").await;
    let layers = [layer(700_001, 1), Vec::new(), layer(300_000, 2)];
    world.push_image(&bob, NET, "v1", &layers).await;
    let whole = world.get(ARCHIVE, &bob).await;
    assert_eq!(whole.status, 200, "{:?}", whole.json());
    assert_eq!(whole.text(header::CONTENT_LENGTH), whole.bytes.len().to_string());
    assert_eq!(
        (whole.text(header::ACCEPT_RANGES), whole.text(header::CONTENT_TYPE)),
        ("bytes".into(), "application/x-tar".into())
    );
    assert_eq!(whole.text(header::CONTENT_DISPOSITION), "attachment; filename=\"net_v1.tar\"");
    let holds = |bytes: &[u8]| whole.bytes.windows(bytes.len()).any(|window| window == bytes);
    assert!(
        holds(&layers[0][..4096]) && holds(&layers[2][295_000..]) && holds(b"manifest.json") && holds(b"oci-layout")
    );
    let etag = whole.text(header::ETAG);
    let total = whole.bytes.len();

    let head = world.ask(Method::HEAD, ARCHIVE, &bob, &[], Body::empty()).await;
    assert_eq!((head.status.as_u16(), head.text(header::CONTENT_LENGTH)), (200, total.to_string()));
    let head = world.ask(Method::HEAD, ARCHIVE, &bob, &[("range", "bytes=0-0")], Body::empty()).await;
    assert_eq!((head.status.as_u16(), head.text(header::CONTENT_LENGTH)), (200, total.to_string()));
    for (first, last) in
        [(0, 0), (0, 511), (1000, 400_000), (699_000, 720_000), (700_500, 1_000_500), (total - 1, total - 1)]
    {
        let range = format!("bytes={first}-{last}");
        let headers = [("range", range.as_str()), ("if-range", etag.as_str())];
        let part = world.ask(Method::GET, ARCHIVE, &bob, &headers, Body::empty()).await;
        assert_eq!(
            (part.status.as_u16(), part.text(header::CONTENT_RANGE)),
            (206, format!("bytes {first}-{last}/{total}"))
        );
        assert!(part.bytes == whole.bytes.slice(first..=last), "{range}");
    }
    let other = [("range", "bytes=5-"), ("if-range", "\"another\"")];
    assert_eq!(world.ask(Method::GET, ARCHIVE, &bob, &other, Body::empty()).await.status, 200);
    let beyond = format!("bytes={total}-");
    let got = world.ask(Method::GET, ARCHIVE, &bob, &[("range", &beyond)], Body::empty()).await;
    assert_eq!((got.status.as_u16(), got.text(header::CONTENT_RANGE)), (416, format!("bytes */{total}")));
    let known = world.ask(Method::GET, ARCHIVE, &bob, &[("if-none-match", &etag)], Body::empty()).await;
    assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));
    let oci = world.get(&format!("{ARCHIVE}?form=oci"), &bob).await;
    assert_eq!(oci.text(header::CONTENT_DISPOSITION), "attachment; filename=\"net_v1.oci.tar\"");
    assert_ne!(oci.text(header::ETAG), etag);
    world.stop().await;
}

#[tokio::test]
async fn a_browser_downloads_by_navigation_from_the_own_origin_only() {
    let world = World::new().await;
    let bob = world.page("bob").await;
    world.push_image(&bob, NET, "v1", &[layer(10, 1)]).await;
    let As::Page(cookie) = &bob else { panic!("a page") };
    for (site, status) in [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403)] {
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", site)];
        let got = world.ask(Method::GET, ARCHIVE, &As::Nobody, &headers, Body::empty()).await;
        assert_eq!(got.status.as_u16(), status, "{site}");
    }
    let nobody =
        world.ask(Method::GET, ARCHIVE, &As::Nobody, &[("sec-fetch-site", "same-origin")], Body::empty()).await;
    assert_eq!(nobody.status.as_u16(), 401);
    world.stop().await;
}

#[tokio::test]
async fn a_blob_that_cannot_be_read_to_its_end_breaks_the_download() {
    let world = World::new().await;
    let bob = world.page("bob").await;
    let big = layer(2_000_000, 3);
    world.push_image(&bob, NET, "v1", &[layer(1000, 1), big.clone()]).await;
    let file = world.blob_file(&Digest::sha256_of(&big));
    for cut in [Some(1_000_000), None] {
        match cut {
            Some(length) => {
                std::fs::OpenOptions::new().write(true).open(&file).expect("open").set_len(length).expect("cut");
            }
            None => std::fs::remove_file(&file).expect("removed"),
        }
        let response = world.send(world.address, Method::GET, ARCHIVE, &bob, &[], Body::empty()).await;
        let said: usize = response.headers()[header::CONTENT_LENGTH].to_str().expect("text").parse().expect("a number");
        assert!(said > 2_000_000);
        let read = response.into_body().collect().await;
        assert!(read.is_err(), "a short archive must not look whole");
    }
    world.stop().await;
}
