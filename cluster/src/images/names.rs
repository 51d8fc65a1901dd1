//! Which references name images of the own registry.
//!
//! Owns the reading of `HOST[:PORT]/ORG/PROJECT/NAME[:TAG]`, of `ORG/PROJECT/NAME[:TAG]` where only an own image can be
//! meant, and of `image:` URIs. Everything is brought to one form, so that what is checked is what runs.

use image::reference::{InvalidReference, Reference as DockerReference};
use platform::Uri;

use super::{ImagesError, hosts};
use crate::{
    registry::{Reference, RepositoryName},
    store::{Store, StoreError},
};

/// An image of the own registry: one tag or one manifest of a repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OwnName {
    host: String,
    pub(crate) repository: RepositoryName,
    pub(crate) reference: Reference,
}

impl OwnName {
    /// `HOST/ORG/PROJECT/NAME:TAG`, or with `@DIGEST`: what engines call it.
    pub(crate) fn docker(&self) -> String {
        match &self.reference {
            Reference::Tag(tag) => format!("{}/{}:{tag}", self.host, self.repository),
            Reference::Digest(digest) => format!("{}/{}@{digest}", self.host, self.repository),
        }
    }

    /// What rights are held on.
    pub(crate) fn uri(&self, cluster: &str) -> Uri {
        self.repository.uri(cluster)
    }

    /// The registry's host and port.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The tag of a target that is to be written. A digest cannot be chosen.
    pub(crate) fn tag(&self) -> Option<&str> {
        match &self.reference {
            Reference::Tag(tag) => Some(tag),
            Reference::Digest(_) => None,
        }
    }
}

/// How references of the own registry begin.
#[derive(Clone, Debug)]
pub(crate) struct OwnNames {
    /// `HOST[:PORT]`.
    host: String,
    /// That, and what it was before.
    hosts: Vec<String>,
    cluster: String,
    /// Engines must be told to speak HTTP without TLS.
    plain_http: bool,
}

impl OwnNames {
    /// The names of a registry at this address, and at those it had before.
    pub(crate) async fn open(store: &Store, base: &url::Url, cluster: &str) -> Result<Self, StoreError> {
        let host = base.host_str().unwrap_or_default();
        let host = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let hosts = hosts::remember(store, &host).await?;
        Ok(Self { host, hosts, cluster: cluster.to_owned(), plain_http: base.scheme() == "http" })
    }

    /// The cluster in URIs.
    pub(crate) fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The registry speaks HTTP without TLS.
    pub(crate) const fn plain_http(&self) -> bool {
        self.plain_http
    }

    /// Reads what a job asks for, as somebody in this organisation and project means it. `None`: an image of elsewhere. What
    /// has a host of before comes to today's name.
    pub(crate) fn find(&self, text: &str, org: &str, project: &str) -> Result<Option<OwnName>, ImagesError> {
        if let Some(rest) = text.strip_prefix("image:") {
            return self.of_uri(text, rest, org, project).map(Some);
        }
        let own = self.hosts.iter().find_map(|host| text.strip_prefix(host.as_str())?.strip_prefix('/'));
        own.map(|rest| self.of_path(text, rest)).transpose()
    }

    /// Reads where a save or a copy is to go: an image of the own registry by a tag, with or without its host.
    pub(crate) fn target(&self, text: &str, with_host: bool) -> Result<OwnName, ImagesError> {
        let refused = |why: String| ImagesError::Name { text: short(text), why };
        let name = if let Some(name) = self.find(text, "", "")? {
            name
        } else if with_host {
            let parsed: DockerReference = text.parse().map_err(|why: InvalidReference| refused(why.to_string()))?;
            return Err(ImagesError::UnknownHost { host: parsed.host().unwrap_or("docker.io").to_owned() });
        } else {
            self.of_path(text, text)?
        };
        if name.tag().is_none() {
            return Err(refused("name a tag, not a digest: ORG/PROJECT/NAME:TAG".to_owned()));
        }
        Ok(name)
    }

    fn of_uri(&self, text: &str, rest: &str, org: &str, project: &str) -> Result<OwnName, ImagesError> {
        let path = match rest.strip_prefix("//") {
            Some(full) => {
                let (cluster, path) = full.split_once('/').unwrap_or((full, ""));
                if cluster != self.cluster {
                    let why = format!("this is the cluster '{}'", self.cluster);
                    return Err(ImagesError::Name { text: short(text), why });
                }
                path.to_owned()
            }
            None => match rest.strip_prefix('/') {
                Some(from_project) => format!("{org}/{from_project}"),
                None => format!("{org}/{project}/{rest}"),
            },
        };
        self.of_path(text, &path)
    }

