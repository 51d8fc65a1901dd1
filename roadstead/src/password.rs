//! Asking for a password: on the terminal without showing it, twice; or from standard input, one line.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, bail};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The password for a user.
pub(crate) fn ask(user: &str) -> anyhow::Result<String> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return line(&mut stdin.lock());
    }
    let password = hidden(&format!("New password of {user}: "))?;
    if hidden("The same again: ")? != password {
        bail!("the two passwords differ; nothing was changed");
    }
    Ok(password)
}

fn line(input: &mut impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    let read = input.read_line(&mut line).context("the password cannot be read from standard input")?;
    if read == 0 {
        bail!("standard input ended before a password came");
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Puts the terminal back however reading ends.
struct Shown(Termios);

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

fn hidden(prompt: &str) -> anyhow::Result<String> {
    let before = tcgetattr(io::stdin()).context("the terminal cannot be asked")?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO);
    let _shown = Shown(before);
    tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)
        .context("the terminal cannot be told not to show the password")?;
    let mut terminal = io::stderr();
    terminal.write_all(prompt.as_bytes())?;
    terminal.flush()?;
    let typed = line(&mut io::stdin().lock());
    terminal.write_all(b"\n")?;
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line_as_it_stands() {
        let read = |text: &str| line(&mut text.as_bytes());
        assert_eq!(read(" a b \r\nrest").expect("a line"), " a b ");
        assert_eq!(read("no end").expect("a line"), "no end");
        assert!(read("").is_err());
    }
}
