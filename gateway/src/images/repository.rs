//! A repository of the cluster's registry, at hand: what is asked of it one by one, and several at a time.

use crate::{
    Gateway,
    ports::Task,
    session::Session,
    upstream::{Registry, UpstreamError},
};
use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};
use image::{Digest, download::StoredDocument, manifest::Descriptor};

/// Requests to a registry at once, for one call of a page.
const AT_ONCE: usize = 8;

/// Which repository, and the way there.
#[derive(Clone)]
pub(super) struct Repository {
    pub(super) gateway: Gateway,
    pub(super) registry: Registry,
    pub(super) name: String,
    pub(super) session: Session,
}

impl Repository {
    pub(super) async fn open(gateway: &Gateway, session: &Session, name: &str) -> Result<Self, UpstreamError> {
        let registry = gateway.upstream().registry(session).await?;
        Ok(Self { gateway: gateway.clone(), registry, name: name.to_owned(), session: session.clone() })
    }

    /// The same with a token that is good now: what is read from it may take longer than a token lives.
    pub(super) async fn refresh(&mut self) -> Result<(), UpstreamError> {
        let session = self.gateway.current(&self.session).await?;
        if session.tokens != self.session.tokens {
            self.registry = self.gateway.upstream().registry(&session).await?;
            self.session = session;
        }
        Ok(())
    }

    /// A manifest or index by its tag or digest.
    pub(super) async fn document(&self, reference: &str) -> Result<StoredDocument, UpstreamError> {
        self.gateway.upstream().document(&self.registry, &self.name, reference).await
    }

    /// A config.
    pub(super) async fn config(&self, digest: &Digest) -> Result<Bytes, UpstreamError> {
        self.gateway.upstream().config_blob(&self.registry, &self.name, digest).await
    }

    /// What descriptors of an index stand for, in their order. None is read further than its descriptor says that it goes.
    pub(super) async fn documents(&self, of: &[Descriptor]) -> Result<Vec<StoredDocument>, UpstreamError> {
        let tasks = of.iter().map(|child| {
            let (Self { gateway, registry, name, .. }, child) = (self.clone(), child.clone());
            async move { gateway.upstream().document_of(&registry, &name, &child).await }.boxed()
        });
        few_at_once(tasks.collect()).await.into_iter().collect()
    }
}

/// The outputs of tasks, in order, of which a few run at a time.
pub(super) async fn few_at_once<T: Send>(tasks: Vec<Task<T>>) -> Vec<T> {
    stream::iter(tasks).buffered(AT_ONCE).collect().await
}
