//! What real clients send and need, pinned.

use platform::config::Config;
use platform::job::{Job, JobStatus, RestartPolicy};
use platform::job_create::{FromPreset, WithContainer};
use platform::{ErrorBody, permission::Action};
use serde_json::json;

#[test]
fn the_command_lines_create_request_is_read() {
    let sent = json!({
        "pass_config": false, "project_name": "demo", "name": "job369", "preset_name": "cpu-small",
        "max_run_time_minutes": 1440, "org_name": "acme", "cluster_name": "default", "image": "ubuntu:latest",
        "resources": {"shm": true}, "http": {"port": 80, "requires_auth": true},
        "restart_policy": "on-failure", "command": "bash -c 'echo hi'", "env": {"A": "1"}, "tty": true,
    });
    let create: FromPreset = serde_json::from_value(sent).expect("reads");
    assert_eq!(create.job.name.as_deref(), Some("job369"));
    assert_eq!(create.job.max_run_time_minutes, Some(1440));
    assert_eq!(create.job.restart_policy, Some(RestartPolicy::OnFailure));
    assert_eq!(create.preset_name.as_deref(), Some("cpu-small"));
    assert_eq!(create.container.command.as_deref(), Some("bash -c 'echo hi'"));
    assert_eq!(create.container.http.as_ref().map(|h| h.port), Some(80));
    assert_eq!(create.container.resources.and_then(|r| r.shm), Some(true));
}

#[test]
fn the_container_form_is_read() {
    let sent = json!({
        "name": "abc", "scheduler_enabled": false,
        "container": {"image": "ubuntu", "resources": {"cpu": 0.5, "memory": 67_108_864, "shm": false}},
    });
    let create: WithContainer = serde_json::from_value(sent).expect("reads");
    let resources = create.container.resources.expect("given");
    assert_eq!((resources.cpu, resources.memory), (Some(0.5), Some(67_108_864)));
}

#[test]
fn a_servers_job_is_read_with_words_of_later_versions() {
    let sent = json!({
        "id": "job-0f0e0d0c-aaaa-bbbb-cccc-0123456789ab", "owner": "alice", "cluster_name": "default",
        "status": "dreaming", "uri": "job://default/alice/job-1", "scheduler_enabled": false, "pass_config": false,
        "total_price_credits": "0.5", "price_credits_per_hour": "1", "some_new_key": {"x": []},
        "history": {"status": "dreaming", "reason": null, "description": null, "restarts": 0,
                    "created_at": "2026-11-23T08:43:41.123456+00:00", "run_time_seconds": 1.25},
        "container": {"image": "ubuntu", "resources": {"cpu": 1.0, "memory_mb": 64}},
    });
    let job: Job = serde_json::from_value(sent).expect("reads");
    assert_eq!(job.status, JobStatus::Unknown);
    assert_eq!(job.history.created_at.to_string(), "2026-11-23T08:43:41.123456Z");
    assert_eq!(job.project_name, None);
}

#[test]
fn both_configs_are_read() {
    let signed_out = json!({
        "auth_url": "u", "token_url": "u", "logout_url": "u", "headless_callback_url": "u", "client_id": "x",
        "audience": "x", "authorized": false,
    });
    let config: Config = serde_json::from_value(signed_out.clone()).expect("reads");
    assert!(!config.authorized && config.clusters.is_empty());
    let written = serde_json::to_value(&config).expect("writes");
    assert_eq!(written, signed_out, "nothing more is shown to anonymous callers");

    let preset = json!({"name": "cpu", "credits_per_hour": 10, "cpu": 1.0, "memory": 5});
    let preset: platform::config::Preset = serde_json::from_value(preset).expect("reads older numbers");
    assert_eq!(preset.credits_per_hour, "10");
}

#[test]
fn refusals_are_read_in_both_forms() {
    let error: ErrorBody = serde_json::from_value(json!({"error": "no such job x"})).expect("reads");
    assert_eq!(error, ErrorBody::Error { error: "no such job x".into() });
    let missing = json!({"missing": [{"uri": "job://default/main/demo", "action": "write"}]});
    match serde_json::from_value(missing).expect("reads") {
        ErrorBody::Missing { missing } => assert_eq!(missing[0].action, Action::Write),
        ErrorBody::Error { error } => panic!("read as {error}"),
    }
}
