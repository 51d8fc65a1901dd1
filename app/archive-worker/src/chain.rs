//! A layer's two hashes as a chain from piece to piece: what goes in (diffID) and what comes out (digest). SHA-256 cannot be computed
//! out of order, but its state is two hundred bytes: it travels to whichever worker hashes the next piece.

use crate::sha256::{Input, Sha256, update};
use image::Digest;

/// Where the chain stands.
#[derive(Clone)]
pub(crate) struct Chain {
    read: Sha256,
    made: Sha256,
}

/// Something that is no chain's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored state of a hash cannot be read")]
pub(crate) struct NoState;

/// Bytes somewhere: how many, and how to have a part of them written.
pub(crate) struct Bytes<'a> {
    pub(crate) len: usize,
    pub(crate) read: &'a dyn Fn(usize, &mut [u8]),
}

/// The next piece of a chain; `made` is `None` where it stays as it is.
pub(crate) struct Link<'a> {
    pub(crate) read: Bytes<'a>,
    pub(crate) made: Option<Bytes<'a>>,
}

impl Chain {
    pub(crate) fn new() -> Self {
        Self { read: Sha256::new(), made: Sha256::new() }
    }

    /// Has each chain take in its next piece, all at once.
    pub(crate) fn link(chains: &mut [Self], links: &[Link<'_>]) {
        let mut inputs = Vec::new();
        for (chain, link) in chains.iter_mut().zip(links) {
            inputs.push(Input { hash: &mut chain.read, len: link.read.len, read: link.read.read });
            if let Some(made) = &link.made {
                inputs.push(Input { hash: &mut chain.made, len: made.len, read: made.read });
            }
        }
        update(&mut inputs);
    }

    /// The digest of all that was read: the diffID.
    pub(crate) fn read_digest(&self) -> Digest {
        Digest::from_sha256_bytes(&self.read.digest())
    }

    /// The digest of all that was made.
    pub(crate) fn made_digest(&self) -> Digest {
        Digest::from_sha256_bytes(&self.made.digest())
    }

    /// The state as bytes, for another worker or another day.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [self.read.to_bytes(), self.made.to_bytes()].concat()
    }

    /// From [`Self::to_bytes`].
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, NoState> {
        let (read, made) = bytes.split_at_checked(bytes.len() / 2).ok_or(NoState)?;
        let hash = |bytes| Sha256::from_bytes(bytes).ok_or(NoState);
        Ok(Self { read: hash(read)?, made: hash(made)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_that_went_through_bytes_at_every_link_have_the_digests_of_the_whole() {
        let bytes: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut chains = [Chain::new(), Chain::new()];
        for piece in bytes.chunks(777) {
            chains = chains.map(|chain| Chain::from_bytes(&chain.to_bytes()).unwrap());
            let read = |at: usize, to: &mut [u8]| to.copy_from_slice(&piece[at..at + to.len()]);
            let made = |at: usize, to: &mut [u8]| to.copy_from_slice(&piece[1 + at..1 + at + to.len()]);
            let pressed = Link {
                read: Bytes { len: piece.len(), read: &read },
                made: Some(Bytes { len: piece.len() - 1, read: &made }),
            };
            let stored = Link { read: Bytes { len: piece.len(), read: &read }, made: None };
            Chain::link(&mut chains, &[pressed, stored]);
        }
        let made: Vec<u8> = bytes.chunks(777).flat_map(|piece| piece[1..].to_vec()).collect();
        assert_eq!(chains[0].read_digest(), Digest::sha256_of(&bytes));
        assert_eq!(chains[0].made_digest(), Digest::sha256_of(&made));
        assert_eq!(chains[1].read_digest(), Digest::sha256_of(&bytes));
        assert_eq!(chains[1].made_digest(), Digest::sha256_of(b""));
    }

    #[test]
    fn what_is_no_state_is_refused() {
        for bytes in [&[][..], &[0; 7], &[255; 4096]] {
            assert!(Chain::from_bytes(bytes).is_err());
        }
    }
}
