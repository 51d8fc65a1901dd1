//! The proof that an engine can run a job: a tiny container, its output and its exit code.
//!
//! Owns that one experiment. An engine that answers but cannot do this is not used.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt;

use super::sample::{self, SAMPLE_COMMAND, SAMPLE_IMAGE, SampleError};
use super::{ContainerSpec, Engine, EngineError, EngineInfo};

const TIME_LIMIT: Duration = Duration::from_secs(60);
const EXPECTED_CODE: i64 = 7;
const EXPECTED_OUTPUT: &[u8] = b"roadstead self-test\n";

/// The label of self-test containers, so that one left behind by a crash is found and removed.
const LABEL: &str = "roadstead.self-test";

/// What the experiment showed.
#[derive(Debug, thiserror::Error)]
pub enum SelfTestError {
    /// No image to run it with.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A step failed.
    #[error("it could not {step}: {source}")]
    Step {
        /// Which.
        step: &'static str,
        /// Why.
        source: EngineError,
    },
    /// It ran and the result was wrong.
    #[error("its self-test ended with code {code:?} and printed {output:?}")]
    Wrong {
        /// The exit code seen.
        code: Option<i64>,
        /// The output seen.
        output: String,
    },
    /// It took too long.
    #[error("its self-test did not end within {} seconds", TIME_LIMIT.as_secs())]
    TooSlow,
}

/// Runs the experiment, importing the sample image first if it is not there. `instance` keeps apart the servers that
/// share an engine.
///
/// # Errors
/// [`SelfTestError`].
pub async fn run(engine: &dyn Engine, instance: &str, busybox: Option<&Path>) -> Result<EngineInfo, SelfTestError> {
    tokio::time::timeout(TIME_LIMIT, experiment(engine, instance, busybox)).await.unwrap_or(Err(SelfTestError::TooSlow))
}

/// Makes sure the sample image is there, made from the given busybox or the machine's own.
///
/// # Errors
/// [`SelfTestError`].
pub async fn ensure_sample(engine: &dyn Engine, busybox: Option<&Path>) -> Result<(), SelfTestError> {
    let step = |step| move |source| SelfTestError::Step { step, source };
    if !engine.image_present(SAMPLE_IMAGE).await.map_err(step("look for the sample image"))? {
        let busybox = busybox.map(Path::to_owned);
        let rootfs = match tokio::task::spawn_blocking(move || sample::rootfs(busybox.as_deref())).await {
            Ok(rootfs) => rootfs?,
            Err(join) => std::panic::resume_unwind(join.into_panic()),
        };
        engine.import(SAMPLE_IMAGE, rootfs, SAMPLE_COMMAND).await.map_err(step("import the sample image"))?;
    }
    Ok(())
}

async fn experiment(engine: &dyn Engine, instance: &str, busybox: Option<&Path>) -> Result<EngineInfo, SelfTestError> {
    let step = |step| move |source| SelfTestError::Step { step, source };
    let info = engine.info().await.map_err(step("be asked for its version"))?;
    ensure_sample(engine, busybox).await?;
    for left in engine.list(LABEL, instance).await.map_err(step("list containers"))? {
        engine.remove(&left.id).await.map_err(step("remove a container"))?;
    }
    let spec = ContainerSpec {
        name: format!("roadstead-self-test-{instance}"),
        image: SAMPLE_IMAGE.to_owned(),
        command: Some(["/bin/sh", "-c", "echo roadstead self-test; exit 7"].map(str::to_owned).to_vec()),
        cpu_cores: 0.5,
        memory_bytes: 64 * 1024 * 1024,
        labels: BTreeMap::from([(LABEL.to_owned(), instance.to_owned())]),
        ..ContainerSpec::default()
    };
    let id = engine.create(&spec).await.map_err(step("create a container"))?;
    let result = async {
        engine.start(&id).await.map_err(step("start a container"))?;
        engine.wait(&id).await.map_err(step("wait for a container"))?;
        let code = engine.inspect(&id).await.map_err(step("inspect a container"))?.exit_code;
        let pieces: Vec<_> = engine
            .logs(&id, None, false)
            .await
            .map_err(step("read a log"))?
            .try_collect()
            .await
            .map_err(step("read a log"))?;
        let output: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.bytes).collect();
        if code == Some(EXPECTED_CODE) && output == EXPECTED_OUTPUT {
            Ok(info)
        } else {
            Err(SelfTestError::Wrong { code, output: String::from_utf8_lossy(&output).into_owned() })
        }
    }
    .await;
    engine.remove(&id).await.map_err(step("remove a container"))?;
    result
}
