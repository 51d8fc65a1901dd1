//! Images between engines and registries: jobs run those of the own registry, are saved to it, and others are copied into it.
//!
//! Owns which references are the own registry's, what a job may run, and the work of saves and copies, which is the
//! cluster's own: it ends well or leaves nothing behind, whether or not anybody watches. Knows the registry and the engines
//! by their interfaces, and nothing of requests.

mod copy;
mod error;
mod hosts;
mod leftovers;
mod names;
mod pull;
mod save;
mod transfer;

use std::sync::Arc;

use platform::permission::Action;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use copy::CopyRules;
pub(crate) use error::{ImagesError, TransferError};
pub(crate) use names::{OwnName, OwnNames};
pub(crate) use transfer::Lines;

use crate::{
    accounts::Accounts,
    clock::Clock,
    permissions::{PermissionError, Permissions, Rights},
    registry::Registry,
};
use leftovers::Leftovers;

/// Saves and copies at once; each reads, compresses and writes as fast as it can.
const MOST_TRANSFERS: usize = 8;

/// What the images of a cluster are made with.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) registry: Arc<Registry>,
    pub(crate) accounts: Accounts,
    pub(crate) permissions: Permissions,
    pub(crate) clock: Clock,
    pub(crate) names: OwnNames,
    pub(crate) copy_rules: CopyRules,
    /// Names this data folder among those that share an engine.
    pub(crate) instance: String,
    pub(crate) stopping: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

/// The images of one cluster.
#[derive(Debug)]
pub(crate) struct Images {
    registry: Arc<Registry>,
    accounts: Accounts,
    permissions: Permissions,
    clock: Clock,
    pub(crate) names: OwnNames,
    copy_rules: CopyRules,
    leftovers: Leftovers,
    transfers: Arc<Semaphore>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Images {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            registry: parts.registry,
            accounts: parts.accounts,
            permissions: parts.permissions,
            clock: parts.clock,
            names: parts.names,
            copy_rules: parts.copy_rules,
            leftovers: Leftovers::new(&parts.instance),
            transfers: Arc::new(Semaphore::new(MOST_TRANSFERS)),
            stopping: parts.stopping,
            tasks: parts.tasks,
        })
    }

    /// What the caller may do now. A transfer takes long: asked before anything of it is to be seen, for rights may have been
    /// taken back, or the project removed, since it began.
    async fn still_may(&self, began_with: &Rights, target: &OwnName) -> Result<Rights, ImagesError> {
        let rights = self.permissions.rights_of(began_with.principal()).await.map_err(PermissionError::from)?;
        self.require_target(&rights, target).await?;
        Ok(rights)
    }

    /// Refuses unless the image may be written with these rights, and its project exists.
    pub(crate) async fn require_target(&self, rights: &Rights, target: &OwnName) -> Result<(), ImagesError> {
        rights.require(&[target.uri(self.names.cluster())], Action::Write)?;
        let (org, project) = (target.repository.org(), target.repository.project());
        if !self.accounts.project_exists(org, project).await? {
            return Err(ImagesError::NoProject { org: org.to_owned(), project: project.to_owned() });
        }
        Ok(())
    }
}
