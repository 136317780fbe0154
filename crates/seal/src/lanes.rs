//! What becomes of the bytes of several slots, side by side: their digests, and the keys derived of their
//! secrets.
//!
//! Place in the flow: under [`crate::entry::Sealer`], which makes the slots of an entry together. Keepers
//! and openers use [`crate::mac`], which gives the same; tests hold the two together.
//!
//! The processor works on several independent digests at once, so the slots of an entry take little
//! longer than one. States, messages and secrets are wiped when dropped.
//!
//! Left to others: what is digested (context), which keys give the secrets (keys).

use model::digest::SHA_256_START as START;
use sha2::block_api::compress256;
use zeroize::Zeroizing;

use crate::{
    hmac::{
        BLOCK, Blocks, LANES, Lanes, Padded, end, place, take_blocks, take_messages, take_outside,
        to_bytes,
    },
    mac::{DERIVED_BITS, DERIVED_LABEL, DerivedKeys},
};

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

    /// The digest of each message, padded with no key before it, into `digests`, as many.
    pub fn digests(&self, messages: &[Padded], digests: &mut [[u8; 32]]) {
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

/// Slots that fill the lanes: each has two keys derived, and a key has two pads.
const SLOTS_AT_ONCE: usize = LANES / 2;

/// As [`crate::mac::derive`], of each secret with the digest at its place, into `derived`, as many.
pub fn derive(secrets: &[[u8; 32]], digests: &[[u8; 32]], derived: &mut [DerivedKeys]) {
    let all = secrets
        .chunks(SLOTS_AT_ONCE)
        .zip(digests.chunks(SLOTS_AT_ONCE));
    for ((secrets, digests), derived) in all.zip(derived.chunks_mut(SLOTS_AT_ONCE)) {
        derive_some(secrets, digests, derived);
    }
}

/// Lane 2n has what is inside for the secret n, lane 2n + 1 what is outside; then lane 2n has its first
/// derived key, lane 2n + 1 its second.
fn derive_some(secrets: &[[u8; 32]], digests: &[[u8; 32]], derived: &mut [DerivedKeys]) {
    let used = secrets.len().saturating_mul(2);
    let mut keys = Lanes([START; LANES]);
    let keys = keys.0.get_mut(..used).unwrap_or(&mut []);
    let mut blocks = Blocks::<LANES>::new();
    for (secret, pair) in secrets.iter().zip(blocks.0.as_chunks_mut::<2>().0) {
        for (block, mark) in pair.iter_mut().zip([0x36, 0x5c]) {
            block.fill(mark);
            for (place, byte) in block.iter_mut().zip(secret) {
                *place ^= byte;
            }
        }
    }
    take_blocks(keys, &blocks.0);
    for (digest, pair) in digests.iter().zip(blocks.0.as_chunks_mut::<2>().0) {
        for (block, counter) in pair.iter_mut().zip(1_u32..) {
            derivation_block(counter, digest, block);
        }
    }
    let (keys, _) = keys.as_chunks::<2>();
    let mut lanes = Lanes([START; LANES]);
    let lanes = lanes.0.get_mut(..used).unwrap_or(&mut []);
    for (pair, [inside, _]) in lanes.as_chunks_mut::<2>().0.iter_mut().zip(keys) {
        *pair = [*inside, *inside];
    }
    take_blocks(lanes, &blocks.0);
    let outsides = keys.iter().flat_map(|[_, outside]| [outside, outside]);
    take_outside(lanes, outsides);
    for (keys, [first, second]) in derived.iter_mut().zip(lanes.as_chunks::<2>().0) {
        keys.wrapping = Zeroizing::new(to_bytes(first));
        keys.commitment = to_bytes(second);
    }
}

/// The one block that the input of a derivation fills after the key's, as [`crate::mac::derive`] has it.
fn derivation_block(counter: u32, digest: &[u8; 32], block: &mut [u8; BLOCK]) {
    let mut rest = block.as_mut_slice();
    let parts: [&[u8]; 5] = [
        &counter.to_be_bytes(),
        DERIVED_LABEL,
        &[0],
        digest,
        &DERIVED_BITS.to_be_bytes(),
    ];
    let mut length = BLOCK;
    for part in parts {
        rest = place(part, rest);
        length = length.saturating_add(part.len());
    }
    end(rest, length);
}

// What is derived and the padding behind it fill one block.
const _: () = assert!(4 + DERIVED_LABEL.len() + 1 + 32 + 4 + 9 <= BLOCK);

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
                padded.set(&[message], 0);
            }
            let mut digests = vec![[0; 32]; messages.len()];
            begun.digests(&padded, &mut digests);
            let expected: Vec<[u8; 32]> = messages.iter().map(|message| mac::digest(message)).collect();
            prop_assert_eq!(digests, expected);
        }

        #[test]
        fn derived_keys_are_those_of_each(
            slots in prop::collection::vec(any::<([u8; 32], [u8; 32])>(), 0..20),
        ) {
            let (secrets, digests): (Vec<_>, Vec<_>) = slots.into_iter().unzip();
            let mut found = vec![DerivedKeys::default(); secrets.len()];
            derive(&secrets, &digests, &mut found);
            for ((found, secret), digest) in found.iter().zip(&secrets).zip(&digests) {
                let expected = mac::derive(secret, digest);
                prop_assert_eq!(&found.wrapping, &expected.wrapping);
                prop_assert_eq!(found.commitment, expected.commitment);
            }
        }
    }
}
