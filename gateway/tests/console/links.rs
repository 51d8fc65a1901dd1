//! Making, listing and revoking links, before a scripted cluster that keeps grants.

use super::{
    shelf::Shelf,
    world::{Asked, Got, World, answer, html, job, token},
};
use axum::body::Body;
use gateway::LinksConfig;
use http::Response;
use serde_json::{Value, json};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

/// The account that reads for links.
pub(crate) const READER: &str = "roadstead-links";

/// The platform's side: who may manage, what is granted, which jobs are there.
pub(crate) struct Platform {
    pub(crate) managers: Mutex<Vec<&'static str>>,
    pub(crate) granted: Mutex<Vec<String>>,
    pub(crate) jobs: Mutex<Vec<(String, &'static str)>>,
    /// Whether everybody may give up what they were granted.
    pub(crate) gives_up: AtomicBool,
    /// Whether what stands before the platform has lost it, and answers in its place.
    pub(crate) is_lost: AtomicBool,
}

impl Platform {
    pub(crate) fn new() -> Arc<Self> {
        let jobs = ["job-1", "job-2"].map(|id| (id.to_owned(), "running")).to_vec();
        Arc::new(Self {
            managers: Mutex::new(vec!["alice", "root"]),
            granted: Mutex::default(),
            jobs: Mutex::new(jobs),
            gives_up: AtomicBool::new(true),
            is_lost: AtomicBool::new(false),
        })
    }

    pub(crate) fn granted(&self) -> Vec<String> {
        self.granted.lock().expect("unpoisoned").clone()
    }

    pub(crate) fn delete(&self, id: &str) {
        self.jobs.lock().expect("unpoisoned").retain(|(job, _)| job != id);
    }

    fn answer(&self, asked: &Asked) -> Option<Response<Body>> {
        if self.is_lost.load(Ordering::SeqCst) {
            return Some(html(404));
        }
        let who = platform::token::unverified_claims(asked.bearer.as_deref()?)?.identity;
        let (method, target) = asked.line.split_once(' ')?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix("/api/v1/")?;
        let uri = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "uri").map(|(_, uri)| uri);
        let manages = self.managers.lock().expect("unpoisoned").contains(&who.as_str());
        let mut granted = self.granted.lock().expect("unpoisoned");
        let refused = |uri: &str| answer(403, json!({"missing": [{"uri": uri, "action": "manage"}]}));
        Some(match (method, path.split('/').collect::<Vec<_>>().as_slice()) {
            ("GET", ["jobs", id]) => {
                let jobs = self.jobs.lock().expect("unpoisoned");
                let Some((_, status)) = jobs.iter().find(|(job, _)| job == id) else {
                    return Some(answer(400, json!({"error": format!("no such job {id}")})));
                };
                let uri = format!("job://default/acme/demo/{id}");
                if who == READER && !granted.contains(&uri) {
                    return Some(refused(&uri));
                }
                let mut job = job(id, status);
                job["name"] = json!("train-<1>");
                job["owner"] = json!("alice@example.com");
                job["container"]["image"] = json!("private.example/secret-image");
                job["container"]["command"] = json!("run --secret-command");
                job["container"]["env"] = json!({"KEY": "secret-env"});
                answer(200, job)
            }
            ("GET", ["users", _, "permissions", "tree"]) => {
                let everything = uri.as_deref() == Some("job://default");
                let may = if everything { who == "root" } else { manages };
                answer(200, json!({"path": "/", "action": if may { "manage" } else { "read" }, "children": {}}))
            }
            ("POST", ["users", READER, "permissions"]) => {
                let grants: Value = serde_json::from_str(&asked.body).expect("JSON");
                let uri = grants[0]["uri"].as_str().expect("a URI").to_owned();
                assert_eq!(grants, json!([{"uri": uri, "action": "read"}]), "one job, to read, and no more");
                if !manages {
                    return Some(refused(&uri));
                }
                if !granted.contains(&uri) {
                    granted.push(uri);
                }
                answer(201, grants)
            }
            ("DELETE", ["users", READER, "permissions"]) => {
                let uri = uri.expect("a URI");
                let gives_up = who == READER && self.gives_up.load(Ordering::SeqCst);
                if !(manages || gives_up) {
                    return Some(refused(&uri));
                }
                granted.retain(|known| *known != uri);
                answer(204, Value::Null)
            }
            _ => return None,
        })
    }
}

/// A gateway with links, and who uses it.
pub(crate) struct Linked {
    pub(crate) world: World,
    pub(crate) platform: Arc<Platform>,
    pub(crate) shelf: Arc<Shelf>,
}

impl Linked {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(set: impl FnOnce(&mut gateway::Config)) -> Self {
        let (platform, shelf) = (Platform::new(), Arc::new(Shelf::default()));
        let (script, store) = (platform.clone(), shelf.clone());
        let world = World::with(
            move |asked| script.answer(asked),
            |config| {
                config.links = Some(LinksConfig::try_new(store, token(READER, "reader")).expect("a token"));
                set(config);
            },
        );
        let mut linked = Self { world, platform, shelf };
        linked.sign_in("alice").await;
        linked
    }

