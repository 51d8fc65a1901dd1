//! Every relation x every kind of resource, and with it every action: what is allowed is written down here, once, by hand.

use super::*;

/// How `alice` stands to the resource.
#[derive(Clone, Copy, Debug)]
enum Relation {
    None,
    Granted(Action),
    GrantedOnParent(Action),
    GrantedOnOrg(Action),
    GrantedOnCluster(Action),
    GrantedOnOtherCluster(Action),
    /// Bears the role of the cluster's administrators.
    Admin,
    GrantedOnChild(Action),
    GrantedOnSibling(Action),
    GrantedOnScheme(Action),
    GrantedOtherScheme(Action),
    GrantedOnLookalike(Action),
    ThroughRole(Action),
    ThroughRoleOfRole(Action),
    RoleOfAnother(Action),
    Member(ProjectRole),
    MemberOfOther(ProjectRole),
    MemberThroughRole(ProjectRole),
    OrgMember(OrgRole),
    MemberOfOtherOrg(OrgRole),
}

/// What is asked about, in project `o/p` of cluster `c`.
const RESOURCES: [&str; 8] = [
    "image://c/o/p/x",
    "job://c/o/p/job-1",
    "job://c/o/p/train",
    "storage://c/o/p/x",
    "secret://c/o/p/x",
    "disk://c/o/p/x",
    "blob://c/o/p/x",
    "flow://c/o/p/x",
];

const GRANTED: [Action; 3] = [Action::Read, Action::Write, Action::Manage];

fn relations() -> Vec<(Relation, Action)> {
    use Relation::{
        Granted, GrantedOnChild, GrantedOnCluster, GrantedOnLookalike, GrantedOnOrg, GrantedOnOtherCluster,
        GrantedOnParent, GrantedOnScheme, GrantedOnSibling, GrantedOtherScheme, MemberOfOther, MemberOfOtherOrg,
        MemberThroughRole, RoleOfAnother, ThroughRole, ThroughRoleOfRole,
    };
    let mut rows = vec![
        (Relation::None, Action::Deny),
        (Relation::Admin, Action::Manage),
        (Relation::Member(ProjectRole::Reader), Action::Read),
        (Relation::Member(ProjectRole::Writer), Action::Write),
        (Relation::Member(ProjectRole::Manager), Action::Manage),
        (Relation::Member(ProjectRole::Admin), Action::Manage),
        (MemberThroughRole(ProjectRole::Reader), Action::Read),
        (MemberThroughRole(ProjectRole::Writer), Action::Write),
        (MemberThroughRole(ProjectRole::Manager), Action::Manage),
        (MemberThroughRole(ProjectRole::Admin), Action::Manage),
        (Relation::OrgMember(OrgRole::User), Action::Deny),
        (Relation::OrgMember(OrgRole::Manager), Action::Manage),
        (Relation::OrgMember(OrgRole::Admin), Action::Manage),
    ];
    rows.extend(ProjectRole::ALL.map(|role| (MemberOfOther(role), Action::Deny)));
    rows.extend(OrgRole::ALL.map(|role| (MemberOfOtherOrg(role), Action::Deny)));
    for action in GRANTED {
        rows.extend([
            (Granted(action), action),
            (GrantedOnParent(action), action),
            (GrantedOnOrg(action), action),
            (GrantedOnCluster(action), action),
            (GrantedOnOtherCluster(action), Action::Deny),
            (GrantedOnScheme(action), action),
            (ThroughRole(action), action),
            (ThroughRoleOfRole(action), action),
            (GrantedOnChild(action), Action::List),
            (GrantedOnSibling(action), Action::Deny),
            (GrantedOtherScheme(action), Action::Deny),
            (GrantedOnLookalike(action), Action::Deny),
            (RoleOfAnother(action), Action::Deny),
        ]);
    }
    rows
}

