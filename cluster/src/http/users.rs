//! `users`: sharing, permissions, roles.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use platform::{
    Uri,
    permission::{Action, Node, Permission},
};
use serde::{Deserialize, Serialize};

use super::{
    Api, Problem,
    caller::Caller,
    input::{Query, Segments, Sent},
};
use crate::{accounts::AccountError, permissions::PermissionError};

/// Permissions in one request.
const MOST: usize = 1000;
const LONGEST_NAME: usize = 512;

/// A role to be added.
#[derive(Deserialize)]
pub(super) struct NewRole {
    name: String,
}

/// A user or role, as others see it.
#[derive(Serialize)]
pub(super) struct UserView {
    name: String,
}

/// The roles below a name.
#[derive(Serialize)]
pub(super) struct SubrolesView {
    subroles: Vec<String>,
}

/// A grant on something of the user's.
#[derive(Serialize)]
pub(super) struct SharedView {
    user: String,
    uri: Uri,
    action: Action,
}

/// A permission tree and where its root is.
#[derive(Serialize)]
pub(super) struct TreeView {
    path: String,
    #[serde(flatten)]
    node: Node,
}

/// A principal's name as it stands in a path, with ':' for '/'.
pub(super) fn principal(segment: &str) -> Result<String, Problem> {
    if segment.is_empty() || segment.len() > LONGEST_NAME || segment.chars().any(char::is_control) {
        return Err(Problem::field("user", format!("must be 1 to {LONGEST_NAME} bytes without control characters")));
    }
    Ok(segment.replace(':', "/"))
}

fn role_uri(role: &str) -> Result<Uri, Problem> {
    Uri::try_new("role", role.split('/')).map_err(|why| Problem::field("name", why.to_string()))
}

pub(super) fn below(query: &Query) -> Result<Option<Uri>, Problem> {
    query.find("uri").map(parse_uri).transpose()
}

fn parse_uri(text: &str) -> Result<Uri, Problem> {
    text.parse().map_err(|why: platform::uri::InvalidUri| Problem::field("uri", why.to_string()))
}

fn bounded(wanted: Vec<Permission>) -> Result<Vec<Permission>, Problem> {
    if wanted.len() > MOST {
        return Err(Problem::field("body", format!("holds more than {MOST} permissions")));
    }
    Ok(wanted)
}

/// Refuses a name that nobody has. Whether anybody has it is told only to who may share all of these things; others are refused
/// for want of that.
pub(super) async fn ensure_known(api: &Api, caller: &Caller, names: &[&str], things: &[&Uri]) -> Result<(), Problem> {
    if things.is_empty() || !things.iter().all(|thing| caller.rights.allow(thing, Action::Manage)) {
        return Ok(());
    }
    for name in names {
        api.accounts.kind_of(name).await?;
    }
    Ok(())
}

fn uris(wanted: &[Permission]) -> Vec<&Uri> {
    wanted.iter().map(|want| &want.uri).collect()
}

pub(super) async fn user_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(user): Segments<String>,
) -> Result<Json<UserView>, Problem> {
    let name = principal(&user)?;
    // Only who may look after users learns which names exist.
    if name != caller.name() {
        let uri = Uri::try_new("user", [api.config.cluster_name.as_str()]).expect("the cluster's name is plain");
        caller.require(&uri, Action::Read)?;
    }
    api.accounts.kind_of(&name).await?;
    Ok(Json(UserView { name }))
}

pub(super) async fn role_add(
    State(api): State<Arc<Api>>,
    Sent(caller, role): Sent<NewRole>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    caller.require(&role_uri(&role.name)?, Action::Manage)?;
    api.accounts.add_role(&role.name, &caller.by(&api)).await?;
    Ok((StatusCode::CREATED, Json(UserView { name: role.name })))
}

pub(super) async fn role_remove(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(role): Segments<String>,
) -> Result<StatusCode, Problem> {
    let role = principal(&role)?;
    role_uri(&role)?;
    if api.permissions.remove_role(&caller.rights, &role, &caller.by(&api)).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(AccountError::UnknownPrincipal(role).into())
}

