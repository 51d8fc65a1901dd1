//! Ending a command in a container when nobody listens to it any more.
//!
//! The Engine API starts such commands and has no call that ends them. Owns how they are found again: a variable in their
//! environment, looked for by the container's own shell, so that it makes no difference where the engine runs and as whom.

use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::exec::StartExecOptions;
use bollard::models::ExecConfig;

use crate::engine::ContainerId;

/// Carries the mark in the environment of what a session started.
const VARIABLE: &str = "ROADSTEAD_SESSION";
/// How long a process may put its things in order after it was told.
const GRACE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// With nothing but what a shell has built in. A session's first process has no parent within the container, and leads a
/// group of its own; what it put into the background by way of a terminal, or with a session of its own, is in others.
/// `$1` is the mark, `$2` the signal.
const SCRIPT: &str = r#"for dir in /proc/[0-9]*; do
  while read -r key value; do
    case $key in PPid:) break ;; esac
  done < "$dir/status"
  [ "$value" = 0 ] || continue
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      *"$1"*) kill -s "$2" -- "-${dir#/proc/}"; kill -s CONT -- "-${dir#/proc/}"; exit 0 ;;
    esac
  done < "$dir/environ"
done 2> /dev/null
exit 1"#;

/// One command of a session.
#[derive(Debug)]
pub(super) struct Marked {
    /// The engine's id of it.
    pub(super) exec: String,
    pub(super) container: ContainerId,
    pub(super) mark: String,
}

/// A mark that no other session has.
pub(super) fn new_mark() -> String {
    format!("{VARIABLE}={}", uuid::Uuid::new_v4().simple())
}

impl Marked {
    /// Hangs up, as a terminal that is closed does; what is still there after a while is killed.
    ///
    /// # Errors
    /// The engine's. A container without a shell is none: there is no way to end anything in it.
    pub(super) async fn end(&self, docker: &Docker) -> Result<(), Error> {
        if !self.runs(docker).await? {
            return Ok(());
        }
        self.signal(docker, "HUP").await?;
        for _ in 0..GRACE.as_millis() / LOOK_EVERY.as_millis() {
            tokio::time::sleep(LOOK_EVERY).await;
            if !self.runs(docker).await? {
                return Ok(());
            }
        }
        self.signal(docker, "KILL").await
    }

    async fn runs(&self, docker: &Docker) -> Result<bool, Error> {
        Ok(docker.inspect_exec(&self.exec).await?.running == Some(true))
    }

    async fn signal(&self, docker: &Docker, signal: &str) -> Result<(), Error> {
        let command = ["/bin/sh", "-c", SCRIPT, "sh", &self.mark, signal].map(str::to_owned);
        let config = ExecConfig { cmd: Some(command.to_vec()), ..ExecConfig::default() };
        let made = docker.create_exec(&self.container.0, config).await?;
        let detached = StartExecOptions { detach: true, ..StartExecOptions::default() };
        if let Err(error) = docker.start_exec(&made.id, Some(detached)).await {
            tracing::warn!(container = %self.container, %error, "a command that nobody listens to cannot be ended: its container has no shell");
        }
        Ok(())
    }
}
