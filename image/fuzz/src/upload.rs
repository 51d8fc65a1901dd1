//! The upload's machine: whatever a registry answers, it asks only for bytes that there are, ends, and survives being stored.

use image::Digest;
use image::upload::{Action, Answer, Body, ChunkLimits, Event, Method, Outcome, Upload};

const SIZE: u64 = 300_000;
const KIB: u64 = 1024;

pub(crate) fn check(bytes: &[u8]) {
    let mut script = bytes.iter().copied();
    let mut next = move || script.next();
    let limits = ChunkLimits { start_bytes: 128 * KIB, max_bytes: 128 * KIB };
    let digest = Digest::sha256_of(b"what it is does not matter here");
    let kind = next().unwrap_or_default();
    let mut upload = match kind % 3 {
        0 => Upload::growing("o/p/n", limits),
        1 => Upload::of("o/p/n", digest.clone(), SIZE, limits).checking_first(),
        _ => Upload::of("o/p/n", digest.clone(), SIZE, limits).mounting_from("o/p/other"),
    };
    let mut available = if kind.is_multiple_of(3) { 0 } else { SIZE };
    let mut last = None;
    // Each byte of the script is an answer; when it ends, so does this.
    loop {
        let stored = serde_json::to_vec(&upload).expect("it can be stored");
        let mut read: Upload = serde_json::from_slice(&stored).expect("and read back");
        // Elsewhere it need not wait, and may ask again what it knew; it asks for nothing that is not there.
        if let Action::Send(request) = read.action() {
            within(request.body, available);
        }
        match upload.action() {
            Action::NeedBytes => {
                assert!(available < SIZE, "it has all bytes and wants more");
                available = SIZE.min(available + 70 * KIB);
                upload.grow(available);
                if available == SIZE {
                    upload.complete(digest.clone(), SIZE);
                }
            }
            Action::Send(request) => {
                within(request.body, available);
                let Some(byte) = next() else { return };
                let event = match byte % 8 {
                    0 => Event::NoAnswer,
                    1 => Event::TimedOut,
                    _ => Event::Answer(answer(byte, next().unwrap_or_default())),
                };
                last = Some((request.method, event.clone()));
                upload.handle(event, u32::from(byte) << 24);
            }
            Action::Wait { millis } => {
                assert!(millis <= 3_600_000, "it waits for {millis} ms");
                // A wait that the registry asked for goes on when the network is back.
                upload.handle(Event::Online, 7);
                upload.handle(Event::Waited, 7);
            }
            Action::RenewToken => {
                let Some(byte) = next() else { return };
                upload.handle(if byte < 200 { Event::Renewed } else { Event::NotRenewed }, 7);
            }
            Action::Failed(error) => {
                assert!(!error.to_string().is_empty());
                let Some(byte) = next() else { return };
                if byte < 128 {
                    return;
                }
                upload.retry();
            }
            Action::Done(outcome) => return ended(outcome, last),
        }
        // Of a blob that still grows, another tab may have sent more than is made here yet.
        assert!(available < SIZE || upload.sent_bytes() <= SIZE);
    }
}

fn within(body: Body, available: u64) {
    if let Body::Range { offset, len } = body {
        assert!(offset + len <= available, "{offset}+{len} of {available}");
    }
}

/// It is done only when the registry said so.
fn ended(outcome: Outcome, last: Option<(Method, Event)>) {
    let Some((method, Event::Answer(answer))) = last else { panic!("{outcome:?} without an answer") };
    match outcome {
        Outcome::Existed => assert_eq!(method, Method::Head),
        Outcome::Mounted => assert_eq!((method, answer.status), (Method::Post, 201)),
        Outcome::Uploaded => assert!(answer.status < 300, "{method:?} {answer:?}"),
        Outcome::Cancelled => panic!("nobody cancelled it"),
    }
}

fn answer(byte: u8, more: u8) -> Answer {
    const STATUS: [u16; 16] = [200, 201, 202, 204, 206, 301, 400, 401, 403, 404, 408, 413, 416, 429, 500, 507];
    let mut answer = Answer::new(STATUS[usize::from(byte >> 4)]);
    if byte & 8 == 0 {
        answer = answer.header("Location", &format!("/v2/o/p/n/blobs/uploads/{}", more % 4));
    }
    if more & 16 == 0 {
        answer = answer.header("Range", &format!("0-{}", u64::from(more) * 1500));
    }
    if more & 32 == 0 {
        answer = answer.header("OCI-Chunk-Min-Length", &(u64::from(more) << 12).to_string());
    }
    if more & 64 == 0 {
        answer = answer.header("Retry-After", &more.to_string());
    }
    if more & 128 == 0 {
        answer = answer.body(br#"{"errors":[{"code":"DIGEST_INVALID","message":"no"}]}"#);
    }
    answer
}