fn facts_of(relation: Relation, resource: &str) -> Facts {
    let mut facts = Facts { cluster: "c".to_owned(), ..Facts::default() };
    for (name, kind) in [
        ("alice", PrincipalKind::User),
        ("bob", PrincipalKind::User),
        ("bob/roles/team", PrincipalKind::Role),
        ("bob/roles/all", PrincipalKind::Role),
        ("c/admin", PrincipalKind::Role),
    ] {
        facts.principals.push(Principal { name: name.to_owned(), kind });
    }
    let mut give = |to: &str, on: &str, action| {
        facts.grants.push(Grant { principal: to.to_owned(), uri: uri(on), action, granted_by: None, granted_at: None });
    };
    let member = |principal: &str, project: &str, role| Member {
        principal: principal.to_owned(),
        org: "o".to_owned(),
        project: project.to_owned(),
        role,
    };
    let org_member = |org: &str, role| OrgMember { principal: "alice".to_owned(), org: org.to_owned(), role };
    let parent = resource.rsplit_once('/').expect("a path").0;
    let scheme = resource.split_once(':').expect("a scheme").0;
    match relation {
        Relation::None => {}
        Relation::Granted(action) => give("alice", resource, action),
        Relation::GrantedOnParent(action) => give("alice", parent, action),
        Relation::GrantedOnOrg(action) => give("alice", &format!("{scheme}://c/o"), action),
        Relation::GrantedOnCluster(action) => give("alice", &format!("{scheme}://c"), action),
        Relation::GrantedOnOtherCluster(action) => give("alice", &resource.replace("//c/", "//cc/"), action),
        Relation::Admin => {
            give("c/admin", &format!("{scheme}://c"), Action::Manage);
            give("alice", "role://c/admin", Action::Read);
        }
        Relation::GrantedOnChild(action) => give("alice", &format!("{resource}/deep/er"), action),
        Relation::GrantedOnSibling(action) => give("alice", &format!("{resource}y"), action),
        Relation::GrantedOnScheme(action) => give("alice", &format!("{scheme}:"), action),
        Relation::GrantedOtherScheme(action) => give("alice", "role://c/o/p/x", action),
        // Cyrillic.
        Relation::GrantedOnLookalike(action) => give("alice", &resource.replace("/o/", "/\u{43e}/"), action),
        Relation::ThroughRole(action) => {
            give("bob/roles/team", resource, action);
            give("alice", "role://bob/roles/team", Action::Read);
        }
        Relation::ThroughRoleOfRole(action) => {
            give("bob/roles/all", resource, action);
            give("bob/roles/team", "role://bob/roles/all", Action::Read);
            give("alice", "role://bob/roles/team", Action::Read);
        }
        Relation::RoleOfAnother(action) => {
            give("bob/roles/team", resource, action);
            give("bob", "role://bob/roles/team", Action::Read);
        }
        Relation::Member(role) => facts.members.push(member("alice", "p", role)),
        Relation::MemberOfOther(role) => facts.members.push(member("alice", "pp", role)),
        Relation::MemberThroughRole(role) => {
            give("alice", "role://bob/roles/team", Action::Read);
            facts.members.push(member("bob/roles/team", "p", role));
        }
        Relation::OrgMember(role) => facts.org_members.push(org_member("o", role)),
        Relation::MemberOfOtherOrg(role) => facts.org_members.push(org_member("oo", role)),
    }
    facts
}

#[test]
fn each_action_on_each_resource_is_allowed_to_whom_the_table_says() {
    for (relation, expected) in relations() {
        for resource in RESOURCES {
            let policy = Policy::new(facts_of(relation, resource));
            for action in Action::ALL {
                let allowed = policy.allows("alice", &uri(resource), action);
                assert_eq!(allowed, action <= expected, "{relation:?}: {action:?} on {resource}");
                // Whoever has no name here has no right either, whatever alice has.
                assert_eq!(policy.allows("", &uri(resource), action), action == Action::Deny, "{relation:?}: nobody");
            }
        }
    }
}

#[test]
fn the_people_of_a_project_and_of_an_organisation_are_looked_after_by_its_managers() {
    let (project, org) = (uri("project://c/o/p"), uri("org://c/o"));
    for (relation, on_project, on_org) in [
        (Relation::Member(ProjectRole::Reader), Action::Read, Action::Deny),
        (Relation::Member(ProjectRole::Writer), Action::Write, Action::Deny),
        (Relation::Member(ProjectRole::Manager), Action::Manage, Action::Deny),
        (Relation::Member(ProjectRole::Admin), Action::Manage, Action::Deny),
        (Relation::OrgMember(OrgRole::User), Action::Deny, Action::Read),
        (Relation::OrgMember(OrgRole::Manager), Action::Manage, Action::Manage),
        (Relation::OrgMember(OrgRole::Admin), Action::Manage, Action::Manage),
    ] {
        let policy = Policy::new(facts_of(relation, "image://c/o/p/x"));
        assert_eq!(policy.effective("alice", &project), on_project, "{relation:?}");
        assert_eq!(policy.effective("alice", &org), on_org, "{relation:?}");
    }
}

#[test]
fn a_user_is_nobodys_role_and_the_roles_of_a_name_are_its_own() {
    let mut facts = facts_of(Relation::None, "image://c/o/p/x");
    let grant = |principal: &str, on: &str| Grant {
        principal: principal.to_owned(),
        uri: uri(on),
        action: Action::Manage,
        granted_by: None,
        granted_at: None,
    };
    facts.grants = vec![grant("bob", "image://c/o/p/x"), grant("alice", "role://bob")];
    let policy = Policy::new(facts);
    assert_eq!(policy.effective("alice", &uri("image://c/o/p/x")), Action::Deny);
    assert_eq!(policy.effective("alice", &uri("role://bob/roles/team")), Action::Manage);
    assert_eq!(policy.effective("bob", &uri("role://bob/roles/team")), Action::Manage);
    assert_eq!(policy.effective("bob", &uri("role://alice/roles/x")), Action::Deny);
    assert_eq!(policy.explain("bob", &uri("role://bob/roles/team"))[0].source, Source::Name);
}

#[test]
fn the_roles_below_the_clusters_name_are_nobodys_by_name() {
    let mut facts = facts_of(Relation::None, "image://c/o/p/x");
    facts.principals.push(Principal { name: "c".to_owned(), kind: PrincipalKind::User });
    let policy = Policy::new(facts);
    assert_eq!(policy.effective("c", &uri("role://c/admin")), Action::Deny);
    assert_eq!(policy.effective("c", &uri("user://c/c")), Action::Read);
    assert_eq!(policy.effective("c/admin", &uri("role://c/admin")), Action::Deny, "a role looks after nothing");
}
