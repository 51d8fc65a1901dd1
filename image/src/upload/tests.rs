use super::*;
use crate::Digest;
use proptest::prelude::*;

mod model;
use model::{Fault, Registry};

fn limits(start_bytes: u64, max_bytes: u64) -> ChunkLimits {
    ChunkLimits { start_bytes, max_bytes }
}

/// Drives an upload to its end. Every `reopen`th step the state is stored, what is on its way is lost, and it is read back.
fn drive(upload: &mut Upload, registry: &mut Registry, blob: &[u8], reopen: usize) -> (Action, u64) {
    drive_streaming(upload, registry, blob, reopen, None)
}

/// The same; what is still being made is sent in chunks of at most so many bytes, where that is said.
fn drive_streaming(
    upload: &mut Upload,
    registry: &mut Registry,
    blob: &[u8],
    reopen: usize,
    chunk_bytes: Option<u64>,
) -> (Action, u64) {
    let mut waited = 0;
    for step in 1.. {
        assert!(step < 20_000, "it goes round and round: {upload:?}");
        let size = blob.len() as u64;
        if let Some(most) = chunk_bytes.filter(|_| upload.sent_bytes() < size)
            && upload.stream().is_some()
        {
            let end = size.min(upload.sent_bytes() + most.min(upload.chunk_bytes()));
            upload.streamed(end - upload.sent_bytes());
            if end == size {
                upload.complete(Digest::sha256_of(blob), size);
            } else {
                upload.grow(end);
            }
        }
        let action = upload.action();
        assert_eq!(action, upload.action(), "asked again it says the same");
        let event = match action {
            Action::Send(request) => registry.answer(&request, blob),
            Action::Wait { millis } => {
                waited += millis;
                Event::Waited
            }
            Action::RenewToken => {
                registry.renew();
                Event::Renewed
            }
            Action::NeedBytes => {
                let more = upload.sent_bytes().max(upload.available_bytes()) + 70_000;
                if more < blob.len() as u64 {
                    upload.grow(more);
                } else {
                    upload.complete(Digest::sha256_of(blob), blob.len() as u64);
                }
                continue;
            }
            end @ (Action::Done(_) | Action::Failed(_)) => return (end, waited),
        };
        if reopen > 0 && step % reopen == 0 {
            let stored = serde_json::to_string(&upload).unwrap();
            *upload = serde_json::from_str(&stored).unwrap();
            upload.source_restarted();
        } else {
            upload.handle(event, 0x9e37_79b9_u32.wrapping_mul(step as u32));
        }
    }
    unreachable!()
}

fn blob_of(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 31 % 251) as u8).collect()
}

fn upload_of(blob: &[u8]) -> Upload {
    Upload::of("o/p/n", Digest::sha256_of(blob), blob.len() as u64, limits(100_000, 400_000))
}

