//! The platform's job calls.

use super::{Upstream, UpstreamError, asked, empty, json, ndjson, with_json};
use crate::{ports::within, session::Session};
use axum::body::Body;
use futures::TryStreamExt;
use http::{Method, Request, Response, header};
use platform::{
    job::Job,
    job_create::{FromPreset, MaxRunTime},
    job_selector::JobSelector,
};
use serde::Deserialize;
use std::{collections::BTreeMap, ops::ControlFlow};

const JOB: &str = "a job of the platform API";
const JOBS: &str = "a list of jobs of the platform API";

#[derive(Deserialize)]
struct Jobs {
    jobs: Vec<Job>,
}

impl Upstream {
    /// The jobs that match, at most `at_most` of them even if the cluster sends more.
    pub(crate) async fn jobs(
        &self,
        session: &Session,
        selector: &JobSelector,
        at_most: usize,
    ) -> Result<Vec<Job>, UpstreamError> {
        let mut jobs = Vec::new();
        let take = |job| {
            jobs.push(job);
            if jobs.len() < at_most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        self.each_job(session, selector, take).await?;
        Ok(jobs)
    }

    /// Hands over the jobs that match, one by one as they come, until there are no more or `take` has enough.
    ///
    /// However many there are, one is held at a time, as long as the cluster tells them line by line.
    pub(crate) async fn each_job(
        &self,
        session: &Session,
        selector: &JobSelector,
        mut take: impl FnMut(Job) -> ControlFlow<()> + Send,
    ) -> Result<(), UpstreamError> {
        let mut url = self.api(&["jobs"]);
        url.query_pairs_mut().extend_pairs(selector.to_pairs());
        let builder = asked(session, Method::GET, &url);
        let request = empty(builder.header(header::ACCEPT, "application/x-ndjson"))?;
        let response = self.call(request).await?;
        let streams = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|t| t.as_bytes().starts_with(b"application/x-ndjson"));
        let body = response.into_body();
        if !streams {
            let list: Jobs = self.in_time(json(body, JOBS)).await?;
            let _enough = list.jobs.into_iter().try_for_each(take);
            return Ok(());
        }
        let mut lines = std::pin::pin!(ndjson(body, JOBS));
        loop {
            let line = within(&*self.host, self.limit, lines.try_next()).await.ok_or(UpstreamError::Timeout)?;
            match line?.map(&mut take) {
                Some(ControlFlow::Continue(())) => {}
                Some(ControlFlow::Break(())) | None => return Ok(()),
            }
        }
    }

    /// One job.
    pub(crate) async fn job(&self, session: &Session, id: &str) -> Result<Job, UpstreamError> {
        let request = empty(self.to_job(Method::GET, session, &[id]))?;
        self.read_job(request).await
    }

    /// Starts a job.
    pub(crate) async fn create_job(&self, session: &Session, job: &FromPreset) -> Result<Job, UpstreamError> {
        let mut url = self.api(&["jobs"]);
        url.set_query(Some("from_preset"));
        let request = with_json(asked(session, Method::POST, &url), job)?;
        self.read_job(request).await
    }

    /// Asks for a job's end. A job that has ended already is no error.
    pub(crate) async fn cancel_job(&self, session: &Session, id: &str) -> Result<(), UpstreamError> {
        self.call(empty(self.to_job(Method::DELETE, session, &[id]))?).await.map(drop)
    }

    /// Gives a job more time.
    pub(crate) async fn extend_job(&self, session: &Session, id: &str, minutes: u32) -> Result<(), UpstreamError> {
        let more = MaxRunTime { additional_max_run_time_minutes: Some(minutes), max_run_time_minutes: None };
        let builder = self.to_job(Method::PUT, session, &[id, "max_run_time_minutes"]);
        self.call(with_json(builder, &more)?).await.map(drop)
    }

    /// How many jobs of each preset would fit now; None where the cluster does not tell.
    pub(crate) async fn capacity(&self, session: &Session, monitoring: &url::Url) -> Option<BTreeMap<String, u64>> {
        let url = Self::url(monitoring, &["capacity"]);
        let request = empty(asked(session, Method::GET, &url)).ok()?;
        let response: Result<Response<Body>, _> = self.call(request).await;
        match async { self.in_time(json(response?.into_body(), "the capacity of presets")).await }.await {
            Ok(capacity) => Some(capacity),
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "no capacity");
                None
            }
        }
    }

    fn to_job(&self, method: Method, session: &Session, segments: &[&str]) -> http::request::Builder {
        let path: Vec<&str> = std::iter::once("jobs").chain(segments.iter().copied()).collect();
        asked(session, method, &self.api(&path))
    }

    async fn read_job(&self, request: Request<Body>) -> Result<Job, UpstreamError> {
        let body = self.call(request).await?.into_body();
        self.in_time(json(body, JOB)).await
    }
}
