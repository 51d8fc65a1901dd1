//! `POST monitoring/{job}/save` and `POST extensions/images/copy`: images made here, told in lines.
//!
//! Owns the checks that come before the work (cluster-api: save needs `write` on the job, whose files it gives away, and on
//! the target) and the form of the lines. The work goes on when the client goes away.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::{Body as HttpBody, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use futures::stream;
use platform::{
    audit::ActKind,
    permission::Action,
    transfer::{CopyRequest, NDJSON, SaveRequest, TransferLine},
};
use tokio::sync::mpsc;

use super::{
    Api, Problem,
    input::{Segments, Sent},
};
use crate::images::ImagesError;

pub(super) async fn job_save(
    State(api): State<Arc<Api>>,
    Segments(key): Segments<String>,
    Sent(caller, asked): Sent<SaveRequest>,
) -> Result<Response, Problem> {
    let job = api.job_for(&caller, &key, Action::Write).await?;
    let target = api.images.names.target(&asked.container.image, true)?;
    api.images.require_target(&caller.rights, &target).await?;
    let running = api.running(&job)?;
    api.acts.record(&caller.by(&api), ActKind::Save, &job.id, &asked.container.image).await?;
    Ok(lines(api.images.save(job, running, target, &asked.container.image, caller.rights)?))
}

pub(super) async fn image_copy(
    State(api): State<Arc<Api>>,
    Sent(caller, asked): Sent<CopyRequest>,
) -> Result<Response, Problem> {
    let target = api.images.names.target(&asked.image, false)?;
    api.images.require_target(&caller.rights, &target).await?;
    let source = api.images.copy_source(asked.source).map_err(ImagesError::from)?;
    Ok(lines(api.images.copy(source, target, caller.rights)?))
}

/// One JSON document a line, each ended as the platform ends them.
fn lines(lines: mpsc::Receiver<TransferLine>) -> Response {
    let body = stream::unfold(lines, |mut lines| async move {
        let line = lines.recv().await?;
        let text = serde_json::to_string(&line).expect("a line is plain data") + "\r\n";
        Some((Ok::<_, Infallible>(Bytes::from(text)), lines))
    });
    ([(header::CONTENT_TYPE, NDJSON)], HttpBody::from_stream(body)).into_response()
}
