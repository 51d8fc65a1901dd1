use super::*;
use crate::i18n::{Phrase, catalogue::image_names};

fn here() -> Place {
    Place { cluster: "home".into(), org: Some("acme".into()), project: "vision".into(), registries: BTreeMap::new() }
}

fn check(draft: &Draft) -> Result<JobCreate, Complaints> {
    super::check(draft, Some(&here()))
}

fn wrong(change: impl FnOnce(&mut Draft)) -> Vec<(&'static str, Phrase)> {
    let mut draft = Draft::default();
    change(&mut draft);
    check(&draft).err().unwrap_or_default().into_iter().map(|(field, c)| (field, c.phrase())).collect()
}

#[test]
fn the_untouched_form_starts_the_sample() {
    let create = check(&Draft::default()).expect("a good draft");
    assert_eq!(create.image, "roadstead/sample:latest");
    assert_eq!(create.life_span_minutes, Some(1_440));
    assert_eq!(create.name, None);
    let words = shell_words::split(&create.command.expect("the sample's command")).expect("shell words");
    assert_eq!(words.len(), 3, "{words:?}");
}

#[test]
fn each_bad_input_is_named_at_its_field() {
    let long = "x".repeat(5_000);
    for (found, field, phrase) in [
        (wrong(|d| d.image = "  ".into()), "image", run::BAD_IMAGE_EMPTY),
        (wrong(|d| d.image = "a b".into()), "image", run::BAD_IMAGE),
        (wrong(|d| d.image = long.clone()), "image", image_names::TOO_LONG),
        (wrong(|d| d.image = "Ubuntu".into()), "image", image_names::COMPONENT),
        (wrong(|d| d.image = "image:latest".into()), "image", image_names::AMBIGUOUS),
        (wrong(|d| d.image = "image://far/acme/vision/net".into()), "image", image_names::OTHER_CLUSTER),
        (wrong(|d| d.name = "ab".into()), "name", run::BAD_NAME_LENGTH),
        (wrong(|d| d.name = "Train".into()), "name", run::BAD_NAME_START),
        (wrong(|d| d.name = "tra_in".into()), "name", run::BAD_NAME_CHAR),
        (wrong(|d| d.name = "job-1".into()), "name", run::BAD_NAME_PREFIX),
        (wrong(|d| d.command = "echo 'a".into()), "command", run::BAD_QUOTES),
        (wrong(|d| d.command = "a\0b".into()), "command", run::BAD_CONTROL),
        (wrong(|d| d.entrypoint = "\"".into()), "entrypoint", run::BAD_QUOTES),
        (wrong(|d| d.working_dir = "data".into()), "working_dir", run::BAD_PATH),
        (wrong(|d| d.http_port = "0".into()), "http_port", run::BAD_PORT),
        (wrong(|d| d.http_port = "65536".into()), "http_port", run::BAD_PORT),
        (wrong(|d| d.tags = "t ".repeat(17)), "tags", run::BAD_TAGS_MANY),
        (wrong(|d| d.tags = "t".repeat(257)), "tags", run::BAD_TAG_LONG),
        (wrong(|d| d.description = long.clone()), "description", run::BAD_TOO_LONG),
        (wrong(|d| d.life_span = "30s".into()), "life_span_minutes", run::BAD_SPAN_SHORT),
        (wrong(|d| d.life_span = "soon".into()), "life_span_minutes", run::BAD_DURATION),
        (wrong(|d| d.life_span = "9999999d".into()), "life_span_minutes", run::BAD_SPAN_LONG),
        (wrong(|d| d.schedule_timeout = "30d".into()), "schedule_timeout_secs", run::BAD_TIMEOUT_RANGE),
        (wrong(|d| d.env = vec![("A B".into(), "1".into())]), "env", run::BAD_ENV_NAME),
        (wrong(|d| d.env = vec![(String::new(), "1".into())]), "env", run::BAD_ENV_EMPTY),
        (wrong(|d| d.env = vec![("A".into(), "1".into()), ("A".into(), "2".into())]), "env", run::BAD_ENV_TWICE),
    ] {
        assert_eq!(found, [(field, phrase)]);
    }
}

#[test]
fn what_is_typed_becomes_what_is_sent() {
    let draft = Draft {
        image: " ubuntu:24.04 ".into(),
        command: "echo 'a b'".into(),
        env: vec![("A".into(), "1=2".into()), (String::new(), String::new())],
        tags: "night  gpu".into(),
        org: "beta".into(),
        project: "ml".into(),
        http_port: "8080".into(),
        life_span: "90s".into(),
        schedule_timeout: "10m".into(),
        restart: "on-failure".into(),
        ..Draft::default()
    };
    let create = check(&draft).expect("a good draft");
    assert_eq!(create.image, "ubuntu:24.04");
    assert_eq!(create.env, [("A".to_owned(), "1=2".to_owned())].into());
    assert_eq!(create.tags, ["night", "gpu"]);
    assert_eq!((create.org.as_deref(), create.project.as_deref()), (Some("beta"), Some("ml")));
    assert_eq!(create.http_port, Some(8_080));
    assert_eq!(create.life_span_minutes, Some(2));
    assert_eq!(create.schedule_timeout_secs, Some(600.0));
    assert_eq!(create.restart_policy, RestartPolicy::OnFailure);
}

#[test]
fn zero_or_nothing_means_no_life_span() {
    for text in ["", "0", "0m"] {
        let create = check(&Draft { life_span: text.into(), ..Draft::default() }).expect("a good draft");
        assert_eq!(create.life_span_minutes, None, "{text}");
    }
}
