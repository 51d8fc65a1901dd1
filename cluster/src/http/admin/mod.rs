//! The admin API, as `apolo admin` calls it: organisations, projects, and who has which place in them.
//!
//! One cluster: whoever belongs to an organisation uses the cluster in its name, so `admin get-cluster-users` and
//! `admin get-org-users` tell of the same people and the same roles. There are neither quotas nor credits here; asking for one is
//! refused in words, and none is shown as unlimited.

mod clusters;
mod orgs;
mod projects;
mod users;
mod view;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, patch},
};
use platform::{Uri, permission::Action};

use super::{Api, Problem, caller::Caller};

/// Where it lies below the server's address.
pub(super) const BASE: &str = "/apis/admin/v1";

pub(super) fn router() -> Router<Arc<Api>> {
    let of_org = Router::new()
        .route("/users", get(clusters::cluster_users_list))
        .route(
            "/users/{user}",
            get(clusters::cluster_user_get).put(clusters::cluster_user_update).delete(clusters::cluster_user_remove),
        )
        .route("/users/{user}/quota", patch(no_quotas))
        .route("/quota", patch(no_quotas))
        .route("/balance", patch(no_quotas))
        .route("/defaults", patch(no_quotas))
        .route("/projects", get(projects::projects_list).post(projects::project_add))
        .route(
            "/projects/{project}",
            get(projects::project_get).put(projects::project_update).delete(projects::project_remove),
        )
        .route("/projects/{project}/users", get(projects::members_list).post(projects::member_add))
        .route(
            "/projects/{project}/users/{user}",
            get(projects::member_get).put(projects::member_update).delete(projects::member_remove),
        );
    Router::new()
        .route("/clusters", get(clusters::clusters_list))
        .route("/clusters/{cluster}", get(clusters::cluster_get))
        .route("/clusters/{cluster}/users", get(clusters::all_users_list).post(clusters::cluster_user_add))
        .route("/clusters/{cluster}/users/{user}", get(clusters::any_user_get))
        .route("/clusters/{cluster}/orgs", get(clusters::org_clusters_list))
        .route("/clusters/{cluster}/orgs/{org}", get(clusters::org_cluster_get))
        .nest("/clusters/{cluster}/orgs/{org}", of_org)
        .route("/orgs", get(orgs::orgs_list).post(orgs::org_add))
        .route("/orgs/{org}", get(orgs::org_get).delete(orgs::org_remove))
        .route("/orgs/{org}/balance", patch(no_quotas))
        .route("/orgs/{org}/defaults", patch(no_quotas))
        .route("/orgs/{org}/users", get(orgs::org_users_list).post(orgs::org_user_add))
        .route(
            "/orgs/{org}/users/{user}",
            get(orgs::org_user_get).put(orgs::org_user_update).delete(orgs::org_user_remove),
        )
        .route("/orgs/{org}/users/{user}/balance", patch(no_quotas))
        .route("/users", get(users::users_list))
        .route("/users/{user}", get(users::user_get))
}

async fn no_quotas(_caller: Caller) -> Problem {
    Problem::NotOffered("this cluster keeps no quotas and no credits; there is nothing to set")
}

/// Refuses a number where only "unlimited" is true.
fn refuse_limits(limits: &[&Option<serde_json::Value>]) -> Result<(), Problem> {
    let is_limit = |value: &serde_json::Value| match value {
        serde_json::Value::Object(fields) => {
            fields.iter().any(|(name, value)| name != "spent_credits" && !value.is_null())
        }
        serde_json::Value::Null => false,
        _ => true,
    };
    if limits.iter().any(|limit| limit.as_ref().is_some_and(is_limit)) {
        return Err(Problem::field("quota", "this cluster keeps no quotas and no credits; leave the limit away"));
    }
    Ok(())
}

/// Answers only about this cluster.
fn ensure_this(api: &Api, cluster: &str) -> Result<(), Problem> {
    if cluster == api.config.cluster_name {
        return Ok(());
    }
    Err(Problem::UnknownCluster { given: cluster.to_owned(), this: api.config.cluster_name.clone() })
}

/// The people and settings of an organisation.
fn org_uri(api: &Api, org: &str) -> Result<Uri, Problem> {
    Uri::try_new("org", [&api.config.cluster_name, org]).map_err(|why| Problem::field("org", why.to_string()))
}

/// The people and settings of a project.
fn project_uri(api: &Api, org: &str, project: &str) -> Result<Uri, Problem> {
    Uri::try_new("project", [&api.config.cluster_name, org, project])
        .map_err(|why| Problem::field("project", why.to_string()))
}

/// The cluster's organisations as such.
fn cluster_uri(api: &Api) -> Uri {
    Uri::try_new("org", [&api.config.cluster_name]).expect("the cluster's name is a plain segment")
}

fn require_org(api: &Api, caller: &Caller, org: &str, action: Action) -> Result<(), Problem> {
    caller.require(&org_uri(api, org)?, action)
}
