//! What is shared, and with whom: names as they come from outside.

use crate::{Gateway, rescue::Failure, session::Session};
use platform::{Uri, name::is_job_id};

const NAME_MAX_BYTES: usize = 512;
/// What a whole project is shared by. Its people are another matter.
const PROJECT_TARGETS: [&str; 2] = ["job", "image"];

/// Something with rights on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thing {
    /// As it is named.
    pub(crate) uri: Uri,
    /// What grants are made on to share it.
    pub(crate) targets: Vec<Uri>,
    /// By what else its rights are found: a job also by its name.
    pub(crate) also: Vec<Uri>,
}

impl Thing {
    /// The thing of a URI.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let uri = parse_uri(text)?;
        if uri.scheme() != "project" {
            return Ok(Self { targets: vec![uri.clone()], uri, also: Vec::new() });
        }
        if !matches!(uri.segments().len(), 2 | 3) {
            return Err(Failure::invalid("uri", "A project is named project://CLUSTER/ORG/PROJECT."));
        }
        let target = |scheme| Uri::try_new(scheme, uri.segments()).expect("its segments are plain");
        Ok(Self { targets: PROJECT_TARGETS.into_iter().map(target).collect(), uri, also: Vec::new() })
    }

    /// With the other names of a job that the user may see.
    pub(crate) async fn with_aliases(mut self, gateway: &Gateway, session: &Session) -> Self {
        if let ("job", [above @ .., id]) = (self.uri.scheme(), self.uri.segments())
            && is_job_id(id)
            // A job that cannot be seen is shared by its id alone.
            && let Ok(job) = gateway.upstream().job(session, id).await
            && let Some(name) = job.name
        {
            let segments = above.iter().map(String::as_str).chain([name.as_str()]);
            self.also.extend(Uri::try_new("job", segments));
        }
        self
    }

    /// Shared by the name that the user manages, where that is another one: a job may be managed by its name and not by its id.
    pub(crate) fn shared_by(mut self, manages: impl Fn(&Uri) -> bool) -> Self {
        if let [target] = self.targets.as_mut_slice()
            && !manages(target)
            && let Some(other) = self.also.iter_mut().find(|uri| manages(uri))
        {
            std::mem::swap(target, other);
        }
        self
    }

    /// Everything that decides about one of its targets.
    pub(crate) fn names_of<'a>(&'a self, target: &'a Uri) -> impl Iterator<Item = &'a Uri> {
        [target].into_iter().chain(&self.also)
    }
}

/// A URI as an input.
pub(super) fn parse_uri(text: &str) -> Result<Uri, Failure> {
    text.trim()
        .parse()
        .map_err(|why: platform::uri::InvalidUri| Failure::invalid("uri", format!("{}.", upper(&why.to_string()))))
}

/// A user's or role's name as an input: what could not leave its place in an address.
pub(crate) fn check_principal<'a>(field: &'static str, name: &'a str) -> Result<&'a str, Failure> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::invalid(field, "Say who: the name of a user or a role."));
    }
    if name.len() > NAME_MAX_BYTES || Uri::try_new("role", name.split('/')).is_err() || name.contains(':') {
        return Err(Failure::invalid(field, "No user or role is called so; check the name."));
    }
    Ok(name)
}

fn upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(char::to_uppercase).into_iter().flatten().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_shared_by_its_jobs_and_images() {
        let project = Thing::parse("project://default/main/demo").expect("a project");
        let targets: Vec<String> = project.targets.iter().map(Uri::to_string).collect();
        assert_eq!(targets, ["job://default/main/demo", "image://default/main/demo"]);
        let image = Thing::parse("image://default/main/demo/net").expect("an image");
        assert_eq!(image.targets, std::slice::from_ref(&image.uri));
        for bad in ["", "net", "project://default", "project://a/b/c/d", "image://a/../b", "image://a/b?c"] {
            assert!(matches!(Thing::parse(bad), Err(Failure::Invalid { field: Some(f), .. }) if f == "uri"), "{bad}");
        }
    }

    #[test]
    fn a_job_is_shared_by_its_id_unless_only_its_name_is_managed() {
        let job = || {
            let also = vec![parse_uri("job://c/o/p/train").expect("a URI")];
            Thing { also, ..Thing::parse("job://c/o/p/job-1").expect("a job") }
        };
        let target = |managed: &[&str]| {
            let thing = job().shared_by(|uri| managed.contains(&uri.to_string().as_str()));
            let names: Vec<String> = thing.names_of(&thing.targets[0]).map(Uri::to_string).collect();
            names
        };
        let (id, name) = ("job://c/o/p/job-1", "job://c/o/p/train");
        for managed in [&[id, name][..], &[id], &[]] {
            assert_eq!(target(managed), [id, name], "{managed:?}");
        }
        assert_eq!(target(&[name]), [name, id]);
    }

    #[test]
    fn names_that_could_leave_their_place_in_an_address_are_nobody() {
        for good in ["bob", "alice/roles/readers", " bob ", "b\u{43e}b"] {
            assert_eq!(check_principal("principal", good).ok(), Some(good.trim()), "{good}");
        }
        for bad in ["", "  ", ".", "..", "a/../b", "/a", "a//b", "a:b", "a?b", "a#b", "a\0b", &"a".repeat(513)] {
            assert!(check_principal("principal", bad).is_err(), "{bad:?}");
        }
    }
}
