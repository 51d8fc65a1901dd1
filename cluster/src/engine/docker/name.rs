//! What engines are told to call images: always the name in full.
//!
//! Podman takes a short name for the end of the name of any image it holds, and a digest for any image that has it, whatever
//! name stands before. Either would let somebody run another one's private image, or be run another one's image in place of
//! a public one. So an engine completes no name, and what it finds is taken only when it goes by the name that was asked for.

use image::reference::{InvalidReference, Reference};

use crate::engine::ImageError;

/// The name as `docker pull` understands it, with its registry and its tag or digest.
pub(super) fn full(image: &str) -> Result<Reference, ImageError> {
    let name: Reference = image.parse().map_err(|why: InvalidReference| ImageError::InvalidName {
        image: image.to_owned(),
        message: why.to_string(),
    })?;
    Ok(name.canonical())
}

/// Whether an image goes by this full name, among the names that an engine tells of it: with tags, and with digests.
pub(super) fn is_told(name: &Reference, with_tags: &[String], with_digests: &[String]) -> bool {
    let told = if name.digest().is_some() { with_digests } else { with_tags };
    told.iter().filter_map(|told| full(told).ok()).any(|told| {
        // A tag beside a digest says nothing.
        is_of(&told, name) && told.digest() == name.digest() && (name.digest().is_some() || told.tag() == name.tag())
    })
}

/// Whether both full names are of one repository.
pub(super) fn is_of(name: &Reference, repository: &Reference) -> bool {
    name.host() == repository.host() && name.path() == repository.path()
}

/// The two parts of a full name by which images are made.
pub(super) fn repository_and_tag(name: &Reference) -> (String, &str) {
    let repository = format!("{}/{}", name.host().unwrap_or_default(), name.path());
    (repository, name.tag().unwrap_or("latest"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, tags: &[&str], digests: &[&str]) -> bool {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        is_told(&full(name).expect(name), &owned(tags), &owned(digests))
    }

    #[test]
    fn an_image_goes_by_its_name_however_short_docker_writes_it() {
        for tag in ["ubuntu:24.04", "docker.io/library/ubuntu:24.04"] {
            assert!(told("ubuntu:24.04", &["<none>:<none>", tag], &[]), "{tag}");
            assert!(told("docker.io/ubuntu:24.04", &[tag], &[]), "{tag}");
            assert!(!told("ubuntu:22.04", &[tag], &[]), "{tag}");
            assert!(!told("localhost/ubuntu:24.04", &[tag], &[]), "{tag}");
        }
    }

    #[test]
    fn the_end_of_a_name_is_another_name() {
        let private = ["127.0.0.1:8080/main/secret/net:v1", "127.0.0.1:8080/docker.io/secret/net:v1"];
        for short in ["net:v1", "secret/net:v1", "main/secret/net:v1", "docker.io/secret/net:v1"] {
            assert!(!told(short, &private, &[]), "{short}");
        }
        assert!(told(private[0], &private, &[]));
    }

    #[test]
    fn a_digest_is_taken_only_with_its_own_repository() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let known = format!("127.0.0.1:8080/main/secret/net@{digest}");
        let known = [known.as_str()];
        assert!(told(known[0], &[], &known));
        assert!(told(&format!("127.0.0.1:8080/main/secret/net:v1@{digest}"), &[], &known));
        assert!(!told(&format!("net@{digest}"), &["net:v1"], &known));
        assert!(!told(&known[0].replace("aaaa", "bbbb"), &[], &known));
    }

    #[test]
    fn a_word_is_never_left_to_be_taken_for_an_id() {
        assert_eq!(full("b7f3b88ae387").expect("a name").to_string(), "docker.io/library/b7f3b88ae387:latest");
    }
}
