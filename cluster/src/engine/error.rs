//! What an engine can fail at, in words that do not depend on which engine it is.

/// An image that could not be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The reference does not parse.
    #[error("'{image}' is not a valid image reference: {message}")]
    InvalidName {
        /// The reference.
        image: String,
        /// The engine's words.
        message: String,
    },
    /// Neither here nor in its registry.
    #[error("image '{image}' was not found: {message}")]
    NotFound {
        /// The reference.
        image: String,
        /// The engine's words.
        message: String,
    },
    /// The registry wants other credentials.
    #[error("the registry refused to give '{image}': {message}")]
    Unauthorised {
        /// The reference.
        image: String,
        /// The engine's words.
        message: String,
    },
    /// The registry did not answer properly.
    #[error("the registry of '{image}' could not be reached: {message}")]
    Unreachable {
        /// The reference.
        image: String,
        /// The engine's words.
        message: String,
    },
}

impl ImageError {
    /// Sorts an engine's words about an image. Engines give no codes, so their sentences are all there is.
    #[must_use]
    pub fn classify(image: &str, message: &str) -> Self {
        let lower = message.to_lowercase();
        let says = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
        let (image, message) = (image.to_owned(), message.trim().to_owned());
        if says(&["invalid reference format", "must be lowercase", "invalid tag format", "invalid image reference"]) {
            Self::InvalidName { image, message }
        } else if says(&["not found", "manifest unknown", "does not exist", "no such image", "name unknown"]) {
            Self::NotFound { image, message }
        } else if says(&["unauthorized", "denied", "authentication required", "no basic auth", "forbidden"]) {
            Self::Unauthorised { image, message }
        } else {
            Self::Unreachable { image, message }
        }
    }

    /// True when asking again cannot help.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::InvalidName { .. })
    }
}

/// A step an engine failed at.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Nobody answers, or the connection broke. What was asked may be asked again.
    #[error("the container engine at {address} does not answer: {message}")]
    Gone {
        /// Where it should be.
        address: String,
        /// What happened.
        message: String,
    },
    /// An image could not be had.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The container's process cannot be started as asked.
    #[error("{message}")]
    CannotRun {
        /// The engine's words.
        message: String,
    },
    /// The engine knows no such container.
    #[error("the engine has no container {0}")]
    NoSuchContainer(String),
    /// The container's process is not running.
    #[error("the container is not running")]
    NotRunning,
    /// Nothing listens there.
    #[error("port {port} of the container does not accept connections: {message}")]
    PortClosed {
        /// The port.
        port: u16,
        /// What the system said.
        message: String,
    },
    /// The engine answered with an error of its own.
    #[error("the container engine failed ({status}): {message}")]
    Failed {
        /// Its HTTP status.
        status: u16,
        /// Its words.
        message: String,
    },
    /// The engine answered something that is not in its protocol.
    #[error("the container engine answered nonsense: {0}")]
    Protocol(String),
}

impl EngineError {
    /// True when the engine itself is away, so that waiting for it makes sense.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Gone { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_engines_are_sorted_into_four_kinds() {
        type Kind = fn(&ImageError) -> bool;
        let table: [(&str, Kind); 8] = [
            ("invalid reference format: repository name must be lowercase", |e| {
                matches!(e, ImageError::InvalidName { .. })
            }),
            ("manifest for busybox:nope not found: manifest unknown", |e| matches!(e, ImageError::NotFound { .. })),
            ("pull access denied for x, repository does not exist or may require 'docker login'", |e| {
                matches!(e, ImageError::NotFound { .. })
            }),
            ("No such image: roadstead/none:latest", |e| matches!(e, ImageError::NotFound { .. })),
            ("unauthorized: authentication required", |e| matches!(e, ImageError::Unauthorised { .. })),
            ("Get \"https://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused", |e| {
                matches!(e, ImageError::Unreachable { .. })
            }),
            ("net/http: request canceled while waiting for connection", |e| {
                matches!(e, ImageError::Unreachable { .. })
            }),
            ("error pulling image configuration: toomanyrequests", |e| matches!(e, ImageError::Unreachable { .. })),
        ];
        for (message, kind) in table {
            let error = ImageError::classify("x", message);
            assert!(kind(&error), "{message}: {error:?}");
        }
    }
}
