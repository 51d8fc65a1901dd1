use super::*;
use http_body_util::BodyExt;
use tower::ServiceExt;

struct Fixed;

impl Assets for Fixed {
    fn find(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let bytes: &[u8] = match path {
            "index.html" => b"<page>",
            "app-0123456789abcdef_bg.wasm" => b"wasm wasm wasm",
            "app-0123456789abcdef_bg.wasm.br" => b"br",
            "app-0123456789abcdef_bg.wasm.gz" => b"gz!",
            _ => return None,
        };
        Some(bytes.into())
    }
}

async fn get(path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Bytes) {
    let mut request = http::Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = console(Fixed).oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    let (head, body) = response.into_parts();
    (head.status, head.headers, body.collect().await.expect("a body").to_bytes())
}

#[tokio::test]
async fn every_client_side_route_gets_the_page_and_a_missing_file_does_not() {
    for route in ["/", "/jobs", "/jobs/job-1/logs", "/sign-in"] {
        let (status, headers, body) = get(route, &[]).await;
        assert_eq!((status, &body[..]), (StatusCode::OK, &b"<page>"[..]), "{route}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
    }
    for gone in
        ["/app-ffffffffffffffff.js", "/x/y.css", "/api/v2", "/index.html.br", "/app-0123456789abcdef_bg.wasm.gz"]
    {
        assert_eq!(get(gone, &[]).await.0, StatusCode::NOT_FOUND, "{gone}");
    }
}

#[tokio::test]
async fn the_smallest_form_the_browser_takes_is_sent() {
    let path = "/app-0123456789abcdef_bg.wasm";
    for (accept, encoding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "br"),
        ("gzip", Some("gzip"), "gz!"),
        ("br;q=0, gzip", Some("gzip"), "gz!"),
        ("*", Some("br"), "br"),
        ("identity", None, "wasm wasm wasm"),
    ] {
        let (_, headers, got) = get(path, &[("accept-encoding", accept)]).await;
        assert_eq!(headers.get(header::CONTENT_ENCODING).map(|v| v.to_str().expect("text")), encoding, "{accept}");
        assert_eq!(&got[..], body.as_bytes());
        assert_eq!(headers[header::CONTENT_TYPE], "application/wasm");
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
    }
}

#[tokio::test]
async fn an_unchanged_page_is_not_sent_again() {
    let (_, headers, _) = get("/", &[]).await;
    let tag = headers[header::ETAG].to_str().expect("text").to_owned();
    let (status, _, body) = get("/", &[("if-none-match", &tag)]).await;
    assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(get("/", &[("if-none-match", "\"other\"")]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn only_reading_is_allowed() {
    let request = http::Request::post("/").body(Body::empty()).expect("a request");
    assert_eq!(console(Fixed).oneshot(request).await.expect("infallible").status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn only_names_with_a_hash_are_kept_forever() {
    for (path, forever) in [
        ("app-0123456789abcdef.js", true),
        ("app-0123456789abcdef_bg.wasm", true),
        ("snippets/app-0123456789abcdef/inline0.js", true),
        ("index.html", false),
        ("favicon.svg", false),
        ("x-short.js", false),
    ] {
        assert_eq!(has_hash(path), forever, "{path}");
    }
}
