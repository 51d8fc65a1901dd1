//! `jobs`: create, list, look, cancel, change the life span.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    Json,
    body::{Body as HttpBody, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, stream};
use platform::{
    ErrorBody, Uri,
    audit::ActKind,
    job::{Job, reason},
    job_create::MaxRunTime,
    job_selector::JobSelector,
    permission::Action,
};

use super::{
    Api, Problem,
    caller::Caller,
    causes,
    input::{Query, Segments, Sent, job_key},
};
use crate::{
    config::Config,
    jobs::{JobError, JobRecord, Visible, create::Draft, view},
};

const NDJSON: &str = "application/x-ndjson";
/// Jobs read at once while listing: what a slow reader makes this server hold.
const PAGE: u32 = 200;

impl Api {
    fn view(&self, job: &JobRecord) -> Job {
        let stall = self.live.stall(&job.id);
        let Config { cluster_name, base_url, .. } = &self.config;
        let mut view = view::view(cluster_name, base_url, job, self.clock.now(), stall.as_ref());
        // Whoever looks for the image goes where the registry is today.
        if let Ok(Some(own)) = self.images.names.find(&view.container.image, &job.org, &job.project) {
            view.container.image = own.docker();
        }
        view
    }

    /// The job a path names, if the caller may do that to it.
    pub(super) async fn job_for(&self, caller: &Caller, key: &str, action: Action) -> Result<JobRecord, Problem> {
        let job = self.jobs.get_by_id_or_name(job_key(key)?, caller.name()).await?;
        caller.require_on_job(&job, action)?;
        Ok(job)
    }
}

pub(super) async fn job_create(
    State(api): State<Arc<Api>>,
    query: Query,
    Sent(caller, body): Sent<serde_json::Value>,
) -> Result<(StatusCode, Json<Job>), Problem> {
    let mut draft = if query.has("from_preset") {
        Draft::from_preset(body, &api.config.presets)?
    } else {
        Draft::with_container(body)?
    };
    let (org, project) = place(&api, &caller, &draft).await?;
    let folder = Uri::try_new("job", [&api.config.cluster_name, &org, &project])
        .map_err(|why| Problem::field("project_name", why.to_string()))?;
    caller.require(&folder, Action::Write)?;
    if !api.accounts.project_exists(&org, &project).await? {
        return Err(Problem::field("project_name", format!("there is no project '{project}' in org '{org}'")));
    }
    settle_image(&api, &caller, &mut draft, &org, &project).await?;
    let job = api.jobs.create(draft.settle(caller.name(), &org, &project)).await?;
    tracing::info!(job = job.id, owner = job.owner, image = job.spec.container.image, "a job was accepted");
    Ok((StatusCode::ACCEPTED, Json(api.view(&job))))
}

/// Where the job goes: what was asked, or the caller's first place.
async fn place(api: &Api, caller: &Caller, draft: &Draft) -> Result<(String, String), Problem> {
    if let Some(cluster) = draft.cluster.as_ref().filter(|cluster| **cluster != api.config.cluster_name) {
        return Err(JobError::UnknownCluster(cluster.clone()).into());
    }
    let places = api.accounts.memberships(caller.name()).await?;
    let org = match &draft.org {
        Some(org) => org.clone(),
        None => places.first().map_or_else(|| api.config.org_name.clone(), |place| place.org.clone()),
    };
    if !api.accounts.org_exists(&org).await? {
        return Err(JobError::UnknownOrg(org).into());
    }
    let project = match &draft.project {
        Some(project) => project.clone(),
        None => places.iter().find(|place| place.org == org).map_or_else(
            || caller.name().split('/').next().unwrap_or_default().to_owned(),
            |place| place.project.clone(),
        ),
    };
    Ok((org, project))
}

/// An image of the cluster's own registry must be there and readable. It is remembered in full, by the name that was checked.
async fn settle_image(api: &Api, caller: &Caller, draft: &mut Draft, org: &str, project: &str) -> Result<(), Problem> {
    let image = &mut draft.spec.container.image;
    if let Some(own) = api.images.names.find(image, org, project)? {
        api.images.require_readable(&caller.rights, &own).await?;
        *image = own.docker();
    }
    Ok(())
}

pub(super) async fn job_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
) -> Result<Json<Job>, Problem> {
    let job = api.job_for(&caller, &key, Action::Read).await?;
    Ok(Json(api.view(&job)))
}

