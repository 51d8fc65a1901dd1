//! The rules for the parts of an image's name (OCI distribution spec, "Pulling manifests"; docker's reference grammar).

use super::InvalidReference;

/// Longest repository name in bytes, host included (docker's limit).
pub const NAME_MAX_BYTES: usize = 255;
/// Longest tag in bytes.
pub const TAG_MAX_BYTES: usize = 128;

/// Checks a repository's path: components of lower-case letters and digits, joined inside by `.`, `_`, `__` or hyphens, and
/// separated by slashes; at most 255 bytes.
///
/// # Errors
/// The first rule broken.
pub fn check_path(path: &str) -> Result<(), InvalidReference> {
    if path.is_empty() {
        return Err(InvalidReference::NoName);
    }
    if path.len() > NAME_MAX_BYTES {
        return Err(InvalidReference::TooLong { bytes: path.len() });
    }
    path.split('/').try_for_each(check_component)
}

/// Checks a tag: a letter, digit or underscore, then up to 127 of those, `.` and `-`.
///
/// ```
/// use image::reference::check_tag;
/// assert!(check_tag("v1.2-rc_3").is_ok());
/// assert!(check_tag("-v1").is_err());
/// ```
///
/// # Errors
/// [`InvalidReference::Tag`].
pub fn check_tag(tag: &str) -> Result<(), InvalidReference> {
    let first = tag.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    let rest = tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    if first && rest && tag.len() <= TAG_MAX_BYTES {
        Ok(())
    } else {
        Err(InvalidReference::Tag { tag: shortened(tag) })
    }
}

/// Checks `HOST[:PORT]`: letters, digits and inner hyphens between dots, or an IPv6 address in brackets.
pub(super) fn check_host(host: &str) -> Result<(), InvalidReference> {
    let bad = || InvalidReference::Host { host: shortened(host) };
    let (name, port) = match host.strip_prefix('[') {
        Some(inner) => {
            let (address, after) = inner.split_once(']').ok_or_else(bad)?;
            if address.is_empty() || !address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.') {
                return Err(bad());
            }
            ("ipv6", if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or_else(bad)?) })
        }
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let port_is_good = port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    if name.split('.').all(label) && port_is_good { Ok(()) } else { Err(bad()) }
}

/// Whether the first component of a reference is a registry's host: docker's rule.
pub(super) fn is_host(component: &str) -> bool {
    component == "localhost" || component.contains(['.', ':', '[']) || component.bytes().any(|b| b.is_ascii_uppercase())
}

fn check_component(component: &str) -> Result<(), InvalidReference> {
    let bad = || InvalidReference::Component { component: shortened(component) };
    let mut runs = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let begins = component.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let ends = component.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    // What stands between letters and digits is nothing or one separator.
    let separators = runs.all(|run| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|b| b == b'-'));
    if begins && ends && separators { Ok(()) } else { Err(bad()) }
}

/// What a message shows of a text that may be of any length.
fn shortened(text: &str) -> String {
    let short: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
