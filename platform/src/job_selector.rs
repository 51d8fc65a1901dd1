//! The query of `GET API/jobs`.

use crate::job::JobStatus;
use jiff::Timestamp;

/// Which jobs. Repeatable keys take any of their values, but a job must have every `tag`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobSelector {
    /// `status`, repeatable.
    pub statuses: Vec<JobStatus>,
    /// `tag`, repeatable; all must hold.
    pub tags: Vec<String>,
    /// `owner`, repeatable.
    pub owners: Vec<String>,
    /// `base_owner`, repeatable: the part of an owner before its first slash.
    pub base_owners: Vec<String>,
    /// `name`.
    pub name: Option<String>,
    /// `since`: created at or after.
    pub since: Option<Timestamp>,
    /// `until`: created at or before.
    pub until: Option<Timestamp>,
    /// `cluster_name`, repeatable.
    pub clusters: Vec<String>,
    /// `org_name`, repeatable; `NO_ORG` stands for none.
    pub orgs: Vec<String>,
    /// `project_name`, repeatable.
    pub projects: Vec<String>,
    /// `reverse`: newest first.
    pub reverse: bool,
    /// `limit`, above 0.
    pub limit: Option<u32>,
    /// `materialized`.
    pub materialized: Option<bool>,
    /// `being_dropped`.
    pub being_dropped: Option<bool>,
    /// `logs_removed`.
    pub logs_removed: Option<bool>,
    /// `hostname`: the job behind a host name; excludes `name`, `cluster_name`, `project_name`, `since`, `until`.
    pub hostname: Option<String>,
}

/// Why a query is not a [`JobSelector`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("query parameter '{key}': {reason}")]
pub struct InvalidSelector {
    /// The parameter at fault.
    pub key: String,
    /// What is wrong.
    pub reason: String,
}

impl JobSelector {
    /// The selector as decoded query parameters.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        let mut many = |key, values: &[String]| pairs.extend(values.iter().map(|v| (key, v.clone())));
        many("tag", &self.tags);
        many("owner", &self.owners);
        many("base_owner", &self.base_owners);
        many("cluster_name", &self.clusters);
        many("org_name", &self.orgs);
        many("project_name", &self.projects);
        pairs.extend(self.statuses.iter().map(|s| ("status", s.as_str().to_owned())));
        pairs.extend(self.name.iter().map(|v| ("name", v.clone())));
        pairs.extend(self.since.iter().map(|v| ("since", v.to_string())));
        pairs.extend(self.until.iter().map(|v| ("until", v.to_string())));
        pairs.extend(self.reverse.then(|| ("reverse", "1".to_owned())));
        pairs.extend(self.limit.iter().map(|v| ("limit", v.to_string())));
        for (key, value) in [
            ("materialized", self.materialized),
            ("being_dropped", self.being_dropped),
            ("logs_removed", self.logs_removed),
        ] {
            // Real clients send Python's words.
            pairs.extend(value.map(|v| (key, if v { "True" } else { "False" }.to_owned())));
        }
        pairs.extend(self.hostname.iter().map(|v| ("hostname", v.clone())));
        pairs
    }

    /// Reads decoded query parameters. Unknown keys are left alone, as real servers do.
    ///
    /// # Errors
    /// [`InvalidSelector`] naming the first parameter at fault.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Self, InvalidSelector> {
        let mut selector = Self::default();
        for (key, value) in pairs {
            let (key, value) = (key.as_ref(), value.as_ref());
            let refuse = |reason: &str| InvalidSelector { key: key.to_owned(), reason: reason.to_owned() };
            if value.len() > 512 || value.chars().any(char::is_control) {
                return Err(refuse("longer than 512 bytes, or with control characters"));
            }
            let flag = || boolean(value).ok_or_else(|| refuse("true, false, 1 or 0"));
            let time = || value.parse::<Timestamp>().map_err(|_| refuse("an ISO 8601 time with an offset"));
            match key {
                "status" => selector.statuses.push(
                    JobStatus::parse(value)
                        .ok_or_else(|| refuse("one of pending, suspended, running, succeeded, failed, cancelled"))?,
                ),
                "tag" => selector.tags.push(value.to_owned()),
                "owner" => selector.owners.push(value.to_owned()),
                "base_owner" => selector.base_owners.push(value.to_owned()),
                "cluster_name" => selector.clusters.push(value.to_owned()),
                "org_name" => selector.orgs.push(value.to_owned()),
                "project_name" => selector.projects.push(value.to_owned()),
                "name" => selector.name = Some(value.to_owned()),
                "hostname" => selector.hostname = Some(value.to_owned()),
                "since" => selector.since = Some(time()?),
                "until" => selector.until = Some(time()?),
                "reverse" => selector.reverse = flag()?,
                "materialized" => selector.materialized = Some(flag()?),
                "being_dropped" => selector.being_dropped = Some(flag()?),
                "logs_removed" => selector.logs_removed = Some(flag()?),
                "limit" => {
                    let limit = value.parse().ok().filter(|l| *l > 0);
                    selector.limit = Some(limit.ok_or_else(|| refuse("a whole number above 0"))?);
                }
                _ => {}
            }
        }
        let s = &selector;
        if s.hostname.is_some()
            && (s.name.is_some()
                || s.since.is_some()
                || s.until.is_some()
                || !s.clusters.is_empty()
                || !s.projects.is_empty())
        {
            let reason = "goes with none of name, cluster_name, project_name, since, until".to_owned();
            return Err(InvalidSelector { key: "hostname".to_owned(), reason });
        }
        Ok(selector)
    }
}

/// A query's boolean: Python's words in any case, or 0 and 1.
fn boolean(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_survives_its_own_query() {
        let selector = JobSelector {
            statuses: vec![JobStatus::Running],
            tags: vec!["a".into(), "b".into()],
            orgs: vec!["NO_ORG".into()],
            reverse: true,
            limit: Some(7),
            being_dropped: Some(false),
            since: Some("2026-11-23T08:43:41.5Z".parse().expect("a time")),
            ..JobSelector::default()
        };
        assert_eq!(JobSelector::from_pairs(selector.to_pairs()), Ok(selector));
    }

    #[test]
    fn pythons_booleans_are_read_and_nonsense_is_refused_by_name() {
        let read = JobSelector::from_pairs([("being_dropped", "False"), ("reverse", "1"), ("b3", "x")]).expect("fine");
        assert_eq!((read.being_dropped, read.reverse), (Some(false), true));
        for (key, value) in
            [("limit", "0"), ("limit", "-1"), ("status", "UP"), ("reverse", "2"), ("since", "soon"), ("name", "a\0b")]
        {
            assert_eq!(JobSelector::from_pairs([(key, value)]).expect_err(key).key, key);
        }
        assert!(JobSelector::from_pairs([("hostname", "x"), ("name", "y")]).is_err());
    }
}
