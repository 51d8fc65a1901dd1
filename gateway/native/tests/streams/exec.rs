use super::{
    browser::{Edge, Page, Sent, soon},
    cluster::Cluster,
};
use crate::host;
use api::exec::WINDOW_BYTES;
use std::time::Duration;

#[tokio::test]
async fn a_terminal_carries_input_sizes_output_and_the_exit_code() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/exec?cmd=sh%20-c%20ls&tty=1").await;
    let Sent::Binary(hello) = page.next().await else { panic!("output") };
    assert_eq!(hello, b"\x01cmd=sh+-c+ls&tty=1&stdin=1&stdout=1&stderr=0");
    page.send(b"\x04{\"height\":40,\"width\":120}").await;
    assert_eq!(page.next().await, Sent::Binary(b"\x01120x40".to_vec()));
    page.send(b"\0\xff\0bytes").await;
    assert_eq!(page.next().await, Sent::Binary(b"\x01\xff\0bytes".to_vec()));
    page.send(b"\x01not input").await;
    page.send(b"\0exit").await;
    assert_eq!(page.next().await, Sent::Binary(b"\x03{\"exit_code\":7}".to_vec()));
    assert_eq!(page.next().await, Sent::Closed(1000));
}

#[tokio::test]
async fn a_page_is_told_that_a_terminal_is_recorded_before_it_shows_anything() {
    let cluster = Cluster::start().await;
    cluster.set("job-recorded", "running");
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-recorded/exec?cmd=sh").await;
    assert_eq!(page.next().await, Sent::Text(r#"{"recorded":true}"#.to_owned()));
    assert!(matches!(page.next().await, Sent::Binary(_)));
}

#[tokio::test]
async fn why_there_is_no_terminal_is_told_by_the_close_code() {
    let cluster = Cluster::start().await;
    cluster.set("job-0", "succeeded");
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    for (cookie, job, code) in [(&*cookie, "job-0", 4404), (&cookie, "job-9", 4404), ("none=1", "job-1", 4401)] {
        let mut page = edge.open(cookie, &format!("/jobs/{job}/exec?cmd=sh")).await;
        assert_eq!(page.next().await, Sent::Closed(code), "{job}");
    }
}

#[tokio::test]
async fn while_output_floods_that_nobody_takes_what_is_typed_arrives_and_signing_out_ends_the_terminal() {
    if !host::is_native() {
        // There such a terminal ends: the next test.
        return;
    }
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/exec?cmd=yes").await;
    soon("the output is stuck", cluster.flood_until(|flood| flood.is_stuck)).await;
    page.send(b"\0\x03").await;
    soon("Ctrl-C", cluster.flood_until(|flood| flood.typed == b"\x03")).await;
    edge.sign_out(&cookie).await;
    host::pass(Duration::from_secs(15)).await;
    assert_eq!(rest(&mut page).await.1, Sent::Closed(4401));
}

#[tokio::test]
#[ignore = "of the Worker alone: cargo xtask workers --test"]
async fn where_sending_never_waits_a_page_that_never_answers_is_sent_so_much_and_no_more() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/exec?cmd=yes").await;
    let (bytes, end) = rest(&mut page).await;
    assert_eq!(end, Sent::Closed(1008));
    assert!(bytes <= 17 * 1024 * 1024, "{bytes} bytes");
}

#[tokio::test]
async fn a_page_that_answers_is_sent_no_more_than_the_window_ahead() {
    if !host::is_native() {
        // Who writes is not kept waiting there, and when the terminal ends depends on what workerd takes in.
        return;
    }
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/exec?cmd=read").await;
    page.answer(0).await;
    page.send(b"\0\n").await;
    soon("the output is stuck", cluster.flood_until(|flood| flood.is_stuck)).await;
    edge.sign_out(&cookie).await;
    host::pass(Duration::from_secs(15)).await;
    let (bytes, end) = rest(&mut page).await;
    assert_eq!(end, Sent::Closed(4401));
    assert!(bytes <= 2 * WINDOW_BYTES, "{bytes} bytes");
}

#[tokio::test]
async fn a_page_that_answers_is_shown_all_there_is() {
    let cluster = Cluster::start().await;
    let edge = Edge::before(&cluster).await;
    let cookie = edge.sign_in("alice").await;
    let mut page = edge.open(&cookie, "/jobs/job-1/exec?cmd=cat").await;
    page.answer(0).await;
    let Sent::Binary(hello) = page.next().await else { panic!("output") };
    let mut shown = hello.len() as u64 - 1;
    let piece = vec![b'a'; 64 * 1024];
    while shown < 3 * WINDOW_BYTES {
        page.send(&[&[0], &*piece].concat()).await;
        let Sent::Binary(echo) = page.next().await else { panic!("output") };
        assert_eq!(&echo[1..], piece);
        shown += piece.len() as u64;
        page.answer(shown).await;
    }
}

/// Reads to the end; gives the bytes of output on the way.
async fn rest(page: &mut Page) -> (u64, Sent) {
    let mut bytes = 0;
    loop {
        match page.next().await {
            Sent::Binary(frame) => bytes += frame.len() as u64 - 1,
            Sent::Text(_) => {}
            end => return (bytes, end),
        }
    }
}
