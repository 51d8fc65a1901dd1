//! `cargo xtask bench`: measures, prints tables, and keeps them in docs/BENCHMARKS.md.

mod report;

use anyhow::Result;
use clap::Args;

use crate::timing::Timing;
use crate::{console, setup};
use report::{Report, Table};

#[derive(Args)]
pub(crate) struct Bench {}

impl Bench {
    pub(crate) fn run(self, timing: &mut Timing) -> Result<()> {
        setup::for_up(timing)?;
        let assets = console::build(timing)?;
        let mut report = Report::default();
        report.add(first_load(&assets)?);
        report.keep()
    }
}

fn first_load(assets: &std::path::Path) -> Result<Table> {
    let bytes = console::first_load(assets)?;
    let mut table = Table::new(
        "Console, first load",
        "Brotli bytes of every file that index.html names: all that the jobs list needs. Terminal and charts load on demand.",
        &["what", "kB", "aim"],
    );
    table.row(["index.html and all it names".to_owned(), format!("{:.1}", bytes as f64 / 1000.0), "250".to_owned()]);
    Ok(table)
}
