//! The words a fake container's command is made of.
//!
//! Owns their grammar. One word is one step, so that a platform job's `command` ("print:hello exit:3") is a script.

use std::time::Duration;

/// One step of a fake process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `print:TEXT`: a line to standard output. `\n`, `\0` are not special.
    Print(String),
    /// `err:TEXT`: a line to standard error.
    PrintError(String),
    /// `piece:TEXT`: output without a newline.
    Piece(String),
    /// `lines:N`: `line 0` to `line N-1`.
    Lines(u64),
    /// `sleep:MS`.
    Sleep(Duration),
    /// `forever:MS`: a numbered line every so often, until a signal.
    Forever(Duration),
    /// `hang`: nothing, until a signal.
    Hang,
    /// `ignore-term`: from here on SIGTERM does nothing.
    IgnoreTerm,
    /// `cat`: copies input to output until the input ends (sessions only).
    Cat,
    /// `size`: waits for a resize and prints `ROWS COLUMNS` (sessions only).
    Size,
    /// `oom`: killed for want of memory.
    Oom,
    /// `exit:N`.
    Exit(i64),
}

/// Reads a command. `Err` is the message of a process that cannot be started.
pub(super) fn parse(command: &[String]) -> Result<Vec<Step>, String> {
    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["true"] => return Ok(Vec::new()),
        ["false"] => return Ok(vec![Step::Exit(1)]),
        ["cat"] => return Ok(vec![Step::Cat]),
        ["echo", rest @ ..] => return Ok(vec![Step::Print(rest.join(" "))]),
        ["sleep", seconds] => {
            let seconds = seconds.parse().map_err(|_| format!("sleep: invalid number '{seconds}'"))?;
            return Ok(vec![Step::Sleep(Duration::from_secs(seconds))]);
        }
        ["sh" | "/bin/sh" | "bash", "-c", script] => return shell(script),
        ["sh" | "/bin/sh" | "bash"] => return Ok(vec![Step::Cat]),
        _ => {}
    }
    words.iter().map(|word| step(word)).collect()
}

/// `sh -c` understands `echo ...; exit N`, which is what the self-test asks for, and scripts in quotes.
fn shell(script: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for part in script.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let words: Vec<String> = part.split_whitespace().map(str::to_owned).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["exit", code] => steps.push(Step::Exit(code.parse().map_err(|_| format!("exit: bad number '{code}'"))?)),
            _ => steps.extend(parse(&words)?),
        }
    }
    Ok(steps)
}

fn step(word: &str) -> Result<Step, String> {
    let unknown = || format!("exec: \"{word}\": executable file not found in $PATH");
    let (verb, argument) = word.split_once(':').unwrap_or((word, ""));
    let number = || argument.parse::<u64>().map_err(|_| unknown());
    Ok(match verb {
        "print" => Step::Print(argument.to_owned()),
        "err" => Step::PrintError(argument.to_owned()),
        "piece" => Step::Piece(argument.to_owned()),
        "lines" => Step::Lines(number()?),
        "sleep" => Step::Sleep(Duration::from_millis(number()?)),
        "forever" => Step::Forever(Duration::from_millis(number()?)),
        "hang" => Step::Hang,
        "ignore-term" => Step::IgnoreTerm,
        "size" => Step::Size,
        "oom" => Step::Oom,
        "exit" => Step::Exit(argument.parse().map_err(|_| unknown())?),
        _ => return Err(unknown()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_command_is_a_script() {
        assert_eq!(parse(&words("print:hi exit:3")), Ok(vec![Step::Print("hi".into()), Step::Exit(3)]));
        assert_eq!(parse(&words("echo Hello World")), Ok(vec![Step::Print("Hello World".into())]));
        assert_eq!(
            parse(&["/bin/sh".into(), "-c".into(), "echo a b; exit 7".into()]),
            Ok(vec![Step::Print("a b".into()), Step::Exit(7)])
        );
        assert!(parse(&words("nosuch --flag")).unwrap_err().contains("not found"));
    }
}
