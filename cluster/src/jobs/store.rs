//! The SQL of jobs: rows, their transitions and tags.

use std::collections::HashMap;

use jiff::Timestamp;
use platform::{
    job::{JobStatus, StatusItem},
    job_selector::JobSelector,
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::{NewJob, Visible, record::JobRecord};
use crate::store::{Store, StoreError};

/// What became of an insert.
pub(super) enum Inserted {
    /// The job is stored, with this order number.
    As(i64),
    /// Another active job of the project has the name.
    NameTaken { by: String },
}

/// Stores a job with its first transition; committed when this returns.
pub(super) async fn insert(store: &Store, job: &NewJob, first: &StatusItem) -> Result<Inserted, StoreError> {
    let mut change = store.begin().await?;
    if let Some(name) = &job.name {
        let holder: Option<String> = sqlx::query_scalar(
            "SELECT id FROM jobs WHERE org = ? AND project = ? AND name = ?
             AND status IN ('pending', 'suspended', 'running')",
        )
        .bind(&job.org)
        .bind(&job.project)
        .bind(name)
        .fetch_optional(&mut *change)
        .await?;
        if let Some(by) = holder {
            return Ok(Inserted::NameTaken { by });
        }
    }
    let spec = serde_json::to_string(&job.spec).expect("a spec is plain strings, numbers and lists");
    let base_owner = job.owner.split('/').next().unwrap_or_default();
    let seq: i64 = sqlx::query_scalar(
        "INSERT INTO jobs (id, name, owner, base_owner, org, project, status, created_at, spec, max_run_time_minutes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
    )
    .bind(&job.id)
    .bind(&job.name)
    .bind(&job.owner)
    .bind(base_owner)
    .bind(&job.org)
    .bind(&job.project)
    .bind(first.status.as_str())
    .bind(first.transition_time.as_microsecond())
    .bind(spec)
    .bind(job.max_run_time_minutes)
    .fetch_one(&mut *change)
    .await?;
    add_transition(&mut change, seq, 0, first).await?;
    for tag in &job.spec.tags {
        sqlx::query("INSERT INTO job_tags (tag, job) VALUES (?, ?)").bind(tag).bind(seq).execute(&mut *change).await?;
    }
    change.commit().await?;
    Ok(Inserted::As(seq))
}

async fn add_transition(change: &mut SqliteConnection, seq: i64, n: i64, item: &StatusItem) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO transitions (job, n, at, status, reason, description, exit_code) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(seq)
    .bind(n)
    .bind(item.transition_time.as_microsecond())
    .bind(item.status.as_str())
    .bind(&item.reason)
    .bind(&item.description)
    .bind(item.exit_code)
    .execute(change)
    .await?;
    Ok(())
}

/// What became of a transition.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Appended {
    /// It is part of the story now.
    Added,
    /// The story already ends with the same words.
    SaysTheSame,
    /// The job has ended; its story takes no more.
    Finished,
    /// There is no such job.
    NoJob,
}

