//! Jobs of own images, and jobs saved as images.

use std::io::Read as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use platform::transfer::{TransferLine, status};

use super::*;
use crate::registry::{Reference, RegistryError, RepositoryName};

const SAVED: &str = "127.0.0.1:8080/main/demo/saved:v1";

fn target(image: &str) -> Value {
    json!({"container": {"image": image}})
}

/// The lines of an answer, each ended as the platform ends them.
fn lines(answer: &Answer) -> Vec<TransferLine> {
    let text = answer.text.strip_suffix("\r\n").unwrap_or_else(|| panic!("no end: {}", answer.text));
    text.split("\r\n").map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not a line: {line}"))).collect()
}

impl Server {
    async fn save(&self, who: As, job: &str, image: &str) -> Answer {
        self.post(who, &format!("/api/v1/monitoring/{job}/save"), target(image)).await
    }

    /// Reads from the registry as the administrator.
    async fn registry(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let basic = STANDARD.encode(format!("token:{}", self.token(As::Admin).await));
        let request = Request::get(path)
            .header(header::AUTHORIZATION, format!("Basic {basic}"))
            .header(header::ACCEPT, "application/vnd.docker.distribution.manifest.v2+json");
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        let response = response.expect("the router answers");
        let status = response.status();
        (status, response.into_body().collect().await.expect("a whole body").to_bytes().to_vec())
    }

    async fn manifest(&self, reference: &str) -> Option<Value> {
        let (status, bytes) = self.registry(&format!("/v2/main/demo/saved/manifests/{reference}")).await;
        status.is_success().then(|| serde_json::from_slice(&bytes).expect("a manifest"))
    }

