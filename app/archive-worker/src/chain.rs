//! A layer's two hashes as a chain from piece to piece: what goes in (diffID) and what comes out (digest). SHA-256 cannot be computed
//! out of order, but its state is a hundred bytes: it travels to where the next piece is, instead of the piece to it.

use image::Digest;
use sha2::digest::common::hazmat::{SerializableState as _, SerializedState};
use sha2::{Digest as _, Sha256};

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

impl Chain {
    pub(crate) fn new() -> Self {
        Self { read: Sha256::new(), made: Sha256::new() }
    }

    /// Takes in the next piece; `made` is `None` where it stays as it is.
    pub(crate) fn link(&mut self, read: &[u8], made: Option<&[u8]>) {
        self.read.update(read);
        if let Some(made) = made {
            self.made.update(made);
        }
    }

    /// The digest of all that was read: the diffID.
    pub(crate) fn read_digest(&self) -> Digest {
        digest(&self.read)
    }

    /// The digest of all that was made.
    pub(crate) fn made_digest(&self) -> Digest {
        digest(&self.made)
    }

    /// The state as bytes, for another worker or another day.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [&self.read.serialize()[..], &self.made.serialize()[..]].concat()
    }

    /// From [`Self::to_bytes`].
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, NoState> {
        let (read, made) = bytes.split_at_checked(bytes.len() / 2).ok_or(NoState)?;
        Ok(Self { read: hasher(read)?, made: hasher(made)? })
    }
}

fn hasher(bytes: &[u8]) -> Result<Sha256, NoState> {
    let state = SerializedState::<Sha256>::try_from(bytes).map_err(|_| NoState)?;
    Sha256::deserialize(&state).map_err(|_| NoState)
}

fn digest(hasher: &Sha256) -> Digest {
    Digest::from_sha256_bytes(&hasher.clone().finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_that_went_through_bytes_at_every_link_has_the_digests_of_the_whole() {
        let bytes: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut chain = Chain::new();
        for piece in bytes.chunks(777) {
            chain = Chain::from_bytes(&chain.to_bytes()).unwrap();
            chain.link(piece, Some(&piece[1..]));
        }
        let made: Vec<u8> = bytes.chunks(777).flat_map(|piece| piece[1..].to_vec()).collect();
        assert_eq!(chain.read_digest(), Digest::sha256_of(&bytes));
        assert_eq!(chain.made_digest(), Digest::sha256_of(&made));
    }

    #[test]
    fn what_is_no_state_is_refused() {
        for bytes in [&[][..], &[0; 7], &[255; 4096]] {
            assert!(Chain::from_bytes(bytes).is_err());
        }
    }
}
