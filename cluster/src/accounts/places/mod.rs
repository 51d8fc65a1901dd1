//! Organisations, projects, and who has which place in them.
//!
//! Owns the rules of places: a member of a project is a member of its organisation, a project keeps a manager, and what goes
//! takes with it every grant on it. Does not know who may change them.

pub(crate) mod store;
#[cfg(test)]
mod tests;

use platform::{
    extension::project_settings,
    permission::{OrgRole, ProjectRole},
};
use sqlx::SqliteConnection;

use super::{AccountError, Accounts, Membership, check};
use crate::history::{By, Change};

/// A project and its settings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Project {
    pub(crate) org: String,
    pub(crate) name: String,
    /// What a new member becomes when nothing else is said.
    pub(crate) default_role: ProjectRole,
    /// New members of the organisation join it by themselves.
    pub(crate) is_default: bool,
}

impl Default for Project {
    fn default() -> Self {
        Self { org: String::new(), name: String::new(), default_role: ProjectRole::Writer, is_default: false }
    }
}

/// A place in an organisation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OrgPlace {
    pub(crate) user: String,
    pub(crate) org: String,
    pub(crate) role: OrgRole,
}

/// Whether a place is to be new, or to be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Seat<'a> {
    Add,
    Change(&'a Seen),
}

/// The role, or the settings of a project, that the author of a change saw, where it was said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Seen(pub(crate) Option<String>);

