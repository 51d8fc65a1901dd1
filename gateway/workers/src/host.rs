//! The host itself: tasks, time, randomness, and the way to the network.

use crate::{client, socket};
use axum::body::Body;
use gateway::ports::{Accepted, ConnectError, Connected, Host, NotAnUpgrade, SendError, Task};
use http::{Request, Response, request::Parts};
use std::time::Duration;
use worker::{
    Delay,
    send::{SendFuture, SendWrapper},
    worker_sys,
};

/// Whose life a task may share.
enum Owner {
    /// A request of the Worker.
    Request(worker_sys::Context),
    /// A Durable Object, which lives as long as anything of it is open.
    Object,
}

/// A Worker, for one request or one Durable Object.
pub(crate) struct WorkersHost(SendWrapper<Owner>);

impl WorkersHost {
    pub(crate) fn of_request(context: worker_sys::Context) -> Self {
        Self(SendWrapper::new(Owner::Request(context)))
    }

    pub(crate) fn of_object() -> Self {
        Self(SendWrapper::new(Owner::Object))
    }
}

/// What is JavaScript's cannot leave its thread; there is only one.
pub(crate) fn boxed<T>(future: impl Future<Output = T> + 'static) -> Task<T> {
    Box::pin(SendFuture::new(future))
}

impl Host for WorkersHost {
    fn send(&self, request: Request<Body>) -> Task<Result<Response<Body>, SendError>> {
        boxed(client::send(request))
    }

    fn ws_connect(&self, request: Request<()>) -> Task<Result<Connected, ConnectError>> {
        boxed(socket::connect(request))
    }

    fn ws_accept(&self, request: &mut Parts) -> Result<Accepted, NotAnUpgrade> {
        socket::accept(request)
    }

    fn sends_wait(&self) -> bool {
        false
    }

    fn spawn(&self, task: Task<()>) {
        match &self.0.0 {
            Owner::Object => wasm_bindgen_futures::spawn_local(task),
            Owner::Request(context) => {
                let promise = wasm_bindgen_futures::future_to_promise(async {
                    task.await;
                    Ok(wasm_bindgen::JsValue::UNDEFINED)
                });
                if let Err(error) = context.wait_until(&promise) {
                    tracing::warn!(?error, "a task may end with its request");
                }
            }
        }
    }

    fn sleep(&self, time: Duration) -> Task<()> {
        // Longer ones would overflow the timer, which then fires at once.
        boxed(Delay::from(time.min(Duration::from_millis(i32::MAX as u64))))
    }

    fn now(&self) -> jiff::Timestamp {
        // Whole milliseconds since 1970, within what the type holds.
        jiff::Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    fn random(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the platform gives out random bytes");
    }
}
