//! The projects that jobs and images can go to: all of the reader's, in each of their organisations.

use crate::rules::image_name;
use api::session::Session;
use image::reference::Place;
use std::fmt;

/// A project, and the organisation that it belongs to. Its text is `ORG/PROJECT`, or `PROJECT` where there is no organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectPath {
    pub(crate) org: Option<String>,
    pub(crate) project: String,
}

impl ProjectPath {
    /// What it is called among others: by its name alone in the reader's own organisation.
    pub(crate) fn label(&self, own_org: Option<&str>) -> String {
        if self.org.as_deref() == own_org { self.project.clone() } else { self.to_string() }
    }

    fn holds(&self, repository: &str) -> bool {
        repository.strip_prefix(&self.to_string()).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.org {
            Some(org) => write!(f, "{org}/{}", self.project),
            None => f.write_str(&self.project),
        }
    }
}

fn own(session: &Session) -> ProjectPath {
    ProjectPath { org: session.org.clone(), project: session.project.clone() }
}

/// All of them: the session's own first, then those of its organisation.
pub(crate) fn projects(session: &Session) -> Vec<ProjectPath> {
    let own = own(session);
    let all = session.projects.iter().map(|p| ProjectPath { org: p.org.clone(), project: p.name.clone() });
    let (near, far): (Vec<_>, Vec<_>) = all.filter(|path| *path != own).partition(|path| path.org == own.org);
    [vec![own], near, far].concat()
}

/// Where a job goes for which these are written down; empty ones are the session's.
pub(crate) fn written(session: &Session, org: &str, project: &str) -> ProjectPath {
    let own = own(session);
    match (org, project) {
        (_, "") => own,
        ("", project) => ProjectPath { project: project.to_owned(), ..own },
        (org, project) => ProjectPath { org: Some(org.to_owned()), project: project.to_owned() },
    }
}

/// The one that holds a repository.
pub(crate) fn holding(projects: &[ProjectPath], repository: &str) -> Option<ProjectPath> {
    let holding = projects.iter().filter(|path| path.holds(repository));
    holding.max_by_key(|path| path.to_string().len()).cloned()
}

/// Where the reader stands who has chosen that project; none chosen: in the session's own.
pub(crate) fn place(session: &Session, host: Option<&str>, chosen: Option<ProjectPath>) -> Place {
    let own = image_name::place(session, host);
    match chosen {
        Some(ProjectPath { org, project }) => Place { org, project, ..own },
        None => own,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    /// Of a member of two organisations.
    pub(crate) fn session() -> Session {
        let project = |org: &str, name: &str| json!({ "name": name, "org": org, "role": "writer" });
        serde_json::from_value(json!({
            "user": "ada", "cluster": "home", "org": "acme", "project": "vision",
            "projects": [project("other", "ml"), project("acme", "vision"), project("acme", "ml")],
            "expires_at": "2030-01-01T00:00:00Z", "platform_url": "http://127.0.0.1:8080",
        }))
        .expect("a session")
    }

    #[test]
    fn projects_of_one_name_are_told_apart() {
        let labels: Vec<_> = projects(&session()).iter().map(|path| path.label(Some("acme"))).collect();
        assert_eq!(labels, ["vision", "ml", "other/ml"]);
    }

    #[test]
    fn a_bare_name_goes_to_the_project_that_was_chosen_and_not_to_its_namesake() {
        let goes = |chosen: Option<&ProjectPath>| {
            let place = place(&session(), None, chosen.cloned());
            image_name::target(&place, "image:net:v1").map(|name| image_name::target_path(&name)).ok()
        };
        let all = projects(&session());
        let each: Vec<_> = all.iter().filter_map(|path| goes(Some(path))).collect();
        assert_eq!(each, ["acme/vision/net:v1", "acme/ml/net:v1", "other/ml/net:v1"]);
        assert_eq!(goes(None).as_deref(), Some("acme/vision/net:v1"));
    }

    #[test]
    fn a_job_goes_where_it_is_written_and_else_where_the_session_works() {
        let goes = |org, project| written(&session(), org, project).to_string();
        assert_eq!(goes("", ""), "acme/vision");
        assert_eq!(goes("", "ml"), "acme/ml");
        assert_eq!(goes("other", "ml"), "other/ml");
    }

    #[test]
    fn a_repository_is_found_in_its_project() {
        let all = projects(&session());
        assert_eq!(holding(&all, "other/ml/a/net").as_ref(), all.last());
        assert_eq!(holding(&all, "acme/mlx/net"), None);
    }
}
