//! Making links, and listing them for who made them and who manages their jobs.

use super::{Desk, LinkFailure, LinksOf, LinksPage, StoredLink, grant, token::Token, view::view};
use crate::{Gateway, rescue::Failure, session::Session, upstream::UpstreamError};
use api::links::{
    JobLinks, LIFE_MAX_SECS, LIFE_MIN_SECS, LINKS_PER_JOB, LINKS_PER_PAGE, Link, LinkCreate, LinkCreated, LinkList,
    NOTE_MAX_CHARS,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use platform::{Uri, job::Job, permission::Action};

/// Makes a link to a job.
pub(crate) async fn create(
    gateway: &Gateway,
    session: &Session,
    job: &str,
    input: LinkCreate,
) -> Result<LinkCreated, Failure> {
    let desk = gateway.links().desk()?;
    let (note, fields) = (note(input.note)?, sorted(input.fields));
    let life = life(input.life_secs)?;
    let job = gateway.upstream().job(session, job).await?;
    let uri = job_uri(&job)?;
    let now = gateway.host().now();
    let of_job = LinksOf::Job(job.cluster_name.clone(), job.id.clone());
    grant::clear_away(gateway, session, &of_job).await?;
    if desk.store.list(of_job, first(now, LINKS_PER_JOB)).await?.len() >= LINKS_PER_JOB {
        return Err(LinkFailure::TooMany { limit: LINKS_PER_JOB }.into());
    }
    let token = Token::random(gateway.host());
    let link = StoredLink {
        id: random_id(gateway),
        hash: token.hash(),
        cluster: job.cluster_name,
        job: job.id,
        job_name: job.name,
        project: job.project_name.unwrap_or(job.owner),
        job_uri: uri.to_string(),
        author: session.user.clone(),
        scope: input.scope,
        fields,
        note,
        created_at: now,
        expires_at: now.saturating_add(life).unwrap_or(now),
        views: 0,
        last_viewed_at: None,
    };
    // First the row, then the grant: what a crash leaves in between is a link that nobody was told and that opens nothing.
    desk.store.put(link.clone()).await?;
    desk.sweeping.over().await;
    if let Err(error) = grant::grant(gateway, session, &desk.account_name(), &uri).await {
        desk.store.remove(vec![link.id]).await?;
        return Err(not_granted(error, &uri, desk));
    }
    tracing::info!(user = %session.user, job = %link.job, link = %link.id, "a link was made");
    Ok(LinkCreated { link: view(link), token: token.text() })
}

/// What the platform's refusal of the grant means here.
fn not_granted(error: UpstreamError, uri: &Uri, desk: &Desk) -> Failure {
    if error.is_forbidden() {
        return LinkFailure::MayNotShare { uri: uri.to_string() }.into();
    }
    match error {
        UpstreamError::Refused { status: http::StatusCode::NOT_FOUND, error: Some(_), .. } => {
            LinkFailure::NoAccount { account: desk.account_name() }.into()
        }
        other => Failure::Upstream(other),
    }
}

/// The links of a job: all for who manages it, else the user's own.
pub(crate) async fn of_job(gateway: &Gateway, session: &Session, job: &str) -> Result<JobLinks, Failure> {
    let desk = gateway.links().desk()?;
    let job = gateway.upstream().job(session, job).await?;
    let may_share = manages(gateway, session, &job_uri(&job)?).await?;
    let of = LinksOf::Job(job.cluster_name, job.id);
    if may_share {
        grant::clear_away(gateway, session, &of).await?;
    }
    let page = first(gateway.host().now(), LINKS_PER_JOB);
    let links = desk.store.list(of, page).await?;
    let links = links.into_iter().filter(|link| may_share || link.author == session.user).map(view).collect();
    Ok(JobLinks { links, may_share, account: desk.account_name() })
}

/// A page of the user's own links, or of the cluster's for who manages all its jobs.
pub(crate) async fn list(
    gateway: &Gateway,
    session: &Session,
    all: bool,
    cursor: Option<&str>,
) -> Result<LinkList, Failure> {
    let desk = gateway.links().desk()?;
    let after = cursor
        .map(|text| Cursor::parse(text).ok_or_else(|| Failure::invalid("cursor", "This cursor is none of ours.")));
    let after = after.transpose()?;
    let everything = every_job(&session.cluster)?;
    let may_see_all = manages(gateway, session, &everything).await?;
    if all && !may_see_all {
        return Err(LinkFailure::NotAll { uri: everything.to_string() }.into());
    }
    let of = if all {
        LinksOf::Cluster(session.cluster.clone())
    } else {
        LinksOf::Author(session.cluster.clone(), session.user.clone())
    };
    grant::clear_away(gateway, session, &of).await?;
    let page = LinksPage { after, ..first(gateway.host().now(), LINKS_PER_PAGE + 1) };
    let mut links = desk.store.list(of, page).await?;
    let more = links.len() > LINKS_PER_PAGE;
    links.truncate(LINKS_PER_PAGE);
    let next = links.last().filter(|_| more).map(Cursor::after);
    let items: Vec<Link> = links.into_iter().map(view).collect();
    Ok(LinkList { items, next, may_see_all })
}

/// Whether the user may share something on: on the platform, that is to manage it.
pub(super) async fn manages(gateway: &Gateway, session: &Session, uri: &Uri) -> Result<bool, Failure> {
    match gateway.upstream().action_on(session, uri).await {
        Ok(action) => Ok(action >= Action::Manage),
        Err(error) if error.is_forbidden() || error.is_absent() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The URI of all jobs of a cluster: who manages it is an administrator here.
pub(super) fn every_job(cluster: &str) -> Result<Uri, Failure> {
    Uri::try_new("job", [cluster]).map_err(|_| Failure::NoSuchJob)
}

/// The job's URI by its id: a grant by its name would hold for later jobs of the name.
fn job_uri(job: &Job) -> Result<Uri, Failure> {
    let uri: Uri = job.uri.parse().map_err(|_| Failure::NoSuchJob)?;
    let mut segments = uri.segments().to_vec();
    if segments.pop().is_none() {
        return Err(Failure::NoSuchJob);
    }
    segments.push(job.id.clone());
    Uri::try_new(uri.scheme(), segments).map_err(|_| Failure::NoSuchJob)
}

pub(super) fn first(living_at: Timestamp, limit: usize) -> LinksPage {
    LinksPage { living_at, after: None, limit }
}

fn life(secs: u64) -> Result<SignedDuration, Failure> {
    if !(LIFE_MIN_SECS..=LIFE_MAX_SECS).contains(&secs) {
        return Err(Failure::invalid(
            "life_secs",
            "A link lives for at least an hour (3600) and at most 30 days (2592000).",
        ));
    }
    Ok(SignedDuration::from_secs(i64::try_from(secs).unwrap_or(0)))
}

fn note(note: Option<String>) -> Result<Option<String>, Failure> {
    let Some(note) = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty()) else { return Ok(None) };
    if note.chars().count() > NOTE_MAX_CHARS {
        return Err(Failure::invalid(
            "note",
            format!("The note has more than {NOTE_MAX_CHARS} characters. Shorten it."),
        ));
    }
    if note.chars().any(char::is_control) {
        return Err(Failure::invalid("note", "The note is one line of plain text."));
    }
    Ok(Some(note))
}

fn sorted<T: Copy + PartialEq>(fields: Vec<T>) -> Vec<T> {
    let mut once = Vec::new();
    for field in fields {
        if !once.contains(&field) {
            once.push(field);
        }
    }
    once
}

fn random_id(gateway: &Gateway) -> String {
    let mut bytes = [0; 12];
    gateway.host().random(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// After which link a page goes on.
struct Cursor;

impl Cursor {
    fn after(link: &StoredLink) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", link.created_at, link.id))
    }

    fn parse(text: &str) -> Option<(Timestamp, String)> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (time, id) = text.split_once(' ')?;
        Some((time.parse().ok()?, id.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::view::tests::stored;

    #[test]
    fn a_cursor_reads_as_it_is_written_and_nonsense_does_not() {
        let link = stored();
        assert_eq!(Cursor::parse(&Cursor::after(&link)), Some((link.created_at, link.id)));
        for bad in ["", "*", "YQ", "YSBi"] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_life_is_an_hour_to_thirty_days_and_a_note_one_short_line() {
        assert!(life(3600).is_ok() && life(2_592_000).is_ok());
        assert!(life(3599).is_err() && life(2_592_001).is_err() && life(u64::MAX).is_err());
        assert_eq!(note(Some("  for the boss ".into())).expect("fine"), Some("for the boss".into()));
        assert_eq!(note(Some("   ".into())).expect("fine"), None);
        assert!(note(Some("я".repeat(200))).is_ok());
        assert!(note(Some("я".repeat(201))).is_err() && note(Some("a\nb".into())).is_err());
    }
}
