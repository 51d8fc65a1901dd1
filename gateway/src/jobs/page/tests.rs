use super::*;
use proptest::prelude::*;
use serde_json::json;

fn job(n: usize, second: i64) -> Job {
    serde_json::from_value(json!({
        "id": format!("job-{n}"), "owner": "alice", "cluster_name": "default", "status": "running",
        "history": {"status": "running", "created_at": Timestamp::from_second(second).expect("a time").to_string()},
        "container": {"image": "busybox", "resources": {"cpu": 1.0, "memory": 1}}, "uri": "job://default/acme/demo/x",
    }))
    .expect("a job")
}

/// A cluster that knows `until` and `limit`, newest first.
fn answer(all: &[Job], query: &JobSelector) -> Vec<Job> {
    let until = |job: &&Job| query.until.is_none_or(|until| job.history.created_at <= until);
    all.iter().rev().filter(until).take(query.limit.unwrap_or(u32::MAX) as usize).cloned().collect()
}

proptest! {
    #[test]
    fn walking_the_pages_shows_every_job_once_and_in_order(
        steps in prop::collection::vec(0i64..3, 0..60), limit in 1usize..10,
    ) {
        let mut second = 1_000;
        let all: Vec<Job> = steps.iter().enumerate().map(|(n, step)| { second += step; job(n, second) }).collect();
        let (mut shown, mut cursor) = (Vec::new(), None::<PageCursor>);
        for _ in 0..=all.len() {
            let mut query = JobSelector::default();
            let at_most = PageCursor::narrow(cursor.as_ref(), &mut query, limit);
            let (page, next) = PageCursor::cut(cursor.as_ref(), answer(&all, &query), limit);
            prop_assert!(page.len() <= limit && at_most > limit);
            shown.extend(page.into_iter().map(|j| j.id));
            match next { Some(next) => cursor = Some(next.to_string().parse().expect("own cursor")), None => break }
        }
        let expected: Vec<String> = all.iter().rev().map(|j| j.id.clone()).collect();
        prop_assert_eq!(shown, expected);
    }
}

#[test]
fn a_cursor_never_widens_the_query() {
    let time = |s| Timestamp::from_second(s).expect("a time");
    let mut query = JobSelector { until: Some(time(5)), ..JobSelector::default() };
    PageCursor::narrow(Some(&PageCursor { until: time(9), seen: Vec::new() }), &mut query, 1);
    assert_eq!(query.until, Some(time(5)));
}

#[test]
fn nonsense_is_no_cursor() {
    for text in ["", "a", "e30", "%%%", "eyJ1bnRpbCI6MX0"] {
        assert_eq!(text.parse::<PageCursor>(), Err(InvalidCursor), "{text}");
    }
}
