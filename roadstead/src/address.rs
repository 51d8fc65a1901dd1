//! The address that a server was last up at, kept in its data folder: `roadstead user link` makes links to it.

use std::{fs, io, path::Path};
use url::Url;

const FILE: &str = "address";

/// Notes it. That it could not is no reason not to serve.
pub(crate) fn keep(data: &Path, address: &Url) {
    let fresh = data.join(format!("{FILE}.new"));
    let kept = fs::write(&fresh, address.as_str()).and_then(|()| fs::rename(&fresh, data.join(FILE)));
    if let Err(error) = kept {
        tracing::warn!(%error, "links made by hand will need --url");
    }
}

/// The one given, or the one noted, or where a server is up when nobody says otherwise.
///
/// # Errors
/// When the note cannot be read.
pub(crate) fn find(data: &Path, given: Option<Url>) -> anyhow::Result<Url> {
    if let Some(given) = given {
        return Ok(given);
    }
    let noted = match fs::read_to_string(data.join(FILE)) {
        Ok(noted) => noted,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let usual = Url::parse("http://127.0.0.1:8080").expect("a URL");
    Ok(Url::parse(noted.trim()).unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_where_the_server_was_last_up_unless_somebody_says_otherwise() {
        let data = tempfile::tempdir().expect("a folder");
        let url = |text: &str| Url::parse(text).expect("a URL");
        let at = |given: Option<&str>| find(data.path(), given.map(url)).expect("an address").to_string();
        assert_eq!(at(None), "http://127.0.0.1:8080/");
        keep(data.path(), &url("http://127.0.0.1:8099"));
        keep(data.path(), &url("https://jobs.example.com"));
        assert_eq!(at(None), "https://jobs.example.com/");
        assert_eq!(at(Some("http://127.0.0.1:1")), "http://127.0.0.1:1/");
    }
}
