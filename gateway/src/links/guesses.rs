//! Who guesses links: failed attempts counted by address. Bounded; a clock is handed in.

use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// Failed attempts that an address has in each window: a person who mistypes, an old bookmark, a chat's preview.
const ALLOWED: u32 = 30;
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

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Timestamp,
    failed: u32,
}

impl Window {
    fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.began) >= WINDOW
    }
}

impl Guesses {
    /// Whether an address may try. None stands for all whose address is not known.
    pub(super) fn verdict(&self, from: Option<IpAddr>, now: Timestamp) -> Verdict {
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match windows.get(&key(from)) {
            Some(window) if window.failed >= ALLOWED && !window.is_over(now) => {
                let left = WINDOW.saturating_sub(now.duration_since(window.began)).as_secs();
                Verdict::Wait(u32::try_from(left).unwrap_or(0).max(1))
            }
            _ => Verdict::Open,
        }
    }

    /// Counts a failure. True: this one was the last that is allowed.
    pub(super) fn failed(&self, from: Option<IpAddr>, now: Timestamp) -> bool {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= ADDRESSES_MAX {
            windows.retain(|_, window| !window.is_over(now));
        }
        if windows.len() >= ADDRESSES_MAX {
            windows.clear();
        }
        let window = windows.entry(key(from)).or_insert(Window { began: now, failed: 0 });
        if window.is_over(now) {
            *window = Window { began: now, failed: 0 };
        }
        window.failed = window.failed.saturating_add(1);
        window.failed == ALLOWED
    }
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
        let told: Vec<bool> = (0..ALLOWED).map(|_| guesses.failed(from, at(0))).collect();
        assert_eq!(told.iter().filter(|t| **t).count(), 1, "said once");
        assert_eq!(guesses.verdict(from, at(20)), Verdict::Wait(40));
        assert_eq!(guesses.verdict(address("192.0.2.2"), at(20)), Verdict::Open);
        assert_eq!(guesses.verdict(from, at(60)), Verdict::Open);
        assert!(!guesses.failed(from, at(60)));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_and_a_mapped_address_as_what_it_is() {
        let guesses = Guesses::default();
        for n in 0..ALLOWED {
            guesses.failed(address(&format!("2001:db8::{n:x}")), at(0));
            guesses.failed(address("::ffff:192.0.2.1"), at(0));
        }
        assert!(matches!(guesses.verdict(address("2001:db8::ffff:1"), at(0)), Verdict::Wait(_)));
        assert_eq!(guesses.verdict(address("2001:db8:0:1::1"), at(0)), Verdict::Open);
        assert!(matches!(guesses.verdict(address("192.0.2.1"), at(0)), Verdict::Wait(_)));
    }

    #[test]
    fn more_addresses_than_are_remembered_cost_no_memory_and_lock_nobody_out() {
        let guesses = Guesses::default();
        for n in 0..ADDRESSES_MAX * 2 + 100 {
            guesses.failed(Some(IpAddr::V4(u32::try_from(n).expect("small").into())), at(0));
        }
        assert!(guesses.0.lock().expect("unpoisoned").len() <= ADDRESSES_MAX);
        assert_eq!(guesses.verdict(address("203.0.113.9"), at(1)), Verdict::Open);
    }
}
