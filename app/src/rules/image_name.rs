//! Names of images as they are typed: where a new image goes, where one comes from, and the shortest way to write one.
//! The rules are the `image` crate's; here they are told in the reader's language.

use super::complaint::Complaint;
use crate::i18n::catalogue::image_names as words;
use crate::paths::Version;
use api::session::Session;
use image::reference::{Image, ImageName, InvalidReference, Place, Reference, TagRule};

/// Where the reader stands. `host` is the registry's `HOST[:PORT]`, once it is known.
pub(crate) fn place(session: &Session, host: Option<&str>) -> Place {
    Place {
        cluster: session.cluster.clone(),
        org: session.org.clone(),
        project: session.project.clone(),
        registries: host.map(|host| (session.cluster.clone(), host.to_owned())).into_iter().collect(),
    }
}

/// Where a new image goes: `image:NAME[:TAG]` and its longer forms, `NAME[:TAG]`, or the registry's own reference.
pub(crate) fn target(place: &Place, text: &str) -> Result<ImageName, Complaint> {
    let text = text.trim();
    let parsed = match place.parse(text, TagRule::Latest) {
        // A bare name is meant for here: nothing else can be written to.
        Ok(Image::External(reference)) if reference.host().is_none() => {
            place.parse_platform(&format!("image:{text}"), TagRule::Latest)
        }
        Ok(Image::External(_)) => Err(InvalidReference::External),
        Ok(Image::Platform(name)) => Ok(name),
        Err(invalid) => Err(invalid),
    };
    let name = parsed.map_err(|invalid| complaint(&invalid))?;
    if name.cluster() != place.cluster {
        return Err(Complaint::with(words::OTHER_CLUSTER, "cluster", &place.cluster));
    }
    if name.digest().is_some() {
        return Err(words::NO_DIGEST.into());
    }
    Ok(name)
}

/// What is wrong with an image to be run: the platform's own or any other. `place` is where the reader stands.
pub(crate) fn runnable(place: &Place, text: &str) -> Option<Complaint> {
    match place.parse(text, TagRule::Latest) {
        Ok(Image::Platform(name)) if name.cluster() != place.cluster => {
            Some(Complaint::with(words::OTHER_CLUSTER, "cluster", &place.cluster))
        }
        Ok(_) => None,
        Err(invalid) => Some(complaint(&invalid)),
    }
}

/// `ORG/PROJECT/NAME:TAG`, as the contract names a target.
pub(crate) fn target_path(name: &ImageName) -> String {
    format!("{}:{}", name.repository(), name.tag().unwrap_or("latest"))
}

/// An image of another registry, to be copied from there.
pub(crate) fn source(place: &Place, text: &str) -> Result<Reference, Complaint> {
    let text = text.trim();
    if text.is_empty() {
        return Err(words::SOURCE_EMPTY.into());
    }
    match place.parse(text, TagRule::Optional) {
        Ok(Image::External(reference)) => Ok(reference),
        Ok(Image::Platform(_)) => Err(words::OWN.into()),
        Err(invalid) => Err(complaint(&invalid)),
    }
}

/// What a copy of that image would be called here: the last part of its name, and its tag.
pub(crate) fn propose(place: &Place, from: &Reference, org: Option<&str>, project: &str) -> String {
    let last = from.path().rsplit('/').next().unwrap_or_default();
    propose_named(place, last, from.tag().unwrap_or("latest"), org, project)
}

/// A new image in that project, written as short as it can be. Empty where the name cannot be an image's.
pub(crate) fn propose_named(place: &Place, name: &str, tag: &str, org: Option<&str>, project: &str) -> String {
    // Another organisation cannot be written so that it is read back; then the reader's own project is as good a start.
    let (org, project) =
        if org == place.org.as_deref() { (org, project) } else { (place.org.as_deref(), place.project.as_str()) };
    ImageName::try_new(&place.cluster, org, project, name)
        .and_then(|name| name.with_tag(Some(tag)))
        .map(|name| place.short(&name))
        .unwrap_or_default()
}

/// A version of an image, written as short as the platform's CLI and the run form read it.
pub(crate) fn short(session: &Session, repository: &str, version: &Version) -> Option<String> {
    let name = ImageName::from_repository(&session.cluster, repository, session.org.is_some()).ok()?;
    let name = match version {
        Version::Tag(tag) => name.with_tag(Some(tag)).ok()?,
        Version::Digest(digest) => name.with_digest(Some(digest.parse().ok()?)),
    };
    Some(place(session, None).short(&name))
}

/// The image, without a version, as the CLI's lists of tags take it.
pub(crate) fn short_bare(session: &Session, repository: &str) -> Option<String> {
    let name = ImageName::from_repository(&session.cluster, repository, session.org.is_some()).ok()?;
    Some(place(session, None).short(&name))
}

