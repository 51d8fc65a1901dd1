//! What the platform API says and does about rights: grants, roles, and the audit extension where the cluster has it.
//!
//! A server without the extension answers 404 to it: those calls then give None, and the standard per-user calls are asked.

use super::{Upstream, UpstreamError, asked, empty, json, with_json};
use crate::session::Session;
use axum::body::Body;
use http::{HeaderMap, Method, Response, StatusCode, header};
use jiff::Timestamp;
use platform::{
    Uri,
    audit::{AccessFacts, ActsPage, ChangeKind, GrantChange, GrantChanges, GrantsChanged, HistoryPage},
    extension::ACCESS_PATH,
    permission::{Action, Permission},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use url::Url;

/// A grant that somebody has on something of the user's.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shared {
    pub(crate) user: String,
    pub(crate) uri: Uri,
    pub(crate) action: Action,
}

/// What decides rights, as the cluster gave it.
pub(crate) enum FactsAnswer {
    /// The cluster has no audit extension.
    NotOffered,
    /// They are what they were when the asker got this tag.
    Unchanged,
    /// They are these; a tag where the cluster gives one.
    Facts { facts: Box<AccessFacts>, etag: Option<String> },
}

/// Which changes of rights are asked for; all fields narrow.
#[derive(Clone, Debug, Default)]
pub(crate) struct HistorySelector {
    pub(crate) principal: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) kind: Option<ChangeKind>,
    pub(crate) uri: Option<Uri>,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<i64>,
}

/// Which acts are asked for; all fields narrow.
#[derive(Clone, Debug, Default)]
pub(crate) struct ActsSelector {
    pub(crate) job: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) limit: Option<u32>,
    pub(crate) cursor: Option<i64>,
}

#[derive(Deserialize)]
struct Tree {
    action: Action,
}

#[derive(Deserialize)]
struct Subroles {
    subroles: Vec<String>,
}

#[derive(Serialize)]
struct NewRole<'a> {
    name: &'a str,
}

impl Upstream {
    /// The user's greatest action on something.
    pub(crate) async fn action_on(&self, session: &Session, uri: &Uri) -> Result<Action, UpstreamError> {
        let mut url = self.principal(&session.user, &["permissions", "tree"]);
        url.query_pairs_mut().append_pair("uri", &uri.to_string()).append_pair("depth", "0");
        let tree: Tree = self.read(session, &url, "a tree of permissions").await?;
        Ok(tree.action)
    }

    /// What a user or role was granted at and below something. Of others, only what the asker manages is told.
    pub(crate) async fn grants_of(
        &self,
        session: &Session,
        principal: &str,
        below: Option<&Uri>,
    ) -> Result<Vec<Permission>, UpstreamError> {
        let url = below_uri(self.principal(principal, &["permissions"]), below);
        self.read(session, &url, "a list of permissions").await
    }

    /// What others were granted of what the user may share, at and below something.
    pub(crate) async fn shared_grants(
        &self,
        session: &Session,
        below: Option<&Uri>,
    ) -> Result<Vec<Shared>, UpstreamError> {
        let url = below_uri(self.principal(&session.user, &["permissions", "shared"]), below);
        self.read(session, &url, "a list of shared permissions").await
    }

    /// Grants, unless as much is granted already; what holds then.
    pub(crate) async fn add_grants(
        &self,
        session: &Session,
        to: &str,
        wanted: &[Permission],
    ) -> Result<Vec<Permission>, UpstreamError> {
        let url = self.principal(to, &["permissions"]);
        let request = with_json(asked(session, Method::POST, &url), &wanted)?;
        let body = self.call(request).await?.into_body();
        self.in_time(json(body, "a list of permissions")).await
    }

    /// Takes grants back.
    pub(crate) async fn revoke_grants(&self, session: &Session, from: &str, uris: &[Uri]) -> Result<(), UpstreamError> {
        let mut url = self.principal(from, &["permissions"]);
        url.query_pairs_mut().extend_pairs(uris.iter().map(|uri| ("uri", uri.to_string())));
        let request = empty(asked(session, Method::DELETE, &url))?;
        self.call(request).await.map(drop)
    }

    /// The roles whose names lie below a name.
    pub(crate) async fn roles_below(&self, session: &Session, name: &str) -> Result<Vec<String>, UpstreamError> {
        let found: Subroles = self.read(session, &self.principal(name, &["subroles"]), "a list of roles").await?;
        Ok(found.subroles)
    }

    /// Adds a role.
    pub(crate) async fn add_role(&self, session: &Session, name: &str) -> Result<(), UpstreamError> {
        let builder = asked(session, Method::POST, &self.api(&["users"]));
        self.call(with_json(builder, &NewRole { name })?).await.map(drop)
    }

    /// Removes a role, and with it everything granted to it and of it.
    pub(crate) async fn remove_role(&self, session: &Session, name: &str) -> Result<(), UpstreamError> {
        let url = self.principal(name, &[]);
        let request = empty(asked(session, Method::DELETE, &url))?;
        self.call(request).await.map(drop)
    }

