//! `cargo xtask bench`: measures, prints tables, and keeps them in docs/BENCHMARKS.md.
//!
//! Figures are compared within one run: what a row is held against stands in the same table and was measured in turn with it.

mod archive;
mod browser;
pub(crate) mod client;
mod edge;
mod links;
mod proxy;
mod registry;
pub(crate) mod report;
mod rights;

use std::path::Path;

use anyhow::Result;
use clap::Args;

use crate::console::kilobytes;
use crate::engine::TestEngine;
use crate::timing::Timing;
use crate::{console, server, setup, workers};
use report::{Report, Table};

#[derive(Args)]
pub(crate) struct Bench {
    /// Only these: size, rights, proxy, edge, links, registry, browser; or specs of e2e/bench, as push
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// MB of the archive that is pushed; less for a quick look
    #[arg(long, default_value_t = 1000)]
    push_mb: u64,
    /// Rounds of pushing
    #[arg(long, default_value_t = 3)]
    push_rounds: u32,
    /// Push an archive of so many GB too, for the memory that it takes
    #[arg(long)]
    push_large_gb: Option<u64>,
    /// Build console and server quickly: figures of their own speed then mean nothing
    #[arg(long)]
    quick: bool,
}

impl Bench {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        setup::for_up(timing)?;
        let engine = TestEngine::find(timing)?;
        let (assets, binary) = if self.quick {
            let assets = console::quick::build(timing)?;
            let binary = server::build_quick(timing, &assets)?;
            (assets, binary)
        } else {
            let assets = console::build(timing)?;
            let binary = server::build(timing, &assets)?;
            (assets, binary)
        };
        let specs: Vec<&str> = self
            .only
            .iter()
            .map(String::as_str)
            .filter(|only| !["size", "rights", "proxy", "edge", "links", "registry", "browser"].contains(only))
            .collect();
        let wanted = |name: &str| self.only.is_empty() || self.only.iter().any(|only| only == name);

        let mut report = Report::default();
        if wanted("size") {
            report.add(first_load(&assets)?);
        }
        if wanted("rights") {
            report.add(timing.step("effective rights", rights::measure)?);
        }
        if wanted("proxy") {
            setup::for_nginx(timing)?;
            report.add(timing.step("gateway beside nginx", || proxy::measure(&binary))?);
        }
        if wanted("edge") {
            setup::for_nginx(timing)?;
            setup::for_workers(timing)?;
            workers::build(timing, Some(&assets))?;
            for table in timing.step("chunks through either host, beside nginx", || edge::measure(&binary))? {
                report.add(table);
            }
        }
        if wanted("links") {
            report.add(timing.step("links to jobs", || links::measure(&binary))?);
        }
        if wanted("registry") {
            setup::for_other_registry(timing)?;
            report.add(timing.step("registry beside docker-registry", || registry::measure(&binary))?);
        }
        if wanted("browser") || !specs.is_empty() {
            setup::for_browser(timing)?;
            let mut more = Vec::new();
            if specs.is_empty() || specs.contains(&"push") {
                setup::for_image_tools(timing)?;
                let archives = timing.step("archives to push", || archive::make(self.push_mb, self.push_large_gb))?;
                more.push(("ROADSTEAD_BENCH_ARCHIVES", archives.into()));
                more.push(("ROADSTEAD_BENCH_ROUNDS", self.push_rounds.to_string().into()));
            }
            if specs.is_empty() || specs.contains(&"fan-out") {
                setup::for_workers(timing)?;
                workers::build(timing, Some(&assets))?;
                more.push(("ROADSTEAD_BENCH_WORKERD", workers::workerd()?.into()));
            }
            for table in timing.step("in Chromium", || browser::measure(&binary, engine.as_ref(), &specs, &more))? {
                report.add(table);
            }
        }
        timing.print_table();
        // A part of the tables must not replace all of them.
        if self.only.is_empty() && !self.quick { report.keep() } else { Ok(()) }
    }
}

fn first_load(assets: &Path) -> Result<Table> {
    let load = console::FirstLoad::of(assets)?;
    let mut table = Table::new(
        "Console, first load",
        "Every file that index.html names: all that the jobs list needs. Other pages, dialogs, terminal and charts load on demand.",
        &["what", "kB", "brotli kB", "aim"],
    );
    for part in &load.parts {
        table.row([part.name.clone(), kilobytes(part.plain), kilobytes(part.sent), String::new()]);
    }
    let plain = load.parts.iter().map(|part| part.plain).sum();
    table.row(["all".to_owned(), kilobytes(plain), kilobytes(load.sent()), kilobytes(console::LIMIT_BYTES)]);
    Ok(table)
}
