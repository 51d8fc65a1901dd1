use std::{net::Ipv4Addr, sync::Arc};

use jiff::Timestamp;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    clock::Clock,
    history::{By, Change},
    images::copy::{CopyRules, source::CopySource},
    registry::RegistryOptions,
    store::testing::temporary,
};

const BLOB: [u8; 10_000] = [7; 10_000];
const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// What a source does with a request.
#[derive(Clone, Copy, Debug)]
enum Mood {
    /// It breaks off after so many bytes.
    Breaks(usize),
    /// Who stands before it says that it is away.
    Away,
    /// It takes the connection and answers nothing.
    HangsUp,
}

/// A registry of one blob, which serves one request after the other in these moods, and then all of them well. Its address.
async fn source(moods: Vec<Mood>) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("binds");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        let mut moods = moods.into_iter();
        loop {
            let (stream, _) = listener.accept().await.expect("accepts");
            serve(stream, moods.next()).await;
        }
    });
    address
}

async fn serve(mut stream: TcpStream, mood: Option<Mood>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).expect("text").to_lowercase();
    let from = head.split_once("range: bytes=").and_then(|(_, rest)| rest.split('-').next()?.parse().ok());
    let rest = &BLOB[from.unwrap_or(0_usize)..];
    let (status, sent) = match mood {
        Some(Mood::HangsUp) => return,
        Some(Mood::Away) => ("503 Service Unavailable", &rest[..0]),
        Some(Mood::Breaks(after)) => ("206 Partial Content", &rest[..after.min(rest.len())]),
        None => ("206 Partial Content", rest),
    };
    let status = if from.is_none() { status.replace("206 Partial Content", "200 OK") } else { status.to_owned() };
    let length = if matches!(mood, Some(Mood::Away)) { 0 } else { rest.len() };
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(answer.as_bytes()).await.expect("writes");
    stream.write_all(sent).await.expect("writes");
    let _ = stream.shutdown().await;
}

/// Copies the blob from a source of these moods; how many bytes were counted.
async fn copy(moods: Vec<Mood>) -> Result<usize, TransferError> {
    let (folder, store) = temporary().await;
    let mut change = Change::begin(&store, &By::program("test", NOON)).await.expect("begins");
    for sql in [
        "INSERT INTO orgs (name, created_at) VALUES ('main', 1)",
        "INSERT INTO projects (org, name, created_at) VALUES ('main', 'demo', 1)",
    ] {
        sqlx::query(sql).execute(&mut *change).await.expect("inserts");
    }
    change.commit().await.expect("commits");
    let hour = Duration::from_secs(3600);
    let options = RegistryOptions { quota_bytes: None, upload_retention: hour, untagged_retention: None, grace: hour };
    let registry = Registry::open(store, folder.path().join("registry"), Clock::system(), options).await;
    let registry = Arc::new(registry.expect("opens"));
    let address = source(moods).await;
    let rules = CopyRules { plain_http: vec![address.clone()], ..CopyRules::default() };
    let reference = format!("{address}/some/image:v1");
    let asked = platform::transfer::CopySource { reference, username: None, password: None };
    let source = Source::open(CopySource::parse(asked, &rules).expect("a source"), rules).await.expect("opens");
    source.expect_bytes(BLOB.len() as u64);
    let to = RepositoryName::parse("main/demo/copied").expect("a name");
    let digest = Digest::of(image::digest::Algorithm::Sha256, &BLOB);
    let blob = descriptor(&digest);
    let work = Work {
        registry: &registry,
        source: &source,
        repository: &to,
        blob: &blob,
        digest: &digest,
        first_wait: Duration::from_millis(1),
    };
    let upload = registry.begin_upload(&to).await.expect("begins");
    let counted = Arc::new(std::sync::Mutex::new(0));
    let count = Arc::clone(&counted);
    work.run(&upload, move |bytes| *count.lock().expect("whole") += bytes).await?;
    assert_eq!(registry.find_blob(&to, &digest).await.expect("reads"), Some(BLOB.len() as u64));
    let counted = *counted.lock().expect("whole");
    Ok(counted)
}

fn descriptor(digest: &Digest) -> Descriptor {
    let descriptor = serde_json::json!({"mediaType": "x/y", "digest": digest.to_string(), "size": BLOB.len()});
    serde_json::from_value(descriptor).expect("a descriptor")
}

#[tokio::test]
async fn a_blob_that_breaks_off_often_is_fetched_as_long_as_it_gets_further() {
    assert_eq!(copy(vec![Mood::Breaks(1000); 9]).await.expect("copies"), BLOB.len());
}

#[tokio::test]
async fn a_source_that_is_away_for_a_moment_is_asked_again() {
    for away in [Mood::Away, Mood::HangsUp] {
        let moods = vec![Mood::Breaks(4000), away, away, away, Mood::Breaks(2000), away, away, away];
        assert_eq!(copy(moods).await.expect("copies"), BLOB.len(), "{away:?}");
    }
}

#[tokio::test]
async fn a_source_that_gives_nothing_any_more_is_given_up() {
    for (mood, words) in
        [(Mood::Breaks(0), "cannot be reached"), (Mood::Away, "HTTP 503"), (Mood::HangsUp, "cannot be reached")]
    {
        let given_up = copy([vec![Mood::Breaks(1000)], vec![mood; 5]].concat()).await.expect_err("it fails");
        assert!(matches!(given_up, TransferError::Source(SourceError::Unreachable { .. })), "{given_up:?}");
        assert!(given_up.to_string().contains(words), "{given_up}");
    }
}
