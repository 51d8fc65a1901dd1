//! The jobs list's filters and order, and how they stand in the address.

use crate::i18n::{Phrase, catalogue::jobs};
use crate::rules::{
    fold::folded,
    job::name_or_id,
    sorting::{self, Sort},
};
use api::jobs::{Job, JobStatus};
use std::cmp::Ordering;

/// What the list can be ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Column {
    Status,
    Name,
    Image,
    Owner,
    Preset,
    #[default]
    Created,
    RunTime,
}

impl Column {
    pub(crate) fn phrase(self) -> Phrase {
        match self {
            Self::Status => jobs::COL_STATUS,
            Self::Name => jobs::COL_NAME,
            Self::Image => jobs::COL_IMAGE,
            Self::Owner => jobs::COL_OWNER,
            Self::Preset => jobs::COL_PRESET,
            Self::Created => jobs::COL_CREATED,
            Self::RunTime => jobs::COL_RUN_TIME,
        }
    }
}

impl sorting::Column for Column {
    const ALL: &'static [Self] =
        &[Self::Status, Self::Name, Self::Image, Self::Owner, Self::Preset, Self::Created, Self::RunTime];

    fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Name => "name",
            Self::Image => "image",
            Self::Owner => "owner",
            Self::Preset => "preset",
            Self::Created => "created",
            Self::RunTime => "run-time",
        }
    }

    fn starts_descending(self) -> bool {
        matches!(self, Self::Created | Self::RunTime)
    }
}

/// Filters and order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Any of these; all where empty.
    pub(crate) statuses: Vec<JobStatus>,
    pub(crate) owner: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) org: Option<String>,
    /// Words that must all be found in name, image, id or a tag.
    pub(crate) text: String,
    pub(crate) by: Sort<Column>,
}

impl Filter {
    /// Reads the address. What cannot be understood is left out: an old or mistyped link still shows a list.
    pub(crate) fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (key, value) in pairs {
            match key {
                "status" => filter.statuses.extend(JobStatus::parse(value)),
                "owner" if !value.is_empty() => filter.owner = Some(value.to_owned()),
                "tag" if !value.is_empty() => filter.tag = Some(value.to_owned()),
                "org" if !value.is_empty() => filter.org = Some(value.to_owned()),
                "q" => value.clone_into(&mut filter.text),
                "sort" => filter.by = Sort::parse(value).unwrap_or(filter.by),
                _ => {}
            }
        }
        filter.statuses = JobStatus::ALL.into_iter().filter(|status| filter.statuses.contains(status)).collect();
        filter
    }

    /// The address's query; empty for the usual view.
    pub(crate) fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<_> = self.statuses.iter().map(|s| ("status", s.as_str().to_owned())).collect();
        pairs.extend(self.owner.iter().map(|o| ("owner", o.clone())));
        pairs.extend(self.tag.iter().map(|t| ("tag", t.clone())));
        pairs.extend(self.org.iter().map(|o| ("org", o.clone())));
        if !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        pairs.extend(self.by.to_pair());
        pairs
    }

    /// Whether it leaves anything out.
    pub(crate) fn narrows(&self) -> bool {
        let values = [&self.owner, &self.tag, &self.org];
        !self.statuses.is_empty() || values.iter().any(|value| value.is_some()) || !self.text.trim().is_empty()
    }

    /// The same order with nothing left out.
    pub(crate) fn cleared(&self) -> Self {
        Self { by: self.by, ..Self::default() }
    }

    /// What a click on a column's heading makes of it.
    pub(crate) fn sorted_by(&self, column: Column) -> Self {
        Self { by: self.by.clicked(column), ..self.clone() }
    }

    pub(crate) fn admits(&self, job: &Job) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&job.status))
            && self.owner.as_ref().is_none_or(|owner| *owner == job.owner)
            && self.tag.as_ref().is_none_or(|tag| job.tags.contains(tag))
            && (self.org.is_none() || self.org == job.org)
            && self.text.split_whitespace().all(|word| mentions(job, &folded(word)))
    }

    /// Orders rows, of which `job` tells the job.
    ///
    /// Ten thousand of them take some 130,000 comparisons: what decides most of them is worked out once a row, beforehand.
    pub(crate) fn sort<T>(&self, rows: Vec<T>, job: impl Fn(&T) -> &Job) -> Vec<T> {
        let skip = self.common_start(rows.iter().map(&job));
        let mut weighed: Vec<(u64, T)> = rows.into_iter().map(|row| (self.weight(job(&row), skip), row)).collect();
        // The order leaves no two equal.
        weighed.sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then_with(|| self.order(job(x), job(y))));
        weighed.into_iter().map(|(_, row)| row).collect()
    }

    /// A number that is smaller only where [`Self::order`] has the job first; equal ones say nothing. Of words it has eight
    /// bytes, `skip` bytes after their beginning.
    fn weight(&self, job: &Job, skip: usize) -> u64 {
        let weight = match self.by.column {
            Column::Status => job.status as u64,
            Column::Created => job.created_at.as_microsecond().cast_unsigned() ^ (1 << 63),
            // The bits of numbers without a sign are in their order; adding zero takes it from a zero.
            Column::RunTime => (job.run_time_secs.max(0.0) + 0.0).to_bits(),
            Column::Name | Column::Image | Column::Owner | Column::Preset => {
                let mut start = [0; 8];
                self.word(job).bytes().skip(skip).zip(&mut start).for_each(|(byte, to)| *to = byte);
                u64::from_be_bytes(start)
            }
        };
        if self.by.is_descending() { !weight } else { weight }
    }

    /// How many bytes all words of the column begin with.
    fn common_start<'a>(&self, mut jobs: impl Iterator<Item = &'a Job>) -> usize {
        let Some(first) = jobs.next().map(|job| self.word(job)) else { return 0 };
        jobs.fold(first.len(), |most, job| {
            first.bytes().take(most).zip(self.word(job).bytes()).take_while(|(a, b)| a == b).count()
        })
    }

    /// What a column of words has of a job.
    fn word<'a>(&self, job: &'a Job) -> &'a str {
        match self.by.column {
            Column::Name => name_or_id(job),
            Column::Image => &job.container.image,
            Column::Owner => &job.owner,
            Column::Preset => job.preset.as_deref().unwrap_or_default(),
            Column::Status | Column::Created | Column::RunTime => "",
        }
    }

    fn order(&self, a: &Job, b: &Job) -> Ordering {
        let by_column = match self.by.column {
            Column::Status => a.status.cmp(&b.status),
            Column::Name | Column::Image | Column::Owner | Column::Preset => self.word(a).cmp(self.word(b)),
            Column::Created => a.created_at.cmp(&b.created_at),
            Column::RunTime => a.run_time_secs.total_cmp(&b.run_time_secs),
        };
        // Equal ones newest first, then by id, so that the order never flickers.
        self.by.directed(by_column).then_with(|| b.created_at.cmp(&a.created_at)).then_with(|| a.id.cmp(&b.id))
    }
}