/// Appends a transition, unless the job has ended or the story already says it.
pub(super) async fn append(store: &Store, id: &str, item: &StatusItem) -> Result<Appended, StoreError> {
    let mut change = store.begin().await?;
    let last = sqlx::query(
        "SELECT jobs.seq, t.n, t.at, t.status, t.reason, t.description, t.exit_code
         FROM jobs JOIN transitions t ON t.job = jobs.seq WHERE jobs.id = ? ORDER BY t.n DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(&mut *change)
    .await?;
    let Some(row) = last else { return Ok(Appended::NoJob) };
    let last = transition(&row)?;
    if last.status.is_finished() {
        return Ok(Appended::Finished);
    }
    if last.says_the_same(item) {
        return Ok(Appended::SaysTheSame);
    }
    let (seq, n): (i64, i64) = (row.try_get("seq")?, row.try_get("n")?);
    // A clock set back must not make a story run backwards.
    let item = StatusItem { transition_time: item.transition_time.max(last.transition_time), ..item.clone() };
    add_transition(&mut change, seq, n + 1, &item).await?;
    sqlx::query("UPDATE jobs SET status = ? WHERE seq = ?")
        .bind(item.status.as_str())
        .bind(seq)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    Ok(Appended::Added)
}

/// One job by id.
pub(super) async fn find(store: &Store, id: &str) -> Result<Option<JobRecord>, StoreError> {
    let row = sqlx::query("SELECT * FROM jobs WHERE id = ?").bind(id).fetch_optional(store.read()).await?;
    Ok(with_transitions(store, row.into_iter().collect()).await?.pop())
}

/// The newest job of that owner with that name.
pub(super) async fn find_named(store: &Store, owner: &str, name: &str) -> Result<Option<JobRecord>, StoreError> {
    let row = sqlx::query("SELECT * FROM jobs WHERE name = ? AND owner = ? ORDER BY seq DESC LIMIT 1")
        .bind(name)
        .bind(owner)
        .fetch_optional(store.read())
        .await?;
    Ok(with_transitions(store, row.into_iter().collect()).await?.pop())
}

/// Every job the engine may still hold something of, oldest first.
pub(super) async fn materialized(store: &Store) -> Result<Vec<JobRecord>, StoreError> {
    let rows = sqlx::query("SELECT * FROM jobs WHERE materialized = 1 ORDER BY seq").fetch_all(store.read()).await?;
    with_transitions(store, rows).await
}

/// What active jobs ask for: cores and bytes of each.
pub(super) async fn active_resources(store: &Store) -> Result<Vec<(f64, u64)>, StoreError> {
    let rows = sqlx::query(
        "SELECT json_extract(spec, '$.container.resources.cpu') AS cpu,
                json_extract(spec, '$.container.resources.memory') AS memory
         FROM jobs WHERE status IN ('pending', 'suspended', 'running')",
    )
    .fetch_all(store.read())
    .await?;
    rows.into_iter()
        .map(|row| {
            let memory: i64 = row.try_get("memory")?;
            Ok((row.try_get("cpu")?, u64::try_from(memory).unwrap_or_default()))
        })
        .collect()
}

/// A page of jobs: those after `after` in the asked order that the selector matches and the caller may see.
pub(super) async fn page(
    store: &Store,
    selector: &JobSelector,
    visible: &Visible,
    after: Option<i64>,
    size: u32,
) -> Result<Vec<JobRecord>, StoreError> {
    let mut q = QueryBuilder::<Sqlite>::new("SELECT * FROM jobs WHERE 1");
    any_of(&mut q, "status", selector.statuses.iter().map(|status| status.as_str()));
    any_of(&mut q, "owner", selector.owners.iter().map(String::as_str));
    any_of(&mut q, "base_owner", selector.base_owners.iter().map(String::as_str));
    any_of(&mut q, "org", selector.orgs.iter().map(String::as_str));
    any_of(&mut q, "project", selector.projects.iter().map(String::as_str));
    any_of(&mut q, "name", selector.name.iter().map(String::as_str));
    for tag in &selector.tags {
        q.push(" AND EXISTS (SELECT 1 FROM job_tags WHERE tag = ").push_bind(tag).push(" AND job = seq)");
    }
    if let Some(since) = selector.since {
        q.push(" AND created_at >= ").push_bind(since.as_microsecond());
    }
    if let Some(until) = selector.until {
        q.push(" AND created_at <= ").push_bind(until.as_microsecond());
    }
    for (column, wanted) in [
        (" AND materialized = ", selector.materialized),
        (" AND being_dropped = ", selector.being_dropped),
        (" AND logs_removed = ", selector.logs_removed),
    ] {
        if let Some(wanted) = wanted {
            q.push(column).push_bind(i64::from(wanted));
        }
    }
    if let Visible::Some { orgs, projects, jobs } = visible {
        let list = |names: &[String]| serde_json::to_string(names).expect("a list of strings");
        q.push(" AND (org IN (SELECT value FROM json_each(").push_bind(list(orgs));
        q.push(")) OR org || '/' || project IN (SELECT value FROM json_each(").push_bind(list(projects));
        q.push(")) OR org || '/' || project || '/' || id IN (SELECT value FROM json_each(").push_bind(list(jobs));
        q.push(")) OR org || '/' || project || '/' || name IN (SELECT value FROM json_each(").push_bind(list(jobs));
        q.push(")))");
    }
    if let Some(after) = after {
        q.push(if selector.reverse { " AND seq < " } else { " AND seq > " }).push_bind(after);
    }
    q.push(if selector.reverse { " ORDER BY seq DESC LIMIT " } else { " ORDER BY seq LIMIT " }).push_bind(size);
    let rows = q.build().fetch_all(store.read()).await?;
    with_transitions(store, rows).await
}

fn any_of<'a>(q: &mut QueryBuilder<Sqlite>, column: &'static str, values: impl Iterator<Item = &'a str>) {
    let mut values = values.peekable();
    if values.peek().is_none() {
        return;
    }
    q.push(" AND ").push(column).push(" IN (");
    let mut list = q.separated(", ");
    for value in values {
        list.push_bind(value.to_owned());
    }
    q.push(")");
}

