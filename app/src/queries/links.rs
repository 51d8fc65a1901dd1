//! Links to jobs' statuses: read, made, revoked.

use crate::client::{Client, Failure, use_client, with_query};
use crate::components::link_rows::job_label;
use crate::i18n::{catalogue::links as words, use_i18n};
use crate::paths::endpoint;
use crate::stores::{
    confirm::{Question, Target, use_confirm},
    toasts::use_toasts,
};
use api::links::{JobLinks, LINKS_PER_PAGE, Link, LinkCreate, LinkCreated, LinkList, LinksRevoke, LinksRevoked};
use leptos::{prelude::*, task::spawn_local};

/// The links of a job.
pub(crate) async fn of_job(client: Client, job: &str) -> Result<JobLinks, Failure> {
    client.get(&endpoint::job_links(job)).await
}

/// A page of the reader's links, or of the cluster's.
pub(crate) async fn list(client: Client, all: bool, cursor: Option<&str>) -> Result<LinkList, Failure> {
    let pairs = [all.then_some(("scope", "all")), cursor.map(|cursor| ("cursor", cursor))];
    client.get(&with_query(endpoint::LINKS, pairs.into_iter().flatten())).await
}

/// Makes a link to a job.
pub(crate) async fn create(client: Client, job: &str, link: &LinkCreate) -> Result<LinkCreated, Failure> {
    client.post(&endpoint::job_links(job), link).await
}

/// Asks before links are revoked, revokes them in parts that the gateway takes, and tells which are gone.
pub(crate) fn use_revoke(on_gone: Callback<Vec<String>>) -> Callback<Vec<Link>> {
    let (i18n, client, confirm, toasts) = (use_i18n(), use_client(), use_confirm(), use_toasts());
    Callback::new(move |links: Vec<Link>| {
        let target = |link: &Link| Target {
            id: link.note.clone().unwrap_or_default(),
            label: job_label(link),
            note: i18n.fill(words::BY, &[("author", &link.author)]),
        };
        let (targets, count) = (links.iter().map(target).collect(), links.len() as u64);
        let ids: Vec<String> = links.into_iter().map(|link| link.id).collect();
        confirm.ask(Question {
            title: i18n.count(words::REVOKE_TITLE, count),
            text: i18n.now(words::REVOKE_TEXT).to_owned(),
            notes: Vec::new(),
            targets,
            act: i18n.now(words::REVOKE).to_owned(),
            on_yes: Callback::new(move |()| {
                let ids = ids.clone();
                spawn_local(async move {
                    let (mut revoked, mut missing) = (0, 0);
                    // What one part meets says nothing about the next.
                    for part in ids.chunks(LINKS_PER_PAGE) {
                        let list = LinksRevoke { ids: part.to_vec() };
                        match client.post::<LinksRevoked>(endpoint::LINKS_REVOKE, &list).await {
                            Ok(answer) => {
                                revoked += answer.revoked.len() as u64;
                                missing += answer.missing.len() as u64;
                                on_gone.try_run(answer.revoked.into_iter().chain(answer.missing).collect());
                            }
                            Err(failure) => toasts.failure(i18n, &failure),
                        }
                    }
                    if revoked > 0 {
                        toasts.good(i18n.count(words::REVOKED, revoked));
                    }
                    if missing > 0 {
                        toasts.bad(i18n.count(words::MISSING, missing));
                    }
                });
            }),
        });
    })
}
