//! An audit as a file: rights, grants, or history, written row by row while it is read.

use super::{
    Gathered, Progress,
    gather::gather,
    record::{Record, Writer},
};
use crate::{
    Gateway,
    rescue::Failure,
    session::Session,
    upstream::{HistorySelector, UpstreamError},
};
use api::audit::{ExportForm, ExportOf};
use axum::body::Body;
use futures::{Stream, StreamExt, stream};
use jiff::Timestamp;
use platform::{
    audit::HistoryEntry,
    permission::{Narrowing, PrincipalKind, Reason, Review, Source, is_everywhere},
};
use std::{collections::VecDeque, io, pin::Pin, sync::Arc};

/// Bytes gathered before they are sent.
const PIECE_BYTES: usize = 32 * 1024;
/// Entries of history asked for at once.
const HISTORY_PAGE: u32 = 1_000;

const RIGHTS: [&str; 11] =
    ["image", "principal", "kind", "right", "outsider", "last_used", "source", "on", "through", "given_by", "given_at"];
const GRANTS: [&str; 8] = ["principal", "kind", "action", "uri", "whole_cluster", "left", "given_by", "given_at"];
const HISTORY: [&str; 10] =
    ["seq", "at", "actor", "kind", "principal", "target", "before", "after", "address", "request_id"];

/// What is wanted.
pub(crate) enum Wanted {
    /// Of the facts, now or at a moment.
    Facts { rights: bool, at: Option<Timestamp>, narrowing: Narrowing },
    /// Of history.
    History(HistorySelector),
}

/// A file on its way.
pub(crate) struct Export {
    pub(crate) file_name: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: Body,
}

type Records = Pin<Box<dyn Stream<Item = Result<Record, Failure>> + Send>>;

/// Gathers what is needed, and begins the file.
pub(crate) async fn download(
    gateway: &Gateway,
    session: Arc<Session>,
    form: ExportForm,
    wanted: Wanted,
) -> Result<Export, Failure> {
    let now = gateway.host().now();
    let cluster = session.cluster.clone();
    let (of, columns, records): (_, &'static [&'static str], Records) = match wanted {
        Wanted::Facts { rights, at, narrowing } => {
            let gathered = gather(gateway, &session, at, &Progress::unheard()).await?;
            let review = gathered.review();
            if rights {
                let rows = rights_records(gathered, review, narrowing);
                (ExportOf::Rights, &RIGHTS, Box::pin(stream::iter(rows.map(Ok))))
            } else {
                let rows = grant_records(review, &narrowing);
                (ExportOf::Grants, &GRANTS, Box::pin(stream::iter(rows.map(Ok))))
            }
        }
        Wanted::History(selector) => {
            let selector = HistorySelector { limit: Some(HISTORY_PAGE), ..selector };
            let page = gateway.upstream().access_history(&session, &selector).await?.ok_or(Failure::NoRightsHistory)?;
            let selector = page.cursor.map(|cursor| HistorySelector { cursor: Some(cursor), ..selector });
            let reading = History { gateway: gateway.clone(), session, ready: page.items.into(), next: selector };
            (ExportOf::History, &HISTORY, Box::pin(reading.records()))
        }
    };
    let day = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let name: String = cluster.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    Ok(Export {
        file_name: format!("audit-{}-{name}-{day}.{}", of.as_str(), form.as_str()),
        content_type: match form {
            ExportForm::Csv => "text/csv; charset=utf-8; header=present",
            ExportForm::Json => "application/json",
        },
        body: written(Writer::new(form, columns), records),
    })
}

/// The file's bytes, in pieces. A failure on the way breaks the download off, so that nobody takes a part for the whole.
fn written(writer: Writer, records: Records) -> Body {
    let mut head = String::new();
    writer.begin(&mut head);
    Body::from_stream(stream::unfold(Some((writer, records, head)), async |state| {
        let (mut writer, mut records, mut piece) = state?;
        loop {
            match records.next().await {
                None => {
                    writer.end(&mut piece);
                    return Some((Ok(piece), None));
                }
                Some(Err(failure)) => return Some((Err(io::Error::other(failure)), None)),
                Some(Ok(record)) => writer.write(&mut piece, record),
            }
            if piece.len() >= PIECE_BYTES {
                return Some((Ok(piece), Some((writer, records, String::new()))));
            }
        }
    }))
}

