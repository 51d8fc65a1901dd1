//! Organisations and who belongs to them.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use platform::permission::{Action, OrgRole};
use serde::Deserialize;
use serde_json::Value;

use super::{
    cluster_uri, org_uri, refuse_limits, require_org,
    view::{Balance, OrgUserView, OrgView, info},
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
pub(in crate::http) struct NewOrg {
    name: String,
    user_default_credits: Option<Value>,
}

#[derive(Deserialize)]
pub(in crate::http) struct NewOrgUser {
    user_name: String,
    role: Option<String>,
    balance: Option<Value>,
}

#[derive(Deserialize)]
pub(in crate::http) struct OrgUserUpdate {
    role: String,
    balance: Option<Value>,
}

fn view(place: OrgPlace, with_info: bool) -> OrgUserView {
    OrgUserView {
        user_name: place.user,
        org_name: place.org,
        role: place.role.as_str(),
        balance: Balance::NONE,
        user_info: info(with_info),
    }
}

pub(super) fn role(word: &str) -> Result<OrgRole, Problem> {
    word.parse().map_err(|why: platform::permission::InvalidRole| Problem::field("role", why.to_string()))
}

/// The organisations the caller belongs to, all of them for administrators.
pub(super) async fn visible(api: &Api, caller: &Caller) -> Result<Vec<String>, Problem> {
    let mut orgs = api.accounts.orgs().await?;
    orgs.retain(|org| org_uri(api, org).is_ok_and(|uri| caller.rights.allow(&uri, Action::Read)));
    Ok(orgs)
}

pub(super) async fn orgs_list(State(api): State<Arc<Api>>, caller: Caller) -> Result<Json<Vec<OrgView>>, Problem> {
    let orgs = visible(&api, &caller).await?;
    Ok(Json(orgs.into_iter().map(|name| OrgView { name, balance: Balance::NONE }).collect()))
}

pub(super) async fn org_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(org): Segments<String>,
) -> Result<Json<OrgView>, Problem> {
    require_org(&api, &caller, &org, Action::Read)?;
    if !api.accounts.org_exists(&org).await? {
        return Err(AccountError::UnknownOrg(org).into());
    }
    Ok(Json(OrgView { name: org, balance: Balance::NONE }))
}

pub(super) async fn org_add(
    State(api): State<Arc<Api>>,
    Sent(caller, new): Sent<NewOrg>,
) -> Result<(StatusCode, Json<OrgView>), Problem> {
    caller.require(&cluster_uri(&api), Action::Manage)?;
    refuse_limits(&[&new.user_default_credits])?;
    api.accounts.add_org(&new.name, &caller.by(&api)).await?;
    Ok((StatusCode::CREATED, Json(OrgView { name: new.name, balance: Balance::NONE })))
}

pub(super) async fn org_remove(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(org): Segments<String>,
) -> Result<Json<OrgView>, Problem> {
    caller.require(&cluster_uri(&api), Action::Manage)?;
    api.accounts.remove_org(&api.config.cluster_name, &org, &caller.by(&api)).await?;
    Ok(Json(OrgView { name: org, balance: Balance::NONE }))
}

pub(super) async fn org_users_list(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(org): Segments<String>,
    query: Query,
) -> Result<Json<Vec<OrgUserView>>, Problem> {
    require_org(&api, &caller, &org, Action::Read)?;
    let with_info = query.flag("with_user_info", false)?;
    let roles = query.all("roles").map(role).collect::<Result<Vec<_>, _>>()?;
    let places = api.accounts.org_places(&org).await?.into_iter();
    let wanted = places.filter(|place| roles.is_empty() || roles.contains(&place.role));
    Ok(Json(wanted.map(|place| view(place, with_info)).collect()))
}

pub(super) async fn org_user_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments((org, user)): Segments<(String, String)>,
    query: Query,
) -> Result<Json<OrgUserView>, Problem> {
    require_org(&api, &caller, &org, Action::Read)?;
    Ok(Json(view(place(&api, &org, &user).await?, query.flag("with_user_info", false)?)))
}

pub(super) async fn place(api: &Api, org: &str, user: &str) -> Result<OrgPlace, Problem> {
    let found = api.accounts.org_places(org).await?.into_iter().find(|place| place.user == user);
    let place = format!("organisation {org}");
    Ok(found.ok_or_else(|| AccountError::NotMember { user: user.to_owned(), place })?)
}

pub(super) async fn org_user_add(
    State(api): State<Arc<Api>>,
    Segments(org): Segments<String>,
    query: Query,
    Sent(caller, new): Sent<NewOrgUser>,
) -> Result<(StatusCode, Json<OrgUserView>), Problem> {
    require_org(&api, &caller, &org, Action::Manage)?;
    refuse_limits(&[&new.balance])?;
    let role = new.role.as_deref().map_or(Ok(OrgRole::User), role)?;
    let place = OrgPlace { user: new.user_name, org, role };
    api.accounts.set_org_place(&place, Seat::Add, &caller.by(&api)).await?;
    Ok((StatusCode::CREATED, Json(view(place, query.flag("with_user_info", false)?))))
}

pub(super) async fn org_user_update(
    State(api): State<Arc<Api>>,
    Expected(seen): Expected,
    Segments((org, user)): Segments<(String, String)>,
    query: Query,
    Sent(caller, update): Sent<OrgUserUpdate>,
) -> Result<Json<OrgUserView>, Problem> {
    require_org(&api, &caller, &org, Action::Manage)?;
    refuse_limits(&[&update.balance])?;
    let place = OrgPlace { user, org, role: role(&update.role)? };
    api.accounts.set_org_place(&place, Seat::Change(&seen), &caller.by(&api)).await?;
    Ok(Json(view(place, query.flag("with_user_info", false)?)))
}

pub(super) async fn org_user_remove(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Expected(seen): Expected,
    Segments((org, user)): Segments<(String, String)>,
) -> Result<StatusCode, Problem> {
    require_org(&api, &caller, &org, Action::Manage)?;
    api.accounts.remove_org_place(&org, &user, &seen, &caller.by(&api)).await?;
    Ok(StatusCode::NO_CONTENT)
}
