//! Rust source reduced to its code: comments and the content of strings are blanked, line numbers stay.

/// The source without comments and string contents.
pub(crate) fn code_of(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if first == '"' {
            string(rest)
        } else if let Some(raw) = raw_string(rest, code.chars().next_back()) {
            raw
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest[1..].find('\'').map_or(rest.len(), |end| end + 2)
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.extend(rest[..length].chars().filter(|c| *c == '\n'));
        code.push(' ');
        rest = &rest[length..];
    }
    code
}

/// Numbers (from 1) of the lines where the identifier stands as a whole word.
pub(crate) fn lines_with(code: &str, identifier: &str) -> Vec<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.lines()
        .enumerate()
        .filter(|(_, line)| {
            line.match_indices(identifier)
                .any(|(at, _)| !line[..at].ends_with(is_word) && !line[at + identifier.len()..].starts_with(is_word))
        })
        .map(|(index, _)| index + 1)
        .collect()
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn raw_string(rest: &str, before: Option<char>) -> Option<usize> {
    if before.is_some_and(|c| c.is_alphanumeric() && c != 'b' || c == '_') {
        return None;
    }
    let hashes_and_more = rest.strip_prefix('r')?;
    let hashes = hashes_and_more.chars().take_while(|c| *c == '#').count();
    let body = hashes_and_more[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let opening = rest.len() - body.len();
    Some(body.find(&end).map_or(rest.len(), |at| opening + at + end.len()))
}

#[cfg(test)]
mod tests {
    use super::{code_of, lines_with};

    #[test]
    fn words_in_comments_and_strings_are_not_code() {
        let source = "// tokio here\nlet a = \"tokio \\\" tokio\"; /* tokio /* tokio */ tokio */\nlet b = r#\"tokio \"# ;\ntokio::spawn(x);\n";
        assert_eq!(lines_with(&code_of(source), "tokio"), [4]);
    }

    #[test]
    fn a_quote_character_does_not_open_a_string() {
        let source = "let q = '\"';\nuse sqlx::query;\nlet e = '\\\"';\nuse bollard::Docker;\nfn f<'a>(x: &'a str) {}\nuse axum::Router;";
        let code = code_of(source);
        assert_eq!(lines_with(&code, "sqlx"), [2]);
        assert_eq!(lines_with(&code, "bollard"), [4]);
        assert_eq!(lines_with(&code, "axum"), [6]);
    }

    #[test]
    fn only_whole_words_count() {
        assert!(lines_with("let tokio_like = my_tokio;", "tokio").is_empty());
    }
}