fn rights_records(
    gathered: Arc<Gathered>,
    review: Review,
    narrowing: Narrowing,
) -> impl Iterator<Item = Record> + Send + 'static {
    let visible = review.visible(&narrowing);
    let columns = visible.columns;
    let cells =
        visible.rows.into_iter().flat_map(move |row| columns.clone().into_iter().map(move |column| (row, column)));
    let review = Arc::new(review);
    let meant = {
        let review = review.clone();
        cells.filter(move |(row, column)| review.is_meant(&narrowing, *row, *column))
    };
    meant.map(move |(row, column)| {
        let image = &gathered.images.items[row as usize];
        let subject = &review.subjects()[column as usize];
        let why = review.why(row, column).into_iter().next();
        let reason = why.as_ref().map(told).unwrap_or_default();
        let outsider = review.is_outsider(row, column);
        Record(vec![
            ("image", image.uri.to_string()),
            ("principal", subject.name.clone()),
            ("kind", kind(subject.kind).to_owned()),
            ("right", review.right(row, column).as_str().to_owned()),
            ("outsider", yes(outsider)),
            ("last_used", image.used_at().map(|at| at.to_string()).unwrap_or_default()),
            ("source", reason.source),
            ("on", reason.on),
            ("through", reason.through),
            ("given_by", reason.by),
            ("given_at", reason.at),
        ])
    })
}

fn grant_records(review: Review, narrowing: &Narrowing) -> impl Iterator<Item = Record> + Send + 'static {
    let places = review.grants(narrowing);
    places.into_iter().map(move |n| {
        let grant = &review.policy().facts().grants[n as usize];
        let subject = review.subject(&grant.principal);
        Record(vec![
            ("principal", grant.principal.clone()),
            ("kind", subject.map(|subject| kind(subject.kind)).unwrap_or_default().to_owned()),
            ("action", grant.action.as_str().to_owned()),
            ("uri", grant.uri.to_string()),
            ("whole_cluster", yes(grant.uri.scheme() == "image" && is_everywhere(&grant.uri))),
            ("left", yes(subject.is_some_and(|subject| subject.has_left))),
            ("given_by", grant.granted_by.clone().unwrap_or_default()),
            ("given_at", grant.granted_at.map(|at| at.to_string()).unwrap_or_default()),
        ])
    })
}

fn history_record(entry: HistoryEntry) -> Record {
    Record(vec![
        ("seq", entry.seq.to_string()),
        ("at", entry.at.to_string()),
        ("actor", entry.actor),
        ("kind", entry.kind.as_str().to_owned()),
        ("principal", entry.principal),
        ("target", entry.target),
        ("before", entry.before.unwrap_or_default()),
        ("after", entry.after.unwrap_or_default()),
        ("address", entry.address.unwrap_or_default()),
        ("request_id", entry.request_id.unwrap_or_default()),
    ])
}

/// History that is read page by page.
struct History {
    gateway: Gateway,
    session: Arc<Session>,
    ready: VecDeque<HistoryEntry>,
    /// What to ask for next; None at the end.
    next: Option<HistorySelector>,
}

impl History {
    fn records(self) -> impl Stream<Item = Result<Record, Failure>> + Send {
        stream::try_unfold(self, async |mut history| {
            loop {
                if let Some(entry) = history.ready.pop_front() {
                    return Ok(Some((history_record(entry), history)));
                }
                if !history.read_on().await? {
                    return Ok(None);
                }
            }
        })
    }

    /// False at the end.
    async fn read_on(&mut self) -> Result<bool, UpstreamError> {
        let Some(selector) = self.next.take() else { return Ok(false) };
        let page = self.gateway.upstream().access_history(&self.session, &selector).await?;
        let Some(page) = page else { return Ok(false) };
        self.ready.extend(page.items);
        self.next = page.cursor.map(|cursor| HistorySelector { cursor: Some(cursor), ..selector });
        Ok(true)
    }
}

/// The deciding reason, in words of the contract.
#[derive(Default)]
struct Told {
    source: String,
    on: String,
    through: String,
    by: String,
    at: String,
}

fn told(reason: &Reason) -> Told {
    let (source, by, at) = match &reason.source {
        Source::Grant { by, at } => ("grant".to_owned(), by.clone(), *at),
        Source::Project { org, project, role } => (format!("{role} of project {org}/{project}"), None, None),
        Source::Org { org, role } => (format!("{role} of organisation {org}"), None, None),
        Source::Name => ("own name".to_owned(), None, None),
    };
    Told {
        source,
        on: reason.uri.to_string(),
        through: reason.via.join(" > "),
        by: by.unwrap_or_default(),
        at: at.map(|at| at.to_string()).unwrap_or_default(),
    }
}

fn kind(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "user",
        PrincipalKind::Role => "role",
    }
}

fn yes(is: bool) -> String {
    if is { "yes".to_owned() } else { String::new() }
}
