//! How many tests passed and failed, read from what cargo test, pytest and Playwright print at their end.

use std::fmt;
use std::ops::AddAssign;

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// What one printed line adds; most add nothing.
    pub(crate) fn of_line(line: &str) -> Self {
        let line = line.trim().trim_matches('=').trim();
        if let Some(summary) = line.strip_prefix("test result: ") {
            return Self::of_words(summary);
        }
        // pytest: `12 passed, 1 failed in 3.21s`; errors are broken fixtures, and as bad as failures.
        if line.contains(" in ") && line.starts_with(|first: char| first.is_ascii_digit()) {
            return Self::of_words(line.split(" in ").next().unwrap_or_default());
        }
        // Playwright: `  3 failed`, `  2 flaky`, `  41 passed (1.2m)`, each on a line of its own.
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            [number, "passed" | "flaky"] | [number, "passed", _] => {
                Self { passed: number.parse().unwrap_or(0), failed: 0 }
            }
            [number, "failed" | "interrupted"] | [number, "did", "not", "run"] => {
                Self { passed: 0, failed: number.parse().unwrap_or(0) }
            }
            _ => Self::default(),
        }
    }

    fn of_words(summary: &str) -> Self {
        let mut counts = Self::default();
        let mut number = 0;
        for word in summary.split([' ', ',', ';', '.']) {
            match word {
                "passed" => counts.passed += number,
                "failed" | "error" | "errors" => counts.failed += number,
                _ => {}
            }
            number = word.parse().unwrap_or(0);
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn counts(passed: u64, failed: u64) -> Counts {
        Counts { passed, failed }
    }

    #[test]
    fn each_runners_closing_line_is_understood() {
        for (line, expected) in [
            (
                "test result: ok. 14 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
                counts(14, 0),
            ),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", counts(3, 2)),
            ("12 passed in 3.21s", counts(12, 0)),
            ("=== 1 failed, 11 passed, 2 skipped in 75.01s (0:01:15) ===", counts(11, 1)),
            ("1 passed, 2 errors in 0.5s", counts(1, 2)),
            ("  41 passed (1.2m)", counts(41, 0)),
            ("  3 failed", counts(0, 3)),
            ("  5 did not run", counts(0, 5)),
        ] {
            assert_eq!(Counts::of_line(line), expected, "{line}");
        }
    }

    #[test]
    fn ordinary_lines_count_nothing() {
        for line in ["running 14 tests", "test a_name ... ok", "", "3 jobs in the list", "2 skipped"] {
            assert_eq!(Counts::of_line(line), Counts::default(), "{line}");
        }
    }
}