    /// What decides rights, now or at a moment, as far as the user may see it. `known`: the tag of facts already at hand.
    pub(crate) async fn facts(
        &self,
        session: &Session,
        at: Option<Timestamp>,
        known: Option<&str>,
    ) -> Result<FactsAnswer, UpstreamError> {
        let mut url = self.access_url("");
        if let Some(at) = at {
            url.query_pairs_mut().append_pair("at", &at.to_string());
        }
        let mut builder = asked(session, Method::GET, &url);
        if let Some(known) = known {
            builder = builder.header(header::IF_NONE_MATCH, known);
        }
        match self.call(empty(builder)?).await {
            Ok(response) => {
                let etag = etag(response.headers());
                let facts = self.in_time(json(response.into_body(), "what decides rights")).await?;
                Ok(FactsAnswer::Facts { facts: Box::new(facts), etag })
            }
            Err(UpstreamError::Refused { status: StatusCode::NOT_MODIFIED, .. }) => Ok(FactsAnswer::Unchanged),
            Err(error) if is_no_address(&error) => Ok(FactsAnswer::NotOffered),
            Err(error) => Err(error),
        }
    }

    /// A page of changes of rights, the newest first. None: no extension.
    pub(crate) async fn access_history(
        &self,
        session: &Session,
        wanted: &HistorySelector,
    ) -> Result<Option<HistoryPage>, UpstreamError> {
        let HistorySelector { principal, actor, kind, uri, since, until, limit, cursor } = wanted;
        let pairs = [
            ("principal", principal.as_deref().map(in_path)),
            ("actor", actor.clone()),
            ("kind", kind.map(|kind| kind.as_str().to_owned())),
            ("uri", uri.as_ref().map(Uri::to_string)),
            ("since", since.map(|at| at.to_string())),
            ("until", until.map(|at| at.to_string())),
            ("limit", limit.map(|limit| limit.to_string())),
            ("cursor", cursor.map(|seq| seq.to_string())),
        ];
        let mut url = self.access_url("history");
        url.query_pairs_mut().extend_pairs(pairs.iter().filter_map(|(key, value)| Some((key, value.as_ref()?))));
        self.read_if_offered(session, &url, "a history of rights").await
    }

    /// A page of what was done in and to jobs, the newest first. None: no extension.
    pub(crate) async fn acts(
        &self,
        session: &Session,
        wanted: &ActsSelector,
    ) -> Result<Option<ActsPage>, UpstreamError> {
        let ActsSelector { job, actor, limit, cursor } = wanted;
        let pairs = [
            ("job", job.clone()),
            ("actor", actor.clone()),
            ("limit", limit.map(|limit| limit.to_string())),
            ("cursor", cursor.map(|seq| seq.to_string())),
        ];
        let mut url = self.access_url("acts");
        url.query_pairs_mut().extend_pairs(pairs.iter().filter_map(|(key, value)| Some((key, value.as_ref()?))));
        self.read_if_offered(session, &url, "a list of acts").await
    }

    /// What was shown to whoever did an act, as asciicast v2.
    pub(crate) async fn recording(&self, session: &Session, act: i64) -> Result<Response<Body>, UpstreamError> {
        let mut url = self.access_url("acts");
        url.path_segments_mut().expect("the platform's address has a path").push(&act.to_string()).push("recording");
        self.call(empty(asked(session, Method::GET, &url))?).await
    }

    /// Makes all changes or none; 409 when a grant is no longer what the list says. Only for a cluster known to have the
    /// extension: a 404 then is about whom a change names.
    pub(crate) async fn change_grants(
        &self,
        session: &Session,
        changes: Vec<GrantChange>,
    ) -> Result<GrantsChanged, UpstreamError> {
        let url = self.access_url("changes");
        let changes = GrantChanges { changes };
        let request = with_json(asked(session, Method::POST, &url), &changes)?;
        let body = self.call(request).await?.into_body();
        self.in_time(json(body, "the number of a change")).await
    }

    /// A JSON answer to a GET.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        session: &Session,
        url: &Url,
        expected: &'static str,
    ) -> Result<T, UpstreamError> {
        let request = empty(asked(session, Method::GET, url))?;
        let body = self.call(request).await?.into_body();
        self.in_time(json(body, expected)).await
    }

    /// The same; None where the server does not know the address.
    pub(super) async fn read_if_offered<T: DeserializeOwned>(
        &self,
        session: &Session,
        url: &Url,
        expected: &'static str,
    ) -> Result<Option<T>, UpstreamError> {
        match self.read(session, url, expected).await {
            Ok(read) => Ok(Some(read)),
            Err(error) if is_no_address(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn access_url(&self, last: &str) -> Url {
        let path: Vec<&str> = ACCESS_PATH.split('/').chain((!last.is_empty()).then_some(last)).collect();
        self.api(&path)
    }

    fn principal(&self, name: &str, segments: &[&str]) -> Url {
        let name = in_path(name);
        let path: Vec<&str> = ["users", name.as_str()].into_iter().chain(segments.iter().copied()).collect();
        self.api(&path)
    }
}

/// A principal's name as the platform wants it in a path.
fn in_path(name: &str) -> String {
    name.replace('/', ":")
}

fn below_uri(mut url: Url, below: Option<&Uri>) -> Url {
    if let Some(below) = below {
        url.query_pairs_mut().append_pair("uri", &below.to_string());
    }
    url
}

fn etag(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(header::ETAG)?.to_str().ok()?.to_owned())
}

/// What a server says to an address it does not know.
fn is_no_address(error: &UpstreamError) -> bool {
    matches!(error, UpstreamError::Refused { status: StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED, .. })
}
