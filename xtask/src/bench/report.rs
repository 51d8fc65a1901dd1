//! Tables, on screen and as Markdown.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};

use crate::command::{capture, command};
use crate::paths;

/// All tables of one run.
#[derive(Default)]
pub(crate) struct Report {
    tables: Vec<Table>,
}

/// One measurement: what was done and what came out.
pub(crate) struct Table {
    title: String,
    method: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: &str, method: &str, head: &[&str]) -> Self {
        let head = head.iter().map(ToString::to_string).collect();
        Self { title: title.to_owned(), method: method.to_owned(), head, rows: Vec::new() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.head.len(), "a row has a cell for each heading");
        self.rows.push(cells.into());
    }

    /// A table that another program measured: `{title, method, head, rows}`, all of text.
    pub(crate) fn from_json(json: &serde_json::Value) -> Option<Self> {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let cells = |row: &serde_json::Value| row.as_array()?.iter().map(text).collect::<Option<Vec<_>>>();
        let head = cells(&json["head"])?;
        let rows = json["rows"].as_array()?.iter().map(cells).collect::<Option<Vec<_>>>()?;
        let fits = rows.iter().all(|row| row.len() == head.len());
        fits.then_some(Self { title: text(&json["title"])?, method: text(&json["method"])?, head, rows })
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("## {}\n{}\n\n", self.title, self.method);
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        text += &line(&self.head);
        text += &line(&vec!["---".to_owned(); self.head.len()]);
        self.rows.iter().for_each(|row| text += &line(row));
        text
    }
}

impl Report {
    pub(crate) fn add(&mut self, table: Table) {
        println!("\n{}", table.markdown());
        self.tables.push(table);
    }

    /// Writes docs/BENCHMARKS.md.
    pub(crate) fn keep(&self) -> Result<()> {
        let mut text = String::from(
            "# Benchmarks\n\nWritten by `cargo xtask bench`; every figure is of one run on one machine. Compare rows of one table, not figures of two runs.\n",
        );
        writeln!(text, "\nMachine: {}. Measured {}.", machine(), today()?)?;
        for table in &self.tables {
            write!(text, "\n{}", table.markdown())?;
        }
        let path = paths::root().join("docs/BENCHMARKS.md");
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
        println!("kept in docs/BENCHMARKS.md");
        Ok(())
    }
}

fn today() -> Result<String> {
    Ok(capture(command("date").args(["-u", "+%Y-%m-%d"]))?.trim().to_owned())
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown processor");
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    format!("{cores} cores of {}, load average {load} at the end", model.trim_start_matches([' ', '\t', ':']))
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn a_table_of_another_program_must_be_whole() {
        let good = serde_json::json!({"title": "T", "method": "M", "head": ["a", "b"], "rows": [["1", "2"]]});
        assert!(Table::from_json(&good).is_some());
        let short = serde_json::json!({"title": "T", "method": "M", "head": ["a", "b"], "rows": [["1"]]});
        assert!(Table::from_json(&short).is_none());
    }

    #[test]
    fn a_table_is_written_as_markdown() {
        let mut table = Table::new("Size", "Counted.", &["what", "kB"]);
        table.row(["all".to_owned(), "1.0".to_owned()]);
        assert_eq!(table.markdown(), "## Size\nCounted.\n\n| what | kB |\n| --- | --- |\n| all | 1.0 |\n");
    }
}