pub(super) async fn permissions_grant(
    State(api): State<Arc<Api>>,
    Segments(user): Segments<String>,
    Sent(caller, wanted): Sent<Vec<Permission>>,
) -> Result<(StatusCode, Json<Vec<Permission>>), Problem> {
    let (to, wanted) = (principal(&user)?, bounded(wanted)?);
    ensure_known(&api, &caller, &[&to], &uris(&wanted)).await?;
    let effective = api.permissions.grant(&caller.rights, &to, &wanted, &caller.by(&api)).await?;
    Ok((StatusCode::CREATED, Json(effective)))
}

pub(super) async fn permissions_replace(
    State(api): State<Arc<Api>>,
    Segments(user): Segments<String>,
    Sent(caller, wanted): Sent<Vec<Permission>>,
) -> Result<StatusCode, Problem> {
    let (to, wanted) = (principal(&user)?, bounded(wanted)?);
    ensure_known(&api, &caller, &[&to], &uris(&wanted)).await?;
    api.permissions.replace(&caller.rights, &to, &wanted, &caller.by(&api)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn permissions_revoke(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(user): Segments<String>,
    query: Query,
) -> Result<StatusCode, Problem> {
    let from = principal(&user)?;
    let uris = query.all("uri").map(parse_uri).collect::<Result<Vec<_>, _>>()?;
    ensure_known(&api, &caller, &[&from], &uris.iter().collect::<Vec<_>>()).await?;
    api.permissions.revoke(&caller.rights, &from, &uris, &caller.by(&api)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn permissions_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(user): Segments<String>,
    query: Query,
) -> Result<Json<Vec<Permission>>, Problem> {
    let of = principal(&user)?;
    api.accounts.kind_of(&of).await?;
    Ok(Json(api.permissions.list(&caller.rights, &of, below(&query)?.as_ref()).await?))
}

pub(super) async fn permissions_shared(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(user): Segments<String>,
    query: Query,
) -> Result<Json<Vec<SharedView>>, Problem> {
    let by = principal(&user)?;
    api.accounts.kind_of(&by).await?;
    let grants = api.permissions.shared(&caller.rights, &by, below(&query)?.as_ref()).await?;
    let view = |grant: crate::permissions::Share| SharedView {
        user: grant.principal,
        uri: grant.permission.uri,
        action: grant.permission.action,
    };
    Ok(Json(grants.into_iter().map(view).collect()))
}

pub(super) async fn permissions_check(
    State(api): State<Arc<Api>>,
    Segments(user): Segments<String>,
    Sent(caller, wanted): Sent<Vec<Permission>>,
) -> Result<StatusCode, Problem> {
    let rights = rights_of(&api, caller, &user).await?;
    let missing: Vec<Permission> =
        bounded(wanted)?.into_iter().filter(|want| !rights.allow(&want.uri, want.action)).collect();
    if missing.is_empty() {
        return Ok(StatusCode::OK);
    }
    Err(PermissionError::Missing(missing).into())
}

pub(super) async fn permissions_tree(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(user): Segments<String>,
    query: Query,
) -> Result<Json<TreeView>, Problem> {
    let rights = rights_of(&api, caller, &user).await?;
    let root = below(&query)?.ok_or_else(|| Problem::field("uri", "is required"))?;
    let mut node = rights.tree(&root);
    if let Some(depth) = query.number::<usize>("depth")? {
        cut(&mut node, depth);
    }
    Ok(Json(TreeView { path: format!("/{}", root.segments().join("/")), node }))
}

fn cut(node: &mut Node, depth: usize) {
    if depth == 0 {
        node.children.clear();
    }
    for child in node.children.values_mut() {
        cut(child, depth - 1);
    }
}

/// The caller's own rights, or another's if the caller looks after users.
async fn rights_of(api: &Api, caller: Caller, segment: &str) -> Result<crate::permissions::Rights, Problem> {
    let of = principal(segment)?;
    if of == caller.name() {
        return Ok(caller.rights);
    }
    let uri = Uri::try_new("user", [api.config.cluster_name.as_str()]).expect("the cluster's name is plain");
    caller.require(&uri, Action::Read)?;
    api.accounts.kind_of(&of).await?;
    Ok(api.permissions.rights_of(&of).await?)
}

pub(super) async fn subroles(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(user): Segments<String>,
) -> Result<Json<SubrolesView>, Problem> {
    let of = principal(&user)?;
    if of != caller.name() {
        caller.require(&role_uri(&of)?, Action::Read)?;
    }
    api.accounts.kind_of(&of).await?;
    Ok(Json(SubrolesView { subroles: api.accounts.roles_below(&of).await? }))
}
