//! Who exists: users, roles, organisations, projects, and how a bearer proves to be one of them.
//!
//! Owns names, memberships, tokens, one-time codes. Does not know what anybody may do: that is `permissions`.

mod password;
pub(crate) mod places;
mod secrets;
mod sign_in;
mod store;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;

use std::{io, path::Path, time::Duration};

use jiff::Timestamp;
use platform::name;
use platform::permission::OrgRole;
pub use platform::permission::ProjectRole;

pub use password::InvalidPassword;
pub(crate) use password::check as check_password;
pub(crate) use sign_in::{AuthorizationRequest, SignedIn};
pub(crate) use store::Kind;
pub use tokens::InvalidToken;
use tokens::Signer;

use crate::{
    history::{By, Change},
    store::{Store, StoreError},
};

/// How long the one-time code of a sign-in link lives.
pub const CODE_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// How long the one-time code of a link to set a password lives.
pub const PASSWORD_CODE_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// Why something about accounts was refused.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// No user or role has the name.
    #[error("no such user {0}; {why}", why = unknown(.0))]
    UnknownPrincipal(String),
    /// The name is taken.
    #[error("{0} already exists")]
    Exists(String),
    /// The name breaks the rules of names.
    #[error("{name:?} is not a name: {why}")]
    Name {
        /// What was given.
        name: String,
        /// The rule it breaks.
        why: name::InvalidName,
    },
    /// Whoever has a name looks after the roles below it; these are somebody else's already.
    #[error("{name} cannot be a user's name: the role {role} would be theirs by it; choose another name")]
    NameOfRole {
        /// What was given.
        name: String,
        /// A role below it.
        role: String,
    },
    /// There is no such organisation.
    #[error("there is no organisation {0}; 'apolo admin get-orgs' lists those there are")]
    UnknownOrg(String),
    /// The organisation has no such project.
    #[error("organisation {org} has no project {project}; 'apolo admin get-projects' lists those it has")]
    UnknownProject {
        /// The organisation.
        org: String,
        /// What was asked for.
        project: String,
    },
    /// Not a member of that place.
    #[error("{user} is not a member of {place}; add {user} to it first")]
    NotMember {
        /// Who.
        user: String,
        /// `organisation ORG` or `project ORG/PROJECT`.
        place: String,
    },
    /// A member already.
    #[error("{user} is already a member of {place} as {role}; change the role, or leave it as it is")]
    AlreadyMember {
        /// Who.
        user: String,
        /// `organisation ORG` or `project ORG/PROJECT`.
        place: String,
        /// As what.
        role: &'static str,
    },
    /// Somebody else changed the place since the caller looked.
    #[error(
        "nothing was changed: {user} is {now} of {place} by now, not {seen}; look again and repeat what you still want"
    )]
    PlaceMoved {
        /// Who.
        user: String,
        /// `organisation ORG` or `project ORG/PROJECT`.
        place: String,
        /// As what now.
        now: &'static str,
        /// As what the caller saw them.
        seen: String,
    },
    /// Somebody else changed the project's settings since the caller looked.
    #[error(
        "nothing was changed: the settings of project {org}/{project} are \"{now}\" by now, not \"{seen}\"; look again and repeat what you still want"
    )]
    SettingsMoved {
        /// The project's organisation.
        org: String,
        /// The project.
        project: String,
        /// What they are, in the words of its history.
        now: String,
        /// What the caller saw.
        seen: String,
    },
    /// Nobody would be left to look after the project.
    #[error(
        "{user} is the last manager of project {org}/{project}; make another member manager or admin first, or remove the project"
    )]
    LastManager {
        /// Who would go.
        user: String,
        /// The project's organisation.
        org: String,
        /// The project.
        project: String,
    },
    /// Something is still there that would be lost or left without a place.
    #[error("{what} cannot be removed: {why}")]
    InUse {
        /// `organisation ORG` or `project ORG/PROJECT`.
        what: String,
        /// What is there and what to do.
        why: String,
    },
    /// The one-time code is unknown, spent or past its 15 minutes.
    #[error("the sign-in code is unknown, spent or expired; ask for a new link")]
    Code,
    /// The text is not fit for a password.
    #[error("{0}; choose another")]
    Password(#[from] InvalidPassword),
    /// The refresh token is unknown or expired.
    #[error("the refresh token is unknown or expired; sign in again")]
    Refresh,
    /// The access token proves nobody.
    #[error(transparent)]
    Token(#[from] InvalidToken),
    /// The key file cannot be used.
    #[error("the key file {path} cannot be used")]
    Key {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A place in a project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Membership {
    /// Organisation.
    pub(crate) org: String,
    /// Project of the organisation.
    pub(crate) project: String,
    /// What the member may do there.
    pub(crate) role: ProjectRole,
}

/// The accounts of one cluster.
#[derive(Clone, Debug)]
pub(crate) struct Accounts {
    store: Store,
    signer: Signer,
    token_lifetime: Duration,
    passwords: password::Hasher,
    throttle: throttle::Throttle,
}

impl Accounts {
    /// Opens the accounts, making the signing key at first use.
    pub(crate) fn open(store: Store, key: &Path, token_lifetime: Duration) -> Result<Self, AccountError> {
        let bytes =
            secrets::key_file(key).map_err(|source| AccountError::Key { path: key.display().to_string(), source })?;
        let (passwords, throttle) = (password::Hasher::new(), throttle::Throttle::default());
        Ok(Self { store, signer: Signer::new(&bytes), token_lifetime, passwords, throttle })
    }

    /// Adds a user with a place in a project and in its organisation, making both when they are new.
    pub(crate) async fn add_user(&self, user: &str, place: &Membership, by: &By) -> Result<(), AccountError> {
        check(user)?;
        check_place(place)?;
        let mut change = Change::begin(&self.store, by).await?;
        if !add_user_name(&mut change, user, by.at).await? {
            return Err(AccountError::Exists(user.to_owned()));
        }
        places::store::seat(&mut change, user, place, by.at).await?;
        Ok(change.commit().await?)
    }

    /// Makes sure there is an account for a program, which belongs to the organisation, so that it learns where things are, and to
    /// none of its projects. What it may read is what it is granted. If somebody took it out of the organisation, it is put back:
    /// without, it serves nobody.
    pub(crate) async fn ensure_service(&self, name: &str, org: &str, by: &By) -> Result<(), AccountError> {
        check(name)?;
        match store::find_principal(&self.store, name).await? {
            Some(Kind::User) if self.orgs_of(name).await?.iter().any(|place| place.org == org) => return Ok(()),
            Some(Kind::Role) => return Err(AccountError::Exists(name.to_owned())),
            Some(Kind::User) | None => {}
        }
        let mut change = Change::begin(&self.store, by).await?;
        // Nothing is changed if it is there.
        add_user_name(&mut change, name, by.at).await?;
        places::store::set_org_place(&mut change, org, name, OrgRole::User).await?;
        Ok(change.commit().await?)
    }

    /// Gives a principal a place in a project and in its organisation, making both when they are new.
    pub(crate) async fn join(&self, user: &str, place: &Membership, by: &By) -> Result<(), AccountError> {
        check_place(place)?;
        let mut change = Change::begin(&self.store, by).await?;
        places::store::seat(&mut change, user, place, by.at).await?;
        Ok(change.commit().await?)
    }

    /// Adds a role.
    pub(crate) async fn add_role(&self, role: &str, by: &By) -> Result<(), AccountError> {
        // Like `alice/roles/data`: names separated by slashes.
        role.split('/').try_for_each(check)?;
        let mut change = Change::begin(&self.store, by).await?;
        if !store::add_principal(&mut change, role, Kind::Role, by.at).await? {
            return Err(AccountError::Exists(role.to_owned()));
        }
        Ok(change.commit().await?)
    }

    /// Every role below a name, in order.
    pub(crate) async fn roles_below(&self, name: &str) -> Result<Vec<String>, AccountError> {
        Ok(store::list_roles_below(&self.store, name).await?)
    }

    /// What kind of principal has the name.
    pub(crate) async fn kind_of(&self, principal: &str) -> Result<Kind, AccountError> {
        store::find_principal(&self.store, principal)
            .await?
            .ok_or_else(|| AccountError::UnknownPrincipal(principal.to_owned()))
    }

    /// Every user's name, in order.
    pub(crate) async fn users(&self) -> Result<Vec<String>, AccountError> {
        Ok(store::list_users(&self.store).await?)
    }

    /// The projects a principal is a member of.
    pub(crate) async fn memberships(&self, principal: &str) -> Result<Vec<Membership>, AccountError> {
        Ok(store::memberships(&self.store, principal).await?)
    }

    /// Whether there is such an organisation.
    pub(crate) async fn org_exists(&self, org: &str) -> Result<bool, AccountError> {
        Ok(store::org_exists(&self.store, org).await?)
    }

    /// Whether the organisation has such a project.
    pub(crate) async fn project_exists(&self, org: &str, project: &str) -> Result<bool, AccountError> {
        Ok(store::project_exists(&self.store, org, project).await?)
    }

    /// The user a bearer token proves; a user removed since then is nobody.
    pub(crate) async fn authenticate(&self, token: &str, now: Timestamp) -> Result<String, AccountError> {
        let user = self.signer.verify(token, now)?;
        match store::find_principal(&self.store, &user).await? {
            Some(Kind::User) => Ok(user),
            Some(Kind::Role) | None => Err(AccountError::UnknownPrincipal(user)),
        }
    }

    /// An access token for a user, for as long as asked.
    pub(crate) async fn token_for(
        &self,
        user: &str,
        lifetime: Duration,
        now: Timestamp,
    ) -> Result<String, AccountError> {
        self.ensure_user(user).await?;
        Ok(self.signer.sign(user, now, now + lifetime))
    }

    async fn ensure_user(&self, user: &str) -> Result<(), AccountError> {
        match store::find_principal(&self.store, user).await? {
            Some(Kind::User) => Ok(()),
            Some(Kind::Role) | None => Err(AccountError::UnknownPrincipal(user.to_owned())),
        }
    }
}

/// Adds a user who owns no role by the name alone; false when the name is taken.
async fn add_user_name(change: &mut Change, name: &str, now: Timestamp) -> Result<bool, AccountError> {
    if !store::add_principal(change, name, Kind::User, now).await? {
        return Ok(false);
    }
    match store::find_role_below(change, name).await? {
        Some(role) => Err(AccountError::NameOfRole { name: name.to_owned(), role }),
        None => Ok(true),
    }
}

fn check(given: &str) -> Result<(), AccountError> {
    name::resource_name(given).map_err(|why| AccountError::Name { name: given.to_owned(), why })
}

fn check_place(place: &Membership) -> Result<(), AccountError> {
    check(&place.org)?;
    check(&place.project)
}

/// What to do about a name that nobody has: most are typing errors, some are traps.
fn unknown(given: &str) -> String {
    match given.split('/').map(name::resource_name).find_map(Result::err) {
        Some(name::InvalidName::Character(odd)) => {
            format!("names hold lower-case letters, digits and hyphens only, not {odd:?} (U+{:04X})", u32::from(odd))
        }
        _ => "check the name, or ask an administrator to add it".to_owned(),
    }
}
