//! The images list's scope, filter and order, how they stand in the address, and who may put images where.

use super::{
    fold::folded,
    sorting::{self, Sort},
};
use crate::i18n::{Phrase, catalogue::images};
use api::{
    images::{Image, ImageSelector},
    session::Session,
};
use std::cmp::Ordering;

/// What the list can be ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Column {
    #[default]
    Name,
    Project,
    Tags,
    Updated,
}

impl Column {
    pub(crate) fn phrase(self) -> Phrase {
        match self {
            Self::Name => images::COL_NAME,
            Self::Project => images::COL_PROJECT,
            Self::Tags => images::COL_TAGS,
            Self::Updated => images::COL_UPDATED,
        }
    }
}

impl sorting::Column for Column {
    const ALL: &'static [Self] = &[Self::Name, Self::Project, Self::Tags, Self::Updated];

    fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Project => "project",
            Self::Tags => "tags",
            Self::Updated => "updated",
        }
    }

    fn starts_descending(self) -> bool {
        matches!(self, Self::Tags | Self::Updated)
    }
}

/// Whose images are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of the session's project.
    #[default]
    Own,
    /// Those of one project.
    Project {
        /// Absent: the session's organisation.
        org: Option<String>,
        project: String,
    },
    /// All that the reader may see.
    All,
}

/// What the project's word is for all projects, here and in the contract.
pub(crate) const ALL_PROJECTS: &str = "*";

/// Scope, filter and order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImageFilter {
    pub(crate) scope: Scope,
    /// Words that must all be found in the repository.
    pub(crate) text: String,
    pub(crate) by: Sort<Column>,
}

impl ImageFilter {
    /// Reads the address. What cannot be understood is left out: an old or mistyped link still shows a list.
    pub(crate) fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        let (mut org, mut project) = (None, None);
        for (key, value) in pairs {
            match key {
                "org" if !value.is_empty() => org = Some(value.to_owned()),
                "project" if !value.is_empty() => project = Some(value.to_owned()),
                "q" => value.clone_into(&mut filter.text),
                "sort" => filter.by = Sort::parse(value).unwrap_or(filter.by),
                _ => {}
            }
        }
        filter.scope = match project {
            Some(project) if project == ALL_PROJECTS => Scope::All,
            Some(project) => Scope::Project { org, project },
            None => Scope::Own,
        };
        filter
    }

    /// The address's query; empty for the usual view.
    pub(crate) fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        match &self.scope {
            Scope::Own => {}
            Scope::All => pairs.push(("project", ALL_PROJECTS.to_owned())),
            Scope::Project { org, project } => {
                pairs.extend(org.iter().map(|org| ("org", org.clone())));
                pairs.push(("project", project.clone()));
            }
        }
        if !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        pairs.extend(self.by.to_pair());
        pairs
    }

    /// What the gateway is asked for, first page. The name goes along only where not all images can be held here.
    pub(crate) fn selector(&self, with_name: bool) -> ImageSelector {
        let (org, project) = match &self.scope {
            Scope::Own => (None, None),
            Scope::All => (None, Some(ALL_PROJECTS.to_owned())),
            Scope::Project { org, project } => (org.clone(), Some(project.clone())),
        };
        // The gateway looks for one part of the name; the other words narrow here.
        let name = self.text.split_whitespace().max_by_key(|word| word.len()).filter(|_| with_name).map(str::to_owned);
        ImageSelector { org, project, name, limit: None, cursor: None }
    }

    /// Whether it leaves any image of its scope out.
    pub(crate) fn narrows(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// What a click on a column's heading makes of it.
    pub(crate) fn sorted_by(&self, column: Column) -> Self {
        Self { by: self.by.clicked(column), ..self.clone() }
    }

    pub(crate) fn admits(&self, image: &Image) -> bool {
        let repository = folded(&image.repository);
        self.text.split_whitespace().all(|word| repository.contains(&folded(word)))
    }

    pub(crate) fn order(&self, a: &Image, b: &Image) -> Ordering {
        let by_column = match self.by.column {
            Column::Name => a.name.cmp(&b.name),
            Column::Project => (&a.org, &a.project).cmp(&(&b.org, &b.project)),
            Column::Tags => a.tag_count.cmp(&b.tag_count),
            Column::Updated => a.updated_at.cmp(&b.updated_at),
        };
        self.by.directed(by_column).then_with(|| a.repository.cmp(&b.repository))
    }
}

