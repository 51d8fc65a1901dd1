//! What each call of the platform API needs, and where.

use super::*;
use Action::{Manage, Read, Write};

/// The calls that end the job or wait for its end, in an order in which each finds it as it must be.
pub(super) const JOB_CALLS: [(&str, &str, Action); 5] = [
    ("GET", "/api/v1/monitoring/JOB/attach", Write),
    ("GET", "/api/v1/monitoring/JOB/exec?cmd=ls", Write),
    ("DELETE", "/api/v1/monitoring/JOB/log", Write),
    ("POST", "/api/v1/monitoring/JOB/kill", Write),
    ("DELETE", "/api/v1/jobs/JOB", Write),
];

/// Calls on a job, an image, a project, and on every thing that can be shared.
pub(super) fn calls(job: &str, things: &[String]) -> Vec<Call> {
    let digest = format!("sha256:{}", "a".repeat(64));
    let mut calls = Vec::new();
    let mut add = |method, path: &str, body: Value, on, action| {
        let path = path.replace("JOB", job).replace("DIGEST", &digest);
        calls.push((method, path, body, on, action));
    };
    let none = Value::Null;
    let target = json!({"container": {"image": "127.0.0.1:8080/main/demo/tool:y"}});
    for (method, path, body, action) in [
        ("GET", "/api/v1/jobs/JOB", none.clone(), Read),
        ("GET", "/api/v1/monitoring/JOB/log_ws", none.clone(), Read),
        ("GET", "/api/v1/monitoring/JOB/log?limit=1", none.clone(), Read),
        ("GET", "/api/v1/monitoring/JOB/top", none.clone(), Read),
        ("POST", "/api/v1/monitoring/JOB/exec?cmd=ls", none.clone(), Write),
        ("POST", "/api/v1/monitoring/JOB/attach", none.clone(), Write),
        ("GET", "/api/v1/monitoring/JOB/port_forward/80", none.clone(), Write),
        ("PUT", "/api/v1/jobs/JOB/max_run_time_minutes", json!({"max_run_time_minutes": 5}), Write),
        ("GET", "/v2/main/demo/tool/tags/list", none.clone(), Read),
        ("GET", "/v2/main/demo/tool/manifests/v1", none.clone(), Read),
        ("HEAD", "/v2/main/demo/tool/manifests/v1", none.clone(), Read),
        ("GET", "/v2/main/demo/tool/blobs/DIGEST", none.clone(), Read),
        ("GET", "/v2/main/demo/tool/referrers/DIGEST", none.clone(), Read),
        ("GET", "/api/v1/extensions/images/tags?repository=main/demo/tool", none.clone(), Read),
        ("PUT", "/v2/main/demo/tool/manifests/v1", json!({}), Write),
        ("DELETE", "/v2/main/demo/tool/manifests/v1", none.clone(), Write),
        ("DELETE", "/v2/main/demo/tool/blobs/DIGEST", none.clone(), Write),
        ("POST", "/v2/main/demo/tool/blobs/uploads/", none.clone(), Write),
        ("GET", "/apis/admin/v1/clusters/default/orgs/main/projects/demo", none.clone(), Read),
        ("GET", "/apis/admin/v1/clusters/default/orgs/main/projects/demo/users", none.clone(), Read),
        ("PUT", "/apis/admin/v1/clusters/default/orgs/main/projects/demo", json!({}), Manage),
        (
            "POST",
            "/apis/admin/v1/clusters/default/orgs/main/projects/demo/users",
            json!({"user_name": "ghost"}),
            Manage,
        ),
        ("DELETE", "/apis/admin/v1/clusters/default/orgs/main/projects/demo/users/ghost", none.clone(), Manage),
    ] {
        add(method, path, body, On::Thing, action);
    }
    // Saving writes an image, and looks at the job: both are held or neither is.
    add("POST", "/api/v1/monitoring/JOB/save", target, On::Thing, Write);
    add("POST", "/api/v1/jobs?from_preset", request(&format!("of-{job}")[..20]), On::Folder, Write);
    add("GET", "/api/v1/extensions/images/main/demo/usage", none.clone(), On::Folder, Read);
    for thing in things {
        let of_sink = "/api/v1/users/sink/permissions";
        let grant = json!([{"uri": thing, "action": "read"}]);
        let change = json!({"changes": [{"principal": "sink", "uri": thing, "from": "write"}]});
        add("POST", of_sink, grant.clone(), On::Thing, Manage);
        add("PUT", of_sink, grant, On::Thing, Manage);
        add("DELETE", &format!("{of_sink}?uri={thing}"), none.clone(), On::Thing, Manage);
        add("GET", &format!("/api/v1/extensions/access/who?uri={thing}"), none.clone(), On::Thing, Manage);
        add("POST", "/api/v1/extensions/access/changes", change, On::Thing, Manage);
    }
    calls
}

/// Calls on the role `keeper/roles/team`.
pub(super) fn of_role(n: usize) -> Vec<Call> {
    let role = "role://keeper/roles/team";
    let call = |method, path: &str, body, action| (method, path.to_owned(), body, On::Thing, action);
    vec![
        call("GET", "/api/v1/users/keeper:roles:team/subroles", Value::Null, Read),
        call("POST", "/api/v1/users", json!({"name": format!("keeper/roles/team/part-{n}")}), Manage),
        call("POST", "/api/v1/users/sink/permissions", json!([{"uri": role, "action": "read"}]), Manage),
        call("PUT", "/api/v1/users/sink/permissions", json!([{"uri": role, "action": "read"}]), Manage),
        call("DELETE", &format!("/api/v1/users/sink/permissions?uri={role}"), Value::Null, Manage),
        call("GET", &format!("/api/v1/extensions/access/who?uri={role}"), Value::Null, Manage),
        call("DELETE", "/api/v1/users/keeper:roles:team", Value::Null, Manage),
    ]
}
