//! How often a password may be tried: per user and address, per user, and per address.
//!
//! Names that nobody has are counted like any other: the answer must not tell them apart. Nobody is shut out for good, and never
//! from one-time links and tokens.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

/// Failures are forgotten after so long without another.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
const SHORTEST: SignedDuration = SignedDuration::from_secs(15);
/// Failures before waiting begins.
const FREE_FOR_PAIR: u32 = 5;
const FREE_FOR_USER: u32 = 50;
const FREE_FOR_ADDRESS: u32 = 30;
const ENTRIES_MAX: usize = 20_000;

/// It must be waited first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Wait {
    /// Whole seconds, at least one.
    pub(crate) secs: i64,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Key {
    Pair(String, Option<IpAddr>),
    User(String),
    Address(IpAddr),
}

impl Key {
    const fn free(&self) -> u32 {
        match self {
            Self::Pair(..) => FREE_FOR_PAIR,
            Self::User(_) => FREE_FOR_USER,
            Self::Address(_) => FREE_FOR_ADDRESS,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Timestamp,
}

/// The counts of one cluster, in memory: a restart forgives.
#[derive(Clone, Debug, Default)]
pub(super) struct Throttle(Arc<Mutex<HashMap<Key, Failures>>>);

impl Throttle {
    /// Takes an attempt, counted as failed until [`Throttle::succeeded`] says otherwise, so that many at once gain nothing.
    pub(super) fn attempt(&self, user: &str, address: Option<IpAddr>, now: Timestamp) -> Result<(), Wait> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= ENTRIES_MAX {
            counts.retain(|_, failures| now.duration_since(failures.last) < WINDOW);
            if counts.len() >= ENTRIES_MAX {
                // Who commands so many addresses is slowed by the hashing alone.
                counts.clear();
            }
        }
        let keys = keys(user, address);
        let waits = keys.iter().filter_map(|key| {
            let failures = counts.get(key)?;
            let ready = failures.last.saturating_add(pause(failures.count, key.free())).ok()?;
            (ready > now).then(|| ready.duration_since(now))
        });
        if let Some(wait) = waits.max() {
            return Err(Wait { secs: wait.as_secs() + 1 });
        }
        for key in keys {
            let failures = counts.entry(key).or_insert(Failures { count: 0, last: now });
            if now.duration_since(failures.last) >= WINDOW {
                failures.count = 0;
            }
            *failures = Failures { count: failures.count.saturating_add(1), last: now };
        }
        Ok(())
    }

    /// The last attempt was the user's own.
    pub(super) fn succeeded(&self, user: &str, address: Option<IpAddr>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys(user, address) {
            if matches!(key, Key::Pair(..)) {
                counts.remove(&key);
            } else if let Some(failures) = counts.get_mut(&key) {
                failures.count = failures.count.saturating_sub(1);
            }
        }
    }
}

fn keys(user: &str, address: Option<IpAddr>) -> Vec<Key> {
    // A name of any length would be kept otherwise.
    let user: String = user.chars().take(128).collect();
    let own = address.map(network);
    let mut keys = vec![Key::Pair(user.clone(), own), Key::User(user)];
    keys.extend(own.map(Key::Address));
    keys
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

/// Doubles with each failure beyond the free ones, up to the window.
fn pause(count: u32, free: u32) -> SignedDuration {
    let Some(beyond) = count.checked_sub(free) else { return SignedDuration::ZERO };
    SHORTEST.checked_mul(1 << beyond.min(10)).unwrap_or(WINDOW).min(WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn after(secs: i64) -> Timestamp {
        NOON + SignedDuration::from_secs(secs)
    }

    fn from(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn guesses_at_one_name_wait_longer_and_longer_and_then_go_on() {
        let throttle = Throttle::default();
        for _ in 0..FREE_FOR_PAIR {
            assert_eq!(throttle.attempt("alice", from(1), NOON), Ok(()));
        }
        assert_eq!(throttle.attempt("alice", from(1), NOON), Err(Wait { secs: 16 }));
        assert_eq!(throttle.attempt("alice", from(1), after(15)), Ok(()));
        assert_eq!(throttle.attempt("alice", from(1), after(16)), Err(Wait { secs: 30 }));
        assert_eq!(throttle.attempt("alice", from(2), after(16)), Ok(()), "alice herself, elsewhere");
        assert_eq!(throttle.attempt("alice", from(1), after(16 + 900)), Ok(()), "forgotten");
    }

    #[test]
    fn one_address_cannot_go_through_many_names_nor_many_addresses_through_one() {
        let throttle = Throttle::default();
        for n in 0..FREE_FOR_ADDRESS {
            assert_eq!(throttle.attempt(&format!("user-{n}"), from(1), NOON), Ok(()));
        }
        assert!(throttle.attempt("another", from(1), NOON).is_err());
        let throttle = Throttle::default();
        for n in 0..FREE_FOR_USER {
            assert_eq!(throttle.attempt("alice", from(u8::try_from(n).expect("small")), NOON), Ok(()));
        }
        assert!(throttle.attempt("alice", from(200), NOON).is_err());
    }

    #[test]
    fn a_success_forgives_and_a_network_of_ipv6_counts_as_one() {
        let throttle = Throttle::default();
        for _ in 0..40 {
            assert_eq!(throttle.attempt("alice", from(1), NOON), Ok(()));
            throttle.succeeded("alice", from(1));
        }
        let v6 = |last: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]));
        for n in 0..5 {
            assert_eq!(throttle.attempt("bob", v6(n), NOON), Ok(()));
        }
        assert!(throttle.attempt("bob", v6(77), NOON).is_err());
    }

    #[test]
    fn memory_is_bounded_whatever_names_are_tried() {
        let throttle = Throttle::default();
        for n in 0..25_000_u32 {
            let _ = throttle.attempt(&format!("{n}"), Some(IpAddr::from(n.to_be_bytes())), NOON);
        }
        assert!(throttle.0.lock().expect("unpoisoned").len() <= ENTRIES_MAX + 3);
    }
}
