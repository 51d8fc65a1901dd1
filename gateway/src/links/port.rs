//! Where links are remembered: the port, and what a link is to it. A host brings the store.

use crate::ports::{Cause, Task};
use api::links::{LinkField, LinkScope};
use jiff::Timestamp;

/// The SHA-256 of a token. The token itself is kept nowhere.
pub type TokenHash = [u8; 32];

/// A link as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLink {
    /// Random and opaque; opens nothing.
    pub id: String,
    /// What its token hashes to.
    pub hash: TokenHash,
    /// The job's cluster.
    pub cluster: String,
    /// The job's id.
    pub job: String,
    /// The job's name when the link was made.
    pub job_name: Option<String>,
    /// The job's project.
    pub project: String,
    /// What was granted to the service account: the job's URI by its id.
    pub job_uri: String,
    /// Who made it.
    pub author: String,
    /// What it shows.
    pub scope: LinkScope,
    /// What it shows besides.
    pub fields: Vec<LinkField>,
    /// What it is for.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
    /// How often its page was opened.
    pub views: u64,
    /// When last.
    pub last_viewed_at: Option<Timestamp>,
}

/// Which links a list holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinksOf {
    /// All of a cluster.
    Cluster(String),
    /// A person's of a cluster: cluster, author.
    Author(String, String),
    /// A job's: cluster, job id.
    Job(String, String),
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinksPage {
    /// Only links that end after this.
    pub living_at: Timestamp,
    /// Only what comes after this link of an earlier page: when it was made, and its id.
    pub after: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: usize,
}

/// The store failed; it said why.
#[derive(Debug, thiserror::Error)]
#[error("the store of links failed")]
pub struct LinkStoreError(#[from] pub Cause);

/// What remembers links. A change is on disk when it is answered: it outlives the process.
pub trait LinkStore: Send + Sync + 'static {
    /// Keeps a new link.
    fn put(&self, link: StoredLink) -> Task<Result<(), LinkStoreError>>;

    /// The link a token's hash belongs to, expired or not.
    fn find(&self, hash: TokenHash) -> Task<Result<Option<StoredLink>, LinkStoreError>>;

    /// The links of these ids, expired or not; what is not there is left out.
    fn get(&self, ids: Vec<String>) -> Task<Result<Vec<StoredLink>, LinkStoreError>>;

    /// A page of a list.
    fn list(&self, of: LinksOf, page: LinksPage) -> Task<Result<Vec<StoredLink>, LinkStoreError>>;

    /// Forgets these links; gives the ids of those that were there.
    fn remove(&self, ids: Vec<String>) -> Task<Result<Vec<String>, LinkStoreError>>;

    /// Forgets all links of a job (cluster, job id), which is gone. How many there were.
    fn remove_job(&self, cluster: String, job: String) -> Task<Result<u64, LinkStoreError>>;

    /// Adds views to a link.
    fn count(&self, id: String, views: u64, at: Timestamp) -> Task<Result<(), LinkStoreError>>;

    /// Forgets the links that ended before a time, oldest first, at most `limit`; gives them, so that what they were granted can be taken back.
    fn sweep(
        &self,
        of: LinksOf,
        ended_before: Timestamp,
        limit: usize,
    ) -> Task<Result<Vec<StoredLink>, LinkStoreError>>;
}
