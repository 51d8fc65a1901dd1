//! Effective rights on a large cluster, as the cluster and an audit compute them.

use anyhow::{Context, Result};

use super::report::Table;
use crate::command::{capture, cargo};

/// Runs the benchmark of the permission tree.
pub(crate) fn measure() -> Result<Table> {
    let printed = capture(cargo().args(["bench", "--quiet", "-p", "platform", "--bench", "rights"]))?;
    let line = printed.lines().rev().find(|line| line.starts_with('{')).context("the benchmark printed no table")?;
    Table::from_json(&serde_json::from_str(line)?).context("the benchmark printed half a table")
}
