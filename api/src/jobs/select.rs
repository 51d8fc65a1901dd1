//! Which jobs: the query of the list and of the events stream.

use super::JobStatus;
use jiff::Timestamp;
use std::fmt;

/// Which jobs, as query parameters of `GET /api/v1/jobs` and `WS /api/v1/jobs/events`.
///
/// All conditions hold together; within
/// `status`, `owner`, `org` and `project` any value will do, while a job must have every `tag`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobSelector {
    /// `status=`, repeatable.
    pub statuses: Vec<JobStatus>,
    /// `owner=`, repeatable.
    pub owners: Vec<String>,
    /// `org=`, repeatable; all organisations that the user sees jobs of when absent.
    pub orgs: Vec<String>,
    /// `project=`, repeatable.
    pub projects: Vec<String>,
    /// `tag=`, repeatable.
    pub tags: Vec<String>,
    /// `name=`, the whole name.
    pub name: Option<String>,
    /// `since=`: created at or after.
    pub since: Option<Timestamp>,
    /// `until=`: created at or before.
    pub until: Option<Timestamp>,
    /// `limit=`: jobs a page, 1 to 500 (list only; default 100).
    pub limit: Option<u32>,
    /// `cursor=`: a page's `next` (list only).
    pub cursor: Option<String>,
}

/// Why a query is not a [`JobSelector`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSelector {
    /// The parameter at fault.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for InvalidSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl std::error::Error for InvalidSelector {}

impl JobSelector {
    /// The selector as decoded query parameters, in a fixed order.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.statuses.iter().map(|s| ("status", s.as_str().to_owned())));
        pairs.extend(self.owners.iter().map(|o| ("owner", o.clone())));
        pairs.extend(self.orgs.iter().map(|o| ("org", o.clone())));
        pairs.extend(self.projects.iter().map(|p| ("project", p.clone())));
        pairs.extend(self.tags.iter().map(|t| ("tag", t.clone())));
        pairs.extend(self.name.iter().map(|n| ("name", n.clone())));
        pairs.extend(self.since.iter().map(|t| ("since", t.to_string())));
        pairs.extend(self.until.iter().map(|t| ("until", t.to_string())));
        pairs.extend(self.limit.iter().map(|l| ("limit", l.to_string())));
        pairs.extend(self.cursor.iter().map(|c| ("cursor", c.clone())));
        pairs
    }

    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// [`InvalidSelector`] naming the first parameter that is unknown, malformed, or given twice where once is all.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, InvalidSelector> {
        let mut selector = Self::default();
        for (key, value) in pairs {
            let (key, value) = (key.as_ref(), value.as_ref());
            let refuse = |message: &str| InvalidSelector { field: key.to_owned(), message: message.to_owned() };
            if value.len() > 512 {
                return Err(refuse("longer than 512 bytes"));
            }
            match key {
                "status" => selector.statuses.push(
                    JobStatus::parse(value)
                        .ok_or_else(|| refuse("one of pending, suspended, running, succeeded, failed, cancelled"))?,
                ),
                "owner" => selector.owners.push(value.to_owned()),
                "org" => selector.orgs.push(value.to_owned()),
                "project" => selector.projects.push(value.to_owned()),
                "tag" => selector.tags.push(value.to_owned()),
                "name" => once(&mut selector.name, value.to_owned()).map_err(refuse)?,
                "since" | "until" => {
                    let time = value.parse().map_err(|_| refuse("a time like 2026-11-23T08:43:41Z"))?;
                    let slot = if key == "since" { &mut selector.since } else { &mut selector.until };
                    once(slot, time).map_err(refuse)?;
                }
                "limit" => {
                    let limit = value.parse().ok().filter(|l| (1..=500).contains(l));
                    once(&mut selector.limit, limit.ok_or_else(|| refuse("a number from 1 to 500"))?)
                        .map_err(refuse)?;
                }
                "cursor" => once(&mut selector.cursor, value.to_owned()).map_err(refuse)?,
                _ => return Err(refuse("not a parameter of this list")),
            }
        }
        Ok(selector)
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), &'static str> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err("given more than once"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_survives_its_own_query() {
        let selector = JobSelector {
            statuses: vec![JobStatus::Running, JobStatus::Failed],
            owners: vec!["alice".into()],
            orgs: vec!["acme".into(), "beta".into()],
            tags: vec!["a b".into(), "c".into()],
            name: Some("train".into()),
            since: Some("2026-11-23T08:43:41Z".parse().expect("a time")),
            limit: Some(20),
            ..JobSelector::default()
        };
        assert_eq!(JobSelector::from_pairs(selector.to_pairs()), Ok(selector));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (key, value) in
            [("status", "up"), ("limit", "0"), ("limit", "501"), ("since", "yesterday"), ("colour", "red")]
        {
            let refused = JobSelector::from_pairs([(key, value)]).expect_err(key);
            assert_eq!(refused.field, key);
        }
        assert!(JobSelector::from_pairs([("name", "a"), ("name", "b")]).is_err());
    }
}
