//! The one cluster, its organisations, and who uses it in their name.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use platform::permission::{Action, OrgRole};
use serde::Deserialize;
use serde_json::Value;

use super::{
    cluster_uri, ensure_this, orgs, refuse_limits, require_org,
    view::{Balance, ClusterUserView, ClusterView, OrgClusterView, Quota, info},
};
use crate::{
    accounts::{
        AccountError,
        places::{OrgPlace, Seat},
    },
    http::{
        Api, Problem,
        caller::Caller,
        input::{Expected, Query, Segments, Sent},
    },
};

#[derive(Deserialize)]
pub(in crate::http) struct NewClusterUser {
    user_name: String,
    role: Option<String>,
    org_name: Option<String>,
    quota: Option<Value>,
}

#[derive(Deserialize)]
pub(in crate::http) struct ClusterUserUpdate {
    role: String,
    quota: Option<Value>,
}

fn view(api: &Api, place: OrgPlace, with_info: bool) -> ClusterUserView {
    ClusterUserView {
        user_name: place.user,
        cluster_name: api.config.cluster_name.clone(),
        org_name: Some(place.org),
        role: place.role.as_str(),
        quota: Quota {},
        balance: Balance::NONE,
        user_info: info(with_info),
    }
}

/// The role of a cluster's user; `member` is an older word for `user`.
fn role(word: &str) -> Result<OrgRole, Problem> {
    if word == "member" { Ok(OrgRole::User) } else { orgs::role(word) }
}

fn cluster_view(api: &Api) -> ClusterView {
    let name = api.config.cluster_name.clone();
    ClusterView { name, default_role: "user", default_quota: Quota {}, maintenance: false }
}

fn org_cluster_view(org: String) -> OrgClusterView {
    OrgClusterView {
        org_name: org,
        quota: Quota {},
        balance: Balance::NONE,
        default_quota: Quota {},
        default_role: "user",
        maintenance: false,
    }
}

pub(super) async fn clusters_list(State(api): State<Arc<Api>>, _caller: Caller) -> Json<Vec<ClusterView>> {
    Json(vec![cluster_view(&api)])
}

pub(super) async fn cluster_get(
    State(api): State<Arc<Api>>,
    _caller: Caller,
    Segments(cluster): Segments<String>,
) -> Result<Json<ClusterView>, Problem> {
    ensure_this(&api, &cluster)?;
    Ok(Json(cluster_view(&api)))
}

pub(super) async fn org_clusters_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(cluster): Segments<String>,
) -> Result<Json<Vec<OrgClusterView>>, Problem> {
    ensure_this(&api, &cluster)?;
    Ok(Json(orgs::visible(&api, &caller).await?.into_iter().map(org_cluster_view).collect()))
}

pub(super) async fn org_cluster_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((cluster, org)): Segments<(String, String)>,
) -> Result<Json<OrgClusterView>, Problem> {
    ensure_this(&api, &cluster)?;
    require_org(&api, &caller, &org, Action::Read)?;
    if !api.accounts.org_exists(&org).await? {
        return Err(AccountError::UnknownOrg(org).into());
    }
    Ok(Json(org_cluster_view(org)))
}

pub(super) async fn all_users_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(cluster): Segments<String>,
    query: Query,
) -> Result<Json<Vec<ClusterUserView>>, Problem> {
    ensure_this(&api, &cluster)?;
    caller.require(&cluster_uri(&api), Action::Read)?;
    let with_info = query.flag("with_user_info", false)?;
    let mut users = Vec::new();
    for org in api.accounts.orgs().await? {
        users.extend(api.accounts.org_places(&org).await?.into_iter().map(|place| view(&api, place, with_info)));
    }
    Ok(Json(users))
}

pub(super) async fn cluster_users_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((cluster, org)): Segments<(String, String)>,
    query: Query,
) -> Result<Json<Vec<ClusterUserView>>, Problem> {
    ensure_this(&api, &cluster)?;
    require_org(&api, &caller, &org, Action::Read)?;
    let with_info = query.flag("with_user_info", false)?;
    let places = api.accounts.org_places(&org).await?;
    Ok(Json(places.into_iter().map(|place| view(&api, place, with_info)).collect()))
}

pub(super) async fn cluster_user_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((cluster, org, user)): Segments<(String, String, String)>,
    query: Query,
) -> Result<Json<ClusterUserView>, Problem> {
    ensure_this(&api, &cluster)?;
    require_org(&api, &caller, &org, Action::Read)?;
    let place = orgs::place(&api, &org, &user).await?;
    Ok(Json(view(&api, place, query.flag("with_user_info", false)?)))
}

/// A user without regard to organisations: what clients ask when they may not look into one.
pub(super) async fn any_user_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((cluster, user)): Segments<(String, String)>,
    query: Query,
) -> Result<Json<ClusterUserView>, Problem> {
    ensure_this(&api, &cluster)?;
    if user != caller.name() {
        caller.require(&cluster_uri(&api), Action::Read)?;
    }
    api.accounts.kind_of(&user).await?;
    let is_admin = api.permissions.rights_of(&user).await?.allow(&cluster_uri(&api), Action::Manage);
    Ok(Json(ClusterUserView {
        user_name: user,
        cluster_name: cluster,
        org_name: None,
        role: if is_admin { "admin" } else { "user" },
        quota: Quota {},
        balance: Balance::NONE,
        user_info: info(query.flag("with_user_info", false)?),
    }))
}

pub(super) async fn cluster_user_add(
    State(api): State<Arc<Api>>,
    Segments(cluster): Segments<String>,
    query: Query,
    Sent(caller, new): Sent<NewClusterUser>,
) -> Result<(StatusCode, Json<ClusterUserView>), Problem> {
    ensure_this(&api, &cluster)?;
    let org = new.org_name.ok_or_else(|| Problem::field("org_name", "say which organisation the user belongs to"))?;
    require_org(&api, &caller, &org, Action::Manage)?;
    refuse_limits(&[&new.quota])?;
    let role = new.role.as_deref().map_or(Ok(OrgRole::User), role)?;
    let place = OrgPlace { user: new.user_name, org, role };
    api.accounts.set_org_place(&place, Seat::Add, &caller.by(&api)).await?;
    Ok((StatusCode::CREATED, Json(view(&api, place, query.flag("with_user_info", false)?))))
}

pub(super) async fn cluster_user_update(
    State(api): State<Arc<Api>>,
    Expected(seen): Expected,
    Segments((cluster, org, user)): Segments<(String, String, String)>,
    query: Query,
    Sent(caller, update): Sent<ClusterUserUpdate>,
) -> Result<Json<ClusterUserView>, Problem> {
    ensure_this(&api, &cluster)?;
    require_org(&api, &caller, &org, Action::Manage)?;
    refuse_limits(&[&update.quota])?;
    let place = OrgPlace { user, org, role: role(&update.role)? };
    api.accounts.set_org_place(&place, Seat::Change(&seen), &caller.by(&api)).await?;
    Ok(Json(view(&api, place, query.flag("with_user_info", false)?)))
}

pub(super) async fn cluster_user_remove(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Expected(seen): Expected,
    Segments((cluster, org, user)): Segments<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    ensure_this(&api, &cluster)?;
    require_org(&api, &caller, &org, Action::Manage)?;
    api.accounts.remove_org_place(&org, &user, &seen, &caller.by(&api)).await?;
    Ok(StatusCode::NO_CONTENT)
}
