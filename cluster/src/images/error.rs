//! What is refused about images before work begins, and what can go wrong with a save or a copy.

use platform::transfer::reason;

use super::copy::SourceError;
use crate::{accounts::AccountError, engine::EngineError, permissions::PermissionError, registry::RegistryError};

/// Why something about images was refused at once.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImagesError {
    /// Not the name of an image here.
    #[error("image: '{text}' does not name an image of this cluster: {why}")]
    Name {
        /// What was given.
        text: String,
        /// The rule.
        why: String,
    },
    /// A target in a registry that is not this cluster's. (The platform's own words come first.)
    #[error("Unknown registry host '{host}': jobs are saved to this cluster's own registry only")]
    UnknownHost {
        /// What was given.
        host: String,
    },
    /// There is no such image.
    #[error("there is no image '{uri}': see 'image ls' and 'image tags' for what there is, or push it first")]
    Unknown {
        /// `image://CLUSTER/ORG/PROJECT/NAME:TAG`.
        uri: String,
    },
    /// Images belong to projects.
    #[error("image: there is no project '{project}' in the organisation '{org}'")]
    NoProject {
        /// The organisation.
        org: String,
        /// The project.
        project: String,
    },
    /// The source is no reference, or may not be copied from.
    #[error("source: {0}")]
    Source(#[from] SourceError),
    /// Too much is on its way already.
    #[error("the cluster is saving and copying as many images as it can; try again in a minute")]
    Busy,
    /// Rights refused.
    #[error(transparent)]
    Permission(#[from] PermissionError),
    /// Projects cannot be asked for.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The registry failed.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Why a save or a copy that had begun did not end well. No tag was set.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransferError {
    /// The job ended while it was being saved.
    #[error("the job is not running any more")]
    NotRunning,
    /// The engine failed.
    #[error(transparent)]
    Engine(EngineError),
    /// The engine's archive does not hold together.
    #[error("the engine's archive of the container cannot be used: {0}")]
    Archive(String),
    /// The registry did not take something.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The other registry did not give something.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Who asked may not do it any more, or the project is gone.
    #[error("{0}")]
    Refused(ImagesError),
    /// The server stops.
    #[error("the cluster is stopping; start again when it is back")]
    Stopping,
}

impl From<EngineError> for TransferError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotRunning | EngineError::NoSuchContainer(_) => Self::NotRunning,
            other => Self::Engine(other),
        }
    }
}

impl TransferError {
    /// The word for programs.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::NotRunning => reason::NOT_RUNNING,
            Self::Engine(_) | Self::Archive(_) => reason::ENGINE,
            Self::Registry(RegistryError::QuotaExceeded { .. }) => reason::QUOTA,
            Self::Registry(_) | Self::Refused(_) | Self::Stopping => reason::CLUSTER,
            Self::Source(error) => error.reason(),
        }
    }

    /// The words for people: what is inside the cluster stays there.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Registry(error) if error.is_disk_full() => {
                "the cluster's disk is full; nothing was changed. Make room on it and try again".to_owned()
            }
            Self::Registry(RegistryError::File { .. } | RegistryError::Store(_)) => {
                "the cluster failed; its log says why. Nothing was changed".to_owned()
            }
            Self::Refused(ImagesError::Permission(PermissionError::Missing(missing))) => {
                let needed: Vec<String> =
                    missing.iter().map(|one| format!("{} on {}", one.action.as_str(), one.uri)).collect();
                format!("you may not do this any more: it takes {}. No tag was set", needed.join(" or "))
            }
            Self::Refused(
                ImagesError::Permission(PermissionError::Store(_)) | ImagesError::Account(AccountError::Store(_)),
            ) => "the cluster failed; its log says why. Nothing was changed".to_owned(),
            Self::NotRunning
            | Self::Refused(_)
            | Self::Engine(_)
            | Self::Archive(_)
            | Self::Registry(_)
            | Self::Source(_)
            | Self::Stopping => self.to_string(),
        }
    }
}
