//! Chunks of blobs by WebSocket.

use super::world::{As, World};
use crate::host;
use api::images::{CHUNK_MESSAGE_MAX_BYTES, ChunkEvent, ChunkOrder};
use axum::body::Body;
use futures::{SinkExt, StreamExt};
use gateway::Config;
use http::{Method, header};
use image::Digest;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

const UPLOADS: &str = "/v2/main/default/net/blobs/uploads/";

/// A page's socket.
struct Wire(WebSocketStream<TcpStream>);

/// What a page hears of a chunk: how much was passed on, and in the end status, headers and body.
struct Answer {
    taken: Vec<u64>,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(said, _)| said == name).map_or("", |(_, value)| value)
    }
}

impl Wire {
    async fn open(world: &World, who: &As) -> Self {
        let mut request = format!("ws://{}/api/v1/images/chunks", world.address).into_client_request().expect("one");
        let origin = format!("http://{}", world.address).parse().expect("a value");
        request.headers_mut().insert(header::ORIGIN, origin);
        if let As::Page(cookie) = who {
            request.headers_mut().insert(header::COOKIE, cookie.parse().expect("a value"));
        }
        let tcp = TcpStream::connect(world.address).await.expect("a connection");
        Self(client_async(request, tcp).await.expect("a handshake").0)
    }

    async fn order(&mut self, order: ChunkOrder) {
        self.0.send(Message::text(serde_json::to_string(&order).expect("JSON"))).await.expect("open");
    }

    async fn begin(&mut self, upload: &str, offset: u64) {
        self.order(ChunkOrder::Begin { upload: upload.to_owned(), offset }).await;
    }

    async fn bytes(&mut self, bytes: &[u8]) {
        for message in bytes.chunks(CHUNK_MESSAGE_MAX_BYTES) {
            self.0.send(Message::binary(message.to_vec())).await.expect("open");
        }
    }

    async fn event(&mut self) -> Option<ChunkEvent> {
        match self.next().await? {
            Message::Text(text) => Some(serde_json::from_str(&text).expect("an event")),
            other => panic!("no event: {other:?}"),
        }
    }

    async fn answer(&mut self) -> Answer {
        let mut taken = Vec::new();
        loop {
            match self.event().await.expect("an answer") {
                ChunkEvent::Taken { bytes } => taken.push(bytes),
                ChunkEvent::Answer { status, headers, body } => return Answer { taken, status, headers, body },
                ChunkEvent::Unknown => panic!("an unknown event"),
            }
        }
    }

    async fn closed(&mut self) -> u16 {
        match self.next().await {
            Some(Message::Close(frame)) => frame.map_or(1005, |frame| frame.code.into()),
            other => panic!("not closed: {other:?}"),
        }
    }

    async fn next(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(Duration::from_secs(30), self.0.next()).await;
        next.expect("something happens").map(|message| message.expect("a message"))
    }
}

/// A world in which a page has begun an upload; none on the Worker, which takes no chunks so.
async fn pushing() -> Option<(World, As, String)> {
    pushing_with(|_| {}).await
}

async fn pushing_with(set: impl FnOnce(&mut Config)) -> Option<(World, As, String)> {
    if !host::is_native() {
        return None;
    }
    let world = World::with(set).await;
    let bob = world.page("bob").await;
    let begun = world.ask(Method::POST, UPLOADS, &bob, &[], Body::empty()).await;
    assert_eq!(begun.status, 202, "{:?}", begun.json());
    Some((world, bob, begun.text(header::LOCATION)))
}

fn blob_of(size: u32) -> Vec<u8> {
    (0..size).map(|n| (n % 251) as u8).collect()
}

