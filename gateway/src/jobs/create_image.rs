//! What a user writes as an image, as the reference the platform takes. The rules are the `image` crate's.

use crate::{rescue::sentence, session::Session, upstream::host_of};
use image::reference::{Image, InvalidReference, Place, Reference, TagRule};
use platform::config::Cluster;
use url::Url;

/// `HOST[:PORT]/[ORG/]PROJECT/NAME:TAG` for an image of the platform, and as written for any other; or a sentence on what is wrong.
/// A missing tag is `latest`.
pub(super) fn platform_image(text: &str, session: &Session, cluster: &Cluster) -> Result<String, String> {
    let told = |invalid: InvalidReference| sentence(&invalid.to_string());
    let registry = Url::parse(&cluster.registry_url).ok();
    let place = Place {
        cluster: cluster.name.clone(),
        org: session.org.clone(),
        project: session.project.clone(),
        registries: registry.iter().map(|url| (cluster.name.clone(), host_of(url))).collect(),
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
