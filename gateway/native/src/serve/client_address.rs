//! Whose request it is when a proxy stands before the server: what `X-Forwarded-For` says, where it is to be believed.

use std::net::IpAddr;

use crate::HomeKey;
use http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The text names no address and no network.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is neither an address nor a network such as 10.0.0.0/8")]
pub struct InvalidProxy(String);

/// Proxies whose word is taken.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    networks: Vec<IpNet>,
    home: Option<HomeKey>,
}

impl Proxies {
    /// Reads addresses and networks.
    ///
    /// # Errors
    /// At the first that is none.
    pub fn parse(texts: &[String]) -> Result<Self, InvalidProxy> {
        let parse = |text: &String| {
            let address = text.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| text.parse()).map_err(|_| InvalidProxy(text.clone()))
        };
        texts.iter().map(parse).collect::<Result<_, _>>().map(|networks| Self { networks, home: None })
    }

    /// With the server's own gateway, which asks by way of the same address.
    #[must_use]
    pub fn and_home(self, key: HomeKey) -> Self {
        Self { home: Some(key), ..self }
    }

    pub(crate) fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The client's address: the last in the chain that is no proxy of ours. Anybody can write what stands before it.
    pub(crate) fn client(&self, peer: IpAddr, headers: &mut HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let is_own = self.home.as_ref().is_some_and(|key| key.take(headers));
        if is_own {
            // It has looked through the proxies already.
            return told_address(headers).unwrap_or(client);
        }
        if !self.include(client) {
            return client;
        }
        let lines = headers.get_all(FORWARDED_FOR).into_iter().filter_map(|line| line.to_str().ok());
        let chain: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        for text in chain.into_iter().rev() {
            let Some(address) = address(text) else { break };
            client = address;
            if !self.include(client) {
                break;
            }
        }
        client
    }
}

/// What the own gateway says of who asks.
pub(crate) fn told_address(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get(FORWARDED_FOR).and_then(|line| line.to_str().ok()).and_then(address)
}

/// An address as proxies write it: some with a port.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.parse::<IpAddr>().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|a| a.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::parse(&["10.0.0.0/8".to_owned(), "127.0.0.1".to_owned()]).expect("proxies");
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().expect("a value"));
        }
        proxies.client(peer.parse().expect("an address"), &mut headers).to_string()
    }

    #[test]
    fn only_a_proxy_is_believed_and_only_on_who_spoke_to_it() {
        for (peer, forwarded, found) in [
            ("192.0.2.7", &["198.51.100.1"][..], "192.0.2.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["198.51.100.1, 192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["198.51.100.1, 192.0.2.7, 10.1.2.3"], "192.0.2.7"),
            ("127.0.0.1", &["198.51.100.1", "192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["192.0.2.7:4711"], "192.0.2.7"),
            ("127.0.0.1", &["[2001:db8::1]:80"], "2001:db8::1"),
            ("127.0.0.1", &["192.0.2.7, nonsense"], "127.0.0.1"),
            ("::ffff:127.0.0.1", &["::ffff:192.0.2.7"], "192.0.2.7"),
        ] {
            assert_eq!(client(peer, forwarded), found, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn the_own_gateway_is_believed_by_its_key_alone() {
        let key = HomeKey::new();
        let proxies = Proxies::default().and_home(key.clone());
        let here: IpAddr = [127, 0, 0, 1].into();
        let told = |with: Option<&HomeKey>| {
            let mut headers = HeaderMap::new();
            headers.append(FORWARDED_FOR, "192.0.2.7".parse().expect("a value"));
            if let Some(key) = with {
                key.put(&mut headers);
            }
            let client = proxies.client(here, &mut headers).to_string();
            assert_eq!(headers.len(), 1, "the key goes no further");
            client
        };
        assert_eq!(told(Some(&key)), "192.0.2.7");
        assert_eq!(told(Some(&HomeKey::new())), "127.0.0.1");
        assert_eq!(told(None), "127.0.0.1");
    }

    #[test]
    fn what_is_no_address_is_no_proxy() {
        assert!(Proxies::parse(&["proxy.example".to_owned()]).is_err());
        assert!(Proxies::parse(&["10.0.0.0/99".to_owned()]).is_err());
    }
}
