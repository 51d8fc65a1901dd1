//! The data folder: what lies in it, opened and brought up to date.
//!
//! Owns file names and the first start. Starts nothing that runs on.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use platform::name;

use crate::{
    accounts::{AccountError, Accounts, Membership, ProjectRole},
    clock::Clock,
    config::Config,
    history::By,
    permissions::Permissions,
    store::{Store, StoreError, settings},
};

const DATABASE: &str = "cluster.sqlite";
const TOKEN_KEY: &str = "token.key";
const LOCK: &str = "lock";
const LOGS: &str = "logs";
const CASTS: &str = "casts";
const REGISTRY: &str = "registry";
/// Where `cargo xtask up` has its dockerd listen.
const ENGINE_SOCKET: &str = "engine/docker.sock";
const INSTANCE: &str = "instance";
const FIRST_START_DONE: &str = "first_start_done";

/// Why a data folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The folder or the lock in it cannot be made.
    #[error("the data folder {path} cannot be used")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another server runs on it.
    #[error("another Roadstead already runs on the data folder {path}; stop it, or choose another folder")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A configured name breaks the rules of names.
    #[error("{what} {name:?} is not a name")]
    Name {
        /// Which.
        what: &'static str,
        /// What was given.
        name: String,
        /// The rule it breaks.
        #[source]
        source: name::InvalidName,
    },
    /// There is no preset.
    #[error("the cluster needs at least one preset")]
    NoPresets,
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The accounts cannot be used.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// An opened data folder.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) store: Store,
    pub(crate) accounts: Accounts,
    pub(crate) permissions: Permissions,
    pub(crate) logs: PathBuf,
    pub(crate) casts: PathBuf,
    pub(crate) registry: PathBuf,
    /// Random; tells this folder's containers from another's on the same engine.
    pub(crate) instance: String,
}

impl Home {
    /// Makes room on a full disk for opening the folder.
    pub(crate) async fn make_room(config: &Config) {
        Store::reserve_of(&config.data_dir.join(DATABASE)).give_up_if_full().await;
    }

    /// Opens the folder, making it and the first user at the first time.
    pub(crate) async fn open(config: &Config, clock: &Clock) -> Result<Self, HomeError> {
        check(config)?;
        let folder = &config.data_dir;
        make(folder)?;
        let store = Store::open(&folder.join(DATABASE)).await?;
        let accounts = Accounts::open(store.clone(), &folder.join(TOKEN_KEY), config.token_lifetime)?;
        let permissions = Permissions::new(store.clone(), &config.cluster_name);
        let instance = settings::get_or_set(&store, INSTANCE, &uuid::Uuid::new_v4().simple().to_string()).await?;
        let home = Self {
            store,
            accounts,
            permissions,
            logs: folder.join(LOGS),
            casts: folder.join(CASTS),
            registry: folder.join(REGISTRY),
            instance,
        };
        home.ensure_first_user(config, clock).await?;
        home.permissions.bring_admin_up_to_date(&By::program("upgrade", clock.now())).await?;
        Ok(home)
    }

    /// Each step may be done twice; the note that all are done comes last.
    async fn ensure_first_user(&self, config: &Config, clock: &Clock) -> Result<(), HomeError> {
        if settings::find(&self.store, FIRST_START_DONE).await?.is_some() {
            return Ok(());
        }
        let by = By::program("first-start", clock.now());
        let place =
            Membership { org: config.org_name.clone(), project: config.project_name.clone(), role: ProjectRole::Admin };
        // The role first: nobody is called so that it would be theirs by name.
        allow_existing(self.accounts.add_role(&self.permissions.admin_role(), &by).await)?;
        allow_existing(self.accounts.add_user(&config.admin_name, &place, &by).await)?;
        self.accounts.join(&config.admin_name, &place, &by).await?;
        self.permissions.ensure_admin(&config.admin_name, &by).await?;
        settings::get_or_set(&self.store, FIRST_START_DONE, "yes").await?;
        tracing::info!(user = config.admin_name, "made the first user, who may do everything");
        Ok(())
    }
}

fn allow_existing(outcome: Result<(), AccountError>) -> Result<(), AccountError> {
    match outcome {
        Err(AccountError::Exists(_)) => Ok(()),
        other => other,
    }
}

/// Whether a server was ever started on the folder.
pub(crate) fn is_one(folder: &Path) -> bool {
    folder.join(DATABASE).is_file()
}

/// Where an engine of the folder's own listens, if there is one. Absolute, for it is remembered.
pub(crate) fn engine_socket(folder: &Path) -> PathBuf {
    let socket = folder.join(ENGINE_SOCKET);
    std::path::absolute(&socket).unwrap_or(socket)
}

/// Keeps a second server off the folder for as long as the file is held.
pub(crate) fn lock(folder: &Path) -> Result<File, HomeError> {
    make(folder)?;
    let failed = |source| HomeError::Folder { path: folder.to_owned(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(HomeError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn make(folder: &Path) -> Result<(), HomeError> {
    if fs::metadata(folder).is_ok_and(|found| found.is_dir()) {
        return Ok(());
    }
    // Logs and accounts are nobody else's business.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| HomeError::Folder { path: folder.to_owned(), source })
}

fn check(config: &Config) -> Result<(), HomeError> {
    for (what, given) in [
        ("the cluster's name", &config.cluster_name),
        ("the organisation's name", &config.org_name),
        ("the project's name", &config.project_name),
        ("the administrator's name", &config.admin_name),
    ] {
        name::resource_name(given).map_err(|source| HomeError::Name { what, name: given.clone(), source })?;
    }
    if config.presets.is_empty() {
        return Err(HomeError::NoPresets);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn config(folder: &Path) -> Config {
        Config::new(folder.join("data"), Url::parse("http://127.0.0.1:8080").expect("a url"))
    }

    #[tokio::test]
    async fn the_first_start_makes_an_administrator_and_the_second_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = config(folder.path());
        let first = Home::open(&config, &Clock::system()).await.expect("opens");
        let second = Home::open(&config, &Clock::system()).await.expect("opens again");
        assert_eq!(second.accounts.users().await.expect("lists"), ["admin"]);
        assert_eq!(first.instance, second.instance);
        let rights = second.permissions.rights_of("admin").await.expect("reads");
        let everything = "job://default".parse().expect("a uri");
        assert!(rights.allow(&everything, platform::permission::Action::Manage));
    }

    #[test]
    fn a_folder_serves_one_server_at_a_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let held = lock(folder.path()).expect("the first takes it");
        assert!(matches!(lock(folder.path()), Err(HomeError::InUse { .. })));
        drop(held);
        lock(folder.path()).expect("free again");
    }

    #[tokio::test]
    async fn bad_names_are_refused_before_anything_is_made() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = Config { cluster_name: "no good".to_owned(), ..config(folder.path()) };
        assert!(matches!(Home::open(&config, &Clock::system()).await, Err(HomeError::Name { .. })));
        assert!(!config.data_dir.exists());
    }
}