fn complaint(invalid: &InvalidReference) -> Complaint {
    match invalid {
        InvalidReference::NoName => words::NO_NAME.into(),
        InvalidReference::Dash => words::DASH.into(),
        InvalidReference::Ambiguous => words::AMBIGUOUS.into(),
        InvalidReference::NoProject => words::NO_PROJECT.into(),
        InvalidReference::Cluster => words::CLUSTER.into(),
        InvalidReference::Scheme => words::SCHEME.into(),
        InvalidReference::Character { character } => Complaint::with(words::CHARACTER, "char", character),
        InvalidReference::Component { component } => Complaint::with(words::COMPONENT, "part", component),
        InvalidReference::Host { host } => Complaint::with(words::HOST, "host", host),
        InvalidReference::Tag { tag } => Complaint::with(words::TAG, "tag", tag),
        InvalidReference::Digest(_) => words::DIGEST.into(),
        InvalidReference::TooLong { .. } => words::TOO_LONG.into(),
        InvalidReference::TagForbidden => words::NO_TAG.into(),
        InvalidReference::External => words::EXTERNAL.into(),
    }
}

/// An image's URI without the tag or digest at its end.
pub(crate) fn without_version(uri: &str) -> &str {
    let uri = uri.split_once('@').map_or(uri, |(bare, _)| bare);
    uri.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(uri, |(bare, _)| bare)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A place of the tests.
    pub(crate) fn here() -> Place {
        Place {
            cluster: "home".into(),
            org: Some("acme".into()),
            project: "vision".into(),
            registries: [("home".into(), "127.0.0.1:8080".into())].into(),
        }
    }

    #[test]
    fn a_target_is_read_in_each_way_people_write_it() {
        for (text, path) in [
            ("image:net:v1", "acme/vision/net:v1"),
            ("net:v1", "acme/vision/net:v1"),
            (" net ", "acme/vision/net:latest"),
            ("a/net", "acme/vision/a/net:latest"),
            ("image:/audio/net", "acme/audio/net:latest"),
            ("127.0.0.1:8080/acme/audio/net:v2", "acme/audio/net:v2"),
            ("image://home/acme/audio/net", "acme/audio/net:latest"),
        ] {
            assert_eq!(target(&here(), text).map(|name| target_path(&name)), Ok(path.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_a_target_is_told_why() {
        for (text, phrase) in [
            ("", words::NO_NAME),
            ("image:", words::NO_NAME),
            ("ghcr.io/a/b", words::EXTERNAL),
            ("image:latest", words::AMBIGUOUS),
            ("-net", words::DASH),
            ("http://x/y", words::SCHEME),
        ] {
            assert_eq!(target(&here(), text), Err(phrase.into()), "{text}");
        }
        let other = Complaint::with(words::OTHER_CLUSTER, "cluster", &"home");
        assert_eq!(target(&here(), "image://away/acme/vision/net"), Err(other));
        let digest = format!("net@sha256:{}", "0".repeat(64));
        assert_eq!(target(&here(), &digest), Err(words::NO_DIGEST.into()));
        assert_eq!(target(&here(), "Net"), Err(Complaint::with(words::COMPONENT, "part", &"Net")));
        assert!(target(&here(), "net:a b").is_err());
    }

    #[test]
    fn a_copy_keeps_the_last_part_of_the_name_and_the_tag() {
        let propose = |text: &str, project: &str| {
            let from = source(&here(), text).expect("a reference");
            propose(&here(), &from, Some("acme"), project)
        };
        assert_eq!(propose("ubuntu:24.04", "vision"), "image:ubuntu:24.04");
        assert_eq!(propose("ghcr.io/org/tools/fetch", "vision"), "image:fetch:latest");
        assert_eq!(propose("quay.io/a/b:v1", "audio"), "image:/audio/b:v1");
        assert_eq!(source(&here(), "image:net"), Err(words::OWN.into()));
        assert_eq!(source(&here(), " "), Err(words::SOURCE_EMPTY.into()));
    }

    #[test]
    fn what_is_proposed_can_be_sent_as_it_stands() {
        for (org, project) in [(Some("acme"), "vision"), (Some("acme"), "audio"), (Some("other"), "x"), (None, "x")] {
            let text = propose_named(&here(), "net", "v1", org, project);
            assert!(target(&here(), &text).is_ok(), "{text}");
        }
        assert_eq!(propose_named(&here(), "not a name", "v1", Some("acme"), "vision"), "");
    }

    #[test]
    fn a_grant_on_the_image_itself_is_known_whatever_the_version() {
        for uri in [
            "image://home/a/b/c",
            "image://home/a/b/c:v1",
            "image://home/a/b/c@sha256:0f",
            "image://home/a/b/c:v1@sha256:0f",
        ] {
            assert_eq!(without_version(uri), "image://home/a/b/c", "{uri}");
        }
    }
}
