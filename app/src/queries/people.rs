//! People, organisations, projects, and places in them.

use crate::client::{Client, Failure, encode, with_query};
use crate::paths::endpoint;
use api::{
    access::Items,
    people::{
        Member, MemberCreate, MemberUpdate, Members, Org, OrgCreate, Orgs, Person, Project, ProjectCreate,
        ProjectUpdate, Projects,
    },
};

/// Where somebody has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Org(String),
    Project { org: String, project: String },
}

impl At {
    fn members(&self) -> String {
        let place = match self {
            Self::Org(org) => endpoint::org(org),
            Self::Project { org, project } => endpoint::project(org, project),
        };
        format!("{place}/members")
    }

    fn member(&self, user: &str) -> String {
        format!("{}/{}", self.members(), encode(user))
    }

    /// What it is called.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Org(org) => org.clone(),
            Self::Project { org, project } => format!("{org}/{project}"),
        }
    }
}

pub(crate) async fn members(client: Client, at: &At) -> Result<Members, Failure> {
    client.get(&at.members()).await
}

pub(crate) async fn add_member(client: Client, at: &At, user: String, role: String) -> Result<Member, Failure> {
    client.post(&at.members(), &MemberCreate { user, role }).await
}

/// Changes a place, as long as it is what was seen.
pub(crate) async fn change_member(client: Client, at: &At, seen: &Member, role: String) -> Result<Member, Failure> {
    client.put(&at.member(&seen.user), &MemberUpdate { from: seen.role.clone(), role }).await
}

/// Takes a place, as long as it is what was seen.
pub(crate) async fn remove_member(client: Client, at: &At, seen: &Member) -> Result<(), Failure> {
    client.delete(&with_query(&at.member(&seen.user), [("from", &seen.role)])).await
}

pub(crate) async fn people(client: Client) -> Result<Vec<Person>, Failure> {
    client.get::<Items<Person>>(endpoint::PEOPLE).await.map(|found| found.items)
}

pub(crate) async fn person(client: Client, name: &str) -> Result<Person, Failure> {
    client.get(&endpoint::person(name)).await
}

pub(crate) async fn orgs(client: Client) -> Result<Orgs, Failure> {
    client.get(endpoint::ORGS).await
}

pub(crate) async fn add_org(client: Client, name: &str) -> Result<Org, Failure> {
    client.post(endpoint::ORGS, &OrgCreate { name: name.trim().to_owned() }).await
}

pub(crate) async fn remove_org(client: Client, name: &str) -> Result<(), Failure> {
    client.delete(&endpoint::org(name)).await
}

pub(crate) async fn projects(client: Client, org: &str) -> Result<Projects, Failure> {
    client.get(&endpoint::projects(org)).await
}

pub(crate) async fn add_project(
    client: Client,
    org: &str,
    name: &str,
    default_role: String,
) -> Result<Project, Failure> {
    let project = ProjectCreate { name: name.trim().to_owned(), default_role, is_default: false };
    client.post(&endpoint::projects(org), &project).await
}

pub(crate) async fn update_project(
    client: Client,
    org: &str,
    name: &str,
    settings: ProjectUpdate,
) -> Result<Project, Failure> {
    client.put(&endpoint::project(org, name), &settings).await
}

pub(crate) async fn remove_project(client: Client, org: &str, name: &str) -> Result<(), Failure> {
    client.delete(&endpoint::project(org, name)).await
}