#[test]
fn without_faults_the_fewest_requests_are_made() {
    let blob = blob_of(1_000_000);
    let mut registry = Registry::default();
    assert_eq!(drive(&mut upload_of(&blob), &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(registry.stored("o/p/n", &blob), Some(blob.as_slice()));
    // 100,000, twice 400,000, and the rest.
    assert_eq!(registry.log(), "POST PATCH PATCH PATCH PATCH PUT");
    assert_eq!(registry.received_bytes, 1_000_000, "no byte twice");
}

#[test]
fn what_is_still_being_made_is_sent_in_chunks_that_do_not_say_how_long_they_are() {
    let blob = blob_of(1_000_000);
    let mut registry = Registry::default();
    let mut upload = Upload::growing("o/p/n", limits(100_000, 400_000));
    let (end, _) = drive_streaming(&mut upload, &mut registry, &blob, 0, Some(300_000));
    assert_eq!(end, Action::Done(Outcome::Uploaded));
    assert_eq!(registry.stored("o/p/n", &blob), Some(blob.as_slice()));
    assert_eq!(registry.log(), "POST PATCH PATCH PATCH PATCH PUT");
    assert_eq!(upload.chunk_bytes(), 400_000, "what landed at once lets the next be larger");
    assert_eq!(upload.stream(), None, "it is done");
}

#[test]
fn a_small_blob_that_is_whole_is_not_streamed() {
    let blob = blob_of(10);
    let mut registry = Registry::default();
    let mut upload = upload_of(&blob);
    let (end, _) = drive_streaming(&mut upload, &mut registry, &blob, 0, Some(1_000));
    assert_eq!((end, registry.log().as_str()), (Action::Done(Outcome::Uploaded), "POST PUT"));
}

#[test]
fn a_streamed_chunk_that_is_refused_as_too_large_is_sent_anew_in_smaller_ones() {
    let blob = blob_of(1_000_000);
    let mut registry = Registry { body_max: 150_000, ..Registry::default() };
    let mut upload = Upload::growing("o/p/n", limits(100_000, 400_000));
    upload.action();
    upload.handle(
        registry.answer(
            &Request {
                method: Method::Post,
                url: "/v2/o/p/n/blobs/uploads/".into(),
                headers: vec![],
                body: Body::Empty,
            },
            &blob,
        ),
        0,
    );
    assert!(upload.stream().is_some());
    upload.streamed(300_000);
    let Action::Send(request) = upload.action() else { panic!("{upload:?}") };
    assert_eq!(request.body, Body::Range { offset: 0, len: 300_000 });
    upload.handle(registry.answer(&request, &blob), 0);
    assert_eq!(upload.chunk_bytes(), 100_000);
    assert_eq!(drive(&mut upload, &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(registry.stored("o/p/n", &blob), Some(blob.as_slice()));
}

#[test]
fn on_a_slow_way_much_smaller_chunks_are_sent() {
    let blob = blob_of(1_000_000);
    // The first 100,000 bytes take ten seconds.
    let mut registry = Registry { bytes_per_sec: 10_000, ..Registry::default() };
    let mut upload = upload_of(&blob);
    assert_eq!(drive(&mut upload, &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(upload.chunk_bytes(), CHUNK_FLOOR_BYTES);
    assert_eq!(registry.log().matches("PATCH").count(), 1 + 900_000_usize.div_ceil(CHUNK_FLOOR_BYTES as usize));
    assert_eq!(registry.stored("o/p/n", &blob), Some(blob.as_slice()));
}

#[test]
fn what_the_registry_has_is_neither_sent_nor_opened() {
    let blob = blob_of(10);
    let mut registry = Registry::default();
    registry.put("o/p/n", &blob);
    let mut upload = upload_of(&blob).checking_first().mounting_from("o/p/other");
    assert_eq!(drive(&mut upload, &mut registry, &blob, 0).0, Action::Done(Outcome::Existed));
    assert_eq!(registry.log(), "HEAD");

    let mut registry = Registry::default();
    registry.put("o/p/other", &blob);
    let mut upload = upload_of(&blob).checking_first().mounting_from("o/p/other");
    assert_eq!(drive(&mut upload, &mut registry, &blob, 0).0, Action::Done(Outcome::Mounted));
    assert_eq!((registry.log().as_str(), upload.sent_bytes()), ("HEAD 404 POST", 10));

    let mut registry = Registry::default();
    let mut upload = upload_of(&blob).mounting_from("o/p/other");
    assert_eq!(drive(&mut upload, &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(registry.log(), "POST PUT", "a mount that is not to be had opens a session at once");
}

#[test]
fn an_empty_blob_is_uploaded() {
    let mut registry = Registry::default();
    assert_eq!(drive(&mut upload_of(&[]), &mut registry, &[], 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(registry.stored("o/p/n", &[]), Some([].as_slice()));
}

#[test]
fn a_limit_on_the_way_is_found_and_kept_to() {
    let blob = blob_of(3_000_000);
    let mut registry = Registry { body_max: 150_000, ..Registry::default() };
    assert_eq!(drive(&mut upload_of(&blob), &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(registry.log().matches("413").count(), 1, "{}", registry.log());

    let mut registry = Registry { body_max: 1000, ..Registry::default() };
    let (end, _) = drive(&mut upload_of(&blob), &mut registry, &blob, 0);
    assert_eq!(end, Action::Failed(UploadError::ChunkRefused { bytes: CHUNK_FLOOR_BYTES }));
}

#[test]
fn a_token_that_expires_is_renewed_unseen_and_one_that_never_works_is_not_for_ever() {
    let blob = blob_of(900_000);
    let mut registry = Registry { token_life: Some(3), ..Registry::default() };
    let (end, waited) = drive(&mut upload_of(&blob), &mut registry, &blob, 0);
    assert_eq!((end, waited), (Action::Done(Outcome::Uploaded), 0));
    let mut registry = Registry { token_life: Some(0), ..Registry::default() };
    assert_eq!(drive(&mut upload_of(&blob), &mut registry, &blob, 0).0, Action::Failed(UploadError::SignedOut));
}

#[test]
fn a_network_away_for_a_minute_loses_nothing() {
    let blob = blob_of(500_000);
    let mut registry = Registry { faults: vec![Fault::None, Fault::None, Fault::Lost], ..Registry::default() };
    registry.faults.extend(vec![Fault::Lost; 9]);
    let (end, waited) = drive(&mut upload_of(&blob), &mut registry, &blob, 0);
    assert_eq!(end, Action::Done(Outcome::Uploaded));
    assert!(waited > 60_000, "{waited}");
    assert_eq!(registry.received_bytes, 500_000, "no byte twice");
}

#[test]
fn when_it_gave_up_it_can_be_taken_up_again() {
    let blob = blob_of(500_000);
    let mut registry = Registry { faults: vec![Fault::None, Fault::None], ..Registry::default() };
    registry.faults.extend(vec![Fault::Unavailable; 15]);
    let mut upload = upload_of(&blob);
    let (end, _) = drive(&mut upload, &mut registry, &blob, 0);
    assert_eq!(end, Action::Failed(UploadError::Unreachable { tries: 15 }));
    assert_eq!(upload.sent_bytes(), 100_000);
    upload.retry();
    assert_eq!(drive(&mut upload, &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(registry.received_bytes, 500_000);
}

#[test]
fn refusals_that_no_retry_mends_end_it_at_once() {
    let blob = blob_of(10);
    let fails = |answer: Answer| {
        let mut upload = upload_of(&blob);
        upload.action();
        upload.handle(Event::Answer(answer), 0);
        match upload.action() {
            Action::Failed(error) => error,
            other => panic!("{other:?}"),
        }
    };
    let body = br#"{"errors":[{"code":"DENIED","message":"no write"}]}"#;
    let denied = fails(Answer::new(403).body(body));
    assert_eq!(denied.to_string(), "you may not push to o/p/n: ask its owner for write permission: no write");
    let full = br#"{"errors":[{"code":"QUOTA_EXCEEDED","message":"3 GB over"}]}"#;
    assert_eq!(fails(Answer::new(403).body(full)), UploadError::Quota { message: "3 GB over".into() });
    for words in ["the project p has a quota of 9 bytes", "this will exceed the configured upper limit of 1.0 GiB"] {
        let full = format!(r#"{{"errors":[{{"code":"DENIED","message":"{words}"}}]}}"#);
        assert_eq!(fails(Answer::new(403).body(full.as_bytes())), UploadError::Quota { message: words.into() });
    }
    assert_eq!(fails(Answer::new(400)), UploadError::Refused { status: 400, message: String::new() });
    assert!(matches!(fails(Answer::new(202)), UploadError::BadAnswer { .. }));
}

#[test]
fn a_file_that_changed_is_said_so_and_never_stored() {
    let blob = blob_of(300_000);
    let mut registry = Registry::default();
    let mut changed = blob.clone();
    changed[150_000] ^= 1;
    assert_eq!(drive(&mut upload_of(&blob), &mut registry, &changed, 0).0, Action::Failed(UploadError::Corrupt));
    assert!(registry.is_empty());
}

#[test]
fn a_finished_upload_that_is_read_back_is_looked_for_before_it_is_believed() {
    let blob = blob_of(300_000);
    let mut registry = Registry::default();
    let mut upload = upload_of(&blob);
    drive(&mut upload, &mut registry, &blob, 0);
    let stored = serde_json::to_string(&upload).unwrap();
    let mut again: Upload = serde_json::from_str(&stored).unwrap();
    let Action::Send(request) = again.action() else { panic!("{again:?}") };
    assert_eq!(request.method, Method::Head);
    assert_eq!(drive(&mut again, &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    // A registry that has cleared it away meanwhile gets it anew.
    let mut swept = Registry::default();
    let mut again: Upload = serde_json::from_str(&stored).unwrap();
    assert_eq!(drive(&mut again, &mut swept, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(swept.stored("o/p/n", &blob), Some(blob.as_slice()));
}

#[test]
fn a_cancelled_upload_is_taken_back_at_the_registry() {
    let blob = blob_of(300_000);
    let mut registry = Registry::default();
    let mut upload = upload_of(&blob);
    for _ in 0..2 {
        let Action::Send(request) = upload.action() else { panic!() };
        upload.handle(registry.answer(&request, &blob), 0);
    }
    upload.cancel();
    assert_eq!(drive(&mut upload, &mut registry, &blob, 0).0, Action::Done(Outcome::Cancelled));
    assert_eq!((registry.log().as_str(), registry.sessions.len()), ("POST PATCH DELETE", 0));
    let mut unbegun = upload_of(&blob);
    unbegun.cancel();
    assert_eq!(unbegun.action(), Action::Done(Outcome::Cancelled));
}

#[test]
fn one_byte_in_a_session_is_told_from_none_though_both_are_said_alike() {
    let blob = blob_of(300_000);
    let faults = vec![Fault::None, Fault::Cut(0.000_011)];
    let mut registry = Registry { faults, ..Registry::default() };
    assert_eq!(drive(&mut upload_of(&blob), &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert!(registry.log().contains("416"), "{}", registry.log());
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Lost),
        1 => Just(Fault::AnswerLost),
        2 => (0.0..1.0_f64).prop_map(Fault::Cut),
        1 => (0.0..1.0_f64).prop_map(Fault::Slow),
        1 => Just(Fault::Unavailable),
        1 => Just(Fault::TooMany),
        1 => Just(Fault::Expired),
        1 => (0.0..1.0_f64).prop_map(Fault::TailLost),
        1 => Just(Fault::NotKept),
    ]
}

#[test]
fn a_registry_that_loses_bytes_before_the_end_is_sent_them_again() {
    let blob = blob_of(150_000);
    // HEAD is not asked: POST, PATCH, PATCH, and what was there is gone when PUT comes.
    let mut faults = vec![Fault::None, Fault::None, Fault::None, Fault::TailLost(0.0)];
    faults.extend(faults.clone());
    let mut registry = Registry { faults, ..Registry::default() };
    let mut upload = Upload::of("o/p/n", Digest::sha256_of(&blob), 150_000, limits(100_000, 100_000));
    assert_eq!(drive(&mut upload, &mut registry, &blob, 0).0, Action::Done(Outcome::Uploaded));
    assert_eq!(registry.stored("o/p/n", &blob), Some(blob.as_slice()));
    assert_eq!(registry.log().matches("400").count(), 2, "{}", registry.log());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn whatever_happens_the_stored_bytes_are_exact(
        size in prop_oneof![0..5_usize, 0..400_000_usize],
        start in 1..300_000_u64,
        faults in prop::collection::vec(fault(), 0..40),
        body_max in prop_oneof![Just(u64::MAX), 70_000..400_000_u64],
        chunk_min in prop::option::of(1..500_000_u64),
        reopen in prop_oneof![Just(0), 3..40_usize],
        growing: bool,
        zero_range: bool,
        bytes_per_sec in prop_oneof![Just(u64::MAX), 10_000..400_000_u64],
        streamed in prop::option::of(1_000..400_000_u64),
    ) {
        let blob = blob_of(size);
        let faults_count = faults.len();
        let mut registry = Registry { faults, body_max, chunk_min, zero_range, bytes_per_sec, ..Registry::default() };
        let limits = limits(start, 400_000);
        let mut upload = if growing {
            Upload::growing("o/p/n", limits)
        } else {
            Upload::of("o/p/n", Digest::sha256_of(&blob), blob.len() as u64, limits).checking_first().mounting_from("o/p/x")
        };
        let drive = |upload: &mut Upload, registry: &mut Registry| drive_streaming(upload, registry, &blob, reopen, streamed).0;
        let mut end = drive(&mut upload, &mut registry);
        for _ in 0..faults_count {
            if !matches!(end, Action::Failed(UploadError::SignedOut | UploadError::Unreachable { .. } | UploadError::Corrupt)) {
                break;
            }
            // The person signs in again, or waits for a registry that loses no bytes, and continues.
            upload.retry();
            end = drive(&mut upload, &mut registry);
        }
        prop_assert!(matches!(end, Action::Done(Outcome::Uploaded | Outcome::Existed)), "{end:?} after {}", registry.log());
        prop_assert_eq!(registry.stored("o/p/n", &blob), Some(blob.as_slice()));
        prop_assert_eq!(upload.sent_bytes(), blob.len() as u64);
    }

    #[test]
    fn lost_sessions_cost_time_but_never_bytes(
        size in 0..400_000_usize,
        faults in prop::collection::vec(prop_oneof![3 => Just(Fault::None), 1 => Just(Fault::SessionLost)], 0..12),
    ) {
        let blob = blob_of(size);
        let mut registry = Registry { faults, ..Registry::default() };
        let mut upload = upload_of(&blob);
        let (mut end, _) = drive(&mut upload, &mut registry, &blob, 0);
        if matches!(end, Action::Failed(UploadError::Unreachable { .. })) {
            prop_assert!(registry.is_empty());
            upload.retry();
            (end, _) = drive(&mut upload, &mut registry, &blob, 0);
        }
        prop_assert_eq!(end, Action::Done(Outcome::Uploaded));
        prop_assert_eq!(registry.stored("o/p/n", &blob), Some(blob.as_slice()));
    }

    #[test]
    fn any_answer_to_any_request_is_borne(answers in prop::collection::vec((100..600_u16, prop::option::of(0..2_000_000_u64), any::<bool>(), 0..8_u8), 0..60)) {
        let blob = blob_of(200_000);
        let mut upload = upload_of(&blob).checking_first();
        for (status, received, location, event) in answers {
            let mut answer = Answer::new(status);
            answer.received = received;
            if location {
                answer = answer.header("Location", "/v2/o/p/n/blobs/uploads/x");
            }
            if let Action::Send(Request { body: Body::Range { offset, len }, .. }) = upload.action() {
                prop_assert!(len > 0 && offset + len <= blob.len() as u64);
            }
            upload.handle(match event {
                0 => Event::NoAnswer,
                1 => Event::TimedOut,
                2 => Event::Waited,
                3 => Event::Renewed,
                4 => Event::Online,
                _ => Event::Answer(answer),
            }, 7);
        }
    }
}
