use serde_json::json;

use super::*;

fn presets() -> Vec<Preset> {
    [("cpu-small", 1.0), ("cpu-large", 4.0)]
        .map(|(name, cpu)| Preset {
            name: name.to_owned(),
            cpu,
            memory: 2 << 30,
            credits_per_hour: "0".to_owned(),
            nvidia_gpu: None,
            scheduler_enabled: false,
            preemptible_node: false,
        })
        .to_vec()
}

fn read(body: Value) -> Result<Draft, JobError> {
    Draft::from_preset(body, &presets())
}

/// What the real command line sends for `run -n job369 -s cpu-small ubuntu`.
fn of_the_command_line() -> Value {
    json!({"pass_config": false, "project_name": "demo", "name": "job369", "preset_name": "cpu-small",
        "max_run_time_minutes": 1440, "org_name": "main", "cluster_name": "default", "image": "ubuntu:latest",
        "resources": {"shm": true}, "http": {"port": 80, "requires_auth": true}})
}

fn with(key: &str, value: Value) -> Value {
    let mut body = of_the_command_line();
    body[key] = value;
    body
}

#[test]
fn the_command_lines_request_is_read() {
    let draft = read(of_the_command_line()).expect("accepted");
    assert_eq!(draft.name.as_deref(), Some("job369"));
    assert_eq!(draft.max_run_time_minutes, Some(1440));
    assert_eq!(draft.spec.preset_name.as_deref(), Some("cpu-small"));
    assert_eq!(draft.spec.container.resources.memory, 2 << 30);
    assert_eq!(draft.spec.container.http.as_ref().map(|http| http.port), Some(80));
    assert!(draft.spec.large_shm());
}

#[test]
fn without_a_preset_the_first_one_holds() {
    let draft = read(json!({"image": "ubuntu"})).expect("accepted");
    assert_eq!(draft.spec.preset_name.as_deref(), Some("cpu-small"));
}

#[test]
fn the_container_form_tells_its_resources() {
    let body = json!({"name": "train", "container": {"image": "ubuntu", "command": "sh -c 'echo hi'",
        "resources": {"cpu": 0.5, "memory_mb": 64, "shm": false}}});
    let draft = Draft::with_container(body).expect("accepted");
    assert_eq!(draft.spec.container.resources.memory, 64 << 20);
    assert_eq!(draft.spec.command_words(), Some(vec!["sh".into(), "-c".into(), "echo hi".into()]));
    assert_eq!((draft.spec.preset_name.clone(), draft.spec.large_shm()), (None, false));
}

#[test]
fn null_counts_as_absent() {
    let draft =
        read(json!({"image": "ubuntu", "name": null, "tags": null, "env": null, "http": null})).expect("accepted");
    assert_eq!((draft.name, draft.spec.tags), (None, vec![]));
}

#[test]
fn tags_are_sorted_and_lose_repetitions() {
    let draft = read(with("tags", json!(["b", "a", "b"]))).expect("accepted");
    assert_eq!(draft.spec.tags, ["a", "b"]);
}

