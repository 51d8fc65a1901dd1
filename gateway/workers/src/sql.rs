//! Durable Objects with SQLite, asked in SQL: they run what they are told (js/entry.js), and only this Worker can reach them.

use crate::client;
use axum::body::Body;
use gateway::ports::Cause;
use http::{Request, StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use worker::{Env, worker_sys};

const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

#[derive(Serialize)]
struct Question<'a> {
    sql: &'a str,
    values: &'a [Value],
}

/// The rows of a statement's answer. A call is whole: of several statements, all are done or none; the values are the last one's.
pub(crate) async fn ask<T: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    sql: &str,
    values: &[Value],
) -> Result<Vec<T>, Cause> {
    let stub: worker_sys::DurableObject = env.durable_object(binding)?.get_by_name(name)?.into_rpc();
    let question = serde_json::to_vec(&Question { sql, values })?;
    let request = Request::post("https://store.invalid/").body(Body::from(question))?;
    let answer = client::received(&client::exchange_by(&stub, request).await?)?;
    let (head, body) = answer.into_parts();
    let bytes = axum::body::to_bytes(body, ANSWER_MAX_BYTES).await?;
    if head.status != StatusCode::OK {
        return Err(String::from_utf8_lossy(&bytes).into_owned().into());
    }
    Ok(serde_json::from_slice(&bytes)?)
}