    pub(crate) async fn sign_in(&mut self, user: &str) {
        let got = self.world.call("POST", "/session", json!({"token": token(user, "pasted")})).await;
        assert_eq!(got.status, 200, "{}", got.text);
    }

    /// Makes a link; its id and its token.
    pub(crate) async fn make(&mut self, job: &str, input: Value) -> (String, String) {
        let got = self.world.call("POST", &format!("/jobs/{job}/links"), input).await;
        assert_eq!(got.status, 201, "{}", got.text);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        (text(&got.body["link"]["id"]), text(&got.body["token"]))
    }

    async fn ids(&mut self, path: &str, list: &str) -> Vec<String> {
        let got = self.world.get(path).await;
        assert_eq!(got.status, 200, "{}", got.text);
        let links = got.body[list].as_array().expect("a list");
        links.iter().map(|link| link["id"].as_str().expect("an id").to_owned()).collect()
    }

    async fn revoke(&mut self, ids: &[&String]) -> Got {
        self.world.call("POST", "/links/revoke", json!({"ids": ids})).await
    }
}

#[tokio::test]
async fn a_link_is_made_with_its_makers_grant_and_only_its_hash_is_kept() {
    let mut linked = Linked::new().await;
    let (_, token) = linked.make("job-1", json!({"note": " for the boss "})).await;
    assert_eq!(token.len(), 43);
    assert_eq!(linked.platform.granted(), ["job://default/acme/demo/job-1"]);
    let kept = linked.shelf.0.lock().expect("unpoisoned").clone();
    assert_eq!(kept[0].note.as_deref(), Some("for the boss"));
    assert_eq!(kept[0].expires_at.duration_since(kept[0].created_at).as_secs(), 7 * 24 * 3600);
    assert!(!format!("{kept:?}").contains(&token));
    let got = linked.world.get("/jobs/job-1/links").await;
    assert!(!got.text.contains(&token) && got.text.contains("for the boss"), "{}", got.text);
    assert_eq!((&got.body["may_share"], &got.body["account"]), (&json!(true), &json!(READER)));
}

#[tokio::test]
async fn who_may_not_manage_the_job_makes_no_link_and_learns_what_is_missing() {
    let mut linked = Linked::new().await;
    linked.sign_in("bob").await;
    let got = linked.world.call("POST", "/jobs/job-1/links", json!({})).await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (403, &json!("forbidden")));
    assert!(got.text.contains("manage permission on job://default/acme/demo/job-1"), "{}", got.text);
    assert!(linked.shelf.0.lock().expect("unpoisoned").is_empty() && linked.platform.granted().is_empty());
    assert_eq!(linked.world.get("/jobs/job-1/links").await.body["may_share"], false);
}

#[tokio::test]
async fn the_last_link_of_a_job_takes_the_grant_along_and_no_earlier_one() {
    let mut linked = Linked::new().await;
    let (first, _) = linked.make("job-1", json!({})).await;
    let (second, _) = linked.make("job-1", json!({"scope": "log"})).await;
    let got = linked.revoke(&[&first]).await;
    assert_eq!(got.body, json!({"revoked": [first], "missing": []}));
    assert_eq!(linked.platform.granted().len(), 1, "the second still needs it");
    linked.revoke(&[&second]).await;
    assert!(linked.platform.granted().is_empty());
    assert_eq!(linked.revoke(&[&second]).await.body, json!({"revoked": [], "missing": [second]}));
}

#[tokio::test]
async fn the_owner_sees_all_links_of_a_job_others_their_own_and_an_administrator_those_of_the_cluster() {
    let mut linked = Linked::new().await;
    let (of_alice, _) = linked.make("job-1", json!({})).await;
    linked.sign_in("root").await;
    let (of_root, _) = linked.make("job-2", json!({})).await;
    assert_eq!(linked.ids("/links?scope=all", "items").await.len(), 2);
    assert_eq!(linked.ids("/links", "items").await, std::slice::from_ref(&of_root));
    linked.sign_in("alice").await;
    assert_eq!(linked.ids("/jobs/job-2/links", "links").await, std::slice::from_ref(&of_root), "alice manages the job");
    let got = linked.world.get("/links?scope=all").await;
    assert_eq!(got.status.as_u16(), 403);
    assert!(got.text.contains("manage permission on job://default"), "{}", got.text);
    linked.sign_in("bob").await;
    assert!(linked.ids("/jobs/job-1/links", "links").await.is_empty());
    assert_eq!(linked.revoke(&[&of_alice, &of_root]).await.body["missing"], json!([of_alice, of_root]));
    linked.sign_in("root").await;
    let got = linked.revoke(&[&of_alice, &of_root]).await;
    assert_eq!(got.body, json!({"revoked": [of_alice, of_root], "missing": []}));
    assert!(linked.platform.granted().is_empty());
}

