//! Addresses of uploads: the registry's own, sealed into ours.
//!
//! A sealed address opens only for the user and the repository it was given to. It holds all there is to know, so that an upload
//! goes on through any gateway with the same key, also after a restart.

use super::admit::Credentials;
use crate::{Gateway, rescue::Failure};
use url::Url;

/// What the seal is bound to. Line breaks can stand in none of the parts.
fn purpose(who: &Credentials, name: &str) -> Vec<u8> {
    format!("roadstead upload v1\n{}\n{}\n{name}", who.cluster, who.user).into_bytes()
}

/// Our address of an upload, for a `Location` that the registry gave. None when it leads to another host.
pub(super) fn seal(gateway: &Gateway, who: &Credentials, name: &str, asked: &Url, location: &str) -> Option<String> {
    let url = asked.join(location).ok().filter(|url| url.origin() == who.registry.origin())?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut nonce = [0; 24];
    gateway.host().random(&mut nonce);
    let plain = format!("{}{query}", url.path());
    let sealed = gateway.config().session_keys.seal(&purpose(who, name), plain.as_bytes(), nonce);
    Some(format!("/v2/{name}/blobs/uploads/{sealed}"))
}

/// The registry's address behind ours, with what the client added to it (`digest=`).
pub(super) fn open(
    gateway: &Gateway,
    who: &Credentials,
    name: &str,
    sealed: &str,
    query: Option<&str>,
) -> Result<Url, Failure> {
    let plain = gateway.config().session_keys.open(&purpose(who, name), sealed).ok_or(Failure::NoSuchUpload)?;
    let plain = String::from_utf8(plain).map_err(|_| Failure::NoSuchUpload)?;
    let mut url = who.registry.join(&plain).map_err(|_| Failure::NoSuchUpload)?;
    if let Some(added) = query.filter(|query| !query.is_empty()) {
        let both = url.query().map_or_else(|| added.to_owned(), |own| format!("{own}&{added}"));
        url.set_query(Some(&both));
    }
    Ok(url)
}
