//! `cargo xtask soak`: mixed traffic for long, against the whole of it with a real engine; it fails on the first thing that breaks
//! and when the server's memory grows.

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::bench::report::Table;
use crate::command::{command, show};
use crate::conformance::environment;
use crate::engine::TestEngine;
use crate::timing::Timing;
use crate::{console, paths, server, setup};

#[derive(Args)]
pub(crate) struct Soak {
    /// How long
    #[arg(long, default_value_t = 30)]
    minutes: u32,
    /// Build console and server quickly: figures of speed then mean nothing
    #[arg(long)]
    quick: bool,
}

impl Soak {
    pub(crate) fn run(self, timing: &Timing) -> Result<()> {
        setup::for_up(timing)?;
        setup::for_browser(timing)?;
        let engine = TestEngine::find(timing)?;
        if engine.is_none() {
            bail!("there is no container engine here: install Docker or Podman");
        }
        let binary = if self.quick {
            let assets = console::quick::build(timing)?;
            server::build_quick(timing, &assets)?
        } else {
            let assets = console::build(timing)?;
            server::build(timing, &assets)?
        };
        let e2e = paths::root().join("e2e");
        let table = e2e.join("results/soak.json");
        if table.exists() {
            fs::remove_file(&table)?;
        }
        let ran = timing.step(&format!("{} minutes of everything", self.minutes), || {
            let mut playwright = command(setup::playwright());
            playwright
                .args(["test", "--config", "soak.config.ts"])
                .current_dir(&e2e)
                .env("ROADSTEAD_SOAK_MINUTES", self.minutes.to_string());
            environment(&mut playwright, &binary, engine.as_ref());
            show(&mut playwright)
        });
        // What failed has a table too.
        if let Ok(text) = fs::read(&table) {
            let found = Table::from_json(&serde_json::from_slice(&text)?).context("soak.json is no table")?;
            println!("\n{}", found.markdown());
        }
        timing.print_table();
        ran
    }
}