/// Sets the limit of run time of an active job; false when there is no such active job.
pub(super) async fn set_max_run_time(store: &Store, id: &str, minutes: u32) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "UPDATE jobs SET max_run_time_minutes = ? WHERE id = ? AND status IN ('pending', 'suspended', 'running')",
    )
    .bind(minutes)
    .bind(id)
    .execute(store.write())
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Remembers where the job's HTTP port is published; none: nowhere now.
pub(super) async fn set_http_port(store: &Store, id: &str, port: Option<u16>) -> Result<(), StoreError> {
    sqlx::query("UPDATE jobs SET http_port = ? WHERE id = ?").bind(port).bind(id).execute(store.write()).await?;
    Ok(())
}

/// Remembers that the engine holds nothing of the job any more.
pub(super) async fn settle(store: &Store, id: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE jobs SET materialized = 0, http_port = NULL WHERE id = ?")
        .bind(id)
        .execute(store.write())
        .await?;
    Ok(())
}

/// Remembers that the job's log was removed.
pub(super) async fn set_logs_removed(store: &Store, id: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE jobs SET logs_removed = 1 WHERE id = ?").bind(id).execute(store.write()).await?;
    Ok(())
}

async fn with_transitions(store: &Store, rows: Vec<SqliteRow>) -> Result<Vec<JobRecord>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let numbers = rows.iter().map(|row| row.try_get("seq")).collect::<Result<Vec<i64>, _>>()?;
    let numbers = serde_json::to_string(&numbers).expect("a list of numbers");
    let mut stories: HashMap<i64, Vec<StatusItem>> = HashMap::new();
    let items = sqlx::query(
        "SELECT job, at, status, reason, description, exit_code FROM transitions
         WHERE job IN (SELECT value FROM json_each(?)) ORDER BY job, n",
    )
    .bind(numbers)
    .fetch_all(store.read())
    .await?;
    for row in &items {
        stories.entry(row.try_get("job")?).or_default().push(transition(row)?);
    }
    rows.iter()
        .map(|row| {
            let seq: i64 = row.try_get("seq")?;
            let transitions = stories.remove(&seq).ok_or(StoreError::Corrupt { what: "job without transitions" })?;
            record(row, seq, transitions)
        })
        .collect()
}

fn record(row: &SqliteRow, seq: i64, transitions: Vec<StatusItem>) -> Result<JobRecord, StoreError> {
    let spec: String = row.try_get("spec")?;
    Ok(JobRecord {
        seq,
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        owner: row.try_get("owner")?,
        org: row.try_get("org")?,
        project: row.try_get("project")?,
        created_at: time(row.try_get("created_at")?)?,
        spec: serde_json::from_str(&spec).map_err(|_| StoreError::Corrupt { what: "job spec" })?,
        max_run_time_minutes: row.try_get("max_run_time_minutes")?,
        http_port: row.try_get("http_port")?,
        materialized: row.try_get("materialized")?,
        being_dropped: row.try_get("being_dropped")?,
        logs_removed: row.try_get("logs_removed")?,
        transitions,
    })
}

fn transition(row: &SqliteRow) -> Result<StatusItem, StoreError> {
    let status: String = row.try_get("status")?;
    Ok(StatusItem {
        transition_time: time(row.try_get("at")?)?,
        status: JobStatus::parse(&status).ok_or(StoreError::Corrupt { what: "job status" })?,
        reason: row.try_get("reason")?,
        description: row.try_get("description")?,
        exit_code: row.try_get("exit_code")?,
    })
}

fn time(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|_| StoreError::Corrupt { what: "time" })
}
