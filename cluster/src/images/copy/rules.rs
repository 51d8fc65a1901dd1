//! From where images may be copied.

/// What an administrator allows. Addresses that no registry has (link-local ones, where clouds keep their secrets) are
/// refused whatever stands here.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CopyRules {
    /// The only registries to copy from, as `HOST[:PORT]`; none: any that has a public address.
    pub only: Option<Vec<String>>,
    /// Registries spoken to without TLS, as `HOST[:PORT]`, wherever they lie.
    pub plain_http: Vec<String>,
    /// Registries, and the places they send one on to, may lie at private and loopback addresses.
    pub private_addresses: bool,
}

impl CopyRules {
    /// Whether this registry may be copied from.
    pub(super) fn allow(&self, host: &str) -> bool {
        let same = |allowed: &String| allowed.eq_ignore_ascii_case(host);
        self.only.as_ref().is_none_or(|only| only.iter().any(same)) || self.is_plain_http(host)
    }

    /// Whether this registry is spoken to without TLS.
    pub(super) fn is_plain_http(&self, host: &str) -> bool {
        self.plain_http.iter().any(|plain| plain.eq_ignore_ascii_case(host))
    }
}
