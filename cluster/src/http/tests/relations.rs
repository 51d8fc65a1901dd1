//! Every call of the platform API that needs a right, by every relation that somebody can have to the thing it is about: what each
//! call needs, and what each relation gives, is written down here once, by hand.

mod calls;
mod people;

use super::*;
use calls::{JOB_CALLS, calls, of_role};
use people::{Relation, Right, relations};
use platform::permission::Action;

/// The things a right is granted on, with `JOB` for a job's id.
const THINGS: [&str; 8] = [
    "job://default/main/demo/JOB",
    "image://default/main/demo/tool",
    "storage://default/main/demo/data",
    "secret://default/main/demo/key",
    "disk://default/main/demo/disk",
    "blob://default/main/demo/bucket",
    "flow://default/main/demo/flow",
    "project://default/main/demo",
];

/// Where a call needs its right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum On {
    /// On the thing itself.
    Thing,
    /// On the project's folder of such things.
    Folder,
}

/// A call and what it needs.
type Call = (&'static str, String, Value, On, Action);

fn admin_grants(action: Action, uris: &[String]) -> Value {
    uris.iter().map(|uri| json!({"uri": uri, "action": action.as_str()})).collect()
}

/// Refused if and only if the table says so.
async fn check(server: &Server, who: Option<&str>, call: &Call, held: Option<Right>) {
    let (method, path, body, on, needed) = call;
    let body = (!body.is_null()).then(|| body.clone());
    let answer = server.call_as(who, method.parse().expect("a method"), path, body).await;
    let got = answer.status.as_u16();
    let Some(held) = held else {
        assert_eq!(got, 401, "nobody: {method} {path}: {}", answer.text);
        return;
    };
    let allowed = *needed <= if *on == On::Thing { held.on_thing } else { held.on_folder };
    if allowed {
        assert!(![401, 403, 405, 500].contains(&got), "{who:?} with {held:?}: {method} {path}: {got} {}", answer.text);
    } else {
        assert_eq!(got, 403, "{who:?} with {held:?}: {method} {path}: {}", answer.text);
    }
}

#[tokio::test]
async fn each_call_on_each_kind_of_thing_is_allowed_to_whom_the_table_says() {
    let server = Server::start().await;
    people::prepare(&server).await;
    for (n, (relation, right)) in relations().into_iter().enumerate() {
        // Another for each: the last calls end it.
        let job = server.job(&format!("train-{n}")).await;
        let things = THINGS.map(|thing| thing.replace("JOB", &job));
        let who = relation.enter(&server, n, &things).await;
        for call in calls(&job, &things) {
            check(&server, who.as_deref(), &call, right).await;
        }
        for (method, path, needed) in JOB_CALLS {
            let call = (method, path.replace("JOB", &job), Value::Null, On::Thing, needed);
            check(&server, who.as_deref(), &call, right).await;
        }
        let (Some(who), Some(right)) = (who, right) else { continue };
        asked_by_oneself(&server, &who, &relation, right, &things[1..]).await;
    }
}

/// `permissions/check` and `permissions/tree` say the same of oneself.
async fn asked_by_oneself(server: &Server, who: &str, relation: &Relation, right: Right, things: &[String]) {
    let path = format!("/api/v1/users/{who}/permissions");
    for thing in things {
        for action in [Action::List, Action::Read, Action::Write, Action::Manage] {
            let wanted = json!([{"uri": thing, "action": action.as_str()}]);
            let got = server.call_as(Some(who), Method::POST, &format!("{path}/check"), Some(wanted)).await.status;
            let expected = if action <= right.on_thing { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(got, expected, "{relation:?}: {action:?} on {thing}");
        }
        let tree = server.call_as(Some(who), Method::GET, &format!("{path}/tree?uri={thing}"), None).await.json();
        assert_eq!(tree["action"], right.on_thing.as_str(), "{relation:?}: tree of {thing}");
    }
}

#[tokio::test]
async fn each_call_on_a_role_is_allowed_to_whom_the_table_says() {
    let server = Server::start().await;
    people::prepare(&server).await;
    let role = "role://keeper/roles/team".to_owned();
    let holds = |action| Some(Right { on_thing: action, on_folder: action });
    let granted = |action| Relation::Granted(action);
    let mut rows = vec![
        (Relation::Anonymous, None),
        (Relation::Stranger, holds(Action::Deny)),
        (Relation::Member(ProjectRole::Admin), holds(Action::Deny)),
        (Relation::Named("keeper"), holds(Action::Manage)),
        (Relation::Named("admin"), holds(Action::Manage)),
    ];
    rows.extend([Action::Read, Action::Write, Action::Manage].map(|action| (granted(action), holds(action))));
    for (n, (relation, right)) in rows.into_iter().enumerate() {
        let body = json!({"name": "keeper/roles/team"});
        // Whoever may remove it, does: here it is again.
        server.post(As::Admin, "/api/v1/users", body).await;
        let who = relation.enter(&server, n, std::slice::from_ref(&role)).await;
        for call in of_role(n) {
            check(&server, who.as_deref(), &call, right).await;
        }
    }
}
