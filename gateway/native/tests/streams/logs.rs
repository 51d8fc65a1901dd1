use super::{
    browser::{Edge, Page, Sent, soon},
    cluster::{Cluster, nth_token},
};
use crate::host;
use std::{sync::atomic::Ordering, time::Duration};

fn numbered(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("line {n}")).collect()
}

fn rows(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("{n} line {n}")).collect()
}

fn only_rows(all: &[String]) -> Vec<String> {
    all.iter().filter(|item| !item.starts_with('[')).cloned().collect()
}

fn only_events(all: &[String]) -> Vec<String> {
    all.iter().filter(|item| item.starts_with('[')).cloned().collect()
}

async fn open(edge: &Edge, query: &str) -> Page {
    let cookie = edge.sign_in("alice").await;
    edge.open(&cookie, &format!("/jobs/job-1/logs{query}")).await
}

#[tokio::test]
async fn a_log_is_shown_from_its_tail_then_live_then_ends() {
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..30));
    let edge = Edge::before(&cluster).await;
    let mut page = open(&edge, "?from=tail:10").await;
    let first = page.log_until("[init_done]").await;
    assert_eq!(first[0], "[init 20 Some(30) true]");
    assert_eq!(only_rows(&first), rows(20..30));
    cluster.write(numbered(30..33));
    assert_eq!(only_rows(&page.log_until("32 ").await), rows(30..33));
    cluster.set("job-1", "succeeded");
    assert_eq!(page.log_until("[closed").await, ["[end Finished]", "[closed 1000]"]);
}

#[tokio::test]
async fn an_empty_log_is_empty_and_not_an_error() {
    for seekable in [true, false] {
        let cluster = Cluster::start().await;
        cluster.seekable.store(seekable, Ordering::SeqCst);
        cluster.set("job-1", "succeeded");
        let edge = Edge::before(&cluster).await;
        let all = open(&edge, "").await.log_until("[end").await;
        assert!(all[0].starts_with("[init 0"), "{all:?}");
        assert_eq!(all[1..], ["[init_done]", "[end Finished]"]);
    }
}

#[tokio::test]
async fn any_line_and_any_time_can_be_the_beginning() {
    let cluster = Cluster::start().await;
    cluster.write_every(1_000_000_000, numbered(0..20_000));
    let edge = Edge::before(&cluster).await;
    let at_100 = jiff::Timestamp::from_nanosecond((super::cluster::EPOCH_NS + 100_000_000_000).into()).expect("a time");
    for (query, first) in [
        ("?from=start".to_owned(), 0),
        ("?from=line:7".to_owned(), 7),
        ("?from=line:19990".to_owned(), 19_990),
        ("?from=line:99999999".to_owned(), 20_000),
        (format!("?from=time:{at_100}"), 100),
        ("?cursor=12345@0".to_owned(), 12_345),
        (String::new(), 10_000),
    ] {
        let mut page = open(&edge, &query).await;
        let all = page.log_until("[init_done]").await;
        assert_eq!(all[0], format!("[init {first} Some(20000) true]"), "{query}");
        assert!(only_rows(&all) == rows(first..20_000), "{query}");
    }
    assert_eq!(cluster.log_sockets.load(Ordering::SeqCst), 1, "one connection, however many begin where");
}