#[test]
fn each_refusal_names_its_field() {
    let table: Vec<(&str, Value)> = vec![
        ("image", json!(7)),
        ("image", json!("")),
        ("image", json!("a b")),
        ("image", json!("a\u{0}b")),
        ("image", json!("x".repeat(2000))),
        ("name", json!("ab")),
        ("name", json!("1abc")),
        ("name", json!("a--b")),
        ("name", json!("Abc")),
        ("name", json!("a".repeat(41))),
        ("name", json!(["abc"])),
        ("preset_name", json!("no-such")),
        ("preset_name", json!(1)),
        ("entrypoint", json!("sh -c 'open")),
        ("command", json!("echo \"open")),
        ("command", json!("a\u{0}b")),
        ("command", json!("x".repeat(200_000))),
        ("working_dir", json!("relative")),
        ("working_dir", json!("/a\nb")),
        ("env", json!({"A=B": "x"})),
        ("env", json!({"": "x"})),
        ("env", json!({"A": 1})),
        ("env", json!({"A": "x\u{0}"})),
        ("env", json!({"A": "x".repeat(70_000)})),
        ("env", json!([])),
        ("secret_env", json!({"A": "secret://default/x"})),
        ("volumes", json!([{"src_storage_uri": "storage://default/x"}])),
        ("disk_volumes", json!([{}])),
        ("secret_volumes", json!([{}])),
        ("http", json!({"port": 0})),
        ("http", json!({"port": 70_000})),
        ("http", json!({"port": 80, "health_check_path": "x"})),
        ("http", json!("80")),
        ("tty", json!("yes")),
        ("resources", json!({"shm": true, "cpu": 1})),
        ("resources", json!([])),
        ("tags", json!(["a b"])),
        ("tags", json!([""])),
        ("tags", json!(vec!["x"; 17])),
        ("tags", json!(["x".repeat(257)])),
        ("description", json!("a\u{7}")),
        ("description", json!("x".repeat(5000))),
        ("max_run_time_minutes", json!(0)),
        ("max_run_time_minutes", json!(-1)),
        ("max_run_time_minutes", json!(4_000_000_000_u32)),
        ("max_run_time_minutes", json!(1e30)),
        ("schedule_timeout", json!(0.5)),
        ("schedule_timeout", json!(2_592_000)),
        ("schedule_timeout", json!("soon")),
        ("restart_policy", json!("sometimes")),
        ("priority", json!("urgent")),
        ("pass_config", json!(true)),
        ("privileged", json!(true)),
        ("wait_for_jobs_quota", json!(1)),
        ("cluster_name", json!("Bad Name")),
        ("org_name", json!("../x")),
        ("project_name", json!("x\n")),
        ("energy_schedule_name", json!("green")),
    ];
    for (key, value) in table {
        let shown: String = value.to_string().chars().take(60).collect();
        match read(with(key, value)) {
            Err(JobError::Field { field, .. }) => {
                assert!(field == key || field.starts_with(&format!("{key}.")), "{field} for {key}: {shown}");
            }
            other => panic!("{key}: {shown}: {other:?}"),
        }
    }
}

#[test]
fn explicit_resources_have_limits() {
    for resources in [
        json!(null),
        json!({}),
        json!({"cpu": 1}),
        json!({"cpu": 0.05, "memory": 1 << 30}),
        json!({"cpu": 1e9, "memory": 1 << 30}),
        json!({"cpu": 1, "memory": 1000}),
        json!({"cpu": 1, "memory": -1}),
        json!({"cpu": 1, "memory": u64::MAX}),
        json!({"cpu": 1, "memory_mb": u64::MAX}),
        json!({"cpu": 1, "memory": 1 << 30, "nvidia_gpu": 1}),
        json!("much"),
    ] {
        let body = json!({"container": {"image": "ubuntu", "resources": resources.clone()}});
        match Draft::with_container(body) {
            Err(JobError::Field { field, .. }) => assert_eq!(field, "container.resources"),
            other => panic!("{resources}: {other:?}"),
        }
    }
}

#[test]
fn a_body_must_be_an_object() {
    for body in [json!(null), json!([]), json!("x"), json!(1)] {
        assert!(matches!(read(body.clone()), Err(JobError::Field { .. })));
        assert!(matches!(Draft::with_container(body), Err(JobError::Field { .. })));
    }
    assert!(matches!(Draft::with_container(json!({"container": 1})), Err(JobError::Field { .. })));
}

#[test]
fn a_name_like_an_id_is_refused_in_the_platforms_words() {
    let refused = read(with("name", json!("job-1"))).expect_err("refused");
    assert!(refused.to_string().ends_with("cannot start with 'job-' prefix."));
}

#[test]
fn a_refusal_never_echoes_a_long_value() {
    let refused = read(with("tty", json!("x".repeat(100_000)))).expect_err("refused");
    assert!(refused.to_string().len() < 500);
}
