//! How somebody can stand to a thing, how it comes about, and what it gives.

use super::*;

/// How somebody stands to the things of project `main/demo`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Relation {
    /// Sends no token.
    Anonymous,
    /// Belongs to the organisation and to another project.
    Stranger,
    /// Somebody who is there already.
    Named(&'static str),
    /// Ran the job, and has been taken out of the project since.
    OwnerWhoLeft,
    Granted(Action),
    GrantedOnParent(Action),
    GrantedOnCluster(Action),
    GrantedOnChild(Action),
    GrantedOnSibling(Action),
    ThroughRole(Action),
    ThroughRoleOfRole(Action),
    /// Has the name of a role that is granted, but not the role.
    NotGivenTheRole(Action),
    Member(ProjectRole),
    MemberThroughRole(ProjectRole),
    MemberOfOther(ProjectRole),
    OrgMember(&'static str),
    MemberOfOtherOrg(&'static str),
}

/// What somebody may do on each thing, and on the folder it lies in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Right {
    pub(super) on_thing: Action,
    pub(super) on_folder: Action,
}

/// Every relation and what it gives; nothing to whom is not even known.
pub(super) fn relations() -> Vec<(Relation, Option<Right>)> {
    use Action::{Deny, List, Manage, Read, Write};
    let both = |action| Some(Right { on_thing: action, on_folder: action });
    let thing = |action| Some(Right { on_thing: action, on_folder: List });
    let mut rows = vec![
        (Relation::Anonymous, None),
        (Relation::Stranger, both(Deny)),
        (Relation::OwnerWhoLeft, both(Deny)),
        (Relation::Named("admin"), both(Manage)),
        // Ran the job.
        (Relation::Named("writer"), both(Write)),
        (Relation::OrgMember("user"), both(Deny)),
        (Relation::OrgMember("manager"), both(Manage)),
        (Relation::OrgMember("admin"), both(Manage)),
    ];
    for (role, action) in [
        (ProjectRole::Reader, Read),
        (ProjectRole::Writer, Write),
        (ProjectRole::Manager, Manage),
        (ProjectRole::Admin, Manage),
    ] {
        rows.extend([
            (Relation::Member(role), both(action)),
            (Relation::MemberThroughRole(role), both(action)),
            (Relation::MemberOfOther(role), both(Deny)),
        ]);
    }
    rows.extend(["user", "manager", "admin"].map(|role| (Relation::MemberOfOtherOrg(role), both(Deny))));
    for action in [Read, Write, Manage] {
        rows.extend([
            (Relation::Granted(action), thing(action)),
            (Relation::GrantedOnParent(action), both(action)),
            (Relation::GrantedOnCluster(action), both(action)),
            (Relation::ThroughRole(action), thing(action)),
            (Relation::ThroughRoleOfRole(action), thing(action)),
            (Relation::GrantedOnChild(action), both(List)),
            (Relation::GrantedOnSibling(action), Some(Right { on_thing: Deny, on_folder: List })),
            (Relation::NotGivenTheRole(action), both(Deny)),
        ]);
    }
    rows
}

fn tester() -> By {
    By::program("test", NOON)
}

fn place(project: &str, role: ProjectRole) -> Membership {
    Membership { org: "main".to_owned(), project: project.to_owned(), role }
}

/// Those whom everybody else needs.
pub(super) async fn prepare(server: &Server) {
    for name in ["keeper", "sink"] {
        server.api.accounts.add_user(name, &place("other", ProjectRole::Reader), &tester()).await.expect("adds");
    }
    let made = server.post(As::Admin, "/apis/admin/v1/orgs", json!({"name": "elsewhere"})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

async fn ok(answer: impl Future<Output = Answer>) {
    let answer = answer.await;
    assert!(answer.status.is_success(), "{}: {}", answer.status, answer.text);
}

async fn give(server: &Server, to: &str, action: Action, uris: &[String]) {
    let path = format!("/api/v1/users/{}/permissions", to.replace('/', ":"));
    ok(server.post(As::Admin, &path, admin_grants(action, uris))).await;
}

impl Relation {
    /// Makes somebody who stands so to these things; the name, unless it is nobody.
    pub(super) async fn enter(self, server: &Server, n: usize, things: &[String]) -> Option<String> {
        let name = match self {
            Self::Anonymous => return None,
            Self::Named(name) => return Some(name.to_owned()),
            _ => format!("user-{n}"),
        };
        let who = name.as_str();
        let first = if let Self::MemberOfOther(role) = self { role } else { ProjectRole::Reader };
        server.api.accounts.add_user(who, &place("other", first), &tester()).await.expect("adds");
        let role = |kind: &str| format!("keeper/roles/{kind}-{n}");
        let add_role =
            |role: String| async move { ok(server.post(As::Admin, "/api/v1/users", json!({"name": role}))).await };
        let each = |change: fn(&str) -> String| things.iter().map(|thing| change(thing)).collect::<Vec<_>>();
        match self {
            Self::Anonymous | Self::Named(_) | Self::Stranger | Self::MemberOfOther(_) => {}
            Self::OwnerWhoLeft => {
                server.api.accounts.join(who, &place("demo", ProjectRole::Writer), &tester()).await.expect("joins");
                let ran =
                    server.call_as(Some(who), Method::POST, "/api/v1/jobs?from_preset", Some(request("left"))).await;
                assert_eq!(ran.status, StatusCode::ACCEPTED, "{}", ran.text);
                let of = format!("/apis/admin/v1/clusters/default/orgs/main/projects/demo/users/{who}");
                ok(server.call(As::Admin, Method::DELETE, &of, None)).await;
                let own = format!("/api/v1/jobs/{}", ran.json()["id"].as_str().expect("an id"));
                assert_eq!(server.call_as(Some(who), Method::GET, &own, None).await.status, StatusCode::FORBIDDEN);
            }
            Self::Granted(action) => give(server, who, action, things).await,
            Self::GrantedOnParent(action) => {
                give(server, who, action, &each(|thing| thing.rsplit_once('/').expect("a path").0.to_owned())).await;
            }
            Self::GrantedOnCluster(action) => {
                let cluster = |thing: &str| format!("{}://default", thing.split_once(':').expect("a scheme").0);
                give(server, who, action, &each(cluster)).await;
            }
            Self::GrantedOnChild(action) => give(server, who, action, &each(|thing| format!("{thing}/deeper"))).await,
            Self::GrantedOnSibling(action) => {
                let siblings = each(|thing| format!("{thing}s"));
                // There is no project of that name to grant anything on.
                give(server, who, action, &siblings[..siblings.len() - 1]).await;
            }
            Self::ThroughRole(action) => {
                add_role(role("team")).await;
                give(server, &role("team"), action, things).await;
                give(server, who, Action::Read, &[format!("role://{}", role("team"))]).await;
            }
            Self::ThroughRoleOfRole(action) => {
                add_role(role("all")).await;
                add_role(role("team")).await;
                give(server, &role("all"), action, things).await;
                give(server, &role("team"), Action::Read, &[format!("role://{}", role("all"))]).await;
                give(server, who, Action::Read, &[format!("role://{}", role("team"))]).await;
            }
            Self::NotGivenTheRole(action) => {
                let own = format!("{who}/roles/team");
                add_role(own.clone()).await;
                give(server, &own, action, things).await;
            }
            Self::Member(role) => {
                server.api.accounts.join(who, &place("demo", role), &tester()).await.expect("joins");
            }
            Self::MemberThroughRole(of) => {
                add_role(role("team")).await;
                server.api.accounts.join(&role("team"), &place("demo", of), &tester()).await.expect("joins");
                give(server, who, Action::Read, &[format!("role://{}", role("team"))]).await;
            }
            Self::OrgMember(role) => {
                let of = format!("/apis/admin/v1/orgs/main/users/{who}");
                ok(server.call(As::Admin, Method::PUT, &of, Some(json!({"role": role})))).await;
            }
            Self::MemberOfOtherOrg(role) => {
                let new = json!({"user_name": who, "role": role});
                ok(server.post(As::Admin, "/apis/admin/v1/orgs/elsewhere/users", new)).await;
            }
        }
        Some(name)
    }
}