/// `word` is folded.
fn mentions(job: &Job, word: &str) -> bool {
    let has = |text: &str| folded(text).contains(word);
    job.name.as_deref().is_some_and(has) || has(&job.container.image) || has(&job.id) || job.tags.iter().any(|t| has(t))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::job::tests::job;

    #[test]
    fn filters_survive_the_address() {
        let filter = Filter {
            statuses: vec![JobStatus::Pending, JobStatus::Failed],
            owner: Some("bob".into()),
            tag: Some("night run".into()),
            org: Some("acme".into()),
            text: "train gpu".into(),
            by: Sort { column: Column::Name, reversed: true },
        };
        let pairs = filter.to_pairs();
        assert_eq!(Filter::from_pairs(pairs.iter().map(|(k, v)| (*k, v.as_str()))), filter);
        assert!(Filter::default().to_pairs().is_empty());
    }

    #[test]
    fn a_link_that_cannot_be_understood_still_shows_a_list() {
        let filter = Filter::from_pairs([("status", "up"), ("sort", "-colour"), ("owner", ""), ("x", "y")]);
        assert_eq!(filter, Filter::default());
    }

    #[test]
    fn jobs_of_one_organisation_alone_are_shown_where_it_is_chosen() {
        let mut one = job("job-abc", "running");
        let filter = Filter { org: Some("acme".into()), ..Filter::default() };
        assert!(filter.narrows() && !filter.admits(&one));
        one.org = Some("acme".into());
        assert!(filter.admits(&one));
    }

    #[test]
    fn every_word_must_be_found_somewhere() {
        let mut one = job("job-abc", "running");
        one.name = Some("train-cats".into());
        one.tags = vec!["night".into()];
        let admits = |text: &str| Filter { text: text.into(), ..Filter::default() }.admits(&one);
        assert!(admits("TRAIN ubuntu"));
        assert!(admits("night ABC"));
        assert!(!admits("train dogs"));
    }

    #[test]
    fn a_heading_clicked_twice_turns_the_order() {
        let by_name = Filter::default().sorted_by(Column::Name);
        assert!(!by_name.by.is_descending());
        assert!(by_name.sorted_by(Column::Name).by.is_descending());
        assert!(Filter::default().by.is_descending(), "newest first is the usual order");
    }

    #[test]
    fn what_is_worked_out_beforehand_leaves_the_order_as_it_is() {
        let words =
            ["train", "train-2", "train-10", "trainer-of-many-cats", "trainer-of-many-dogs", "", "äther", "Train"];
        let jobs: Vec<Job> = (0..400)
            .map(|n: usize| {
                let mut job = job(&format!("job-{:08x}-0000", n * 7919 % 400), ["running", "failed", "pending"][n % 3]);
                let word = words[n * 31 % words.len()];
                job.name = (!n.is_multiple_of(5)).then(|| format!("net-{word}"));
                job.container.image = format!("registry/{word}:{}", n % 4);
                job.owner = word.to_owned();
                job.preset = (!n.is_multiple_of(3)).then(|| word.to_owned());
                job.created_at = jiff::Timestamp::new((n * 37 % 50) as i64 - 20, 0).unwrap();
                job.run_time_secs = [0.0, -0.0, 0.5, 3.0, 1e9, -1.0][n % 6];
                job
            })
            .collect();
        for column in <Column as sorting::Column>::ALL.iter().copied() {
            for reversed in [false, true] {
                let filter = Filter { by: Sort { column, reversed }, ..Filter::default() };
                let mut plainly: Vec<&Job> = jobs.iter().collect();
                plainly.sort_by(|a, b| filter.order(a, b));
                assert!(filter.sort(jobs.iter().collect(), |job| job) == plainly, "{column:?} {reversed}");
            }
        }
    }
}
