//! Listings in pages.

use super::{
    LayerRow, Referrer, Registry, RegistryError, RepositoryRow, TagRow, digest::Digest, name::RepositoryName,
    store::lists,
};

/// Rows looked at in one go while looking for those that somebody may see.
const STRIDE: u32 = 500;
/// The spec's limit of a manifest is ours for an answer as well.
const REFERRERS: (usize, usize) = (1000, 2 << 20);

/// Some of a list, and whether there is more.
#[derive(Clone, Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) has_more: bool,
}

impl<T> Page<T> {
    fn of(mut items: Vec<T>, most: u32) -> Self {
        let has_more = items.len() > most as usize;
        items.truncate(most as usize);
        Self { items, has_more }
    }

    /// The same of something else.
    pub(crate) fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), has_more: self.has_more }
    }
}

impl Registry {
    /// Names of images with a tag that `may_see` allows, after `last`, in order.
    pub(crate) async fn repositories(
        &self,
        last: &str,
        most: u32,
        may_see: impl Fn(&RepositoryName) -> bool,
    ) -> Result<Page<String>, RegistryError> {
        let (mut seen, mut last) = (Vec::new(), last.to_owned());
        loop {
            let rows = lists::repositories(&self.store, &last, STRIDE).await?;
            let is_end = rows.len() < STRIDE as usize;
            last = rows.last().cloned().unwrap_or_default();
            seen.extend(rows.into_iter().filter(|path| RepositoryName::parse(path).is_ok_and(|name| may_see(&name))));
            if is_end || seen.len() > most as usize {
                return Ok(Page::of(seen, most));
            }
        }
    }

    /// The same with what a list shows of each.
    pub(crate) async fn repository_rows(
        &self,
        last: &str,
        most: u32,
        may_see: impl Fn(&RepositoryName) -> bool,
    ) -> Result<Page<RepositoryRow>, RegistryError> {
        let (mut seen, mut last) = (Vec::new(), last.to_owned());
        loop {
            let rows = lists::repository_rows(&self.store, &last, STRIDE).await?;
            let is_end = rows.len() < STRIDE as usize;
            last = rows.last().map(|row| row.path.clone()).unwrap_or_default();
            seen.extend(
                rows.into_iter().filter(|row| RepositoryName::parse(&row.path).is_ok_and(|name| may_see(&name))),
            );
            if is_end || seen.len() > most as usize {
                return Ok(Page::of(seen, most));
            }
        }
    }

    async fn repository(&self, name: &RepositoryName) -> Result<i64, RegistryError> {
        let found = lists::repository(&self.store, name).await?;
        found.ok_or_else(|| RegistryError::NoSuchRepository(name.to_string()))
    }

    /// Tags of an image after `last`, in order.
    pub(crate) async fn tags(
        &self,
        name: &RepositoryName,
        last: &str,
        most: u32,
    ) -> Result<Page<String>, RegistryError> {
        let repository = self.repository(name).await?;
        Ok(Page::of(lists::tags(&self.store, repository, last, most.saturating_add(1)).await?, most))
    }

    /// The same with what they stand for.
    pub(crate) async fn tag_rows(
        &self,
        name: &RepositoryName,
        last: &str,
        most: u32,
    ) -> Result<Page<TagRow>, RegistryError> {
        let repository = self.repository(name).await?;
        Ok(Page::of(lists::tag_rows(&self.store, repository, last, most.saturating_add(1)).await?, most))
    }

    /// Manifests about a subject, whether the subject is here or not.
    pub(crate) async fn referrers(
        &self,
        name: &RepositoryName,
        subject: &Digest,
        artifact_type: Option<&str>,
        last: &str,
    ) -> Result<Page<Referrer>, RegistryError> {
        let Some(repository) = lists::repository(&self.store, name).await? else {
            return Ok(Page { items: Vec::new(), has_more: false });
        };
        let (items, has_more) =
            lists::referrers(&self.store, repository, subject, artifact_type, last, REFERRERS).await?;
        Ok(Page { items, has_more })
    }

    /// Layers of a project's images whose uncompressed form is known, the ones pushed last first.
    pub(crate) async fn layers(&self, org: &str, project: &str, most: u32) -> Result<Page<LayerRow>, RegistryError> {
        Ok(Page::of(lists::layers(&self.store, org, project, most.saturating_add(1)).await?, most))
    }
}
