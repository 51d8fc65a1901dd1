//! The store against a naive model: a list of records in memory.

use std::fs;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;

fn record(time_ns: i64, text: impl Into<Vec<u8>>) -> Record {
    Record { time_ns, stream: Stream::Stdout, bytes: Bytes::from(text.into()) }
}

fn small_segments() -> LogLimits {
    LogLimits { segment_bytes: 4096, ..LogLimits::default() }
}

fn store(limits: LogLimits) -> (tempfile::TempDir, Arc<LogStore>) {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(LogStore::new(dir.path(), limits));
    (dir, store)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn whole(start: LogStart) -> LogRequest {
    LogRequest { start, format: LogFormat::Raw, follow: false, max_lines: None }
}

async fn read(log: &Arc<JobLog>, request: LogRequest) -> (u64, Vec<u8>) {
    let mut reader = log.read(request).await.unwrap();
    let mut out = Vec::new();
    let mut line = reader.first_line();
    while let Some(chunk) = reader.next().await.unwrap() {
        assert_eq!(chunk.first_line, line, "chunks are contiguous");
        line += chunk.line_ends;
        out.extend_from_slice(&chunk.bytes);
    }
    (reader.first_line(), out)
}

/// The model: bytes with, for each, the time of its piece.
#[derive(Default)]
struct Model {
    records: Vec<Record>,
}

impl Model {
    /// (time of its first piece, bytes) of every line.
    fn lines(&self) -> Vec<(i64, Vec<u8>)> {
        let mut lines: Vec<(i64, Vec<u8>)> = Vec::new();
        let mut open = false;
        for record in &self.records {
            for part in record.bytes.split_inclusive(|b| *b == b'\n') {
                if !open {
                    lines.push((record.time_ns, Vec::new()));
                }
                lines.last_mut().unwrap().1.extend_from_slice(part);
                open = part.last() != Some(&b'\n');
            }
        }
        lines
    }

    fn raw(&self, from: usize) -> Vec<u8> {
        self.lines().into_iter().skip(from).flat_map(|(_, bytes)| bytes).collect()
    }
}

#[derive(Clone, Debug)]
enum Act {
    Append(Vec<(i64, bool, Vec<u8>)>),
    Reopen,
    ReadLine(usize),
    ReadTime(usize),
    ReadLast(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let bytes = prop_oneof![
        6 => proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..40),
        2 => (1usize..3000).prop_map(|n| vec![b'x'; n]),
        1 => (60_000usize..200_000).prop_map(|n| vec![0; n]),
        6 => "[a-z]{0,60}\n".prop_map(String::into_bytes),
    ];
    prop_oneof![
        6 => proptest::collection::vec((-2i64..20, any::<bool>(), bytes), 0..30).prop_map(Act::Append),
        1 => Just(Act::Reopen),
        2 => any::<usize>().prop_map(Act::ReadLine),
        2 => any::<usize>().prop_map(Act::ReadTime),
        1 => (0u64..50).prop_map(Act::ReadLast),
    ]
}

async fn play(acts: Vec<Act>) {
    let (dir, mut logs) = store(small_segments());
    let mut log = logs.open("job").await.unwrap();
    let mut model = Model::default();
    let mut now = 0;
    for act in acts {
        match act {
            Act::Append(pieces) => {
                let records: Vec<Record> = pieces
                    .into_iter()
                    .map(|(step, err, bytes)| {
                        now += step;
                        let stream = if err { Stream::Stderr } else { Stream::Stdout };
                        Record { time_ns: now, stream, bytes: Bytes::from(bytes) }
                    })
                    .collect();
                model.records.extend(records.iter().cloned());
                log.append(records).await.unwrap();
            }
            Act::Reopen => {
                drop(log);
                logs = Arc::new(LogStore::new(dir.path(), small_segments()));
                log = logs.open("job").await.unwrap();
            }
            Act::ReadLine(at) => {
                let from = at % (model.lines().len() + 2);
                let (first, bytes) = read(&log, whole(LogStart::Line(from as u64))).await;
                assert_eq!(bytes, model.raw(from));
                if from < model.lines().len() {
                    assert_eq!(first, from as u64);
                }
            }
            Act::ReadTime(at) => {
                let time = if model.records.is_empty() { 0 } else { model.records[at % model.records.len()].time_ns };
                let expected = model.lines().iter().position(|(t, _)| *t >= time);
                let (_, bytes) = read(&log, whole(LogStart::Time(time))).await;
                assert_eq!(bytes, expected.map_or(Vec::new(), |from| model.raw(from)));
                let times: std::collections::BTreeSet<i64> = model
                    .records
                    .iter()
                    .filter(|r| !r.bytes.is_empty() && r.time_ns >= time)
                    .map(|r| r.time_ns)
                    .collect();
                let stored: std::collections::BTreeSet<i64> =
                    log.times_since(time).await.unwrap().into_iter().collect();
                assert_eq!(stored, times);
                let at = if model.records.is_empty() { 0 } else { at % model.records.len() };
                let before: u64 = model.records[..at].iter().map(|r| r.bytes.len() as u64).sum();
                let mut times: Vec<i64> =
                    model.records[at..].iter().filter(|r| !r.bytes.is_empty()).map(|r| r.time_ns).collect();
                let mut stored = log.times_after(before).await.unwrap();
                // A piece is stored as one record a line.
                times.dedup();
                stored.dedup();
                assert_eq!(stored, times);
            }
            Act::ReadLast(count) => {
                let lines = model.lines().len();
                let (_, bytes) = read(&log, whole(LogStart::Last(count))).await;
                assert_eq!(bytes, model.raw(lines - (count as usize).min(lines)));
            }
        }
        let totals = log.totals();
        assert_eq!(totals.lines, model.lines().len() as u64);
        assert_eq!(totals.bytes, model.records.iter().map(|r| r.bytes.len() as u64).sum::<u64>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn reading_from_anywhere_gives_what_a_plain_list_would(acts in proptest::collection::vec(act(), 1..40)) {
        runtime().block_on(play(acts));
    }

    #[test]
    fn a_cut_tail_loses_only_whole_appends_and_never_an_earlier_line(
        sizes in proptest::collection::vec(1usize..400, 1..60), cut in 0usize..5000, garbage in any::<bool>(),
    ) {
        runtime().block_on(async {
            let (dir, logs) = store(LogLimits::default());
            let log = logs.open("job").await.unwrap();
            let mut ends = vec![0];
            let mut all = Vec::new();
            for (at, size) in sizes.iter().enumerate() {
                let mut line = vec![b'a' + u8::try_from(at % 26).unwrap(); *size];
                line.push(b'\n');
                all.extend_from_slice(&line);
                log.append(vec![record(at as i64, line)]).await.unwrap();
                ends.push(all.len());
            }
            drop(log);
            let path = dir.path().join("job/0000000000.seg");
            let len = usize::try_from(fs::metadata(&path).unwrap().len()).unwrap();
            let keep = len - cut.min(len - 48);
            let mut bytes = fs::read(&path).unwrap();
            bytes.truncate(keep);
            if garbage {
                // A power loss may leave the length but not the data.
                bytes.resize(len, 0);
            }
            fs::write(&path, bytes).unwrap();
            let logs = Arc::new(LogStore::new(dir.path(), LogLimits::default()));
            let log = logs.open("job").await.unwrap();
            let (_, kept) = read(&log, whole(LogStart::Line(0))).await;
            assert!(all.starts_with(&kept));
            assert!(ends.contains(&kept.len()), "a torn append is dropped whole");
            log.append(vec![record(1_000, "after\n")]).await.unwrap();
            let (_, now) = read(&log, whole(LogStart::Line(0))).await;
            assert_eq!(now, [&kept[..], b"after\n"].concat());
        });
    }
}

#[tokio::test]
async fn timestamps_stand_before_lines_and_not_before_their_later_pieces() {
    let (_dir, logs) = store(LogLimits::default());
    let log = logs.open("job").await.unwrap();
    let second = 1_763_890_337_000_000_000;
    log.append(vec![record(second, "first "), record(second + 5, "rest\n"), record(second + 7, "\n")]).await.unwrap();
    let request = LogRequest { format: LogFormat::Timestamps, ..whole(LogStart::Line(0)) };
    let (_, text) = read(&log, request).await;
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "2025-11-23T09:32:17.000000000Z first rest\n2025-11-23T09:32:17.000000007Z \n"
    );
}

#[tokio::test]
async fn a_follower_gets_every_line_and_then_the_end() {
    let (_dir, logs) = store(small_segments());
    let log = logs.open("job").await.unwrap();
    let mut reader = log.read(LogRequest { follow: true, ..whole(LogStart::Line(0)) }).await.unwrap();
    let follower = tokio::spawn(async move {
        let mut all = Vec::new();
        while let Some(chunk) = reader.next().await.unwrap() {
            all.extend_from_slice(&chunk.bytes);
        }
        all
    });
    let mut expected = Vec::new();
    for at in 0..2000 {
        let line = format!("line {at}\n");
        expected.extend_from_slice(line.as_bytes());
        log.append(vec![record(at, line)]).await.unwrap();
    }
    log.finish(5_000).await.unwrap();
    assert_eq!(follower.await.unwrap(), expected);
    assert!(matches!(log.append(vec![record(1, "late\n")]).await, Err((LogError::Finished, _))));
}

#[tokio::test]
async fn dropping_a_read_in_the_middle_loses_nothing() {
    let (_dir, logs) = store(LogLimits::default());
    let log = logs.open("job").await.unwrap();
    let mut reader = log.read(LogRequest { follow: true, ..whole(LogStart::Line(0)) }).await.unwrap();
    log.append(vec![record(0, "one\n")]).await.unwrap();
    for _ in 0..100 {
        // Polled once, then dropped.
        if let Some(Ok(Some(chunk))) = futures::FutureExt::now_or_never(reader.next()) {
            assert_eq!(&chunk.bytes[..], b"one\n");
            return;
        }
    }
    assert_eq!(&reader.next().await.unwrap().unwrap().bytes[..], b"one\n");
}

#[tokio::test]
async fn a_limit_on_lines_ends_the_reading_even_when_following() {
    let (_dir, logs) = store(LogLimits::default());
    let log = logs.open("job").await.unwrap();
    log.append((0..10).map(|at| record(at, format!("{at}\n"))).collect()).await.unwrap();
    let request = LogRequest { max_lines: Some(3), follow: true, ..whole(LogStart::Line(4)) };
    assert_eq!(read(&log, request).await, (4, b"4\n5\n6\n".to_vec()));
}

#[tokio::test]
async fn retention_drops_oldest_lines_keeps_their_numbers_and_tells_a_slow_reader() {
    let limits = LogLimits { max_bytes_per_job: Some(20_000), ..small_segments() };
    let (dir, logs) = store(limits);
    let log = logs.open("job").await.unwrap();
    log.append(vec![record(0, "line 0\n")]).await.unwrap();
    let mut slow = log.read(LogRequest { follow: true, ..whole(LogStart::Line(0)) }).await.unwrap();
    assert_eq!(slow.next().await.unwrap().unwrap().line_ends, 1);
    for at in 1..3000 {
        log.append(vec![record(at, format!("line {at}\n"))]).await.unwrap();
    }
    let totals = log.totals();
    assert_eq!(totals.lines, 3000);
    assert!(totals.first_line > 2000, "{totals:?}");
    let (first, text) = read(&log, whole(LogStart::Line(0))).await;
    assert_eq!(first, totals.first_line);
    assert!(text.starts_with(format!("line {first}\n").as_bytes()));
    let mut seen = 1;
    let mut skipped = 0;
    while seen + skipped < 3000 {
        let chunk = slow.next().await.unwrap().unwrap();
        seen += chunk.line_ends;
        skipped += chunk.skipped_lines;
    }
    assert!(skipped > 0);
    let kept = 3000 - usize::try_from(totals.first_line).unwrap();
    assert_eq!(log.times_after(0).await.unwrap().len(), kept);
    assert_eq!(log.times_after(totals.first_byte).await.unwrap().len(), kept);
    assert_eq!(log.times_after(totals.bytes - 20).await.unwrap(), [2998, 2999]);
    assert!(log.times_after(totals.bytes).await.unwrap().is_empty());
    drop((log, slow));
    let logs = Arc::new(LogStore::new(dir.path(), limits));
    assert_eq!(logs.open("job").await.unwrap().totals(), totals);
}

#[tokio::test]
async fn an_expired_log_is_swept_and_a_running_one_stays() {
    let limits = LogLimits { max_age_after_finish: Some(Duration::from_secs(10)), ..LogLimits::default() };
    let (_dir, logs) = store(limits);
    for name in ["done", "fresh", "running"] {
        logs.open(name).await.unwrap().append(vec![record(0, "x\n")]).await.unwrap();
    }
    logs.open("done").await.unwrap().finish(0).await.unwrap();
    logs.open("fresh").await.unwrap().finish(15_000_000_000).await.unwrap();
    assert_eq!(logs.sweep(20_000_000_000).await.unwrap(), ["done"]);
    assert_eq!(logs.open("done").await.unwrap().totals().lines, 0);
    assert_eq!(logs.open("fresh").await.unwrap().totals().lines, 1);
    assert_eq!(logs.open("running").await.unwrap().totals().lines, 1);
}

#[tokio::test]
async fn deleting_a_log_ends_its_followers() {
    let (dir, logs) = store(LogLimits::default());
    let log = logs.open("job").await.unwrap();
    log.append(vec![record(0, "x\n")]).await.unwrap();
    let mut reader = log.read(LogRequest { follow: true, ..whole(LogStart::Line(0)) }).await.unwrap();
    reader.next().await.unwrap().unwrap();
    logs.delete("job").await.unwrap();
    assert!(reader.next().await.unwrap().is_none());
    assert!(!dir.path().join("job").exists());
}

#[tokio::test]
async fn names_that_leave_the_folder_are_refused() {
    let (_dir, logs) = store(LogLimits::default());
    for name in ["", ".", "..", "../x", "a/b", "a\0b", &"x".repeat(200)] {
        assert!(matches!(logs.open(name).await, Err(LogError::InvalidName(_))), "{name:?}");
    }
}

#[tokio::test]
async fn a_lost_index_is_rebuilt() {
    let (dir, logs) = store(small_segments());
    let log = logs.open("job").await.unwrap();
    for at in 0..3000 {
        log.append(vec![record(at, format!("line {at}\n"))]).await.unwrap();
    }
    log.finish(1).await.unwrap();
    drop(log);
    for entry in fs::read_dir(dir.path().join("job")).unwrap().flatten() {
        if entry.path().extension().is_some_and(|e| e == "idx") {
            fs::write(entry.path(), b"nonsense").unwrap();
        }
    }
    let logs = Arc::new(LogStore::new(dir.path(), small_segments()));
    let log = logs.open("job").await.unwrap();
    let (_, text) = read(&log, LogRequest { max_lines: Some(1), ..whole(LogStart::Line(1234)) }).await;
    assert_eq!(text, b"line 1234\n");
    assert!(log.totals().finished);
}

#[tokio::test]
async fn a_full_disk_is_told_and_the_same_append_succeeds_once_there_is_room() {
    let (dir, logs) = store(small_segments());
    let log = logs.open("job").await.unwrap();
    log.append(vec![record(0, "x".repeat(5000) + "\n")]).await.unwrap();
    // The next segment lands on a device that is always full.
    let next = dir.path().join("job/0000000001.seg");
    std::os::unix::fs::symlink("/dev/full", &next).unwrap();
    let (error, left) = log.append(vec![record(1, "kept\n"), record(2, "too\n")]).await.unwrap_err();
    assert!(error.is_disk_full(), "{error:?}");
    assert_eq!(left.len(), 2);
    assert_eq!(log.totals().lines, 1);
    let _ = fs::remove_file(&next);
    log.append(left).await.unwrap();
    let (_, text) = read(&log, whole(LogStart::Line(1))).await;
    assert_eq!(text, b"kept\ntoo\n");
}
