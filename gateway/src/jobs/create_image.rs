//! What a user writes as an image, as the reference the platform takes. The rules are the `image` crate's.

use crate::session::Session;
use image::reference::{Image, InvalidReference, Place, Reference, TagRule};
use platform::config::Cluster;
use url::Url;

/// `HOST[:PORT]/[ORG/]PROJECT/NAME:TAG` for an image of the platform, and as written for any other; or a sentence on what is wrong.
/// A missing tag is `latest`.
pub(super) fn platform_image(text: &str, session: &Session, cluster: &Cluster) -> Result<String, String> {
    let place = Place {
        cluster: cluster.name.clone(),
        org: session.org.clone(),
        project: session.project.clone(),
        registries: registry_host(&cluster.registry_url).map(|host| (cluster.name.clone(), host)).into_iter().collect(),
    };
    let reference = match place.parse(text.trim(), TagRule::Latest).map_err(told)? {
        Image::Platform(name) if name.cluster() != cluster.name => {
            return Err("The image is on another cluster; push it to this one first.".to_owned());
        }
        Image::Platform(name) => place.reference(&name).ok_or("The cluster names no registry.")?,
        Image::External(bare) if bare.tag().is_none() && bare.digest().is_none() => {
            Reference::try_new(bare.host(), bare.path(), Some("latest"), None).map_err(told)?
        }
        Image::External(reference) => reference,
    };
    Ok(reference.to_string())
}

fn registry_host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// As a sentence.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn told(invalid: InvalidReference) -> String {
    let words = invalid.to_string();
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase()).into_iter();
    first.chain(letters).chain(['.']).collect()
}
