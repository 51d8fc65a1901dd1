//! The platform's admin API: organisations, projects, and who has which place in them.
//!
//! Its base is the configuration's `admin_url`. A platform without one has no such API: [`UpstreamError::NoAdminApi`].

use super::{Upstream, UpstreamError, asked, empty, with_json};
use crate::session::Session;
use http::{HeaderName, HeaderValue, Method};
use platform::extension::{EXPECTED_ROLE_HEADER, EXPECTED_SETTINGS_HEADER};
use serde::{Deserialize, Serialize};
use url::Url;

/// What is known of a person beside the name.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct UserInfo {
    #[serde(default)]
    pub(crate) email: Option<String>,
}

/// A person with all places.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) orgs: Vec<OrgUser>,
    #[serde(default)]
    pub(crate) projects: Vec<ProjectUser>,
}

/// A place in an organisation.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OrgUser {
    pub(crate) user_name: String,
    pub(crate) org_name: String,
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) user_info: Option<UserInfo>,
}

/// A place on the cluster, in the name of an organisation where there are any.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ClusterUser {
    pub(crate) user_name: String,
    #[serde(default)]
    pub(crate) org_name: Option<String>,
    #[serde(default)]
    pub(crate) role: Option<String>,
    #[serde(default)]
    pub(crate) user_info: Option<UserInfo>,
}

/// A place in a project.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ProjectUser {
    pub(crate) user_name: String,
    pub(crate) project_name: String,
    #[serde(default)]
    pub(crate) org_name: Option<String>,
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) user_info: Option<UserInfo>,
}

/// An organisation.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Org {
    pub(crate) name: String,
}

/// A project and its settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Project {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) is_default: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default_role: Option<String>,
}

/// Where somebody has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Org(String),
    Project { org: String, project: String },
}

#[derive(Serialize)]
struct NewUser<'a> {
    user_name: &'a str,
    role: &'a str,
}

#[derive(Serialize)]
struct NewRole<'a> {
    role: &'a str,
}

#[derive(Serialize)]
struct NewOrg<'a> {
    name: &'a str,
}

impl Upstream {
    /// Every person the platform knows; for administrators.
    pub(crate) async fn users(&self, session: &Session) -> Result<Vec<User>, UpstreamError> {
        let url = self.admin(session, &["users"]).await?;
        self.read(session, &url, "a list of users").await
    }

    /// One person with all places; for administrators, and of oneself.
    pub(crate) async fn user(&self, session: &Session, name: &str) -> Result<User, UpstreamError> {
        let mut url = self.admin(session, &["users", name]).await?;
        url.query_pairs_mut().extend_pairs([("include", "orgs"), ("include", "projects")]);
        self.read(session, &url, "a user").await
    }

    /// Everybody who uses the session's cluster; one may come once for each organisation.
    pub(crate) async fn cluster_users(&self, session: &Session) -> Result<Vec<ClusterUser>, UpstreamError> {
        let mut url = self.admin(session, &["clusters", &session.cluster, "users"]).await?;
        url.query_pairs_mut().append_pair("with_user_info", "true");
        self.read(session, &url, "a list of the cluster's users").await
    }

    /// The organisations that the user may see.
    pub(crate) async fn orgs(&self, session: &Session) -> Result<Vec<Org>, UpstreamError> {
        let url = self.admin(session, &["orgs"]).await?;
        self.read(session, &url, "a list of organisations").await
    }

    /// Adds an organisation.
    pub(crate) async fn add_org(&self, session: &Session, name: &str) -> Result<(), UpstreamError> {
        let url = self.admin(session, &["orgs"]).await?;
        self.write(session, Method::POST, &url, &NewOrg { name }).await
    }

    /// Removes an organisation that has no projects.
    pub(crate) async fn remove_org(&self, session: &Session, name: &str) -> Result<(), UpstreamError> {
        let url = self.admin(session, &["orgs", name]).await?;
        let request = empty(asked(session, Method::DELETE, &url))?;
        self.call(request).await.map(drop)
    }

    /// The projects of an organisation that the user may see.
    pub(crate) async fn projects(&self, session: &Session, org: &str) -> Result<Vec<Project>, UpstreamError> {
        let url = self.org_on_cluster(session, org, &["projects"]).await?;
        self.read(session, &url, "a list of projects").await
    }

    /// Adds a project; whoever adds it manages it.
    pub(crate) async fn add_project(
        &self,
        session: &Session,
        org: &str,
        project: &Project,
    ) -> Result<(), UpstreamError> {
        let url = self.org_on_cluster(session, org, &["projects"]).await?;
        self.write(session, Method::POST, &url, project).await
    }