#[tokio::test]
async fn chunks_come_in_messages_and_are_answered_as_requests_are() {
    let Some((world, bob, upload)) = pushing().await else { return };
    let blob = blob_of(5_000_000);
    let mut wire = Wire::open(&world, &bob).await;
    wire.begin(&upload, 0).await;
    wire.bytes(&blob[..4_000_000]).await;
    wire.order(ChunkOrder::End).await;
    let first = wire.answer().await;
    assert_eq!((first.status, first.header("range")), (202, "0-3999999"), "{}", first.body);
    assert!(first.taken.is_sorted() && first.taken.len() >= 3, "it is told about every MiB: {:?}", first.taken);
    assert!(first.header("location").starts_with(&format!("{UPLOADS}v1.")), "{:?}", first.headers);
    // The next on the same socket.
    wire.begin(first.header("location"), 4_000_000).await;
    wire.bytes(&blob[4_000_000..]).await;
    wire.order(ChunkOrder::End).await;
    let second = wire.answer().await;
    assert_eq!((second.status, second.header("range")), (202, "0-4999999"), "{}", second.body);
    let digest = Digest::sha256_of(&blob);
    let end = format!("{}?digest={digest}", second.header("location"));
    assert_eq!(world.ask(Method::PUT, &end, &bob, &[], Body::empty()).await.status, 201);
    let stored = world.get(&format!("/v2/main/default/net/blobs/{digest}"), &bob).await;
    assert_eq!(stored.bytes.as_ref(), blob.as_slice());
    world.stop().await;
}

#[tokio::test]
async fn a_page_that_leaves_in_the_middle_goes_on_from_what_had_arrived() {
    let Some((world, bob, upload)) = pushing().await else { return };
    let blob = blob_of(3_000_000);
    let mut wire = Wire::open(&world, &bob).await;
    wire.begin(&upload, 0).await;
    wire.bytes(&blob[..2_000_000]).await;
    let ChunkEvent::Taken { bytes } = wire.event().await.expect("a word") else { panic!("it is not over") };
    assert!((1_000_000..=2_000_000).contains(&bytes));
    drop(wire);
    let mut wire = Wire::open(&world, &bob).await;
    let mut tries = 0;
    let rest = loop {
        let status = world.get(&upload, &bob).await;
        let range = status.text(header::RANGE);
        let have: usize = range.strip_prefix("0-").and_then(|last| last.parse().ok()).expect("a range");
        let have = if have == 0 { 0 } else { have + 1 };
        wire.begin(&status.text(header::LOCATION), have as u64).await;
        wire.bytes(&blob[have..]).await;
        wire.order(ChunkOrder::End).await;
        let answer = wire.answer().await;
        // What was on its way when the page left may have come in between.
        if answer.status != 416 || tries > 20 {
            break answer;
        }
        tries += 1;
        wire = Wire::open(&world, &bob).await;
    };
    assert_eq!((rest.status, rest.header("range")), (202, "0-2999999"), "{}", rest.body);
    let digest = Digest::sha256_of(&blob);
    let end = format!("{}?digest={digest}", rest.header("location"));
    assert_eq!(world.ask(Method::PUT, &end, &bob, &[], Body::empty()).await.status, 201);
    world.stop().await;
}

#[tokio::test]
async fn a_chunk_in_the_wrong_place_is_refused_and_the_next_is_not() {
    let Some((world, bob, upload)) = pushing().await else { return };
    let mut wire = Wire::open(&world, &bob).await;
    wire.begin(&upload, 5).await;
    let refused = wire.answer().await;
    assert_eq!((refused.status, refused.header("range")), (416, "0-0"), "{}", refused.body);
    assert!(refused.body.contains("BLOB_UPLOAD_INVALID"), "{}", refused.body);
    assert_eq!(wire.closed().await, 1000, "bytes of it may still be on their way, and belong nowhere");
    let mut wire = Wire::open(&world, &bob).await;
    wire.begin(&upload, 0).await;
    wire.bytes(b"01234").await;
    wire.order(ChunkOrder::End).await;
    assert_eq!(wire.answer().await.header("range"), "0-4");
    world.stop().await;
}

