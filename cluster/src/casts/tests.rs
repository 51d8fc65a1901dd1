use std::{
    io::{Read as _, Write as _},
    os::{fd::OwnedFd, unix::fs::MetadataExt as _},
    time::SystemTime,
};

use bytes::Bytes;
use platform::{
    audit::{Act, ActKind},
    channel::Resize,
};

use super::*;
use crate::engine::OutputStream::Stdout;

struct World {
    folder: tempfile::TempDir,
    tasks: TaskTracker,
    casts: Casts,
}

impl World {
    fn new(limits: CastLimits) -> Self {
        let (folder, tasks) = (tempfile::tempdir().expect("a temporary folder"), TaskTracker::new());
        let path = folder.path().join("casts");
        let casts = Casts::new(path, Recorded::Terminals, limits, Clock::system(), tasks.clone());
        Self { folder, tasks, casts }
    }

    /// Waits until every recording is written.
    async fn written(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn read(&self, act: i64) -> String {
        let OpenCast { file, len_bytes } = self.casts.find(act).await.expect("reads").expect("a recording");
        let mut text = String::new();
        file.take(len_bytes).read_to_string(&mut text).expect("text");
        text
    }
}

fn about() -> About {
    About { program: "sh".to_owned(), actor: "alice".to_owned(), job: "job-1".to_owned(), tty: true }
}

/// Kind and text of each event; every line must be JSON.
fn events(cast: &str) -> Vec<(String, String)> {
    let lines = cast.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect(line));
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    lines.skip(1).map(|event| (text(&event[1]), text(&event[2]))).collect()
}

fn act(seq: i64) -> Act {
    let at = Clock::system().now();
    Act {
        seq,
        at,
        actor: "alice".to_owned(),
        request_id: None,
        address: None,
        kind: ActKind::Exec,
        job: "job-1".to_owned(),
        detail: "sh".to_owned(),
        recording_bytes: None,
    }
}

