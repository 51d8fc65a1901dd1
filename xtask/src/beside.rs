//! Work beside other work: what compiles fills the time in which tests wait.

use std::panic::resume_unwind;
use std::thread;

use anyhow::Result;

/// How much less a background's threads and programs matter than all else.
const NICE: i32 = 10;

/// Does both at once and ends when both have ended. What runs in the background gets what time of the processors the other leaves, so
/// that tests do not notice it. When both fail the foreground's error is told.
pub(crate) fn beside<A: Send, B>(
    background: impl FnOnce() -> Result<A> + Send,
    foreground: impl FnOnce() -> Result<B>,
) -> Result<(A, B)> {
    thread::scope(|scope| {
        let background = scope.spawn(|| {
            // On Linux a thread's own, and that of what it starts; elsewhere it is left out.
            #[cfg(target_os = "linux")]
            rustix::process::nice(NICE).ok();
            background()
        });
        let foreground = foreground();
        let background = background.join().unwrap_or_else(|panic| resume_unwind(panic));
        let foreground = foreground?;
        Ok((background?, foreground))
    })
}

#[cfg(test)]
mod tests {
    use super::beside;
    use anyhow::bail;

    #[test]
    fn both_results_come_back_and_either_error_does() {
        assert_eq!(beside(|| Ok(1), || Ok("two")).unwrap(), (1, "two"));
        let said = |result: anyhow::Result<((), ())>| result.unwrap_err().to_string();
        assert_eq!(said(beside(|| bail!("behind"), || Ok(()))), "behind");
        assert_eq!(said(beside(|| Ok(()), || bail!("before"))), "before");
        assert_eq!(said(beside(|| bail!("behind"), || bail!("before"))), "before");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_started_in_the_background_matters_less() {
        let nice = || -> anyhow::Result<i32> {
            let output = std::process::Command::new("nice").output()?;
            Ok(String::from_utf8(output.stdout)?.trim().parse()?)
        };
        let (behind, before) = beside(nice, nice).unwrap();
        assert!(behind > before || behind == 19, "{behind} and {before}");
    }
}
