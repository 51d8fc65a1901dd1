//! What a user writes as an image, as the reference the platform takes.
//!
//! `image:NAME`, `image:/PROJECT/NAME` and `image://CLUSTER/ORG/PROJECT/NAME` mean the platform's own registry and become
//! `HOST[:PORT]/ORG/PROJECT/NAME`; everything else is a reference to be passed on. A missing tag is `latest`.

use crate::session::Session;
use platform::config::Cluster;
use url::Url;

const REFERENCE_MAX_BYTES: usize = 1024;

/// The reference, or a sentence on what is wrong with the text.
pub(super) fn platform_image(text: &str, session: &Session, cluster: &Cluster) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Name an image, such as ubuntu or image:my-image:v1.");
    }
    if text.len() > REFERENCE_MAX_BYTES || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("An image is at most 1024 characters long, without spaces.");
    }
    let Some(path) = text.strip_prefix("image:") else { return Ok(tagged(text.to_owned())) };
    let org = session.org.as_deref();
    let path = match path.strip_prefix("//") {
        Some(full) => {
            let (host, rest) = full.split_once('/').ok_or("After image://CLUSTER/ comes the image's path.")?;
            if host != cluster.name {
                return Err("The image is on another cluster; push it to this one first.");
            }
            rest.to_owned()
        }
        None => {
            let inside = match path.strip_prefix('/') {
                Some(from_project) => from_project.to_owned(),
                None => format!("{}/{path}", session.project),
            };
            org.map_or_else(|| inside.clone(), |org| format!("{org}/{inside}"))
        }
    };
    if path.split('/').any(|segment| segment.is_empty() || segment == "." || segment == "..") {
        return Err("The image's path has an empty part.");
    }
    let registry = Url::parse(&cluster.registry_url).map_err(|_| "The cluster names no registry.")?;
    let host = registry.host_str().ok_or("The cluster names no registry.")?;
    let port = registry.port().map(|p| format!(":{p}")).unwrap_or_default();
    Ok(tagged(format!("{host}{port}/{path}")))
}

/// A colon after the last slash is a tag's, one before it a port's.
fn tagged(reference: String) -> String {
    let last = reference.rsplit('/').next().unwrap_or_default();
    if reference.contains('@') || last.contains(':') { reference } else { format!("{reference}:latest") }
}
