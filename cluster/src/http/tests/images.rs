//! The registry over HTTP: signing in, rights, caching, ranges, and what no honest client sends.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;
use crate::registry::{Digest, Reference, RepositoryName};

const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(bytes);
    format!("sha256:{}", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

impl Server {
    async fn basic(&self, name: &str, who: As) -> String {
        format!("Basic {}", STANDARD.encode(format!("{name}:{}", self.token(who).await)))
    }

    async fn v2(&self, who: As, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/v2/{path}"));
        if who != As::Nobody {
            request = request.header(header::AUTHORIZATION, self.basic("token", who).await);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_vec())).expect("a request")).await
    }

    /// A blob of the writer's.
    async fn blob(&self, repository: &str, bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let path = format!("{repository}/blobs/uploads/?digest={digest}");
        let length = bytes.len().to_string();
        let answer = self.v2(As::Admin, "POST", &path, &[("content-length", &length)], bytes).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        digest
    }

    /// An image of one layer under a tag.
    async fn image(&self, repository: &str, tag: &str, layer: &str) -> String {
        let of = |bytes: &str, digest: String| json!({"mediaType": "x/y", "digest": digest, "size": bytes.len()});
        let manifest = json!({"schemaVersion": 2, "mediaType": OCI_IMAGE,
            "config": of("{}", self.blob(repository, b"{}").await),
            "layers": [of(layer, self.blob(repository, layer.as_bytes()).await)]});
        let path = format!("{repository}/manifests/{tag}");
        let answer = self.v2(As::Admin, "PUT", &path, &[], manifest.to_string().as_bytes()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        manifest.to_string()
    }
}

fn code(answer: &Answer) -> String {
    answer.json()["errors"][0]["code"].as_str().unwrap_or_else(|| panic!("no code in {}", answer.text)).to_owned()
}

#[tokio::test]
async fn a_client_without_a_token_is_told_how_to_sign_in() {
    let server = Server::start().await;
    for path in ["", "_catalog", "main/demo/tool/manifests/v1", "nonsense"] {
        let answer = server.v2(As::Nobody, "GET", path, &[], b"").await;
        assert_eq!((answer.status, code(&answer).as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"), "{path}");
        assert!(answer.headers[header::WWW_AUTHENTICATE].to_str().expect("text").starts_with("Basic realm="));
        assert_eq!(answer.headers["docker-distribution-api-version"], "registry/2.0");
    }
}

#[tokio::test]
async fn a_token_signs_in_under_its_owners_name_or_as_token() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.token(As::Writer).await);
    let table = [
        (server.basic("token", As::Writer).await, 200),
        (server.basic("writer", As::Writer).await, 200),
        (bearer, 200),
        (server.basic("reader", As::Writer).await, 401),
        (server.basic("", As::Writer).await, 401),
        ("Basic !!!".to_owned(), 401),
        (format!("Basic {}", STANDARD.encode("token")), 401),
        (format!("Basic {}", STANDARD.encode("token:")), 401),
        (format!("Basic {}", STANDARD.encode(b"token:\xff")), 401),
        ("Digest x".to_owned(), 401),
        ("Basic".to_owned(), 401),
    ];
    for (authorization, status) in table {
        let request = Request::builder().uri("/v2/").header(header::AUTHORIZATION, &authorization);
        let answer = server.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status.as_u16(), status, "{authorization:.20}");
    }
}

#[tokio::test]
async fn what_is_not_theirs_looks_the_same_whether_it_is_there_or_not() {
    let server = Server::start().await;
    server.image("main/demo/tool", "v1", "layer").await;
    let there = server.v2(As::Stranger, "GET", "main/demo/tool/manifests/v1", &[], b"").await;
    let absent = server.v2(As::Stranger, "GET", "main/demo/nothing/manifests/v1", &[], b"").await;
    assert_eq!((there.status, code(&there).as_str()), (StatusCode::FORBIDDEN, "DENIED"));
    assert_eq!(there.text.replace("tool", "nothing"), absent.text);
    assert!(there.text.contains("read on image://default/main/demo/tool"), "{}", there.text);
    let unknown = server.v2(As::Reader, "GET", "main/demo/nothing/tags/list", &[], b"").await;
    assert_eq!((unknown.status, code(&unknown).as_str()), (StatusCode::NOT_FOUND, "NAME_UNKNOWN"));
}