    /// Waits until the engine has no image of a save any more.
    async fn cleared(&self) {
        while self.engine.image_names().iter().any(|name| name.starts_with("roadstead-save-")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn a_running_job_is_saved_as_an_image() {
    let server = Server::start().await;
    let job = server.job("saved").await;
    let container = server.run(&job, "print:made-here hang").await;
    server.engine.label(&container, "roadstead.job", &job);
    server.engine.label(&container, "maintainer", "me");
    let answer = server.save(As::Writer, &job, SAVED).await;
    assert_eq!(
        (answer.status, &answer.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"application/x-ndjson".parse().unwrap())
    );
    let lines = lines(&answer);
    assert_eq!(lines[0], TransferLine::commit_started(&container.0, SAVED));
    assert_eq!(lines[1], TransferLine::commit_finished());
    let aux = lines.last().and_then(|line| line.aux.clone()).unwrap_or_else(|| panic!("{}", answer.text));
    assert_eq!(aux.tag, "v1");
    assert!(lines.iter().filter(|line| line.id.is_some()).all(|line| line.status.is_some()));
    let manifest = server.manifest("v1").await.expect("the image is there");
    assert_eq!(server.manifest(&aux.digest).await.as_ref(), Some(&manifest));
    let (_, config) =
        server.registry(&format!("/v2/main/demo/saved/blobs/{}", manifest["config"]["digest"].as_str().unwrap())).await;
    let config: Value = serde_json::from_slice(&config).expect("a config");
    assert_eq!(config["config"]["Labels"], json!({"maintainer": "me"}), "labels of the cluster's own are gone");
    let diff_ids = config["rootfs"]["diff_ids"].as_array().expect("layers").clone();
    let layers = manifest["layers"].as_array().expect("layers");
    assert_eq!(diff_ids.len(), layers.len());
    let mut last = Vec::new();
    for (layer, diff_id) in layers.iter().zip(diff_ids) {
        let (_, blob) =
            server.registry(&format!("/v2/main/demo/saved/blobs/{}", layer["digest"].as_str().unwrap())).await;
        assert_eq!(blob.len() as u64, layer["size"].as_u64().unwrap());
        last.clear();
        flate2::read::GzDecoder::new(blob.as_slice()).read_to_end(&mut last).expect("gzip");
        assert_eq!(image::Digest::sha256_of(&last).as_str(), diff_id);
    }
    assert!(last.windows(9).any(|window| window == b"made-here"), "what the job wrote is in the last layer");
    server.cleared().await;
}

#[tokio::test]
async fn saved_again_what_is_there_is_not_sent_again() {
    let server = Server::start().await;
    let job = server.job("saved").await;
    server.run(&job, "print:x hang").await;
    let first = lines(&server.save(As::Writer, &job, SAVED).await);
    let again = lines(&server.save(As::Writer, &job, "127.0.0.1:8080/main/demo/saved:v2").await);
    let words =
        |lines: &[TransferLine], word: &str| lines.iter().filter(|line| line.status.as_deref() == Some(word)).count();
    assert_eq!((words(&first, status::PUSHED), words(&first, status::EXISTS)), (2, 0));
    assert_eq!((words(&again, status::PUSHED), words(&again, status::EXISTS)), (0, 2));
    let digest = |lines: &[TransferLine]| lines.last().and_then(|line| line.aux.clone()).expect("saved").digest;
    assert_eq!(digest(&first), digest(&again), "the same container gives the same image");
}

#[tokio::test]
async fn a_save_is_refused_before_it_begins() {
    let server = Server::start().await;
    let job = server.job("saved").await;
    let answer = server.save(As::Writer, &job, SAVED).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "it does not run: {}", answer.text);
    server.run(&job, "hang").await;
    for (who, image, status) in [
        (As::Writer, "127.0.0.1:8081/main/demo/saved:v1", 400),
        (As::Writer, "docker.io/main/demo/saved:v1", 400),
        (As::Writer, "main/demo/saved:v1", 400),
        (As::Writer, "127.0.0.1:8080/saved:v1", 400),
        (As::Writer, "127.0.0.1:8080/main/demo/Saved:v1", 400),
        (As::Writer, "127.0.0.1:8080/main/demo/saved:-", 400),
        (As::Writer, "", 400),
        (As::Writer, "127.0.0.1:8080/main/other/saved:v1", 403),
        (As::Reader, SAVED, 403),
        (As::Admin, "127.0.0.1:8080/main/nowhere/saved:v1", 400),
    ] {
        let answer = server.save(who, &job, image).await;
        assert_eq!(answer.status.as_u16(), status, "{image}: {}", answer.text);
    }
    let unknown = server.save(As::Writer, &job, "docker.io/main/demo/saved:v1").await;
    assert!(unknown.error().starts_with("Unknown registry host"), "{}", unknown.error());
    let path = format!("/api/v1/monitoring/{job}/save");
    for body in [json!({}), json!({"container": {}}), json!({"container": {"image": 1}}), json!([])] {
        assert_eq!(server.post(As::Writer, &path, body).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(server.manifest("v1").await, None);
}

#[tokio::test]
async fn a_save_that_fails_says_so_and_leaves_nothing() {
    let server = Server::start().await;
    let job = server.job("saved").await;
    server.run(&job, "hang").await;
    for (cut, word) in [(0.0, "manifest.json"), (0.3, ""), (0.9, "")] {
        server.engine.cut_exports(Some(cut));
        let answer = server.save(As::Writer, &job, SAVED).await;
        let last = lines(&answer).pop().expect("a line");
        let detail = last.error_detail.unwrap_or_else(|| panic!("{}", answer.text));
        assert_eq!((last.error.as_ref(), detail.reason.as_deref()), (Some(&detail.message), Some("engine")));
        assert!(detail.message.contains(word), "{}", detail.message);
        assert_eq!(server.manifest("v1").await, None, "no tag without an image");
    }
    server.cleared().await;
    server.engine.cut_exports(None);
    server.engine.go_away();
    let answer = server.save(As::Writer, &job, SAVED).await;
    assert!(lines(&answer).pop().expect("a line").error.is_some(), "{}", answer.text);
    server.engine.come_back();
    assert!(lines(&server.save(As::Writer, &job, SAVED).await).pop().expect("a line").aux.is_some());
}

#[tokio::test]
async fn a_right_that_is_taken_back_while_a_job_is_saved_sets_no_tag() {
    const DEMO: &str = "/apis/admin/v1/clusters/default/orgs/main/projects/demo/users/writer";
    let server = Server::start().await;
    let job = server.job("saved").await;
    server.run(&job, "hang").await;
    server.engine.hold_exports();
    let meanwhile = async {
        while !server.engine.image_names().iter().any(|name| name.starts_with("roadstead-save-")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let out = server.call(As::Admin, Method::DELETE, DEMO, None).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT, "{}", out.text);
        server.engine.release_exports();
    };
    let (answer, ()) = tokio::join!(server.save(As::Writer, &job, SAVED), meanwhile);
    let detail = lines(&answer).pop().and_then(|line| line.error_detail).unwrap_or_else(|| panic!("{}", answer.text));
    assert!(detail.message.contains("write on image://default/main/demo/saved"), "{}", detail.message);
    assert_eq!(server.manifest("v1").await, None);
    server.cleared().await;
}

#[tokio::test]
async fn a_save_goes_on_when_its_client_goes_away() {
    let server = Server::start().await;
    let job = server.job("saved").await;
    server.run(&job, "print:x hang").await;
    let request = Request::post(format!("/api/v1/monitoring/{job}/save"))
        .header(header::AUTHORIZATION, format!("Bearer {}", server.token(As::Writer).await))
        .body(Body::from(target(SAVED).to_string()));
    let response = server.router.clone().oneshot(request.expect("a request")).await.expect("the router answers");
    assert_eq!(response.status(), StatusCode::OK);
    drop(response);
    while server.manifest("v1").await.is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    server.cleared().await;
}

#[tokio::test]
async fn a_job_of_an_own_image_needs_the_image_and_the_right_to_read_it() {
    let server = Server::start().await;
    let job = server.job("saved").await;
    server.run(&job, "hang").await;
    server.save(As::Writer, &job, SAVED).await;
    let start = async |who: As, project: &str, image: &str| {
        let body = json!({"image": image, "project_name": project, "org_name": "main"});
        server.post(who, "/api/v1/jobs?from_preset", body).await
    };
    for image in [SAVED, "image:saved:v1", "image:/demo/saved:v1", "image://default/main/demo/saved:v1"] {
        let answer = start(As::Writer, "demo", image).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{image}: {}", answer.text);
        assert_eq!(answer.json()["container"]["image"], SAVED, "whatever it was called");
    }
    let missing = start(As::Writer, "demo", "image:saved:v2").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(missing.error().contains("image://default/main/demo/saved:v2"), "{}", missing.error());
    assert_eq!(start(As::Writer, "demo", "image:none").await.status, StatusCode::NOT_FOUND);
    // Whoever may not read learns not even whether it is there.
    for image in [SAVED, "127.0.0.1:8080/main/demo/none:v1"] {
        let refused = start(As::Stranger, "other", image).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    }
    for bad in ["image:", "image://elsewhere/a/b/c", "127.0.0.1:8080/x", "127.0.0.1:8080/a/b/../c"] {
        assert_eq!(start(As::Writer, "demo", bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}

#[tokio::test]
async fn a_copy_is_refused_before_anything_is_asked_of_anybody() {
    let server = Server::start().await;
    let copy = async |who: As, body: Value| server.post(who, "/api/v1/extensions/images/copy", body).await;
    let from = |reference: &str, image: &str| json!({"source": {"reference": reference}, "image": image});
    for (who, body, status) in [
        (As::Writer, from("not a reference", "main/demo/x:v1"), 400),
        (As::Writer, from("ubuntu", "main/demo/Bad:v1"), 400),
        (As::Writer, from("ubuntu", "x"), 400),
        (As::Writer, from("ubuntu", &format!("main/demo/x@sha256:{}", "a".repeat(64))), 400),
        (As::Writer, from("ubuntu", "main/other/x:v1"), 403),
        (As::Reader, from("ubuntu", "main/demo/x:v1"), 403),
        (As::Admin, from("ubuntu", "main/nowhere/x:v1"), 400),
        (As::Writer, json!({"source": {"reference": "ubuntu", "username": "u"}, "image": "main/demo/x:v1"}), 400),
        (As::Writer, json!({"source": {"reference": "ubuntu", "more": 1}, "image": "main/demo/x:v1"}), 400),
        (As::Writer, json!({"source": "ubuntu", "image": "main/demo/x:v1"}), 400),
    ] {
        let shown = body.to_string();
        let answer = copy(who, body).await;
        assert_eq!(answer.status.as_u16(), status, "{shown}: {}", answer.text);
    }
    let name = RepositoryName::parse("main/demo/x").expect("a name");
    let found = server.api.registry.find_manifest(&name, &Reference::parse("v1").expect("a tag")).await;
    assert!(matches!(found, Err(RegistryError::NoSuchManifest { .. } | RegistryError::NoSuchRepository(_))));
}
