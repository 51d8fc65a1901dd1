//! The JSON of everything about images, pinned like the rest in `wire.rs`.

use api::images::{
    Access, ArchiveForm, ChunkEvent, ChunkOrder, Compression, CopySource, Descriptor, HistoryStep, Image, ImageConfig,
    ImageCopy, ImageDetail, ImageSelector, JobSave, KnownLayer, KnownLayers, Layer, LayerState, Platform,
    PlatformImage, Receipt, Registry, Rights, Tag, TransferEvent,
};
use api::{Code, Problem};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;

#[track_caller]
fn pinned<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, wire: &Value) {
    assert_eq!(&serde_json::to_value(value).expect("serialises"), wire);
    assert_eq!(&serde_json::from_value::<T>(wire.clone()).expect("reads its own"), value);
}

fn time(text: &str) -> jiff::Timestamp {
    text.parse().expect("a time")
}

#[test]
fn lists_of_images_and_tags_are_pinned() {
    let image = Image {
        repository: "main/demo/app".into(),
        uri: "image://default/main/demo/app".into(),
        docker_reference: "127.0.0.1:8080/main/demo/app".into(),
        org: Some("main".into()),
        project: "demo".into(),
        name: "app".into(),
        tag_count: Some(2),
        updated_at: None,
    };
    let wire = json!({
        "repository": "main/demo/app", "uri": "image://default/main/demo/app",
        "docker_reference": "127.0.0.1:8080/main/demo/app", "org": "main", "project": "demo", "name": "app", "tag_count": 2,
    });
    pinned(&image, &wire);
    let tag = Tag {
        name: "v1".into(),
        digest: Some("sha256:aa".into()),
        size_bytes: Some(7),
        media_type: None,
        updated_at: Some(time("2026-11-24T00:00:00Z")),
    };
    pinned(&tag, &json!({"name": "v1", "digest": "sha256:aa", "size_bytes": 7, "updated_at": "2026-11-24T00:00:00Z"}));
    pinned(
        &ImageSelector { name: Some("a".into()), limit: Some(5), ..ImageSelector::default() },
        &json!({"name": "a", "limit": 5}),
    );
    assert!(serde_json::from_value::<ImageSelector>(json!({"nmae": "a"})).is_err());
}

#[test]
fn what_a_push_must_know_is_pinned() {
    let registry = Registry {
        host: "127.0.0.1:8080".into(),
        chunk_max_bytes: 9,
        chunk_socket: true,
        compressions: vec![Compression::Gzip, Compression::Zstd],
        quota_left_bytes: None,
        can_copy: true,
    };
    let wire = json!({
        "host": "127.0.0.1:8080", "chunk_max_bytes": 9, "chunk_socket": true, "compressions": ["gzip", "zstd"],
        "can_copy": true,
    });
    pinned(&registry, &wire);
    let layer = KnownLayer {
        diff_id: "sha256:bb".into(),
        digest: "sha256:cc".into(),
        size_bytes: 3,
        media_type: "m".into(),
        repository: "main/demo/app".into(),
    };
    let wire = json!({"items": [{
        "diff_id": "sha256:bb", "digest": "sha256:cc", "size_bytes": 3, "media_type": "m", "repository": "main/demo/app",
    }], "partial": false});
    pinned(&KnownLayers { items: vec![layer], partial: false }, &wire);
}

#[test]
fn what_is_said_about_chunks_on_a_socket_is_pinned() {
    let upload = "/v2/main/demo/app/blobs/uploads/v1.x".to_owned();
    let begin = ChunkOrder::Begin { upload: upload.clone(), offset: 7 };
    pinned(&begin, &json!({"type": "begin", "upload": upload, "offset": 7}));
    pinned(&ChunkOrder::End, &json!({"type": "end"}));
    pinned(&ChunkEvent::Taken { bytes: 7 }, &json!({"type": "taken", "bytes": 7}));
    let answer = ChunkEvent::Answer { status: 202, headers: vec![("range".into(), "0-6".into())], body: String::new() };
    pinned(&answer, &json!({"type": "answer", "status": 202, "headers": [["range", "0-6"]], "body": ""}));
    let later: ChunkEvent = serde_json::from_value(json!({"type": "sparkle"})).expect("reads");
    assert_eq!(later, ChunkEvent::Unknown);
}

