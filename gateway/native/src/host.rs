//! The host itself: tasks, time, randomness, and the way to the network.

use crate::{HomeKey, client::Client, home::Home, socket};
use axum::{Router, body::Body};
use futures::FutureExt;
use gateway::ports::{Accepted, ConnectError, Connected, Host, NotAnUpgrade, SendError, Task};
use http::{Request, Response, Uri, request::Parts};
use std::{net::SocketAddr, time::Duration};
use tokio_util::task::TaskTracker;

/// A machine with tokio.
#[derive(Clone, Debug)]
pub struct NativeHost {
    client: Client,
    tasks: TaskTracker,
}

impl NativeHost {
    /// A host that trusts the certificates of the system's store. Must be called within a tokio runtime.
    #[must_use]
    pub fn new() -> Self {
        Self { client: Client::new(), tasks: TaskTracker::new() }
    }

    /// With a cluster in this process, which has this public address and listens at the other: what is asked of it is answered by its
    /// router, without a connection. WebSockets go to where it listens, and are known there by the key.
    #[must_use]
    pub fn at_home(self, public: &Uri, listener: SocketAddr, key: HomeKey, cluster: Router) -> Self {
        Self { client: self.client.at_home(Home::new(public, listener, key, cluster)), ..self }
    }

    /// Waits until the gateway's tasks have ended, for at most `limit`. Returns how many were left.
    pub async fn drained(&self, limit: Duration) -> usize {
        self.tasks.close();
        match tokio::time::timeout(limit, self.tasks.wait()).await {
            Ok(()) => 0,
            Err(_) => self.tasks.len(),
        }
    }
}

impl Default for NativeHost {
    fn default() -> Self {
        Self::new()
    }
}

impl Host for NativeHost {
    fn send(&self, request: Request<Body>) -> Task<Result<Response<Body>, SendError>> {
        self.client.send(request).boxed()
    }

    fn ws_connect(&self, request: Request<()>) -> Task<Result<Connected, ConnectError>> {
        socket::connect(self.client.clone(), request).boxed()
    }

    fn ws_accept(&self, request: &mut Parts) -> Result<Accepted, NotAnUpgrade> {
        socket::accept(request)
    }

    fn spawn(&self, task: Task<()>) {
        self.tasks.spawn(task);
    }

    fn sleep(&self, time: Duration) -> Task<()> {
        tokio::time::sleep(time).boxed()
    }

    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn random(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the system gives out random bytes");
    }
}
