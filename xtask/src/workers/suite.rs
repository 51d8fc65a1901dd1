//! The gateway's tests over real sockets, on the Worker: the same that `cargo test` runs on the native host.

use anyhow::Result;

use super::workerd;
use crate::command::cargo;
use crate::test::counts::Counts;
use crate::test::stream;
use crate::timing::Timing;

/// Runs them; the Worker must have been built.
pub(crate) fn tests(timing: &mut Timing) -> Result<Counts> {
    timing.step("the gateway's tests on the Worker", || {
        stream(
            cargo()
                .args(["test", "--quiet", "--package", "gateway-native", "--test", "images", "--test", "streams"])
                .arg("--no-fail-fast")
                // What only the Worker can do.
                .args(["--", "--include-ignored"])
                .env("ROADSTEAD_WORKERD", workerd()?),
        )
    })
}
