//! The accounts of a data folder, for the command line: also while a server runs on it.
//!
//! Owns nothing of its own; a face of `accounts` with the cluster's defaults filled in.

use std::{path::Path, time::Duration};

use crate::{
    ClusterError,
    accounts::{self, InvalidPassword, Membership, ProjectRole},
    clock::Clock,
    config::Config,
    history::By,
    home::{self, Home, HomeError},
};

/// The accounts of one data folder.
#[derive(Clone, Debug)]
pub struct Accounts {
    home: Home,
    clock: Clock,
    org: String,
    project: String,
}

impl Accounts {
    /// Whether there are any in the folder: a cluster makes the first when it starts there for the first time.
    #[must_use]
    pub fn are_in(folder: &Path) -> bool {
        home::is_one(folder)
    }

    /// Opens the accounts in the configured folder, making them at the first time.
    ///
    /// # Errors
    /// When the folder or its database cannot be used.
    pub async fn open(config: &Config) -> Result<Self, ClusterError> {
        let clock = Clock::system();
        let home = Home::open(config, &clock).await?;
        Ok(Self { home, clock, org: config.org_name.clone(), project: config.project_name.clone() })
    }

    /// Adds a user with a role in a project of the first organisation, the first project if none is named. A project
    /// that does not exist is made. [`ProjectRole::Admin`] of the first project may do everything on the cluster.
    ///
    /// # Errors
    /// When the name is taken or is none.
    pub async fn add_user(&self, user: &str, role: ProjectRole, project: Option<&str>) -> Result<(), ClusterError> {
        let by = By::program("command-line", self.clock.now());
        let place = Membership { org: self.org.clone(), project: project.unwrap_or(&self.project).to_owned(), role };
        self.home.accounts.add_user(user, &place, &by).await?;
        if role == ProjectRole::Admin && place.project == self.project {
            self.home.permissions.ensure_admin(user, &by).await.map_err(HomeError::from)?;
        }
        Ok(())
    }

    /// Every user's name, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users(&self) -> Result<Vec<String>, ClusterError> {
        Ok(self.home.accounts.users().await?)
    }

    /// An access token for a user.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn token(&self, user: &str, lifetime: Duration) -> Result<String, ClusterError> {
        Ok(self.home.accounts.token_for(user, lifetime, self.clock.now()).await?)
    }

    /// Whether a text may be a user's password.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn check_password(user: &str, password: &str) -> Result<(), InvalidPassword> {
        accounts::check_password(user, password)
    }

    /// Sets a user's password and ends all their sign-ins.
    ///
    /// # Errors
    /// When there is no such user, or the text is not fit for a password.
    pub async fn set_password(&self, user: &str, password: &str) -> Result<(), ClusterError> {
        Ok(self.home.accounts.set_password(user, password, self.clock.now()).await?)
    }

    /// A one-time code with which the user sets a password, good for [`crate::PASSWORD_CODE_LIFETIME`].
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn password_code(&self, user: &str) -> Result<String, ClusterError> {
        Ok(self.home.accounts.password_code(user, self.clock.now()).await?)
    }

    /// A one-time code that signs a browser in, good for [`crate::CODE_LIFETIME`].
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn sign_in_code(&self, user: &str) -> Result<String, ClusterError> {
        Ok(self.home.accounts.sign_in_code(user, self.clock.now()).await?)
    }
}
