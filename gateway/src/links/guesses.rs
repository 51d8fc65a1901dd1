//! Who guesses links: the different texts that opened nothing, counted by address. A badge whose link has ended is asked for again
//! and again, which is one text and no guessing. Bounded; a clock is handed in.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// Different failed attempts that an address has in each window: a person who mistypes, old bookmarks, a chat's preview.
const ALLOWED: usize = 30;
const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Addresses remembered at once. When there are more, all are forgotten: who has so many addresses is not held up by
/// counting them, and nobody else must be.
const ADDRESSES_MAX: usize = 10_000;

/// What an address may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Go on.
    Open,
    /// Wait for so many seconds.
    Wait(u32),
}

/// Failed attempts by address.
#[derive(Debug, Default)]
pub(crate) struct Guesses(Mutex<HashMap<Option<IpAddr>, Window>>);

/// Of the SHA-256 of a text: enough to tell a few dozen of them apart.
type Mark = [u8; 8];

#[derive(Clone, Debug)]
struct Window {
    began: Timestamp,
    /// At most [`ALLOWED`].
    tried: Vec<Mark>,
}

impl Window {
    fn new(began: Timestamp) -> Self {
        Self { began, tried: Vec::new() }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.began) >= WINDOW
    }
}

impl Guesses {
    /// Whether an address may try. None stands for all whose address is not known.
    pub(super) fn verdict(&self, from: Option<IpAddr>, now: Timestamp) -> Verdict {
        if is_this_machine(from) {
            return Verdict::Open;
        }
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match windows.get(&key(from)) {
            Some(window) if window.tried.len() >= ALLOWED && !window.is_over(now) => {
                let left = WINDOW.saturating_sub(now.duration_since(window.began)).as_secs();
                Verdict::Wait(u32::try_from(left).unwrap_or(0).max(1))
            }
            _ => Verdict::Open,
        }
    }

    /// Counts what opened nothing, once. True: this one was the last that is allowed.
    pub(super) fn failed(&self, from: Option<IpAddr>, text: &str, now: Timestamp) -> bool {
        if is_this_machine(from) {
            return false;
        }
        let hash = Sha256::digest(text.as_bytes());
        let mark: Mark = *hash.first_chunk().expect("a hash is longer");
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= ADDRESSES_MAX {
            windows.retain(|_, window| !window.is_over(now));
        }
        if windows.len() >= ADDRESSES_MAX {
            windows.clear();
        }
        let window = windows.entry(key(from)).or_insert_with(|| Window::new(now));
        if window.is_over(now) {
            *window = Window::new(now);
        }
        if window.tried.len() >= ALLOWED || window.tried.contains(&mark) {
            return false;
        }
        window.tried.push(mark);
        window.tried.len() == ALLOWED
    }
}

/// Not counted: a proxy that nobody has named, or whoever runs the gateway.
fn is_this_machine(from: Option<IpAddr>) -> bool {
    from.is_some_and(|address| address.to_canonical().is_loopback())
}

/// Under what an address is counted. Whoever has an IPv6 address has its whole /64.
fn key(from: Option<IpAddr>) -> Option<IpAddr> {
    from.map(|address| match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + secs).expect("a time")
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("an address"))
    }

    #[test]
    fn the_window_closes_after_so_many_failures_and_opens_again() {
        let (guesses, from) = (Guesses::default(), address("192.0.2.1"));
        let told: Vec<bool> = (0..ALLOWED + 5).map(|n| guesses.failed(from, &n.to_string(), at(0))).collect();
        assert_eq!(told.iter().filter(|t| **t).count(), 1, "said once");
        assert_eq!(guesses.verdict(from, at(20)), Verdict::Wait(40));
        assert_eq!(guesses.verdict(address("192.0.2.2"), at(20)), Verdict::Open);
        assert_eq!(guesses.verdict(from, at(60)), Verdict::Open);
        assert!(!guesses.failed(from, "0", at(60)));
    }

    #[test]
    fn the_same_text_again_is_no_other_guess_and_this_machine_is_not_counted() {
        let (guesses, from) = (Guesses::default(), address("192.0.2.1"));
        for n in 0..ALLOWED * 2 {
            guesses.failed(from, "an old badge", at(0));
            for here in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
                guesses.failed(address(here), &n.to_string(), at(0));
                assert_eq!(guesses.verdict(address(here), at(0)), Verdict::Open, "{here}");
            }
        }
        assert_eq!(guesses.verdict(from, at(0)), Verdict::Open);
    }

    #[test]
    fn an_ipv6_network_counts_as_one_and_a_mapped_address_as_what_it_is() {
        let guesses = Guesses::default();
        for n in 0..ALLOWED {
            guesses.failed(address(&format!("2001:db8::{n:x}")), &n.to_string(), at(0));
            guesses.failed(address("::ffff:192.0.2.1"), &n.to_string(), at(0));
        }
        assert!(matches!(guesses.verdict(address("2001:db8::ffff:1"), at(0)), Verdict::Wait(_)));
        assert_eq!(guesses.verdict(address("2001:db8:0:1::1"), at(0)), Verdict::Open);
        assert!(matches!(guesses.verdict(address("192.0.2.1"), at(0)), Verdict::Wait(_)));
    }

    #[test]
    fn more_addresses_than_are_remembered_cost_no_memory_and_lock_nobody_out() {
        let guesses = Guesses::default();
        for n in 0..ADDRESSES_MAX * 2 + 100 {
            guesses.failed(Some(IpAddr::V4(u32::try_from(n).expect("small").into())), "x", at(0));
        }
        assert!(guesses.0.lock().expect("unpoisoned").len() <= ADDRESSES_MAX);
        assert_eq!(guesses.verdict(address("203.0.113.9"), at(1)), Verdict::Open);
    }
}