    /// Changes a project's settings; a cluster of ours refuses when they are no longer `from`.
    pub(crate) async fn update_project(
        &self,
        session: &Session,
        org: &str,
        project: &Project,
        from: Option<&str>,
    ) -> Result<(), UpstreamError> {
        let url = self.org_on_cluster(session, org, &["projects", &project.name]).await?;
        let builder = asked(session, Method::PUT, &url);
        let builder = match from {
            Some(from) => expecting(builder, EXPECTED_SETTINGS_HEADER, from),
            None => builder,
        };
        self.call(with_json(builder, project)?).await.map(drop)
    }

    /// Removes a project in which nothing is left.
    pub(crate) async fn remove_project(&self, session: &Session, org: &str, name: &str) -> Result<(), UpstreamError> {
        let url = self.org_on_cluster(session, org, &["projects", name]).await?;
        let request = empty(asked(session, Method::DELETE, &url))?;
        self.call(request).await.map(drop)
    }

    /// Who belongs to an organisation.
    pub(crate) async fn org_users(&self, session: &Session, org: &str) -> Result<Vec<OrgUser>, UpstreamError> {
        let mut url = self.place_url(session, &At::Org(org.to_owned()), None).await?;
        url.query_pairs_mut().append_pair("with_user_info", "true");
        self.read(session, &url, "a list of an organisation's users").await
    }

    /// Who belongs to a project.
    pub(crate) async fn project_users(
        &self,
        session: &Session,
        org: &str,
        project: &str,
    ) -> Result<Vec<ProjectUser>, UpstreamError> {
        let at = At::Project { org: org.to_owned(), project: project.to_owned() };
        let mut url = self.place_url(session, &at, None).await?;
        url.query_pairs_mut().append_pair("with_user_info", "true");
        self.read(session, &url, "a list of a project's users").await
    }

    /// Gives somebody a place.
    pub(crate) async fn add_place(
        &self,
        session: &Session,
        at: &At,
        user: &str,
        role: &str,
    ) -> Result<(), UpstreamError> {
        let url = self.place_url(session, at, None).await?;
        self.write(session, Method::POST, &url, &NewUser { user_name: user, role }).await
    }

    /// Changes what somebody's place allows; a cluster of ours refuses when it is no longer `from`.
    pub(crate) async fn change_place(
        &self,
        session: &Session,
        at: &At,
        user: &str,
        from: &str,
        to: &str,
    ) -> Result<(), UpstreamError> {
        let url = self.place_url(session, at, Some(user)).await?;
        let builder = expecting(asked(session, Method::PUT, &url), EXPECTED_ROLE_HEADER, from);
        self.call(with_json(builder, &NewRole { role: to })?).await.map(drop)
    }

    /// Takes somebody's place; a cluster of ours refuses when it is no longer `from`.
    pub(crate) async fn remove_place(
        &self,
        session: &Session,
        at: &At,
        user: &str,
        from: &str,
    ) -> Result<(), UpstreamError> {
        let url = self.place_url(session, at, Some(user)).await?;
        let builder = expecting(asked(session, Method::DELETE, &url), EXPECTED_ROLE_HEADER, from);
        self.call(empty(builder)?).await.map(drop)
    }

    async fn place_url(&self, session: &Session, at: &At, user: Option<&str>) -> Result<Url, UpstreamError> {
        match at {
            At::Org(org) => {
                let path: Vec<&str> = ["orgs", org, "users"].into_iter().chain(user).collect();
                self.admin(session, &path).await
            }
            At::Project { org, project } => {
                let path: Vec<&str> = ["projects", project, "users"].into_iter().chain(user).collect();
                self.org_on_cluster(session, org, &path).await
            }
        }
    }

    async fn org_on_cluster(&self, session: &Session, org: &str, rest: &[&str]) -> Result<Url, UpstreamError> {
        let path: Vec<&str> =
            ["clusters", &session.cluster, "orgs", org].into_iter().chain(rest.iter().copied()).collect();
        self.admin(session, &path).await
    }

    async fn admin(&self, session: &Session, segments: &[&str]) -> Result<Url, UpstreamError> {
        let config = self.configuration(&session.tokens.access_token).await?;
        let base = config.admin_url.as_deref().ok_or(UpstreamError::NoAdminApi)?;
        Ok(Self::url(&self.trusted("admin service", base)?, segments))
    }

    async fn write<T: Serialize>(
        &self,
        session: &Session,
        method: Method,
        url: &Url,
        value: &T,
    ) -> Result<(), UpstreamError> {
        let request = with_json(asked(session, method, url), value)?;
        self.call(request).await.map(drop)
    }
}

fn expecting(builder: http::request::Builder, header: &'static str, seen: &str) -> http::request::Builder {
    match HeaderValue::from_str(seen) {
        Ok(seen) => builder.header(HeaderName::from_static(header), seen),
        // No role that a cluster gives is called so; the cluster says so itself.
        Err(_) => builder,
    }
}
