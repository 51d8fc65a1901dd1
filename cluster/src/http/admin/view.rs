//! What the admin API shows, in the shapes its clients insist on.

use serde::Serialize;

/// Limits: none.
#[derive(Serialize)]
pub(super) struct Quota {}

/// Credits: unlimited, and none are counted.
#[derive(Serialize)]
pub(super) struct Balance {
    spent_credits: &'static str,
}

impl Balance {
    pub(super) const NONE: Self = Self { spent_credits: "0" };
}

/// A person, as far as this cluster knows it.
#[derive(Serialize)]
pub(super) struct UserInfo {
    /// Accounts have none; clients insist on a text.
    pub(super) email: &'static str,
}

#[derive(Serialize)]
pub(super) struct UserView {
    pub(super) name: String,
    pub(super) email: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) orgs: Option<Vec<OrgUserView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clusters: Option<Vec<ClusterUserView>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) projects: Option<Vec<MemberView>>,
}

#[derive(Serialize)]
pub(super) struct ClusterView {
    pub(super) name: String,
    pub(super) default_role: &'static str,
    pub(super) default_quota: Quota,
    pub(super) maintenance: bool,
}

#[derive(Serialize)]
pub(super) struct OrgView {
    pub(super) name: String,
    pub(super) balance: Balance,
}

#[derive(Serialize)]
pub(super) struct OrgClusterView {
    pub(super) org_name: String,
    pub(super) quota: Quota,
    pub(super) balance: Balance,
    pub(super) default_quota: Quota,
    pub(super) default_role: &'static str,
    pub(super) maintenance: bool,
}

#[derive(Serialize)]
pub(super) struct OrgUserView {
    pub(super) user_name: String,
    pub(super) org_name: String,
    pub(super) role: &'static str,
    pub(super) balance: Balance,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_info: Option<UserInfo>,
}

#[derive(Serialize)]
pub(super) struct ClusterUserView {
    pub(super) user_name: String,
    pub(super) cluster_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) org_name: Option<String>,
    pub(super) role: &'static str,
    pub(super) quota: Quota,
    pub(super) balance: Balance,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_info: Option<UserInfo>,
}

#[derive(Serialize)]
pub(super) struct ProjectView {
    pub(super) name: String,
    pub(super) cluster_name: String,
    pub(super) org_name: String,
    pub(super) is_default: bool,
    pub(super) default_role: &'static str,
}

#[derive(Serialize)]
pub(super) struct MemberView {
    pub(super) user_name: String,
    pub(super) project_name: String,
    pub(super) cluster_name: String,
    pub(super) org_name: String,
    pub(super) role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_info: Option<UserInfo>,
}

/// What is known of a person, where it was asked for.
pub(super) fn info(wanted: bool) -> Option<UserInfo> {
    wanted.then_some(UserInfo { email: "" })
}
