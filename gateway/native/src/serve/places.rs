//! Places for connections: so many at once, and so many of one address. A place is held by the stream itself, so that a WebSocket
//! keeps its own for as long as it is open.

use std::{
    collections::HashMap,
    io::{self, IoSlice},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

#[derive(Clone)]
pub(super) struct Places(Arc<Shared>);

struct Shared {
    max: usize,
    max_per_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A place; free again when dropped.
pub(super) struct Place {
    places: Places,
    /// None: a proxy, which stands for many.
    counted: Option<IpAddr>,
}

/// A connection in its place.
pub(super) struct Held {
    stream: TcpStream,
    _place: Place,
}

impl Places {
    pub(super) fn new(max: usize, max_per_address: usize) -> Self {
        Self(Arc::new(Shared { max, max_per_address, taken: Mutex::default() }))
    }

    /// A place, if there is one.
    pub(super) fn take(&self, address: IpAddr, is_proxy: bool) -> Option<Place> {
        // This machine is not counted either: it is a proxy that nobody has named, or the one who runs the server.
        let is_proxy = is_proxy || address.to_canonical().is_loopback();
        let counted = (!is_proxy).then(|| network(address));
        let mut taken = self.taken();
        if taken.all >= self.0.max {
            return None;
        }
        if let Some(address) = counted {
            let of_address = taken.by_address.entry(address).or_default();
            if *of_address >= self.0.max_per_address {
                return None;
            }
            *of_address += 1;
        }
        taken.all += 1;
        Some(Place { places: self.clone(), counted })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    pub(super) fn hold(self, stream: TcpStream) -> Held {
        Held { stream, _place: self }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        if let Some(address) = self.counted
            && let Some(of_address) = taken.by_address.get_mut(&address)
        {
            *of_address -= 1;
            if *of_address == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

/// Who has one address of IPv6 has the whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
    }
}

impl AsyncRead for Held {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Held {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn places_are_bounded_in_all_and_for_each_address_and_free_again_when_left() {
        let places = Places::new(3, 2);
        let first = places.take(address(1), false).expect("a place");
        let second = places.take(address(1), false).expect("a place");
        assert!(places.take(address(1), false).is_none(), "two of one address");
        let third = places.take(address(2), false).expect("a place");
        assert!(places.take(address(3), false).is_none(), "three in all");
        drop(first);
        assert!(places.take(address(1), false).is_some());
        drop((second, third));
        assert!(places.taken().by_address.is_empty() && places.taken().all == 0);
    }

    #[test]
    fn a_proxy_stands_for_many_and_a_network_of_ipv6_for_one() {
        let places = Places::new(10, 1);
        let _held: Vec<_> = (0..3).map(|_| places.take(address(1), true).expect("a place")).collect();
        let v6 = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        let _one = places.take(v6(1), false).expect("a place");
        assert!(places.take(v6(2), false).is_none());
    }
}
