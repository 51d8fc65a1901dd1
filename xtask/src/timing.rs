//! Lines for each step while it happens, one table at the end. Steps may be taken side by side.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

/// The steps of one run and how long each took.
pub(crate) struct Timing {
    began: Instant,
    rows: Mutex<Vec<Row>>,
}

struct Row {
    step: String,
    took: Duration,
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Ready,
    Done,
    Failed,
}

impl Timing {
    pub(crate) fn start() -> Self {
        Self { began: Instant::now(), rows: Mutex::default() }
    }

    /// Runs one step whose own output is on screen, between a heading and its duration.
    pub(crate) fn step<T>(&self, step: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("== {step}");
        let began = Instant::now();
        let result = work();
        let took = began.elapsed();
        let outcome = if result.is_ok() { Outcome::Done } else { Outcome::Failed };
        println!("-- {step}: {} {}", outcome.word(), human(took));
        self.keep(step, took, outcome);
        result
    }

    /// Makes sure that something is there: nothing is done if `ready`, else one line says what is being done,
    /// and another how long it took.
    pub(crate) fn ensure(
        &self,
        what: &str,
        how: &str,
        ready: impl Fn() -> bool,
        get: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let began = Instant::now();
        if ready() {
            let took = began.elapsed();
            println!("  {what}: already there, {}", human(took));
            self.keep(what, took, Outcome::Ready);
            return Ok(());
        }
        println!("  {what}: {how} ...");
        let result = get();
        let took = began.elapsed();
        let outcome = if result.is_ok() { Outcome::Done } else { Outcome::Failed };
        println!("  {what}: {} {}", outcome.word(), human(took));
        self.keep(what, took, outcome);
        result
    }

    fn keep(&self, step: &str, took: Duration, outcome: Outcome) {
        let row = Row { step: step.to_owned(), took, outcome };
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).push(row);
    }

    /// Where the time went, in the order in which steps ended. Those side by side add up to more than the total.
    pub(crate) fn print_table(&self) {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let width = rows.iter().map(|row| row.step.chars().count()).max().unwrap_or(0).max("total".len());
        println!();
        println!("{:<width$}  {:>9}  outcome", "step", "time");
        for row in rows.iter().filter(|row| row.outcome != Outcome::Ready || row.took.as_secs() > 0) {
            println!("{:<width$}  {:>9}  {}", row.step, human(row.took), row.outcome.word());
        }
        println!("{:<width$}  {:>9}", "total", human(self.began.elapsed()));
    }
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Outcome::Ready => "already there",
            Outcome::Done => "done",
            Outcome::Failed => "FAILED",
        }
    }
}

/// `7 ms`, `3.2 s`, `4 min 05 s`.
pub(crate) fn human(took: Duration) -> String {
    match took.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        millis @ 1000..60_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        millis => format!("{} min {:02} s", millis / 60_000, millis / 1000 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::human;
    use std::time::Duration;

    #[test]
    fn durations_are_written_in_the_unit_a_person_would_use() {
        assert_eq!(human(Duration::from_millis(7)), "7 ms");
        assert_eq!(human(Duration::from_millis(3_260)), "3.2 s");
        assert_eq!(human(Duration::from_secs(245)), "4 min 05 s");
    }
}
