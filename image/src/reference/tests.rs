use super::*;
use crate::Digest;
use proptest::prelude::*;

fn place(org: Option<&str>) -> Place {
    Place {
        cluster: "home".into(),
        org: org.map(str::to_owned),
        project: "vision".into(),
        registries: [("home".into(), "127.0.0.1:8080".into()), ("lab".into(), "registry.lab.example".into())].into(),
    }
}

fn platform(place: &Place, text: &str) -> String {
    match place.parse(text, TagRule::Optional) {
        Ok(Image::Platform(name)) => place.reference(&name).map_or_else(|| "no registry".into(), |r| r.to_string()),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_form_of_the_platform_becomes_the_engines_reference() {
    let at = place(Some("acme"));
    for (text, reference) in [
        ("image:net", "127.0.0.1:8080/acme/vision/net"),
        ("image:net:v1", "127.0.0.1:8080/acme/vision/net:v1"),
        ("image:a/b/net", "127.0.0.1:8080/acme/vision/a/b/net"),
        ("image:/other/net:v1", "127.0.0.1:8080/acme/other/net:v1"),
        ("image://home/acme/other/net", "127.0.0.1:8080/acme/other/net"),
        ("image://home/foreign/net", "127.0.0.1:8080/acme/foreign/net"),
        ("image://lab/acme/p/net:v1", "registry.lab.example/acme/p/net:v1"),
        ("127.0.0.1:8080/acme/p/net:v1", "127.0.0.1:8080/acme/p/net:v1"),
        ("127.0.0.1:8080/p/net", "127.0.0.1:8080/acme/p/net"),
        ("registry.lab.example/acme/p/net", "registry.lab.example/acme/p/net"),
        ("image://nowhere/acme/p/net", "no registry"),
    ] {
        assert_eq!(platform(&at, text), reference, "{text}");
    }
}

#[test]
fn a_platform_without_organisations_has_two_parts_before_the_tag() {
    let at = place(None);
    assert_eq!(platform(&at, "image:net"), "127.0.0.1:8080/vision/net");
    assert_eq!(platform(&at, "image://home/acme/vision/net"), "127.0.0.1:8080/acme/vision/net");
    let Ok(Image::Platform(name)) = at.parse("image://home/acme/vision/net", TagRule::Forbidden) else { panic!() };
    assert_eq!((name.org(), name.project(), name.name()), (None, "acme", "vision/net"));
}

#[test]
fn images_elsewhere_are_passed_on_unchanged() {
    let at = place(Some("acme"));
    for text in [
        "ubuntu",
        "docker.io/x/y",
        "host:5000/x",
        "ghcr.io/a/b:v1",
        "localhost/x",
        "image/latest",
        "127.0.0.1:8081/a/b/c",
    ] {
        match at.parse(text, TagRule::Latest) {
            Ok(Image::External(reference)) => assert_eq!(reference.to_string(), text),
            other => panic!("{text}: {other:?}"),
        }
        assert_eq!(at.parse_platform(text, TagRule::Latest), Err(InvalidReference::External));
    }
}

#[test]
fn what_is_wrong_is_named() {
    let at = place(Some("acme"));
    let long = format!("image:{}", "a".repeat(250));
    let tag = format!("image:x:{}", "t".repeat(129));
    for (text, start) in [
        ("", "name the image"),
        ("image:", "name the image"),
        ("image:latest", "\"image:latest\" can mean"),
        ("-x", "an image's name cannot start with a hyphen"),
        ("image:/project", "name the image"),
        ("image:/project/", "name the image"),
        ("image://home", "after the cluster"),
        ("image://home/project", "after the cluster"),
        ("image://home/acme/project", "after the cluster"),
        ("image:///a/b/c", "image://CLUSTER/"),
        ("image://home:80/acme/p/n", "image://CLUSTER/"),
        ("image://u@home/acme/p/n", "image://CLUSTER/"),
        ("image:a?b", "an image's name cannot hold '?'"),
        ("image:a#b", "an image's name cannot hold '#'"),
        ("image:A", "\"A\" cannot be part"),
        ("image:a..b", "\"a..b\" cannot be part"),
        ("image:a___b", "\"a___b\" cannot be part"),
        ("image:a/../b", "\"..\" cannot be part"),
        ("image:a//b", "\"\" cannot be part"),
        ("image:-a", "\"-a\" cannot be part"),
        ("image:a:", "\"\" is not a tag"),
        ("image:a:.x", "\".x\" is not a tag"),
        ("image:a:b:c", "\"b:c\" is not a tag"),
        (tag.as_str(), "\"tttt"),
        ("image:a@sha256:12", "what stands after '@'"),
        (long.as_str(), "an image's name is at most 255"),
        ("http://x/y", "an image's reference has no scheme"),
        ("ex ample.com/x", "\"ex ample.com\" is not a registry's host"),
        ("host:port/x", "\"host:port\" is not a registry's host"),
        ("host:99999/x", "\"host:99999\" is not a registry's host"),
    ] {
        let error = at.parse(text, TagRule::Latest).expect_err(text).to_string();
        assert!(error.starts_with(start), "{text}: {error}");
    }
    assert_eq!(at.parse("image:a:b", TagRule::Forbidden), Err(InvalidReference::TagForbidden));
    assert!(at.parse("image:a---b", TagRule::Forbidden).is_ok());
}

#[test]
fn docker_names_become_canonical_as_docker_does_it() {
    for (text, canonical) in [
        ("ubuntu", "docker.io/library/ubuntu:latest"),
        ("a/b:c", "docker.io/a/b:c"),
        ("index.docker.io/ubuntu", "docker.io/library/ubuntu:latest"),
        ("localhost/x", "localhost/x:latest"),
        ("[::1]:5000/x:y", "[::1]:5000/x:y"),
        ("Registry/x", "Registry/x:latest"),
    ] {
        assert_eq!(text.parse::<Reference>().expect(text).canonical().to_string(), canonical);
    }
}

#[test]
fn a_digest_decides_over_a_tag() {
    let digest = Digest::sha256_of(b"x");
    let reference: Reference = format!("host.example/a:b@{digest}").parse().unwrap();
    assert_eq!(reference.version(), digest.as_str());
    assert_eq!("a:b".parse::<Reference>().unwrap().version(), "b");
    assert_eq!("a".parse::<Reference>().unwrap().version(), "latest");
}

fn component() -> impl Strategy<Value = String> {
    "[a-z0-9]{1,6}((\\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}"
}

proptest! {
    #[test]
    fn every_name_survives_its_short_form(
        cluster in prop::sample::select(vec!["home", "lab", "else"]),
        has_org: bool,
        project in component(),
        name in prop::collection::vec(component(), 1..4),
        tag in prop::option::of("[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}"),
    ) {
        let at = place(has_org.then_some("acme"));
        // A project called as the organisation cannot be told from it: the platform's own rule.
        prop_assume!(project != "acme");
        let image = ImageName::try_new(cluster, at.org.as_deref(), &project, &name.join("/")).unwrap().with_tag(tag.as_deref()).unwrap();
        prop_assert_eq!(at.parse(&at.short(&image), TagRule::Optional), Ok(Image::Platform(image.clone())));
        prop_assert_eq!(at.parse(&image.to_string(), TagRule::Optional), Ok(Image::Platform(image.clone())));
        prop_assert_eq!(ImageName::from_repository(cluster, &image.repository(), has_org).unwrap().with_tag(tag.as_deref()), Ok(image.clone()));
        if let Some(reference) = at.reference(&image) {
            prop_assert_eq!(at.parse(&reference.to_string(), TagRule::Optional), Ok(Image::Platform(image)));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_and_what_is_read_is_written_the_same(text in "[a-zA-Z0-9:/@._\\-\\[\\]?# \u{0}é]{0,40}") {
        let at = place(Some("acme"));
        let _ = at.parse(&text, TagRule::Latest);
        if let Ok(reference) = text.parse::<Reference>() {
            prop_assert_eq!(reference.to_string(), text);
        }
    }
}

#[test]
fn a_clusters_name_is_a_host_and_nothing_else() {
    let place = Place {
        cluster: "home".into(),
        org: Some("acme".into()),
        project: "vision".into(),
        registries: std::collections::BTreeMap::default(),
    };
    for text in ["image://a..b/p/n", "image://h\u{fffd}/p/n", "image://h:1/p/n", "image://u@h/p/n", "image:///p/n"] {
        assert_eq!(place.parse(text, TagRule::Optional), Err(InvalidReference::Cluster), "{text}");
    }
    assert!(place.parse("image://neuro-public.eu_1/p/n", TagRule::Optional).is_ok());
}