    /// Of `ORG/PROJECT/NAME`, with `:TAG` or `@DIGEST`.
    fn of_path(&self, text: &str, path: &str) -> Result<OwnName, ImagesError> {
        let refused = |why: String| ImagesError::Name { text: short(text), why };
        // Read as if it stood in a registry, so that the first part is never taken for a host.
        let parsed: DockerReference =
            format!("registry.invalid/{path}").parse().map_err(|why: InvalidReference| refused(why.to_string()))?;
        let repository = RepositoryName::parse(parsed.path()).map_err(|why| refused(why.to_string()))?;
        // A tag beside a digest says nothing.
        let reference = Reference::parse(parsed.version()).map_err(|why| refused(why.to_string()))?;
        Ok(OwnName { host: self.host.clone(), repository, reference })
    }
}

/// What a message shows of a text of any length.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> OwnNames {
        let host = "127.0.0.1:8080".to_owned();
        let hosts = vec!["127.0.0.1:80".to_owned(), host.clone(), "old.example".to_owned()];
        OwnNames { host, hosts, cluster: "default".to_owned(), plain_http: true }
    }

    fn found(text: &str) -> Option<String> {
        names().find(text, "main", "demo").expect(text).map(|name| name.docker())
    }

    #[test]
    fn every_way_to_name_an_own_image_comes_to_one_form() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, expected) in [
            ("127.0.0.1:8080/main/demo/net:v1", "127.0.0.1:8080/main/demo/net:v1".to_owned()),
            ("127.0.0.1:8080/main/demo/net", "127.0.0.1:8080/main/demo/net:latest".to_owned()),
            ("old.example/main/demo/net:v1", "127.0.0.1:8080/main/demo/net:v1".to_owned()),
            ("127.0.0.1:80/main/demo/net:v1", "127.0.0.1:8080/main/demo/net:v1".to_owned()),
            ("image:net:v1", "127.0.0.1:8080/main/demo/net:v1".to_owned()),
            ("image:/other/net", "127.0.0.1:8080/main/other/net:latest".to_owned()),
            ("image://default/org/other/deep/net:v1", "127.0.0.1:8080/org/other/deep/net:v1".to_owned()),
            (&format!("127.0.0.1:8080/a/b/c:v1@{digest}"), format!("127.0.0.1:8080/a/b/c@{digest}")),
        ] {
            assert_eq!(found(text), Some(expected), "{text}");
        }
        for elsewhere in [
            "ubuntu",
            "ubuntu:latest",
            "127.0.0.1:80801/a/b/c",
            "127.0.0.1:808/a/b/c",
            "old.example:1/a/b/c",
            "docker.io/x/y",
        ] {
            assert_eq!(found(elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn what_breaks_the_rules_of_names_is_refused() {
        for bad in [
            "127.0.0.1:8080/",
            "127.0.0.1:8080/net",
            "127.0.0.1:8080/a/b/../c",
            "127.0.0.1:8080/A/b/c",
            "127.0.0.1:8080/a/b/c:",
            "127.0.0.1:8080/a/b/c:-x",
            "127.0.0.1:8080/a/b/c@sha256:1",
            "image:",
            "image:?",
            "image://default",
            "image://default/a/b",
            "image://elsewhere/a/b/c",
            "image:///a/b/c",
        ] {
            assert!(names().find(bad, "main", "demo").is_err(), "{bad}");
        }
    }

    #[test]
    fn a_target_is_a_tag_of_the_own_registry() {
        let target = |text: &str, with_host| names().target(text, with_host);
        assert_eq!(target("main/demo/net:v1", false).expect("a target").docker(), "127.0.0.1:8080/main/demo/net:v1");
        // The first part is an organisation even where it looks like a host.
        assert!(target("main.org/demo/net", false).is_ok());
        for host in ["127.0.0.1:8080", "old.example"] {
            let own = target(&format!("{host}/main/demo/net"), true).expect("a target");
            assert_eq!(own.docker(), "127.0.0.1:8080/main/demo/net:latest");
        }
        assert!(matches!(target("main/demo/net:v1", true), Err(ImagesError::UnknownHost { .. })));
        assert!(matches!(target("docker.io/main/demo/net:v1", true), Err(ImagesError::UnknownHost { .. })));
        let digest = format!("127.0.0.1:8080/a/b/c@sha256:{}", "a".repeat(64));
        assert!(matches!(target(&digest, true), Err(ImagesError::Name { .. })));
        assert!(matches!(target("not a name", true), Err(ImagesError::Name { .. })));
    }
}
