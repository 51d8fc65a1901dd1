//! The gateway's tests over real sockets, on the Worker: the same that `cargo test` runs on the native host.

use anyhow::Result;

use super::workerd;
use crate::test::counts::Counts;
use crate::test::{native_test, stream};
use crate::timing::Timing;

/// Runs them; the Worker must have been built.
pub(crate) fn tests(timing: &Timing) -> Result<Counts> {
    timing.step("the gateway's tests on the Worker", || {
        stream(
            native_test()
                .args(["--test", "images", "--test", "streams", "--no-fail-fast"])
                // What only the Worker can do.
                .args(["--", "--include-ignored"])
                .env("ROADSTEAD_WORKERD", workerd()?),
        )
    })
}