#[tokio::test]
async fn two_hundred_viewers_are_one_connection() {
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..100));
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut pages = Vec::new();
    for _ in 0..200 {
        pages.push(edge.open(&cookie, "/jobs/job-1/logs?from=start").await);
    }
    cluster.write(numbered(100..105));
    for page in &mut pages {
        assert_eq!(only_rows(&page.log_until("104 ").await), rows(0..105));
    }
    assert_eq!(cluster.log_sockets.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_break_loses_nothing_and_repeats_nothing_by_line_or_by_time() {
    for seekable in [true, false] {
        let cluster = Cluster::start().await;
        cluster.seekable.store(seekable, Ordering::SeqCst);
        // Several lines share each time.
        cluster.write_every(0, numbered(0..10));
        cluster.write_every(1_000, numbered(10..50));
        cluster.breaks.lock().expect("unpoisoned").extend([5, 17, 20]);
        let edge = Edge::before(&cluster).await;
        let mut page = open(&edge, "?from=start").await;
        let all = page.log_until("49 ").await;
        assert_eq!(only_rows(&all), rows(0..50), "seekable: {seekable}");
        assert!(!all.iter().any(|item| item.starts_with("[gap")), "{all:?}");
        assert!(cluster.log_sockets.load(Ordering::SeqCst) >= 3);
    }
}

#[tokio::test]
async fn a_log_that_was_given_up_comes_back_with_the_cluster() {
    // The Worker tries for a quarter of an hour.
    if !host::is_native() {
        return;
    }
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..3));
    cluster.log_is_down.store(true, Ordering::SeqCst);
    let edge = Edge::with(&cluster, |config| config.upstream_tries_max = 1).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/logs").await;
    assert_eq!(page.log_until("[end Upstream]").await, ["[waiting]", "[end Upstream]"]);
    cluster.log_is_down.store(false, Ordering::SeqCst);
    let mut again = edge.open(&cookie, "/jobs/job-1/logs").await;
    assert_eq!(again.log_until("[").await, ["[init 0 Some(3) true]"]);
    assert_eq!(only_rows(&again.log_until("2 ").await), rows(0..3));
}

#[tokio::test]
async fn an_outage_is_told_to_who_is_there_and_who_comes_and_so_is_its_end() {
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..3));
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/logs").await;
    page.log_until("[init_done]").await;
    // The job can be asked for all the while: a break alone is no outage.
    cluster.log_is_down.store(true, Ordering::SeqCst);
    cluster.cut_logs();
    assert_eq!(page.log_until("[").await, ["[waiting]"]);
    let mut late = edge.open(&cookie, "/jobs/job-1/logs").await;
    assert_eq!(late.log_until("[waiting]").await.last().map(String::as_str), Some("[waiting]"));
    cluster.log_is_down.store(false, Ordering::SeqCst);
    for page in [&mut page, &mut late] {
        assert_eq!(page.log_until("[").await, ["[recovered]"]);
    }
    // Who comes afterwards is told nothing of it.
    let mut after = edge.open(&cookie, "/jobs/job-1/logs").await;
    assert_eq!(only_events(&after.log_until("[init_done]").await), ["[init 0 Some(3) true]", "[init_done]"]);
    cluster.write(numbered(3..4));
    assert_eq!(after.log_until("3 ").await, rows(3..4));
}

