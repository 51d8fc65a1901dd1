//! Users with all their places.

use std::sync::Arc;

use axum::{Json, extract::State};
use platform::{Uri, permission::Action};

use super::view::{Balance, ClusterUserView, MemberView, OrgUserView, Quota, UserView};
use crate::http::{
    Api, Problem,
    caller::Caller,
    input::{Query, Segments},
};

/// Only who looks after users sees others.
fn require_users(api: &Api, caller: &Caller) -> Result<(), Problem> {
    let uri = Uri::try_new("user", [&api.config.cluster_name]).expect("the cluster's name is a plain segment");
    caller.require(&uri, Action::Read)
}

pub(super) async fn users_list(State(api): State<Arc<Api>>, caller: Caller) -> Result<Json<Vec<UserView>>, Problem> {
    require_users(&api, &caller)?;
    let view = |name| UserView { name, email: "", orgs: None, clusters: None, projects: None };
    Ok(Json(api.accounts.users().await?.into_iter().map(view).collect()))
}

pub(super) async fn user_get(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Segments(name): Segments<String>,
    query: Query,
) -> Result<Json<UserView>, Problem> {
    if name != caller.name() {
        require_users(&api, &caller)?;
    }
    api.accounts.kind_of(&name).await?;
    let wants = |what: &str| query.all("include").any(|word| word == what);
    let places = api.accounts.orgs_of(&name).await?;
    let cluster = || api.config.cluster_name.clone();
    let orgs = places.iter().map(|place| OrgUserView {
        user_name: name.clone(),
        org_name: place.org.clone(),
        role: place.role.as_str(),
        balance: Balance::NONE,
        user_info: None,
    });
    let clusters = places.iter().map(|place| ClusterUserView {
        user_name: name.clone(),
        cluster_name: cluster(),
        org_name: Some(place.org.clone()),
        role: place.role.as_str(),
        quota: Quota {},
        balance: Balance::NONE,
        user_info: None,
    });
    let projects = api.accounts.memberships(&name).await?.into_iter().map(|place| MemberView {
        user_name: name.clone(),
        project_name: place.project,
        cluster_name: cluster(),
        org_name: place.org,
        role: place.role.as_str(),
        user_info: None,
    });
    Ok(Json(UserView {
        orgs: wants("orgs").then(|| orgs.collect()),
        clusters: wants("clusters").then(|| clusters.collect()),
        projects: wants("projects").then(|| projects.collect()),
        email: "",
        name: name.clone(),
    }))
}