#[tokio::test]
async fn an_ended_link_is_listed_nowhere_and_its_grant_goes_when_its_maker_comes_by() {
    let mut linked = Linked::new().await;
    linked.make("job-1", json!({"life_secs": 3600})).await;
    linked.make("job-2", json!({"life_secs": 7200})).await;
    linked.world.later(3600);
    assert_eq!(linked.platform.granted().len(), 2);
    assert_eq!(linked.ids("/links", "items").await.len(), 1);
    assert_eq!(linked.platform.granted(), ["job://default/acme/demo/job-2"]);
}

#[tokio::test]
async fn a_sweep_gives_up_what_ended_links_alone_were_granted() {
    let mut linked = Linked::new().await;
    linked.make("job-1", json!({"life_secs": 3600})).await;
    linked.make("job-1", json!({"life_secs": 3600})).await;
    linked.make("job-2", json!({"life_secs": 3600})).await;
    linked.make("job-2", json!({"life_secs": 7200})).await;
    linked.world.later(3600);
    linked.world.gateway.sweep_links("default").await;
    assert_eq!(linked.platform.granted(), ["job://default/acme/demo/job-2"]);
    assert_eq!(linked.shelf.0.lock().expect("unpoisoned").len(), 1);
}

#[tokio::test]
async fn where_nobody_gives_up_a_grant_an_ended_link_is_kept_until_its_maker_comes_by() {
    let mut linked = Linked::new().await;
    linked.platform.gives_up.store(false, Ordering::SeqCst);
    linked.make("job-1", json!({"life_secs": 3600})).await;
    linked.world.later(3600);
    linked.world.gateway.sweep_links("default").await;
    assert_eq!((linked.platform.granted().len(), linked.shelf.0.lock().expect("unpoisoned").len()), (1, 1));
    assert!(linked.ids("/links", "items").await.is_empty());
    assert!(linked.platform.granted().is_empty());
}

#[tokio::test]
async fn what_is_asked_of_a_link_is_checked() {
    let mut linked = Linked::new().await;
    for (input, field) in [
        (json!({"life_secs": 3599}), Some("life_secs")),
        (json!({"life_secs": 2_592_001}), Some("life_secs")),
        (json!({"note": "a".repeat(201)}), Some("note")),
        (json!({"note": "a\nb"}), Some("note")),
        (json!({"scope": "everything"}), Some("scope")),
        (json!({"fields": ["env"]}), Some("fields[0]")),
        (json!({"token": "mine"}), Some("token")),
    ] {
        let got = linked.world.call("POST", "/jobs/job-1/links", input.clone()).await;
        assert_eq!(got.status.as_u16(), 400, "{input}: {}", got.text);
        assert_eq!(got.body["field"].as_str(), field, "{input}: {}", got.text);
    }
    for (method, path, input, status) in [
        ("POST", "/jobs/job-9/links", json!({}), 404),
        ("GET", "/jobs/job-9/links", Value::Null, 404),
        ("GET", "/links?scope=theirs", Value::Null, 400),
        ("GET", "/links?cursor=x", Value::Null, 400),
        ("POST", "/links/revoke", json!({"ids": vec!["x"; 501]}), 400),
    ] {
        let got = linked.world.call(method, path, input).await;
        assert_eq!(got.status.as_u16(), status, "{method} {path}: {}", got.text);
    }
    assert!(linked.shelf.0.lock().expect("unpoisoned").is_empty());
}

#[tokio::test]
async fn a_job_has_no_more_links_than_anybody_can_look_through() {
    let mut linked = Linked::new().await;
    for _ in 0..100 {
        linked.make("job-1", json!({})).await;
    }
    let got = linked.world.call("POST", "/jobs/job-1/links", json!({})).await;
    assert_eq!((got.status.as_u16(), &got.body["code"]), (409, &json!("conflict")));
    linked.make("job-2", json!({})).await;
}

#[tokio::test]
async fn a_gateway_without_an_account_for_links_says_so() {
    let mut world = World::signed_in(|_| None).await;
    for (method, path, input) in [
        ("GET", "/links", Value::Null),
        ("GET", "/jobs/job-1/links", Value::Null),
        ("POST", "/jobs/job-1/links", json!({})),
        ("POST", "/links/revoke", json!({"ids": []})),
    ] {
        let got = world.call(method, path, input).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (501, &json!("not_supported")), "{method} {path}");
        assert!(got.text.contains("--links-token"), "{}", got.text);
    }
}

#[tokio::test]
async fn an_account_that_the_cluster_does_not_know_is_named() {
    let store = Arc::new(Shelf::default());
    let script = |asked: &Asked| {
        asked.line.starts_with("POST /api/v1/users/ghost/").then(|| answer(404, json!({"error": "no such user"})))
    };
    let mut world = World::with(script, |config| {
        config.links = Some(LinksConfig::try_new(store.clone(), token("ghost", "reader")).expect("a token"));
    });
    world.call("POST", "/session", json!({"token": token("alice", "pasted")})).await;
    let got = world.call("POST", "/jobs/job-1/links", json!({})).await;
    assert_eq!(got.status.as_u16(), 501, "{}", got.text);
    assert!(got.text.contains("ghost"), "{}", got.text);
    assert!(store.0.lock().expect("unpoisoned").is_empty());
    assert!(LinksConfig::try_new(store, "no token".to_owned()).is_err());
}
