//! The digests of several slots' bytes, side by side.
//!
//! Place in the flow: under [`crate::sealer::Sealer`], which makes the slots of some entries together. Keepers
//! and openers digest one at a time ([`crate::hmac::digest`]); tests hold the two together.
//!
//! Left to others: what is digested (context), what becomes of it (sealer).

use model::digest::SHA_256_START as START;
use sha2::block_api::compress256;

use crate::hmac::{BLOCK, LANES, Lanes, Padded, take_messages, to_bytes};

/// SHA-256 after the whole blocks of a beginning, for messages that mostly begin with it.
#[derive(Debug)]
pub struct BegunDigest {
    state: [u32; 8],
    /// Whole blocks only.
    beginning: Vec<u8>,
}

impl BegunDigest {
    /// Takes in the whole blocks of a beginning.
    pub fn new(beginning: &[u8]) -> Self {
        let (blocks, _) = beginning.as_chunks::<BLOCK>();
        let mut state = START;
        compress256(&mut state, blocks);
        Self {
            state,
            beginning: blocks.as_flattened().to_vec(),
        }
    }

    /// The digest of each message, padded with no key before it, into `digests`; zeros where there are
    /// more of these than messages.
    pub fn digests(&self, messages: &[Padded], digests: &mut [[u8; 32]]) {
        digests.fill([0; 32]);
        let begins = |message: &Padded| message.0.as_flattened().starts_with(&self.beginning);
        for (messages, digests) in messages.chunks(LANES).zip(digests.chunks_mut(LANES)) {
            let (state, from) = if messages.iter().all(begins) {
                (self.state, self.beginning.len() / BLOCK)
            } else {
                (START, 0)
            };
            let mut lanes = Lanes([state; LANES]);
            take_messages(&mut lanes.0, messages, from);
            for (digest, state) in digests.iter_mut().zip(&lanes.0) {
                *digest = to_bytes(state);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mac;

    proptest! {
        /// Against the library, at every length around the ends of blocks, more messages than lanes.
        #[test]
        fn digests_are_those_of_the_library(
            beginning in prop::collection::vec(any::<u8>(), 0..200),
            messages in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..200)), 0..20),
            none_else: bool,
        ) {
            let begun = BegunDigest::new(&beginning);
            let whole = |(begins, end): (bool, Vec<u8>)| match begins || none_else {
                true => [beginning.clone(), end].concat(),
                false => end,
            };
            let messages: Vec<Vec<u8>> = messages.into_iter().map(whole).collect();
            let mut padded: Vec<Padded> = messages.iter().map(|_| Padded::default()).collect();
            for (padded, message) in padded.iter_mut().zip(&messages) {
                padded.set_unkeyed(&[message]);
            }
            let mut digests = vec![[0; 32]; messages.len()];
            begun.digests(&padded, &mut digests);
            let expected: Vec<[u8; 32]> = messages.iter().map(|message| mac::library_digest(message)).collect();
            prop_assert_eq!(digests, expected);
        }
    }
}
