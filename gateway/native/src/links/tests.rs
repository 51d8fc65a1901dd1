use super::SqliteLinks;
use api::links::{LinkField, LinkScope};
use gateway::{LinkStore, LinksOf, LinksPage, StoredLink};
use jiff::Timestamp;
use tempfile::TempDir;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + secs).expect("a time")
}

fn link(n: u8, job: &str, author: &str) -> StoredLink {
    StoredLink {
        id: format!("link-{n}"),
        hash: [n; 32],
        cluster: "default".to_owned(),
        job: job.to_owned(),
        job_name: Some("train".to_owned()),
        project: "demo".to_owned(),
        job_uri: format!("job://default/main/demo/{job}"),
        author: author.to_owned(),
        scope: LinkScope::Log,
        fields: vec![LinkField::Owner, LinkField::Image],
        note: Some("für 'die' \"Chefin\"".to_owned()),
        created_at: at(i64::from(n)),
        expires_at: at(1000 + i64::from(n)),
        views: 0,
        last_viewed_at: None,
    }
}

async fn store() -> (TempDir, SqliteLinks) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteLinks::open(&folder.path().join("links.sqlite")).await.expect("opens");
    (folder, store)
}

async fn ids(store: &SqliteLinks, of: LinksOf, page: LinksPage) -> Vec<String> {
    store.list(of, page).await.expect("lists").into_iter().map(|link| link.id).collect()
}

fn page(limit: usize) -> LinksPage {
    LinksPage { living_at: at(0), after: None, limit }
}

fn cluster() -> LinksOf {
    LinksOf::Cluster("default".to_owned())
}

#[tokio::test]
async fn a_link_is_found_by_its_hash_alone_as_it_was_put() {
    let (_folder, store) = store().await;
    let plain = StoredLink { note: None, job_name: None, fields: Vec::new(), ..link(2, "job-2", "bob") };
    for link in [link(1, "job-1", "alice"), plain] {
        store.put(link.clone()).await.expect("kept");
        assert_eq!(store.find(link.hash).await.expect("found"), Some(link));
    }
    assert_eq!(store.find([9; 32]).await.expect("looked"), None);
    assert!(store.put(link(1, "job-3", "eve")).await.is_err(), "a hash belongs to one link");
}

#[tokio::test]
async fn what_was_answered_is_there_when_the_file_is_opened_again() {
    let (folder, first) = store().await;
    first.put(link(1, "job-1", "alice")).await.expect("kept");
    // Not closed: as after kill -9, the other connections still hold the file.
    let again = SqliteLinks::open(&folder.path().join("links.sqlite")).await.expect("opens");
    assert!(again.find([1; 32]).await.expect("looked").is_some());
    again.remove(vec!["link-1".to_owned()]).await.expect("removed");
    assert_eq!(first.find([1; 32]).await.expect("looked"), None);
}

#[tokio::test]
async fn lists_hold_the_living_newest_first_by_pages() {
    let (_folder, store) = store().await;
    for n in 1..=5 {
        let link = link(n, if n % 2 == 0 { "job-2" } else { "job-1" }, if n < 3 { "alice" } else { "bob" });
        store.put(link).await.expect("kept");
    }
    let foreign = StoredLink { cluster: "other".to_owned(), ..link(9, "job-1", "alice") };
    store.put(foreign).await.expect("kept");
    assert_eq!(ids(&store, cluster(), page(9)).await, ["link-5", "link-4", "link-3", "link-2", "link-1"]);
    assert_eq!(
        ids(&store, LinksOf::Job("default".into(), "job-1".into()), page(9)).await,
        ["link-5", "link-3", "link-1"]
    );
    assert_eq!(ids(&store, LinksOf::Author("default".into(), "alice".into()), page(9)).await, ["link-2", "link-1"]);
    let after = Some((at(4), "link-4".to_owned()));
    assert_eq!(ids(&store, cluster(), LinksPage { after, ..page(2) }).await, ["link-3", "link-2"]);
    assert_eq!(ids(&store, cluster(), LinksPage { living_at: at(1003), ..page(9) }).await, ["link-5", "link-4"]);
}

#[tokio::test]
async fn removing_names_what_was_there_and_a_gone_job_takes_all_its_links() {
    let (_folder, store) = store().await;
    for n in 1..=4 {
        store.put(link(n, if n == 4 { "job-2" } else { "job-1" }, "alice")).await.expect("kept");
    }
    let asked = vec!["link-1".to_owned(), "link-7".to_owned()];
    assert_eq!(store.get(asked.clone()).await.expect("read").len(), 1);
    assert_eq!(store.remove(asked).await.expect("removed"), ["link-1"]);
    assert_eq!(store.remove(Vec::new()).await.expect("removed"), Vec::<String>::new());
    assert_eq!(store.remove_job("default".into(), "job-1".into()).await.expect("removed"), 2);
    assert_eq!(ids(&store, cluster(), page(9)).await, ["link-4"]);
}

#[tokio::test]
async fn views_add_up_and_a_removed_link_takes_none() {
    let (_folder, store) = store().await;
    store.put(link(1, "job-1", "alice")).await.expect("kept");
    store.count("link-1".into(), 2, at(10)).await.expect("counted");
    store.count("link-1".into(), 3, at(20)).await.expect("counted");
    store.count("link-7".into(), 1, at(30)).await.expect("nothing to count");
    let found = store.find([1; 32]).await.expect("looked").expect("there");
    assert_eq!((found.views, found.last_viewed_at), (5, Some(at(20))));
}

#[tokio::test]
async fn sweeping_takes_the_ended_of_its_list_and_gives_them() {
    let (_folder, store) = store().await;
    for n in 1..=4 {
        store.put(link(n, if n == 1 { "job-1" } else { "job-2" }, "alice")).await.expect("kept");
    }
    let of_job = || LinksOf::Job("default".to_owned(), "job-2".to_owned());
    let swept = store.sweep(of_job(), at(1003), 9).await.expect("swept");
    assert_eq!(swept.iter().map(|link| link.id.as_str()).collect::<Vec<_>>(), ["link-2", "link-3"]);
    assert!(store.sweep(of_job(), at(1003), 9).await.expect("swept").is_empty());
    assert_eq!(ids(&store, cluster(), page(9)).await, ["link-4", "link-1"]);
}