#[tokio::test]
async fn a_connection_that_has_stood_breaks_for_the_first_time_however_little_the_job_writes() {
    if !host::is_native() {
        // Neither the number of tries nor the time can be set there.
        return;
    }
    let cluster = Cluster::start().await;
    let edge = Edge::with(&cluster, |config| config.upstream_tries_max = 3).await;
    let mut page = open(&edge, "").await;
    page.log_until("[init_done]").await;
    for n in 1..=5 {
        soon("a sign of life", async {
            while cluster.pings.load(Ordering::SeqCst) < n {
                host::pass(Duration::from_secs(10)).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        })
        .await;
        cluster.pings.store(n, Ordering::SeqCst);
        cluster.cut_logs();
        soon("another connection", async {
            while cluster.log_sockets.load(Ordering::SeqCst) <= n {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await;
    }
    cluster.write(numbered(0..1));
    assert_eq!(page.log_until("0 ").await, rows(0..1));
}

#[tokio::test]
async fn a_page_that_comes_while_the_cluster_is_away_waits_for_it() {
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..3));
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    cluster.job_is_down.store(true, Ordering::SeqCst);
    let mut page = edge.open(&cookie, "/jobs/job-1/logs").await;
    assert_eq!(page.log_until("[").await, ["[waiting]"]);
    cluster.job_is_down.store(false, Ordering::SeqCst);
    assert_eq!(page.log_until("[").await, ["[init 0 Some(3) true]"]);
}

#[tokio::test]
async fn what_cannot_be_proven_to_be_whole_is_shown_as_a_gap() {
    let cluster = Cluster::start().await;
    cluster.seekable.store(false, Ordering::SeqCst);
    cluster.since_is_late.store(true, Ordering::SeqCst);
    cluster.write(numbered(0..10));
    cluster.breaks.lock().expect("unpoisoned").push(5);
    let edge = Edge::before(&cluster).await;
    let mut page = open(&edge, "?from=start").await;
    let all = page.log_until("9 ").await;
    assert_eq!(only_rows(&all), rows(0..10));
    let gap = all.iter().position(|item| item == "[gap None]").expect("a gap");
    assert_eq!((all[gap - 1].as_str(), all[gap + 1].as_str()), ("4 line 4", "5 line 5"));
}

#[tokio::test]
async fn hostile_bytes_arrive_as_they_are() {
    let cluster = Cluster::start().await;
    let giant = "x".repeat(10_000_000);
    let lines: [&[u8]; 6] =
        [b"a\0b", b"\xff\xfe", b"<script>alert(1)</script>", b"\x1b]0;title\x07", b"", giant.as_bytes()];
    cluster.write(lines);
    cluster.write(["after"]);
    cluster.set("job-1", "succeeded");
    let edge = Edge::before(&cluster).await;
    let mut page = open(&edge, "?from=start").await;
    let all = only_rows(&page.log_until("[end").await);
    assert_eq!(all[..5], ["0 a\0b", "1 \u{fffd}\u{fffd}", "2 <script>alert(1)</script>", "3 \x1b]0;title\x07", "4 "]);
    assert_eq!(all.last().expect("rows"), "6 after");
    let pieces = &all[5..all.len() - 1];
    assert!(pieces[0].starts_with("5 x") && pieces[1..].iter().all(|p| p.starts_with("+5 x")));
    let length: usize = pieces.iter().map(|p| p.trim_start_matches('+').len() - 2).sum();
    assert_eq!(length, giant.len());
}

#[tokio::test]
async fn a_viewer_that_takes_nothing_slows_nobody_and_is_served_when_it_comes_back() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let mut slow = open(&edge, "?from=start").await;
    assert!(slow.log().await[0].starts_with("[init"));
    let mut quick = open(&edge, "?from=start").await;
    quick.log_until("[init_done]").await;
    // More than ring and window together.
    let long = "y".repeat(1000);
    let lines: Vec<String> = (0..40_000).map(|n| format!("{n:06} {long}")).collect();
    for part in lines.chunks(2_000) {
        cluster.write(part);
        let last = part.last().expect("a line");
        let number: usize = last[..6].parse().expect("a number");
        quick.log_until(&format!("{number} {number:06}")).await;
    }
    let mut next = 0;
    while next < lines.len() {
        for row in only_rows(&slow.log().await) {
            assert!(row.starts_with(&format!("{next} {next:06}")), "{}", &row[..20]);
            next += 1;
        }
    }
    assert_eq!(cluster.log_sockets.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_viewer_that_was_held_for_long_goes_on_with_the_token_of_now() {
    let cluster = Cluster::start().await;
    // More than the newest lines that all share, and in more parts than one.
    let long = "y".repeat(1000);
    cluster.write((0..25_000).map(|n| format!("{n:06} {long}")));
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in_by_code().await;
    let mut held = edge.open(&cookie, "/jobs/job-1/logs?from=start").await;
    assert!(held.log().await[0].starts_with("[init"));
    // The first part has begun; what is not answered holds it up before its end.
    assert!(matches!(held.next().await, Sent::Binary(_)));
    cluster.refused_tokens.lock().expect("unpoisoned").push(nth_token(1));
    host::pass(Duration::from_secs(api::HEARTBEAT_SECS)).await;
    soon("another token", async {
        while !cluster.used_tokens.lock().expect("unpoisoned").contains(&nth_token(2)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let mut all = Vec::new();
    while !all.iter().any(|item: &String| item.starts_with("24999 ") || item.starts_with("[end")) {
        all = held.log().await;
    }
    assert!(!all.iter().any(|item| item.starts_with('[')), "{all:?}");
}

#[tokio::test]
async fn where_the_cluster_cannot_seek_a_late_viewer_is_told_what_it_misses() {
    let cluster = Cluster::start().await;
    cluster.seekable.store(false, Ordering::SeqCst);
    let long = "y".repeat(1000);
    cluster.write((0..30_000).map(|n| format!("{n} {long}")));
    let edge = Edge::before(&cluster).await;
    let mut first = open(&edge, "?from=start").await;
    let all = first.log_until("[init_done]").await;
    assert_eq!(only_rows(&all).len(), 30_000);
    let mut late = open(&edge, "?from=start").await;
    let all = late.log_until("[init_done]").await;
    let skipped: usize =
        all.iter().find_map(|i| i.strip_prefix("[skipped ")?.strip_suffix(']')?.parse().ok()).expect("told");
    assert!(skipped > 10_000 && skipped + only_rows(&all).len() == 30_000, "{skipped}");
}

#[tokio::test]
async fn each_viewer_is_allowed_by_its_own_token() {
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..3));
    let edge = Edge::before(&cluster).await;
    let (alice, bob) = (edge.sign_in("alice").await, edge.sign_in("bob").await);
    let mut page = edge.open(&alice, "/jobs/job-1/logs").await;
    page.log_until("[init_done]").await;
    cluster.refused.lock().expect("unpoisoned").push("bob".into());
    let mut refused = edge.open(&bob, "/jobs/job-1/logs").await;
    assert_eq!(refused.log_until("[closed").await, ["[end SignedOut]", "[closed 1000]"]);
    let mut unknown = edge.open(&alice, "/jobs/job-9/logs").await;
    assert_eq!(unknown.log().await, ["[end Gone]"]);
    let mut signed_out = edge.open("none=1", "/jobs/job-1/logs").await;
    assert_eq!(signed_out.log_until("[closed").await, ["[end SignedOut]", "[closed 4401]"]);
    cluster.write(numbered(3..4));
    assert_eq!(page.log_until("3 ").await, rows(3..4));
}

#[tokio::test]
async fn the_connection_to_the_cluster_closes_after_the_last_viewer() {
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..3));
    let edge = Edge::before(&cluster).await;
    let mut page = open(&edge, "").await;
    page.log_until("[init_done]").await;
    drop(page);
    // A gateway that goes away does not wait for other viewers; one that stays does, for ten seconds.
    if host::is_native() {
        edge.stop().await;
    }
    let mut changed = cluster.changed.subscribe();
    soon("the close", changed.wait_for(|_| cluster.open_log_sockets.load(Ordering::SeqCst) == 0)).await.expect("open");
}

#[tokio::test]
async fn a_gateway_that_goes_away_says_so() {
    // A Worker is never told that it goes: its sockets break, and pages come back.
    if !host::is_native() {
        return;
    }
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..3));
    let edge = Edge::before(&cluster).await;
    let mut page = open(&edge, "").await;
    page.log_until("[init_done]").await;
    let stopping = tokio::spawn(edge.stop());
    assert_eq!(page.log_until("[closed").await, ["[end Shutdown]", "[closed 1000]"]);
    stopping.await.expect("stopped");
}

#[tokio::test]
async fn a_stream_has_a_longest_life() {
    let cluster = Cluster::start().await;
    let edge = Edge::with(&cluster, |config| config.stream_max = Duration::from_millis(50)).await;
    let mut page = open(&edge, "").await;
    assert!(page.log_until("[end").await.contains(&"[end MaxLife]".to_owned()));
}

#[tokio::test]
async fn the_whole_log_is_downloaded_whatever_is_on_screen() {
    let cluster = Cluster::start().await;
    cluster.write(numbered(0..12_000));
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    for seekable in [true, false] {
        cluster.seekable.store(seekable, Ordering::SeqCst);
        let (status, text) = edge.get(&cookie, "/jobs/job-1/logs/download").await;
        let lines: Vec<&str> = text.lines().collect();
        assert!(status == 200 && lines == numbered(0..12_000), "seekable: {seekable}");
    }
}
