use super::*;
use crate::session::Tokens;
use platform::config::Preset;

fn session() -> Session {
    let now = jiff::Timestamp::UNIX_EPOCH;
    Session {
        id: "s".into(),
        tokens: Tokens::issued("t".into(), None, 60, now),
        user: "alice".into(),
        cluster: "default".into(),
        org: Some("acme".into()),
        project: "demo".into(),
        ends_at: now,
        origin: Default::default(),
    }
}

fn cluster() -> Cluster {
    let preset = Preset {
        name: "cpu-small".into(),
        credits_per_hour: "0".into(),
        cpu: 1.0,
        memory: 1 << 30,
        nvidia_gpu: None,
        scheduler_enabled: false,
        preemptible_node: false,
    };
    Cluster {
        name: "default".into(),
        registry_url: "http://127.0.0.1:5000".into(),
        resource_presets: vec![preset],
        ..Cluster::default()
    }
}

fn convert(input: JobCreate) -> Result<FromPreset, Failure> {
    from_preset(input, &session(), &cluster())
}

fn with_image(image: &str) -> JobCreate {
    JobCreate { image: image.into(), ..JobCreate::default() }
}

const DIGESTED: &str = "x@sha256:0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn images_become_the_references_the_platforms_own_client_sends() {
    for (text, reference) in [
        ("ubuntu", "ubuntu:latest"),
        ("ubuntu:22.04", "ubuntu:22.04"),
        ("host:5000/x", "host:5000/x:latest"),
        (DIGESTED, DIGESTED),
        ("127.0.0.1:5000/acme/demo/train", "127.0.0.1:5000/acme/demo/train:latest"),
        ("image:train", "127.0.0.1:5000/acme/demo/train:latest"),
        ("image:train:v1", "127.0.0.1:5000/acme/demo/train:v1"),
        ("image:/other/train", "127.0.0.1:5000/acme/other/train:latest"),
        ("image://default/acme/other/train:v2", "127.0.0.1:5000/acme/other/train:v2"),
    ] {
        assert_eq!(convert(with_image(text)).expect(text).container.image, reference);
    }
}

#[test]
fn the_job_goes_where_the_session_works_and_asks_for_what_the_client_asks_for() {
    let json = serde_json::to_value(convert(with_image("ubuntu")).expect("fine")).expect("JSON");
    let expected = serde_json::json!({
        "pass_config": false, "cluster_name": "default", "org_name": "acme", "project_name": "demo",
        "image": "ubuntu:latest", "resources": {"shm": true},
    });
    assert_eq!(json, expected);
}

#[test]
fn a_job_goes_to_the_organisation_and_project_that_are_named() {
    let named = |org: Option<&str>, project: Option<&str>| JobCreate {
        org: org.map(str::to_owned),
        project: project.map(str::to_owned),
        ..with_image("ubuntu")
    };
    for (org, project, expected) in [
        (None, None, ("acme", "demo")),
        (None, Some("ml"), ("acme", "ml")),
        (Some("acme"), None, ("acme", "demo")),
        (Some("beta"), Some("demo"), ("beta", "demo")),
    ] {
        let job = convert(named(org, project)).expect("fine").job;
        assert_eq!((job.org_name.as_deref(), job.project_name.as_deref()), (Some(expected.0), Some(expected.1)));
    }
    let refused = convert(named(Some("beta"), None));
    assert!(matches!(refused, Err(Failure::Invalid { field: Some(at), .. }) if at == "project"));
}

#[test]
fn every_input_at_fault_is_refused_by_its_name() {
    let env = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    let base = || with_image("ubuntu");
    let table = [
        ("image", with_image(" ")),
        ("image", with_image("a b")),
        ("image", with_image("image://elsewhere/acme/demo/x")),
        ("image", with_image("image:../x")),
        ("image", with_image("image:UPPER")),
        ("image", with_image("Ubuntu")),
        ("image", with_image("image:latest")),
        ("image", with_image("x@sha256:00")),
        ("preset", JobCreate { preset: Some("huge".into()), ..base() }),
        ("name", JobCreate { name: Some("A".into()), ..base() }),
        ("working_dir", JobCreate { working_dir: Some("tmp".into()), ..base() }),
        ("command", JobCreate { command: Some("a\0b".into()), ..base() }),
        ("entrypoint", JobCreate { entrypoint: Some("a".repeat(70_000)), ..base() }),
        ("description", JobCreate { description: Some("a".repeat(1025)), ..base() }),
        ("http_port", JobCreate { http_port: Some(0), ..base() }),
        ("life_span_minutes", JobCreate { life_span_minutes: Some(0), ..base() }),
        ("schedule_timeout_secs", JobCreate { schedule_timeout_secs: Some(f64::NAN), ..base() }),
        ("schedule_timeout_secs", JobCreate { schedule_timeout_secs: Some(0.5), ..base() }),
        ("tags", JobCreate { tags: vec!["a".into(); 17], ..base() }),
        ("tags[1]", JobCreate { tags: vec!["a".into(), "b c".into()], ..base() }),
        ("env.A=B", JobCreate { env: env("A=B", "x"), ..base() }),
        ("env.", JobCreate { env: env("", "x"), ..base() }),
        ("env.A", JobCreate { env: env("A", "x\0"), ..base() }),
        ("restart_policy", JobCreate { restart_policy: RestartPolicy::Unknown, ..base() }),
    ];
    for (field, input) in table {
        let Err(Failure::Invalid { field: at, .. }) = convert(input) else { panic!("{field} was taken") };
        assert_eq!(at.as_deref(), Some(field));
    }
}
