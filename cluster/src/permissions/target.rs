//! What a grant can be made on.
//!
//! Owns the rules that keep a slip or a look-alike from becoming a grant: on nothing, on something made later, or on something
//! other than was meant.

use platform::{
    Uri,
    permission::{PROJECT_SCHEMES, Policy, PrincipalKind},
};

use super::{PermissionError, administrators::CLUSTER_SCHEMES, store};
use crate::store::Store;

/// Refuses a URI on which a grant would mean nothing, or not what it seems.
pub(super) async fn check(store: &Store, cluster: &str, policy: &Policy, uri: &Uri) -> Result<(), PermissionError> {
    let refuse = |why: String| Err(PermissionError::Target { uri: uri.clone(), why });
    if uri.scheme() == "role" {
        return role(policy, uri);
    }
    if !PROJECT_SCHEMES.contains(&uri.scheme()) && !CLUSTER_SCHEMES.contains(&uri.scheme()) {
        let known = PROJECT_SCHEMES.join(", ");
        return refuse(format!("this cluster has nothing of the kind {:?}; share one of {known}, role", uri.scheme()));
    }
    let segments: Vec<&str> = uri.segments().iter().map(String::as_str).collect();
    if let Some(odd) = segments.iter().take(3).flat_map(|name| name.chars()).find(|c| !c.is_ascii()) {
        let code = u32::from(odd);
        return refuse(format!(
            "{odd:?} (U+{code:04X}) is not in any name here, it only looks like one of ours; type it anew"
        ));
    }
    match segments[..] {
        [] => return Ok(()),
        [host, ..] if host != cluster => return refuse(format!("this cluster is called {cluster}, not {host}")),
        _ => {}
    }
    if !PROJECT_SCHEMES.contains(&uri.scheme()) && uri.scheme() != "org" {
        return Ok(());
    }
    match segments[..] {
        [_, org] | [_, org, _, ..] if !store::has_place(store, org, None).await? => {
            return refuse(format!("there is no organisation {org}"));
        }
        [_, org, project, ..] if !store::has_place(store, org, Some(project)).await? => {
            return refuse(format!("organisation {org} has no project {project}"));
        }
        _ => {}
    }
    let rest = segments.get(3..).unwrap_or_default();
    let allowed: fn(char) -> bool = match uri.scheme() {
        // The names of the OCI distribution specification; tags share the rights of their image.
        "image" => |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'),
        "job" => |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
        _ => return Ok(()),
    };
    match rest.iter().flat_map(|name| name.chars()).find(|c| !allowed(*c)) {
        Some(':') => {
            refuse("a tag cannot be shared alone; leave ':TAG' away to share the image with all its tags".to_owned())
        }
        Some(odd) => {
            let (kind, code) = (uri.scheme(), u32::from(odd));
            refuse(format!("no {kind} has {odd:?} (U+{code:04X}) in its name; check the name"))
        }
        None => Ok(()),
    }
}

/// A role, or names under which there are roles.
fn role(policy: &Policy, uri: &Uri) -> Result<(), PermissionError> {
    let name = uri.segments().join("/");
    let principals = &policy.facts().principals;
    let is_there = principals.iter().any(|principal| {
        principal.name == name
            || principal.kind == PrincipalKind::Role
                && principal.name.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/'))
    });
    if name.is_empty() || is_there { Ok(()) } else { Err(PermissionError::UnknownRole(name)) }
}