#[tokio::test]
async fn the_catalog_holds_what_the_caller_may_read_in_pages() {
    let server = Server::start().await;
    for repository in ["main/demo/a", "main/demo/b", "main/other/c"] {
        server.image(repository, "v1", "layer").await;
    }
    let list = |answer: &Answer| answer.json()["repositories"].clone();
    let of_stranger = server.v2(As::Stranger, "GET", "_catalog", &[], b"").await;
    assert_eq!(list(&of_stranger), json!(["main/other/c"]));
    let first = server.v2(As::Admin, "GET", "_catalog?n=2", &[], b"").await;
    assert_eq!(list(&first), json!(["main/demo/a", "main/demo/b"]));
    let link = first.headers[header::LINK].to_str().expect("text").to_owned();
    assert_eq!(link, "</v2/_catalog?n=2&last=main%2Fdemo%2Fb>; rel=\"next\"");
    let second = server.v2(As::Admin, "GET", "_catalog?n=2&last=main%2Fdemo%2Fb", &[], b"").await;
    assert_eq!(list(&second), json!(["main/other/c"]));
    assert!(!second.headers.contains_key(header::LINK));
    assert_eq!(list(&server.v2(As::Admin, "GET", "_catalog?n=0", &[], b"").await), json!([]));
    assert_eq!(
        list(&server.v2(As::Admin, "GET", "_catalog?org=main&project=other", &[], b"").await),
        json!(["main/other/c"])
    );
    let shared = json!([{"uri": "image://default/main/demo/b", "action": "read"}]);
    let granted = server.post(As::Admin, "/api/v1/users/stranger/permissions", shared).await;
    assert_eq!(granted.status, StatusCode::CREATED);
    let with_shared = server.v2(As::Stranger, "GET", "_catalog", &[], b"").await;
    assert_eq!(list(&with_shared), json!(["main/demo/b", "main/other/c"]));
    let images = server.get(As::Stranger, "/api/v1/extensions/images").await.json();
    assert_eq!(images["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_blob_is_mounted_only_from_where_the_caller_may_read() {
    let server = Server::start().await;
    let theirs = server.blob("main/other/tool", b"theirs").await;
    let path = format!("main/demo/tool/blobs/uploads/?mount={theirs}&from=main/other/tool");
    let answer = server.v2(As::Writer, "POST", &path, &[], b"").await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "as if it were absent: it is to be sent");
    assert!(answer.headers[header::LOCATION].to_str().expect("text").starts_with("/v2/main/demo/tool/blobs/uploads/"));
    let answer = server.v2(As::Admin, "POST", &path, &[], b"").await;
    assert_eq!(answer.status, StatusCode::CREATED);
    // Now it is in the writer's own repository.
    let answer = server.v2(As::Writer, "POST", &path, &[], b"").await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

#[tokio::test]
async fn blobs_are_sent_in_part_and_not_again_to_who_has_them() {
    let server = Server::start().await;
    let digest = server.blob("main/demo/tool", b"0123456789").await;
    let path = format!("main/demo/tool/blobs/{digest}");
    let whole = server.v2(As::Reader, "GET", &path, &[], b"").await;
    assert_eq!((whole.status, whole.text.as_str()), (StatusCode::OK, "0123456789"));
    assert_eq!(whole.headers[header::CONTENT_LENGTH], "10");
    assert!(whole.headers[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
    let etag = whole.headers[header::ETAG].to_str().expect("text").to_owned();
    let part = server.v2(As::Reader, "GET", &path, &[("range", "bytes=3-5")], b"").await;
    assert_eq!((part.status, part.text.as_str()), (StatusCode::PARTIAL_CONTENT, "345"));
    assert_eq!(part.headers[header::CONTENT_RANGE], "bytes 3-5/10");
    let beyond = server.v2(As::Reader, "GET", &path, &[("range", "bytes=10-")], b"").await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(beyond.headers[header::CONTENT_RANGE], "bytes */10");
    let known = server.v2(As::Reader, "GET", &path, &[("if-none-match", &etag)], b"").await;
    assert_eq!((known.status, known.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let head = server.v2(As::Reader, "HEAD", &path, &[], b"").await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(head.headers[header::CONTENT_LENGTH], "10");
    assert_eq!(head.headers[header::CACHE_CONTROL], "private, no-cache", "it may be gone tomorrow");
    let head = server.v2(As::Reader, "HEAD", &path, &[("range", "bytes=3-5")], b"").await;
    assert_eq!((head.status, &head.headers[header::CONTENT_LENGTH]), (StatusCode::OK, &"10".parse().expect("one")));
}

#[tokio::test]
async fn a_chunk_out_of_order_is_told_the_offset() {
    let server = Server::start().await;
    let begun = server.v2(As::Writer, "POST", "main/demo/tool/blobs/uploads/", &[], b"").await;
    assert_eq!(begun.headers["oci-chunk-min-length"], "65536");
    let path = begun.headers[header::LOCATION].to_str().expect("text").trim_start_matches("/v2/").to_owned();
    let first = server.v2(As::Writer, "PATCH", &path, &[("content-range", "0-4")], b"01234").await;
    assert_eq!((first.status, &first.headers[header::RANGE]), (StatusCode::ACCEPTED, &"0-4".parse().expect("a value")));
    let early = server.v2(As::Writer, "PATCH", &path, &[("content-range", "9-9")], b"9").await;
    assert_eq!((early.status, code(&early).as_str()), (StatusCode::RANGE_NOT_SATISFIABLE, "BLOB_UPLOAD_INVALID"));
    assert_eq!(early.headers[header::RANGE], "0-4");
    let late = server.v2(As::Writer, "PATCH", &path, &[("upload-offset", "3")], b"3").await;
    assert_eq!(
        (late.status, &late.headers[header::RANGE]),
        (StatusCode::RANGE_NOT_SATISFIABLE, &early.headers[header::RANGE])
    );
    let lie = server.v2(As::Writer, "PATCH", &path, &[("content-range", "5-9")], b"5").await;
    assert_eq!((lie.status, code(&lie).as_str()), (StatusCode::BAD_REQUEST, "SIZE_INVALID"));
    let status = server.v2(As::Writer, "GET", &path, &[], b"").await;
    assert_eq!((status.status, &status.headers[header::RANGE]), (StatusCode::NO_CONTENT, &"0-4".parse().expect("one")));
    let streamed = server.v2(As::Writer, "PATCH", &path, &[("upload-offset", "5")], b"56").await;
    assert_eq!(
        (streamed.status, &streamed.headers[header::RANGE]),
        (StatusCode::ACCEPTED, &"0-6".parse().expect("one"))
    );
    let end = format!("{path}?digest={}", digest(b"0123456789"));
    let last = server.v2(As::Writer, "PUT", &end, &[("content-range", "7-9")], b"789").await;
    assert_eq!(last.status, StatusCode::CREATED, "{}", last.text);
}

#[tokio::test]
async fn a_client_that_reads_no_indexes_gets_an_image() {
    let server = Server::start().await;
    let image = server.image("main/demo/tool", "amd64", "layer").await;
    let child = json!({"mediaType": OCI_IMAGE, "digest": digest(image.as_bytes()), "size": image.len(),
        "platform": {"os": "linux", "architecture": "amd64"}});
    let index = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [child]}).to_string();
    let put = server.v2(As::Writer, "PUT", "main/demo/tool/manifests/all", &[], index.as_bytes()).await;
    assert_eq!(put.status, StatusCode::CREATED, "{}", put.text);
    let path = "main/demo/tool/manifests/all";
    let both = format!("{OCI_IMAGE}, {OCI_INDEX}");
    for (accept, expected) in
        [(OCI_IMAGE, &image), (OCI_INDEX, &index), (both.as_str(), &index), ("*/*", &index), ("text/html", &index)]
    {
        let answer = server.v2(As::Reader, "GET", path, &[("accept", accept)], b"").await;
        assert_eq!(&answer.text, expected, "{accept}");
        assert_eq!(answer.headers["docker-content-digest"], digest(expected.as_bytes()).as_str());
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}

#[tokio::test]
async fn hostile_requests_get_a_clear_refusal_with_a_code() {
    let server = Server::start().await;
    let aaa = format!("sha256:{}", "a".repeat(64));
    let long = "x".repeat(300);
    let upload = "main/demo/tool/blobs/uploads/";
    let table: Vec<(&str, String, &str, u16, &str)> = vec![
        ("GET", "main/demo/UPPER/tags/list".into(), "", 400, "NAME_INVALID"),
        ("GET", "tags/list".into(), "", 400, "NAME_INVALID"),
        ("GET", "demo/tool/tags/list".into(), "", 400, "NAME_INVALID"),
        ("GET", "main/demo/../other/tool/tags/list".into(), "", 400, "NAME_INVALID"),
        ("GET", "main/demo/%2e%2e/tool/tags/list".into(), "", 400, "NAME_INVALID"),
        ("GET", "main/demo/a%00b/tags/list".into(), "", 400, "NAME_INVALID"),
        ("GET", format!("main/demo/{long}/tags/list"), "", 400, "NAME_INVALID"),
        ("GET", "main/demo/tool/tags/list?n=-1".into(), "", 400, "PAGINATION_NUMBER_INVALID"),
        ("GET", "_catalog?n=many".into(), "", 400, "PAGINATION_NUMBER_INVALID"),
        ("GET", "main/demo/tool/blobs/sha256:short".into(), "", 400, "DIGEST_INVALID"),
        ("GET", "main/demo/tool/blobs/md5:d41d8cd98f00b204e9800998ecf8427e".into(), "", 400, "DIGEST_INVALID"),
        ("GET", "main/demo/tool/blobs/sha256:..%2f..%2f..%2ftoken.key".into(), "", 404, "NAME_UNKNOWN"),
        ("GET", format!("main/demo/tool/blobs/{aaa}"), "", 404, "BLOB_UNKNOWN"),
        ("DELETE", format!("main/demo/tool/blobs/{aaa}"), "", 404, "BLOB_UNKNOWN"),
        ("PUT", format!("main/demo/tool/blobs/{aaa}"), "", 405, "UNSUPPORTED"),
        ("GET", "main/demo/tool/manifests/v1".into(), "", 404, "MANIFEST_UNKNOWN"),
        ("GET", "main/demo/tool/manifests/.hidden".into(), "", 404, "MANIFEST_UNKNOWN"),
        ("GET", "main/demo/tool/referrers/x".into(), "", 400, "DIGEST_INVALID"),
        ("POST", format!("{upload}?digest=x"), "", 400, "DIGEST_INVALID"),
        ("POST", format!("{upload}?digest={aaa}"), "not that", 400, "DIGEST_INVALID"),
        ("POST", format!("{upload}?mount=x&from=main/demo/other"), "", 400, "DIGEST_INVALID"),
        ("POST", "main/nowhere/tool/blobs/uploads/".into(), "", 403, "DENIED"),
        ("GET", upload.into(), "", 405, "UNSUPPORTED"),
        ("PATCH", format!("{upload}not-an-id"), "", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("PATCH", format!("{upload}0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab"), "", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("PUT", format!("{upload}0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab?digest={aaa}"), "", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("PUT", format!("{upload}0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab"), "", 400, "DIGEST_INVALID"),
        ("PUT", "main/demo/tool/manifests/v1".into(), "", 400, "MANIFEST_INVALID"),
        ("PUT", "main/demo/tool/manifests/v1".into(), "{", 400, "MANIFEST_INVALID"),
        ("PUT", "main/demo/tool/manifests/v1".into(), "{\"schemaVersion\": 1}", 400, "MANIFEST_INVALID"),
        ("PUT", "main/demo/tool/manifests/v1".into(), "<html>", 400, "MANIFEST_INVALID"),
        ("PUT", "main/demo/tool/manifests/.v1".into(), "{}", 400, "TAG_INVALID"),
        ("PUT", format!("main/demo/tool/manifests/{aaa}"), "{}", 400, "DIGEST_INVALID"),
        ("PUT", format!("main/demo/tool/manifests/{aaa}?tag=no/tag"), "{}", 400, "TAG_INVALID"),
        ("DELETE", "main/demo/never/manifests/v1".into(), "", 404, "NAME_UNKNOWN"),
        ("POST", "main/demo/tool/manifests/v1".into(), "{}", 405, "UNSUPPORTED"),
        ("GET", "unknown".into(), "", 404, "NAME_UNKNOWN"),
        ("BREW", "".into(), "", 405, "UNSUPPORTED"),
    ];
    for (method, path, body, status, expected) in table {
        let answer = server.v2(As::Writer, method, &path, &[], body.as_bytes()).await;
        let shown: String = path.chars().take(100).collect();
        assert_eq!(
            (answer.status.as_u16(), code(&answer).as_str()),
            (status, expected),
            "{method} {shown}: {}",
            answer.text
        );
        let message = answer.json()["errors"][0]["message"].as_str().expect("a message").to_owned();
        assert!(
            (8..600).contains(&message.len()) && !message.chars().any(char::is_control),
            "{method} {shown}: {message}"
        );
    }
    let deep = format!("{{\"schemaVersion\":2,\"manifests\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = server.v2(As::Writer, "PUT", "main/demo/tool/manifests/v1", &[], deep.as_bytes()).await;
    assert_eq!(code(&answer), "MANIFEST_INVALID");
    let large = vec![b' '; (4 << 20) + 1];
    let answer = server.v2(As::Writer, "PUT", "main/demo/tool/manifests/v1", &[], &large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    for headers in [
        ("content-range", "x"),
        ("content-range", "5-1"),
        ("content-range", "-1"),
        ("content-range", "0-99999999999999999999"),
        ("upload-offset", "-1"),
        ("upload-offset", "99999999999999999999"),
    ] {
        let begun = server.v2(As::Writer, "POST", upload, &[], b"").await;
        let path = begun.headers[header::LOCATION].to_str().expect("text").trim_start_matches("/v2/").to_owned();
        let answer = server.v2(As::Writer, "PATCH", &path, &[headers], b"x").await;
        assert_eq!((answer.status.as_u16(), code(&answer).as_str()), (400, "SIZE_INVALID"), "{headers:?}");
    }
}

#[tokio::test]
async fn who_loses_the_right_or_the_token_while_the_body_is_on_its_way_puts_nothing_there() {
    const DEMO: &str = "/apis/admin/v1/clusters/default/orgs/main/projects/demo/users/writer";
    let to = RepositoryName::parse("main/demo/tool").expect("a name");
    for loses_token in [false, true] {
        for what in ["manifest", "blob at once", "upload"] {
            let server = Server::start().await;
            let image: Value =
                serde_json::from_str(&server.image("main/demo/tool", "v1", "layer").await).expect("JSON");
            let content = if what == "manifest" { image } else { json!({"some": what}) };
            let late: Digest = digest(content.to_string().as_bytes()).parse().expect("a digest");
            let (method, path) = match what {
                "manifest" => ("PUT", "/v2/main/demo/tool/manifests/late".to_owned()),
                "blob at once" => ("POST", format!("/v2/main/demo/tool/blobs/uploads/?digest={late}")),
                _ => {
                    let begun = server.v2(As::Writer, "POST", "main/demo/tool/blobs/uploads/", &[], b"").await;
                    let place = begun.headers[header::LOCATION].to_str().expect("text").to_owned();
                    ("PUT", format!("{place}?digest={late}"))
                }
            };
            let (body, begun, go) = slow_body(&content);
            let request = Request::builder().method(method).uri(&path);
            let request = request.header(header::AUTHORIZATION, server.basic("token", As::Writer).await);
            let meanwhile = async {
                begun.await.expect("the body is read");
                if loses_token {
                    server.api.clock.advance_ns(3600 * 1_000_000_000);
                } else {
                    let out = server.call(As::Admin, Method::DELETE, DEMO, None).await;
                    assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.text);
                }
                go.send(()).expect("the body is waited for");
            };
            let (answer, ()) = tokio::join!(server.send(request.body(body).expect("a request")), meanwhile);
            let expected = if loses_token { (401, "UNAUTHORIZED") } else { (403, "DENIED") };
            assert_eq!((answer.status.as_u16(), code(&answer).as_str()), expected, "{what}");
            assert!(
                server.api.registry.find_manifest(&to, &Reference::Tag("late".to_owned())).await.is_err(),
                "{what}"
            );
            assert!(server.api.registry.find_blob(&to, &late).await.expect("reads").is_none(), "{what}");
        }
    }
}

#[tokio::test]
async fn a_manifest_that_never_ends_is_a_408() {
    let server = Server::start().await;
    let (body, begun, _go) = slow_body(&json!({}));
    let request = Request::put("/v2/main/demo/tool/manifests/v1");
    let request = request.header(header::AUTHORIZATION, server.basic("token", As::Writer).await);
    let later = async {
        begun.await.expect("the body is read");
        pass(Duration::from_secs(30)).await;
    };
    let (answer, ()) = tokio::join!(server.send(request.body(body).expect("a request")), later);
    assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT, "{}", answer.text);
    assert!(answer.text.contains("30 seconds"), "{}", answer.text);
}