#[tokio::test]
async fn what_was_shown_is_written_as_it_happens_and_found_by_the_act() {
    let world = World::new(CastLimits::default());
    let recorder = world.casts.begin(7, about()).await.expect("begins");
    recorder.output(Stdout, &Bytes::from_static(b"$ ")).await;
    recorder.resized(Resize { height: 40, width: 120 }).await;
    recorder.output(Stdout, &Bytes::from_static(b"hello\r\n")).await;
    // It is still going on.
    while world.casts.find(7).await.expect("reads").is_none() {
        tokio::task::yield_now().await;
    }
    recorder.resized(Resize { height: 20, width: 60 }).await;
    recorder.end("The process ended.").await;
    world.written().await;
    let cast = world.read(7).await;
    assert!(cast.starts_with(r#"{"version":2,"width":120,"height":40,"#), "{cast}");
    let told = events(&cast);
    let told: Vec<(&str, &str)> = told.iter().map(|(kind, text)| (kind.as_str(), text.as_str())).collect();
    assert_eq!(told, [("o", "$ "), ("o", "hello\r\n"), ("r", "60x20"), ("m", "The process ended.")]);
    let page = world.casts.note(ActsPage { items: vec![act(8), act(7)], cursor: None }).await;
    let sizes: Vec<Option<u64>> = page.items.iter().map(|act| act.recording_bytes).collect();
    assert_eq!(sizes, [None, Some(cast.len() as u64)]);
    let file = fs::metadata(world.folder.path().join("casts/7.cast")).expect("a file");
    assert_eq!(file.mode() & 0o777, 0o600);
    assert!(world.casts.find(8).await.expect("reads").is_none());
}

#[tokio::test]
async fn an_act_is_recorded_once_and_only_where_it_is_wanted() {
    let world = World::new(CastLimits::default());
    assert_eq!((world.casts.wants(true), world.casts.wants(false)), (true, false));
    let _first = world.casts.begin(7, about()).await.expect("begins");
    for _ in 0..2 {
        let again = world.casts.begin(7, about()).await.expect_err("there is one");
        assert_eq!(again.source.kind(), io::ErrorKind::AlreadyExists);
    }
}

#[tokio::test]
async fn a_recording_from_after_the_backup_that_was_restored_makes_room_and_is_swept_in_its_turn() {
    let limits = CastLimits { max_age: Some(Duration::from_secs(3600)), max_bytes: None };
    let world = World::new(limits);
    fs::create_dir(world.folder.path().join("casts")).expect("a folder");
    fs::write(world.casts.0.of(7), "{}\n").expect("writes");
    let recorder = world.casts.begin(7, about()).await.expect("begins");
    recorder.end("The process ended.").await;
    world.written().await;
    assert!(world.read(7).await.contains("The process ended."));
    let others = || {
        let found = fs::read_dir(world.folder.path().join("casts")).expect("a folder");
        found.map(|one| one.expect("a file").path()).filter(|path| *path != world.casts.0.of(7)).collect::<Vec<_>>()
    };
    let [aside] = &others()[..] else { panic!("{:?}", others()) };
    assert_eq!(fs::read_to_string(aside).expect("reads"), "{}\n");
    let long_ago = SystemTime::now() - Duration::from_secs(7200);
    File::options().write(true).open(aside).expect("opens").set_modified(long_ago).expect("sets");
    assert_eq!(world.casts.sweep().await.expect("sweeps"), 1);
    assert_eq!(others(), Vec::<PathBuf>::new());
    assert!(world.casts.0.of(7).exists());
}

#[tokio::test]
async fn of_a_recording_that_was_cut_short_the_whole_lines_are_given() {
    let world = World::new(CastLimits::default());
    fs::create_dir(world.folder.path().join("casts")).expect("a folder");
    let write = |act: i64, text: &str| fs::write(world.casts.0.of(act), text).expect("writes");
    write(1, "{\"version\":2}\n[0.1,\"o\",\"hi\"]\n[0.2,\"o\",\"ha");
    assert_eq!(world.read(1).await, "{\"version\":2}\n[0.1,\"o\",\"hi\"]\n");
    // A half line longer than what is read at once.
    write(2, &format!("{{}}\n{}", "x".repeat(200_000)));
    assert_eq!(world.read(2).await, "{}\n");
    for nothing in ["", "{\"vers"] {
        write(3, nothing);
        assert!(world.casts.find(3).await.expect("reads").is_none());
    }
}

#[tokio::test]
async fn the_old_goes_and_then_the_oldest_but_never_what_is_being_recorded() {
    let limits = CastLimits { max_age: Some(Duration::from_secs(3600)), max_bytes: Some(2500) };
    let world = World::new(limits);
    let _live = world.casts.begin(1, about()).await.expect("begins");
    let write = |act: i64, age_secs: u64| {
        let mut file = File::create(world.casts.0.of(act)).expect("a file");
        file.write_all(&[b'\n'; 1000]).expect("writes");
        file.set_modified(SystemTime::now() - Duration::from_secs(age_secs)).expect("sets");
    };
    for (act, age_secs) in [(2, 7200), (3, 60), (4, 50), (5, 40)] {
        write(act, age_secs);
    }
    fs::write(world.folder.path().join("casts/notes.txt"), "not ours").expect("writes");
    assert_eq!(world.casts.sweep().await.expect("sweeps"), 2);
    let left = [1, 2, 3, 4, 5].map(|act| world.casts.0.of(act).exists());
    assert_eq!(left, [true, false, false, true, true]);
    assert!(world.folder.path().join("casts/notes.txt").exists());
    assert_eq!(world.casts.sweep().await.expect("sweeps"), 0);
}

#[tokio::test]
async fn a_recording_that_is_too_large_says_where_it_ends() {
    let limits = CastLimits { max_age: None, max_bytes: Some(400_000) };
    let world = World::new(limits);
    let recorder = world.casts.begin(1, about()).await.expect("begins");
    recorder.resized(Resize { height: 24, width: 80 }).await;
    let piece = Bytes::from(vec![b'x'; 8000]);
    for _ in 0..100 {
        recorder.output(Stdout, &piece).await;
    }
    recorder.end("The process ended.").await;
    world.written().await;
    let cast = world.read(1).await;
    let (kind, words) = events(&cast).pop().expect("an end");
    assert_eq!(kind, "m");
    assert!(words.starts_with("The recording ends here"), "{words}");
    // Its share, and what was written with the piece that reached it.
    assert!((100_000..700_000).contains(&cast.len()), "{}", cast.len());
}

/// A pipe takes 64 KiB and then nothing until somebody reads: a disk that hangs.
#[tokio::test]
async fn a_disk_that_hangs_keeps_a_terminal_waiting_once_and_the_recording_says_what_is_missing() {
    let world = World::new(CastLimits::default());
    let (mut reader, writer) = io::pipe().expect("a pipe");
    let recorder = Recorder::start(Arc::clone(&world.casts.0), 1, File::from(OwnedFd::from(writer)), about());
    recorder.resized(Resize { height: 24, width: 80 }).await;
    let (total, piece) = (2000, Bytes::from(vec![b'x'; 8000]));
    let began = std::time::Instant::now();
    for _ in 0..total {
        recorder.output(Stdout, &piece).await;
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // The disk comes back.
    let reading = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("text");
        text
    });
    let waiting = async {
        while recorder.lost_bytes() > 0 {
            recorder.resized(Resize { height: 24, width: 80 }).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("there is room again");
    recorder.output(Stdout, &Bytes::from_static(b"after")).await;
    recorder.end("The process ended.").await;
    let told = events(&reading.await.expect("reads"));
    let shown: usize = told.iter().filter(|(kind, _)| kind == "o").map(|(_, text)| text.len()).sum();
    let missing: usize = told
        .iter()
        .filter_map(|(kind, text)| {
            (kind == "m").then(|| text.split_once(" bytes are left out")?.0.parse::<usize>().ok()).flatten()
        })
        .sum();
    assert!(missing > 0);
    assert_eq!(shown + missing, total * 8000 + "after".len());
    assert_eq!(told.last().expect("an end").1, "The process ended.");
}

#[tokio::test]
async fn a_full_disk_does_not_end_the_terminal() {
    let world = World::new(CastLimits::default());
    let full = OpenOptions::new().append(true).open("/dev/full").expect("the device that is always full");
    let recorder = Recorder::start(Arc::clone(&world.casts.0), 1, full, about());
    for _ in 0..1000 {
        recorder.output(Stdout, &Bytes::from_static(b"hello")).await;
    }
    recorder.end("The process ended.").await;
    world.written().await;
}
