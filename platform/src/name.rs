//! The rules for names.

/// Why a text is not a name of its kind; the text of the error is for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Too short or too long.
    #[error("must be {min} to {max} characters long")]
    Length {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// A job's name begins with something else than a letter.
    #[error("must begin with a lower-case letter")]
    First,
    /// A character outside of what is allowed.
    #[error("may hold lower-case letters, digits and hyphens only, not {0:?}")]
    Character(char),
    /// A hyphen at the end, or two in a row.
    #[error("must not end with a hyphen or hold two in a row")]
    Hyphen,
    /// Names that look like ids are kept for ids.
    #[error("cannot start with 'job-' prefix.")]
    LooksLikeId,
}

/// Checks a job's name: 3 to 40 of `[a-z](-?[a-z0-9])*`, not beginning with `job-`.
///
/// # Errors
/// [`InvalidName`], the first rule broken.
pub fn job_name(name: &str) -> Result<(), InvalidName> {
    dashed(name, 3, 40)?;
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(InvalidName::First);
    }
    if name.starts_with("job-") {
        return Err(InvalidName::LooksLikeId);
    }
    Ok(())
}

/// Checks the name of a cluster, organisation or project: 3 to 255 of `[a-z0-9](-?[a-z0-9])*`.
///
/// # Errors
/// [`InvalidName`], the first rule broken.
pub fn resource_name(name: &str) -> Result<(), InvalidName> {
    dashed(name, 3, 255)
}

/// Whether a text is an id rather than a name, by the pattern the clients use: `job-` and five groups of lower-case letters or
/// digits, 8-4-4-4-12.
#[must_use]
pub fn is_job_id(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("job-") else { return false };
    let groups: Vec<&str> = rest.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    groups.len() == lengths.len()
        && groups.iter().zip(lengths).all(|(group, len)| {
            group.len() == len && group.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

fn dashed(name: &str, min: usize, max: usize) -> Result<(), InvalidName> {
    if let Some(c) = name.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')) {
        return Err(InvalidName::Character(c));
    }
    if !(min..=max).contains(&name.len()) {
        return Err(InvalidName::Length { min, max });
    }
    if name.starts_with('-') {
        return Err(InvalidName::First);
    }
    if name.ends_with('-') || name.contains("--") {
        return Err(InvalidName::Hyphen);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_names_follow_the_platforms_rule() {
        for good in ["job369", "abc", "a-b-c", "a1-2", &"a".repeat(40)] {
            assert_eq!(job_name(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("ab", InvalidName::Length { min: 3, max: 40 }),
            ("1ab", InvalidName::First),
            ("-ab", InvalidName::First),
            ("Abc", InvalidName::Character('A')),
            ("a_b", InvalidName::Character('_')),
            ("аbc", InvalidName::Character('а')),
            ("ab-", InvalidName::Hyphen),
            ("a--b", InvalidName::Hyphen),
            ("job-1", InvalidName::LooksLikeId),
        ] {
            assert_eq!(job_name(bad), Err(why), "{bad}");
        }
        assert_eq!(job_name(&"a".repeat(41)), Err(InvalidName::Length { min: 3, max: 40 }));
        assert_eq!(resource_name("1ab"), Ok(()));
    }

    #[test]
    fn ids_are_told_from_names() {
        assert!(is_job_id("job-0f0e0d0c-aaaa-bbbb-cccc-0123456789ab"));
        for name in ["job-1", "train", "job-0f0e0d0c-aaaa-bbbb-cccc-0123456789AB", ""] {
            assert!(!is_job_id(name), "{name}");
        }
    }
}