pub(super) async fn job_cancel(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(key): Segments<String>,
) -> Result<StatusCode, Problem> {
    let job = api.job_for(&caller, &key, Action::Write).await?;
    api.acts.record(&caller.by(&api), ActKind::Cancel, &job.id, "").await?;
    api.jobs.cancel(&job.id, reason::USER_REQUESTED).await?;
    tracing::info!(job = job.id, by = caller.name(), "a job was cancelled");
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn job_max_run_time(
    State(api): State<Arc<Api>>,
    Segments(key): Segments<String>,
    Sent(caller, asked): Sent<MaxRunTime>,
) -> Result<StatusCode, Problem> {
    let job = api.job_for(&caller, &key, Action::Write).await?;
    api.jobs.change_max_run_time(&job, asked).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn jobs_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let selector = JobSelector::from_pairs(query.0)?;
    let known = selector.clusters.is_empty() || selector.clusters.contains(&api.config.cluster_name);
    let visible = if known { caller.rights.visible_jobs(&api.config.cluster_name) } else { Visible::None };
    let ndjson = headers
        .get_all(header::ACCEPT)
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.to_ascii_lowercase().contains(NDJSON)));
    let mut listing = Listing::new(api, caller, selector, visible);
    // The first page is read before the answer begins, so that a failing database is an honest 500.
    listing.fill().await?;
    let (kind, body) = if ndjson {
        (NDJSON, HttpBody::from_stream(lines(listing)))
    } else {
        ("application/json", HttpBody::from_stream(document(listing)))
    };
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}

/// A listing under way: one page in memory at a time.
struct Listing {
    api: Arc<Api>,
    caller: Caller,
    selector: JobSelector,
    visible: Visible,
    page: VecDeque<JobRecord>,
    after: Option<i64>,
    left: Option<u32>,
    ended: bool,
}

impl Listing {
    fn new(api: Arc<Api>, caller: Caller, selector: JobSelector, visible: Visible) -> Self {
        let left = selector.limit;
        Self { api, caller, selector, visible, page: VecDeque::new(), after: None, left, ended: false }
    }

    /// Reads the next page when the one at hand is used up.
    async fn fill(&mut self) -> Result<(), Problem> {
        if self.ended || !self.page.is_empty() {
            return Ok(());
        }
        let size = self.left.map_or(PAGE, |left| left.min(PAGE));
        if size == 0 {
            self.ended = true;
            return Ok(());
        }
        let page = self.api.jobs.page(&self.selector, &self.visible, self.after, size).await?;
        self.ended = page.len() < size as usize;
        self.after = page.last().map(|job| job.seq);
        self.left = self.left.map(|left| left.saturating_sub(size));
        // The query chose by grants; the same question once more, asked of the tree itself, costs little.
        self.page = page.into_iter().filter(|job| self.caller.require_on_job(job, Action::Read).is_ok()).collect();
        Ok(())
    }

    /// The rest of the page at hand, or else of the next, as JSON texts; none at the end.
    async fn next(&mut self) -> Result<Option<Vec<String>>, Problem> {
        loop {
            self.fill().await?;
            if !self.page.is_empty() {
                let jobs = std::mem::take(&mut self.page);
                let json = |job| serde_json::to_string(&self.api.view(job)).expect("a job view is plain data");
                return Ok(Some(jobs.iter().map(json).collect()));
            }
            if self.ended {
                return Ok(None);
            }
        }
    }
}

/// One job a line; a failure half way is a line with the key `error`, which clients raise.
fn lines(listing: Listing) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
    stream::unfold(Some(listing), |listing| async {
        let mut listing = listing?;
        match listing.next().await {
            Ok(None) => None,
            Ok(Some(jobs)) => {
                let text = jobs.join("\n") + "\n";
                Some((Ok(Bytes::from(text)), Some(listing)))
            }
            Err(problem) => {
                tracing::error!(error = %causes(&problem), "a listing broke off");
                let body = ErrorBody::Error { error: "the listing broke off; try again".to_owned() };
                let line = serde_json::to_string(&body).expect("an error body is plain strings") + "\n";
                Some((Ok(Bytes::from(line)), None))
            }
        }
    })
}

/// `{"jobs":[…]}`; a failure half way breaks the connection, so that nobody takes a part for the whole.
fn document(listing: Listing) -> impl Stream<Item = Result<Bytes, Problem>> {
    enum Part {
        Start(Listing),
        Rest(Listing, bool),
        End,
    }
    stream::unfold(Part::Start(listing), |part| async {
        match part {
            Part::Start(listing) => Some((Ok(Bytes::from_static(b"{\"jobs\":[")), Part::Rest(listing, true))),
            Part::Rest(mut listing, first) => match listing.next().await {
                Ok(Some(jobs)) => {
                    let comma = if first { "" } else { "," };
                    Some((Ok(Bytes::from(format!("{comma}{}", jobs.join(",")))), Part::Rest(listing, false)))
                }
                Ok(None) => Some((Ok(Bytes::from_static(b"]}")), Part::End)),
                Err(problem) => Some((Err(problem), Part::End)),
            },
            Part::End => None,
        }
    })
}