#[test]
fn an_image_in_full_is_pinned() {
    let platform = PlatformImage {
        platform: Platform { os: "linux".into(), architecture: "amd64".into(), variant: None },
        digest: "sha256:dd".into(),
        size_bytes: 5,
        layers: vec![Layer { digest: "sha256:ee".into(), diff_id: None, size_bytes: 4, media_type: "m".into() }],
        history: vec![HistoryStep { created_by: "RUN x".into(), layer: Some(0), ..HistoryStep::default() }],
        config: ImageConfig { cmd: vec!["sh".into()], ..ImageConfig::default() },
    };
    let detail = ImageDetail {
        repository: "demo/app".into(),
        tag: Some("v1".into()),
        uri: "image://default/demo/app:v1".into(),
        docker_reference: "h/demo/app:v1".into(),
        digest: "sha256:ff".into(),
        media_type: "i".into(),
        size_bytes: 6,
        platforms: vec![platform],
        same_digest_tags: vec!["latest".into()],
        referrers: vec![Descriptor { digest: "sha256:11".into(), artifact_type: "a".into(), size_bytes: 1 }],
        annotations: [("k".to_owned(), "v".to_owned())].into(),
        rights: Rights { read: true, write: false, manage: false },
        updated_at: None,
    };
    let wire = json!({
        "repository": "demo/app", "tag": "v1", "uri": "image://default/demo/app:v1", "docker_reference": "h/demo/app:v1",
        "digest": "sha256:ff", "media_type": "i", "size_bytes": 6,
        "platforms": [{
            "platform": {"os": "linux", "architecture": "amd64"}, "digest": "sha256:dd", "size_bytes": 5,
            "layers": [{"digest": "sha256:ee", "size_bytes": 4, "media_type": "m"}],
            "history": [{"created_by": "RUN x", "layer": 0}],
            "config": {"entrypoint": [], "cmd": ["sh"], "env": [], "exposed_ports": [], "volumes": [], "labels": {}},
        }],
        "same_digest_tags": ["latest"],
        "referrers": [{"digest": "sha256:11", "artifact_type": "a", "size_bytes": 1}],
        "annotations": {"k": "v"}, "rights": {"read": true, "write": false, "manage": false},
    });
    pinned(&detail, &wire);
    let access = Access { principal: "bob".into(), action: "read".into(), uri: "image://default/demo".into() };
    pinned(&access, &json!({"principal": "bob", "action": "read", "uri": "image://default/demo"}));
    pinned(&ArchiveForm::Docker, &json!("docker"));
    pinned(&ArchiveForm::Oci, &json!("oci"));
}

#[test]
fn saves_copies_and_their_lines_are_pinned() {
    pinned(&JobSave { image: "demo/app:v1".into() }, &json!({"image": "demo/app:v1"}));
    let source = CopySource { reference: "ubuntu".into(), username: None, password: Some("s3cret".into()) };
    assert!(!format!("{source:?}").contains("s3cret"));
    pinned(
        &ImageCopy { source, image: "demo/app:v1".into() },
        &json!({"source": {"reference": "ubuntu", "password": "s3cret"}, "image": "demo/app:v1"}),
    );
    pinned(&TransferEvent::Committing, &json!({"type": "committing"}));
    pinned(&TransferEvent::Committed, &json!({"type": "committed"}));
    pinned(&TransferEvent::Heartbeat, &json!({"type": "heartbeat"}));
    let layer = TransferEvent::Layer { id: "a".into(), state: LayerState::Pushing, done_bytes: 1, total_bytes: 2 };
    pinned(&layer, &json!({"type": "layer", "id": "a", "state": "pushing", "done_bytes": 1, "total_bytes": 2}));
    let receipt = Receipt { image: "demo/app:v1".into(), digest: "sha256:aa".into(), size_bytes: 3 };
    pinned(
        &TransferEvent::Done { receipt },
        &json!({"type": "done", "receipt": {"image": "demo/app:v1", "digest": "sha256:aa", "size_bytes": 3}}),
    );
    let problem = Problem { code: Code::Forbidden, message: "m".into(), request_id: "r".into(), field: None };
    pinned(
        &TransferEvent::Failed { problem },
        &json!({"type": "failed", "problem": {"code": "forbidden", "message": "m", "request_id": "r"}}),
    );
}

#[test]
fn words_of_later_versions_are_accepted() {
    assert_eq!(
        serde_json::from_value::<TransferEvent>(json!({"type": "sparkle"})).expect("reads"),
        TransferEvent::Unknown
    );
    assert_eq!(serde_json::from_value::<LayerState>(json!("resting")).expect("reads"), LayerState::Unknown);
    assert_eq!(serde_json::from_value::<Compression>(json!("lzma")).expect("reads"), Compression::Unknown);
}