#[tokio::test]
async fn an_upload_is_appended_to_only_by_whom_it_was_given_to() {
    let Some((world, bob, upload)) = pushing().await else { return };
    let admin = world.page("admin").await;
    for (who, upload) in [
        (&admin, upload.clone()),
        (&bob, upload.replace("/net/", "/other/")),
        (&bob, upload.replace("v1.", "v1.A")),
        (&bob, format!("{UPLOADS}0f0e0d0c-aaaa-4bbb-8ccc-0123456789ab")),
        (&bob, UPLOADS.to_owned()),
        (&bob, "/v2/main/default/net/manifests/v1".to_owned()),
        (&bob, "/v2/../api/v1/session".to_owned()),
        (&bob, "http://evil.test/v2/x/blobs/uploads/1".to_owned()),
        (&bob, String::new()),
    ] {
        let mut wire = Wire::open(&world, who).await;
        wire.begin(&upload, 0).await;
        let refused = wire.answer().await;
        assert_eq!(refused.status, 404, "{upload}: {}", refused.body);
        assert!(refused.body.contains(r#""errors":[{"#), "{upload}: {}", refused.body);
    }
    let mut wire = Wire::open(&world, &As::Nobody).await;
    assert_eq!(wire.answer().await.status, 401);
    assert_eq!(wire.closed().await, 4401);
    world.stop().await;
}

#[tokio::test]
async fn who_has_signed_out_sends_nothing_more_on_an_open_socket() {
    let Some((world, bob, upload)) = pushing().await else { return };
    let mut wire = Wire::open(&world, &bob).await;
    let out = world.ask(Method::DELETE, "/api/v1/session", &bob, &[], Body::empty()).await;
    assert_eq!(out.status, 204);
    wire.begin(&upload, 0).await;
    let refused = wire.answer().await;
    assert_eq!(refused.status, 401, "{}", refused.body);
    world.stop().await;
}

#[tokio::test]
async fn a_page_that_does_not_keep_to_the_rules_is_told_so_and_let_go() {
    let Some((world, bob, upload)) = pushing_with(|config| config.chunk_max_bytes = 1_000_000).await else { return };
    let begin = serde_json::to_string(&ChunkOrder::Begin { upload: upload.clone(), offset: 0 }).expect("JSON");
    let (begin, end) = (Message::text(begin), Message::text(r#"{"type":"end"}"#));
    let large = Message::binary(vec![7; CHUNK_MESSAGE_MAX_BYTES + 1]);
    for messages in [
        vec![Message::binary(vec![7])],
        vec![end],
        vec![Message::text("{}")],
        vec![Message::text(r#"{"type":"sparkle"}"#)],
        vec![begin.clone(), begin.clone()],
        vec![begin, large],
    ] {
        let mut wire = Wire::open(&world, &bob).await;
        for message in messages.clone() {
            wire.0.send(message).await.expect("open");
        }
        assert_eq!(wire.closed().await, 1008, "{messages:?}");
    }
    let mut wire = Wire::open(&world, &bob).await;
    wire.begin(&world.get(&upload, &bob).await.text(header::LOCATION), 0).await;
    wire.bytes(&[7; 1_000_001]).await;
    let refused = wire.answer().await;
    assert_eq!(refused.status, 413, "{}", refused.body);
    assert!(refused.body.contains("SIZE_INVALID") && refused.body.contains("1000000 bytes"), "{}", refused.body);
    assert_eq!(wire.closed().await, 1000);
    world.stop().await;
}

#[tokio::test]
async fn whether_chunks_may_come_by_socket_is_told_and_kept_to() {
    let world = World::with(|config| config.chunk_socket = false).await;
    let bob = world.page("bob").await;
    let registry = world.get("/api/v1/images/registry", &bob).await;
    assert_eq!(registry.json()["chunk_socket"], false);
    assert_eq!(world.get("/api/v1/images/chunks", &bob).await.status, 404);
    world.stop().await;
}
