//! Which headers pass between a client and the registry, and how addresses in them become our own.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

/// What a client may say to the registry beside `oci-*` and `docker-*`. Not among them: cookies, credentials of another
/// kind, what belongs to a connection, and `Accept-Encoding`: what is stored is what is sent.
const REQUEST: [HeaderName; 9] = [
    header::ACCEPT,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::RANGE,
];

/// What the registry may say to a client beside `oci-*` and `docker-*`. `Location` and `Link` are written anew.
const ANSWER: [HeaderName; 11] = [
    header::ACCEPT_RANGES,
    header::ALLOW,
    header::CACHE_CONTROL,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::ETAG,
    header::LAST_MODIFIED,
    header::RANGE,
    header::RETRY_AFTER,
];

pub(super) fn of_request(headers: &HeaderMap) -> HeaderMap {
    let mut passed = pick(headers, &REQUEST);
    passed.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    passed
}

pub(super) fn of_answer(headers: &HeaderMap) -> HeaderMap {
    pick(headers, &ANSWER)
}

fn pick(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    let passes = |name: &HeaderName| {
        names.contains(name) || name.as_str().starts_with("oci-") || name.as_str().starts_with("docker-")
    };
    headers.iter().filter(|(name, _)| passes(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// An address of the registry as one below our own origin: path and query. None for another origin.
pub(super) fn own(registry: &Url, asked: &Url, text: &str) -> Option<String> {
    let url = asked.join(text).ok().filter(|url| url.origin() == registry.origin())?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    url.path().starts_with("/v2/").then(|| format!("{}{query}", url.path()))
}

/// A `Link` of a page of a list (RFC 8288), with our own address; None when it leads elsewhere.
pub(super) fn link(registry: &Url, asked: &Url, value: &HeaderValue) -> Option<HeaderValue> {
    let (target, parameters) = value.to_str().ok()?.trim().strip_prefix('<')?.split_once('>')?;
    HeaderValue::try_from(format!("<{}>{parameters}", own(registry, asked, target)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_registry_become_our_own_and_others_are_left_out() {
        let registry = Url::parse("https://r.test").expect("a URL");
        let asked = Url::parse("https://r.test/v2/_catalog?n=2").expect("a URL");
        let link = |text: &'static str| {
            let link = link(&registry, &asked, &HeaderValue::from_static(text));
            link.map(|value| value.to_str().expect("text").to_owned())
        };
        let next = Some("</v2/_catalog?last=b&n=2>; rel=\"next\"".to_owned());
        assert_eq!(link("</v2/_catalog?last=b&n=2>; rel=\"next\""), next);
        assert_eq!(link("<https://r.test/v2/_catalog?last=b&n=2>; rel=\"next\""), next);
        assert_eq!(link("<_catalog?last=b&n=2>; rel=\"next\""), next);
        for foreign in
            ["<https://evil/v2/x>; rel=\"next\"", "<http://r.test/v2/x>", "<//evil/v2/x>", "nonsense", "</api/v1/jobs>"]
        {
            assert_eq!(link(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn what_is_private_to_either_side_stays_there() {
        let headers = |names: &[&'static str]| -> HeaderMap {
            names.iter().map(|name| (HeaderName::from_static(name), HeaderValue::from_static("x"))).collect()
        };
        let sent =
            of_request(&headers(&["cookie", "authorization", "x-roadstead", "accept", "oci-chunk-min-length", "host"]));
        let mut names: Vec<&str> = sent.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "accept-encoding", "oci-chunk-min-length"]);
        assert_eq!(sent[header::ACCEPT_ENCODING], "identity");
        let got = of_answer(&headers(&[
            "set-cookie",
            "www-authenticate",
            "docker-upload-uuid",
            "oci-subject",
            "range",
            "server",
        ]));
        let mut names: Vec<&str> = got.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["docker-upload-uuid", "oci-subject", "range"]);
    }
}