/// The query of `GET images`.
pub(crate) fn selector_pairs(selector: &ImageSelector) -> Vec<(&'static str, String)> {
    let ImageSelector { org, project, name, limit, cursor } = selector;
    let texts = [("org", org), ("project", project), ("name", name), ("cursor", cursor)];
    let mut pairs: Vec<_> =
        texts.into_iter().filter_map(|(key, value)| value.clone().map(|value| (key, value))).collect();
    pairs.extend(limit.map(|limit| ("limit", limit.to_string())));
    pairs
}

/// Why no image can be put into a project of the session. The cluster has the last word; this only spares a futile try.
pub(crate) fn write_refusal(session: &Session, org: Option<&str>, project: &str) -> Option<Phrase> {
    let reader = |p: &&api::session::Project| p.name == project && (org.is_none() || p.org.as_deref() == org);
    let role = session.projects.iter().find(reader).map(|p| p.role.as_str());
    (role == Some("reader")).then_some(images::NO_WRITE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(repository: &str, tags: u64) -> Image {
        let mut parts = repository.splitn(3, '/');
        let mut part = || parts.next().expect("three parts").to_owned();
        let (org, project, name) = (part(), part(), part());
        Image {
            repository: repository.to_owned(),
            uri: format!("image://home/{repository}"),
            docker_reference: format!("127.0.0.1:8080/{repository}"),
            org: Some(org),
            project,
            name,
            tag_count: Some(tags),
            updated_at: None,
        }
    }

    #[test]
    fn filters_survive_the_address() {
        for scope in [
            Scope::Own,
            Scope::All,
            Scope::Project { org: None, project: "vision".into() },
            Scope::Project { org: Some("acme".into()), project: "vision".into() },
        ] {
            let filter =
                ImageFilter { scope, text: "net gpu".into(), by: Sort { column: Column::Tags, reversed: true } };
            let pairs = filter.to_pairs();
            assert_eq!(ImageFilter::from_pairs(pairs.iter().map(|(k, v)| (*k, v.as_str()))), filter);
        }
        assert!(ImageFilter::default().to_pairs().is_empty());
    }

    #[test]
    fn a_link_that_cannot_be_understood_still_shows_a_list() {
        let filter = ImageFilter::from_pairs([("sort", "-colour"), ("project", ""), ("org", "acme"), ("x", "y")]);
        assert_eq!(filter, ImageFilter::default());
    }

    #[test]
    fn every_word_must_be_found_in_the_repository() {
        let one = image("acme/vision/train/Cats".to_lowercase().as_str(), 1);
        let admits = |text: &str| ImageFilter { text: text.into(), ..ImageFilter::default() }.admits(&one);
        assert!(admits("CATS vision"));
        assert!(!admits("cats dogs"));
    }

    #[test]
    fn equal_ones_keep_the_order_of_their_names() {
        let (a, b) = (image("acme/vision/a", 1), image("acme/vision/b", 1));
        let by_tags = ImageFilter { by: Sort { column: Column::Tags, reversed: false }, ..ImageFilter::default() };
        assert_eq!(by_tags.order(&a, &b), Ordering::Less);
        assert_eq!(by_tags.order(&image("acme/vision/a", 1), &image("acme/vision/b", 2)), Ordering::Greater);
    }

    #[test]
    fn the_gateway_gets_the_longest_word_and_only_where_it_must_search() {
        let filter = ImageFilter { text: "ab resnet".into(), scope: Scope::All, ..ImageFilter::default() };
        assert_eq!(
            selector_pairs(&filter.selector(true)),
            [("project", "*".to_owned()), ("name", "resnet".to_owned())]
        );
        assert_eq!(filter.selector(false).name, None);
    }

    #[test]
    fn only_a_known_reader_is_refused_before_the_try() {
        let session: Session = serde_json::from_value(serde_json::json!({
            "user": "ann", "cluster": "home", "project": "vision", "expires_at": "2026-11-24T00:00:00Z",
            "platform_url": "http://127.0.0.1:8080/api/v1",
            "projects": [{"name": "vision", "role": "reader"}, {"name": "audio", "role": "writer"}],
        }))
        .expect("a session of the contract");
        assert!(write_refusal(&session, None, "vision").is_some());
        assert!(write_refusal(&session, None, "audio").is_none());
        assert!(write_refusal(&session, None, "unknown").is_none());
    }
}