impl Seen {
    /// Refuses when the place has another role by now.
    fn ensure(&self, user: &str, place: &str, now: &'static str) -> Result<(), AccountError> {
        match &self.0 {
            Some(seen) if seen != now => {
                let (user, place, seen) = (user.to_owned(), place.to_owned(), seen.clone());
                Err(AccountError::PlaceMoved { user, place, now, seen })
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Accounts {
    /// Every organisation, in order.
    pub(crate) async fn orgs(&self) -> Result<Vec<String>, AccountError> {
        Ok(store::list_orgs(&self.store).await?)
    }

    /// The organisations of a principal, in order.
    pub(crate) async fn orgs_of(&self, principal: &str) -> Result<Vec<OrgPlace>, AccountError> {
        Ok(store::orgs_of(&self.store, principal).await?)
    }

    /// Adds an organisation; whoever adds it is its first administrator.
    pub(crate) async fn add_org(&self, org: &str, by: &By) -> Result<(), AccountError> {
        check(org)?;
        let mut change = Change::begin(&self.store, by).await?;
        if !store::add_org(&mut change, org, by.at).await? {
            return Err(AccountError::Exists(org.to_owned()));
        }
        store::set_org_place(&mut change, org, &by.actor, OrgRole::Admin).await?;
        Ok(change.commit().await?)
    }

    /// Removes an organisation without projects, and every grant on it.
    pub(crate) async fn remove_org(&self, cluster: &str, org: &str, by: &By) -> Result<(), AccountError> {
        let mut change = Change::begin(&self.store, by).await?;
        ensure_org(&mut change, org).await?;
        let projects = store::count_projects(&mut change, org).await?;
        if projects > 0 {
            let why = format!("it has {projects} projects; remove them first with 'apolo admin remove-project'");
            return Err(AccountError::InUse { what: format!("organisation {org}"), why });
        }
        store::remove_org(&mut change, cluster, org).await?;
        Ok(change.commit().await?)
    }

    /// Who belongs to an organisation, by name.
    pub(crate) async fn org_places(&self, org: &str) -> Result<Vec<OrgPlace>, AccountError> {
        if !self.org_exists(org).await? {
            return Err(AccountError::UnknownOrg(org.to_owned()));
        }
        Ok(store::org_places(&self.store, org).await?)
    }

    /// Makes a user a member of an organisation and of its default projects, or changes a member's role.
    pub(crate) async fn set_org_place(&self, place: &OrgPlace, seat: Seat<'_>, by: &By) -> Result<(), AccountError> {
        let OrgPlace { user, org, role } = place;
        let mut change = Change::begin(&self.store, by).await?;
        ensure_org(&mut change, org).await?;
        ensure_user(&mut change, user).await?;
        let (place, held) = (format!("organisation {org}"), store::find_org_place(&mut change, org, user).await?);
        match (seat, held) {
            (Seat::Add, Some(held)) => {
                return Err(AccountError::AlreadyMember { user: user.clone(), place, role: held.role.as_str() });
            }
            (Seat::Change(_), None) => return Err(AccountError::NotMember { user: user.clone(), place }),
            (Seat::Add, None) => {
                store::set_org_place(&mut change, org, user, *role).await?;
                for project in store::default_projects(&mut change, org).await? {
                    let place = Membership { org: org.clone(), project: project.name, role: project.default_role };
                    store::set_member(&mut change, user, &place).await?;
                }
            }
            (Seat::Change(seen), Some(held)) => {
                seen.ensure(user, &place, held.role.as_str())?;
                store::set_org_place(&mut change, org, user, *role).await?;
            }
        }
        Ok(change.commit().await?)
    }

    /// Takes a user out of an organisation and of all its projects. Grants to the user stay, for an audit to find.
    pub(crate) async fn remove_org_place(
        &self,
        org: &str,
        user: &str,
        seen: &Seen,
        by: &By,
    ) -> Result<(), AccountError> {
        let mut change = Change::begin(&self.store, by).await?;
        ensure_org(&mut change, org).await?;
        let place = format!("organisation {org}");
        match store::find_org_place(&mut change, org, user).await? {
            None => return Err(AccountError::NotMember { user: user.to_owned(), place }),
            Some(held) => seen.ensure(user, &place, held.role.as_str())?,
        }
        for project in store::projects_of(&mut change, org, user).await? {
            ensure_manager_left(&mut change, org, &project, user, None).await?;
            store::remove_member(&mut change, org, &project, user).await?;
        }
        store::remove_org_place(&mut change, org, user).await?;
        Ok(change.commit().await?)
    }

    /// The projects of an organisation, in order.
    pub(crate) async fn projects(&self, org: &str) -> Result<Vec<Project>, AccountError> {
        if !self.org_exists(org).await? {
            return Err(AccountError::UnknownOrg(org.to_owned()));
        }
        Ok(store::list_projects(&self.store, org).await?)
    }

    /// One project.
    pub(crate) async fn project(&self, org: &str, name: &str) -> Result<Project, AccountError> {
        let found = self.projects(org).await?.into_iter().find(|project| project.name == name);
        found.ok_or_else(|| AccountError::UnknownProject { org: org.to_owned(), project: name.to_owned() })
    }

    /// Adds a project; whoever adds it is its first administrator.
    pub(crate) async fn add_project(&self, project: &Project, by: &By) -> Result<(), AccountError> {
        check(&project.name)?;
        let mut change = Change::begin(&self.store, by).await?;
        ensure_org(&mut change, &project.org).await?;
        if !store::add_project(&mut change, project, by.at).await? {
            return Err(AccountError::Exists(format!("{}/{}", project.org, project.name)));
        }
        let place = Membership { org: project.org.clone(), project: project.name.clone(), role: ProjectRole::Admin };
        store::seat(&mut change, &by.actor, &place, by.at).await?;
        Ok(change.commit().await?)
    }

    /// Changes a project's settings, if they are those that the caller saw.
    pub(crate) async fn update_project(&self, project: &Project, seen: &Seen, by: &By) -> Result<(), AccountError> {
        let mut change = Change::begin(&self.store, by).await?;
        let found = ensure_project(&mut change, &project.org, &project.name).await?;
        let now = project_settings(found.default_role.as_str(), found.is_default);
        if let Some(seen) = seen.0.clone().filter(|seen| *seen != now) {
            let (org, project) = (found.org, found.name);
            return Err(AccountError::SettingsMoved { org, project, now, seen });
        }
        store::update_project(&mut change, project).await?;
        Ok(change.commit().await?)
    }

    /// Removes a project without images in which nothing runs, the places in it, and every grant on it.
    pub(crate) async fn remove_project(
        &self,
        cluster: &str,
        org: &str,
        name: &str,
        by: &By,
    ) -> Result<(), AccountError> {
        let mut change = Change::begin(&self.store, by).await?;
        ensure_project(&mut change, org, name).await?;
        let active = store::active_jobs(&mut change, org, name).await?;
        if active > 0 {
            let why = format!("{active} of its jobs have not ended; kill them or wait for their end");
            return Err(AccountError::InUse { what: format!("project {org}/{name}"), why });
        }
        let images = store::images(&mut change, org, name).await?;
        if images > 0 {
            let why = format!("it holds {images} images; delete them first");
            return Err(AccountError::InUse { what: format!("project {org}/{name}"), why });
        }
        store::remove_project(&mut change, cluster, org, name).await?;
        Ok(change.commit().await?)
    }

    /// Who belongs to a project, by name.
    pub(crate) async fn members(&self, org: &str, project: &str) -> Result<Vec<(String, ProjectRole)>, AccountError> {
        let mut reading = self.store.read().acquire().await.map_err(crate::store::StoreError::from)?;
        ensure_project(&mut reading, org, project).await?;
        Ok(store::members(&mut reading, org, project).await?)
    }

    /// Makes a member of the organisation a member of a project, as what is said or as the project says; or changes the role.
    /// Returns the role.
    pub(crate) async fn set_member(
        &self,
        (org, project): (&str, &str),
        user: &str,
        role: Option<ProjectRole>,
        seat: Seat<'_>,
        by: &By,
    ) -> Result<ProjectRole, AccountError> {
        let mut change = Change::begin(&self.store, by).await?;
        let found = ensure_project(&mut change, org, project).await?;
        ensure_user(&mut change, user).await?;
        let place = format!("project {org}/{project}");
        let members = store::members(&mut change, org, project).await?;
        let held = members.into_iter().find(|(member, _)| member == user);
        match (seat, held) {
            (Seat::Add, Some((_, held))) => {
                return Err(AccountError::AlreadyMember { user: user.to_owned(), place, role: held.as_str() });
            }
            (Seat::Change(_), None) => return Err(AccountError::NotMember { user: user.to_owned(), place }),
            (Seat::Add, None) if store::find_org_place(&mut change, org, user).await?.is_none() => {
                let place = format!("organisation {org}");
                return Err(AccountError::NotMember { user: user.to_owned(), place });
            }
            (Seat::Change(seen), Some((_, held))) => seen.ensure(user, &place, held.as_str())?,
            (Seat::Add, None) => {}
        }
        let role = role.unwrap_or(found.default_role);
        ensure_manager_left(&mut change, org, project, user, Some(role)).await?;
        let place = Membership { org: org.to_owned(), project: project.to_owned(), role };
        store::set_member(&mut change, user, &place).await?;
        change.commit().await?;
        Ok(role)
    }

    /// Takes a user out of a project.
    pub(crate) async fn remove_member(
        &self,
        (org, project): (&str, &str),
        user: &str,
        seen: &Seen,
        by: &By,
    ) -> Result<(), AccountError> {
        let mut change = Change::begin(&self.store, by).await?;
        ensure_project(&mut change, org, project).await?;
        let place = format!("project {org}/{project}");
        match store::members(&mut change, org, project).await?.iter().find(|(member, _)| member == user) {
            None => return Err(AccountError::NotMember { user: user.to_owned(), place }),
            Some((_, held)) => seen.ensure(user, &place, held.as_str())?,
        }
        ensure_manager_left(&mut change, org, project, user, None).await?;
        store::remove_member(&mut change, org, project, user).await?;
        Ok(change.commit().await?)
    }
}

async fn ensure_org(change: &mut SqliteConnection, org: &str) -> Result<(), AccountError> {
    if store::has_org(change, org).await? { Ok(()) } else { Err(AccountError::UnknownOrg(org.to_owned())) }
}

async fn ensure_user(change: &mut SqliteConnection, user: &str) -> Result<(), AccountError> {
    if store::has_user(change, user).await? { Ok(()) } else { Err(AccountError::UnknownPrincipal(user.to_owned())) }
}

async fn ensure_project(change: &mut SqliteConnection, org: &str, project: &str) -> Result<Project, AccountError> {
    ensure_org(change, org).await?;
    let found = store::find_project(change, org, project).await?;
    found.ok_or_else(|| AccountError::UnknownProject { org: org.to_owned(), project: project.to_owned() })
}

/// Refuses to take the last manager from a project that has one.
async fn ensure_manager_left(
    change: &mut SqliteConnection,
    org: &str,
    project: &str,
    user: &str,
    new_role: Option<ProjectRole>,
) -> Result<(), AccountError> {
    let manages = |role: ProjectRole| role >= ProjectRole::Manager;
    let members = store::members(change, org, project).await?;
    let is_manager = members.iter().any(|(member, role)| member == user && manages(*role));
    let has_other = members.iter().any(|(member, role)| member != user && manages(*role));
    if is_manager && !has_other && !new_role.is_some_and(manages) {
        let (user, org, project) = (user.to_owned(), org.to_owned(), project.to_owned());
        return Err(AccountError::LastManager { user, org, project });
    }
    Ok(())
}
