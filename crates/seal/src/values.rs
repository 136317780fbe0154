//! What share keys answer with: the values of slots and tokens, one at a time or of a whole epoch's keys.
//!
//! Place in the flow: keepers ask a key they hold ([`crate::keys::set_value`],
//! [`crate::token::keeper_token_value`]). The builder holds all of an epoch, prepared once, and asks them
//! about all slots of some entries together ([`PreparedShares`]): the processor works on several blocks at once.
//!
//! A value is derived in the counter mode of NIST SP 800-108r1 (2022), section 4.1, with AES-256 CMAC
//! (SP 800-38B, 2005): two rounds give 256 bits. Every input has 48 bytes, which are three whole blocks, so
//! CMAC needs its first subkey only.
//!
//! Left to others: what is digested (context, token), whose turn it is to answer (keeper).

use std::fmt;

use aes::{
    Aes256, Block,
    cipher::{BlockEncrypt as _, KeyInit as _},
};
use zeroize::{Zeroizing, optimization_barrier};

use crate::{hmac::place, keys::ShareKey};

/// Bytes of a block of AES.
const BLOCK: usize = 16;

/// Blocks of an input.
const BLOCKS: usize = 3;

/// Rounds of the counter mode: each gives half of a value.
const ROUNDS: usize = 2;

/// Values that are worked out together.
const TOGETHER: usize = 8;

/// What a share key is asked about, by its label.
#[derive(Debug, Clone, Copy)]
pub struct Question(&'static [u8; 10]);

impl Question {
    /// About a slot, by its digest: the value `v_A`.
    pub const SLOT: Self = Self(b"slot-value");

    /// About a gate token: a keeper's half of a token.
    pub const TOKEN: Self = Self(b"token-half");

    /// round ‖ label ‖ 0 ‖ digest ‖ 256: one byte, 10, one, 32 and 4, big-endian. The round is 0 here.
    fn input(self, digest: &[u8; 32], input: &mut [u8; BLOCK * BLOCKS]) {
        let parts: [&[u8]; 5] = [&[0], self.0, &[0], digest, &[0, 0, 1, 0]];
        let rest = input.as_mut_slice();
        parts.iter().fold(rest, |rest, part| place(part, rest));
    }
}

/// A share key, expanded. Wiped when dropped.
struct PreparedShare {
    cipher: Aes256,
    /// K1 of SP 800-38B section 6.1, for a last block that is whole.
    subkey: Zeroizing<[u8; BLOCK]>,
}

impl PreparedShare {
    fn new(key: &ShareKey) -> Self {
        let cipher = Aes256::new(key.expose().into());
        let mut zeros = Block::default();
        cipher.encrypt_block(&mut zeros);
        let whole = u128::from_be_bytes(zeros.into());
        // Doubled in the field of 2^128 elements, in a time that does not depend on it.
        let doubled = (whole << 1) ^ ((whole >> 127) * 0x87);
        zeros.fill(0);
        optimization_barrier(zeros.as_slice());
        Self {
            cipher,
            subkey: Zeroizing::new(doubled.to_be_bytes()),
        }
    }

    /// Adds the key's answers to sums.
    fn add_to(&self, inputs: &Inputs, chains: &mut Chains, sums: &mut [[u8; 32]]) {
        let used = sums.len().saturating_mul(ROUNDS);
        let chains = chains.0.get_mut(..used).unwrap_or(&mut []);
        let [first, second, last] = &inputs.0;
        let take = |chains: &mut [Block], blocks: &Chains| {
            for (chain, block) in chains.iter_mut().zip(&blocks.0) {
                xor(chain, block);
            }
        };
        for (chain, block) in chains.iter_mut().zip(&first.0) {
            *chain = *block;
        }
        self.cipher.encrypt_blocks(chains);
        take(chains, second);
        self.cipher.encrypt_blocks(chains);
        take(chains, last);
        chains
            .iter_mut()
            .for_each(|chain| xor(chain, self.subkey.as_slice()));
        self.cipher.encrypt_blocks(chains);
        let (answers, _) = chains.as_chunks::<ROUNDS>();
        for (sum, answer) in sums.iter_mut().zip(answers) {
            let (halves, _) = sum.as_chunks_mut::<BLOCK>();
            for (half, block) in halves.iter_mut().zip(answer) {
                xor(half, block);
            }
        }
    }
}

fn xor(to: &mut [u8], from: &[u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to ^= *from;
    }
}

/// A block of each round of each value. Wiped when dropped.
struct Chains([Block; ROUNDS * TOGETHER]);

impl Chains {
    fn new() -> Self {
        Self([Block::default(); ROUNDS * TOGETHER])
    }
}

impl Drop for Chains {
    fn drop(&mut self) {
        self.0 = [Block::default(); ROUNDS * TOGETHER];
        optimization_barrier(&self.0);
    }
}

/// The blocks that are taken in, first those of all inputs' beginnings.
struct Inputs([Chains; BLOCKS]);

impl Inputs {
    fn new(question: Question, digests: &[[u8; 32]]) -> Self {
        let mut inputs = Self([(); BLOCKS].map(|()| Chains::new()));
        let mut input = Zeroizing::new([0; BLOCK * BLOCKS]);
        for (number, digest) in digests.iter().enumerate() {
            question.input(digest, &mut input);
            let (blocks, _) = input.as_chunks::<BLOCK>();
            for (chains, block) in inputs.0.iter_mut().zip(blocks) {
                let (places, _) = chains.0.as_chunks_mut::<ROUNDS>();
                for place in places.get_mut(number).into_iter().flatten() {
                    place.copy_from_slice(block);
                }
            }
        }
        let [first, ..] = &mut inputs.0;
        for (block, round) in first.0.iter_mut().zip([1, 2].into_iter().cycle()) {
            if let Some(place) = block.first_mut() {
                *place = round;
            }
        }
        inputs
    }
}

/// What one share key answers.
pub fn value(key: &ShareKey, question: Question, digest: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let mut value = Zeroizing::new([0; 32]);
    let inputs = Inputs::new(question, std::slice::from_ref(digest));
    let sums = std::slice::from_mut(&mut *value);
    PreparedShare::new(key).add_to(&inputs, &mut Chains::new(), sums);
    value
}

/// All share keys of an epoch, ready for millions of questions. Wiped when dropped.
pub struct PreparedShares(Vec<PreparedShare>);

impl fmt::Debug for PreparedShares {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PreparedShares(secret)")
    }
}

impl PreparedShares {
    /// Expands keys.
    pub fn new<'k>(keys: impl Iterator<Item = &'k ShareKey>) -> Self {
        Self(keys.map(PreparedShare::new).collect())
    }

    /// XOR of what all keys answer about each digest: what [`crate::keys::combine`] gives for the keepers'
    /// values. As many are given as there are digests and places for them.
    pub fn combined(&self, question: Question, digests: &[[u8; 32]], sums: &mut [[u8; 32]]) {
        for (digests, sums) in digests.chunks(TOGETHER).zip(sums.chunks_mut(TOGETHER)) {
            let sums = sums.get_mut(..digests.len()).unwrap_or(&mut []);
            sums.fill([0; 32]);
            let inputs = Inputs::new(question, digests);
            let mut chains = Chains::new();
            for key in &self.0 {
                key.add_to(&inputs, &mut chains, sums);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::cmac;
    use proptest::prelude::*;

    use super::*;

    /// The counter mode with the library's CMAC, part by part.
    fn plain(key: &[u8; 32], label: &[u8], digest: &[u8; 32]) -> [u8; 32] {
        let key = cmac::Key::new(cmac::AES_256, key).unwrap();
        let half = |round: u8| {
            let input = [&[round], label, &[0], digest, &256_u32.to_be_bytes()].concat();
            cmac::sign(&key, &input).unwrap().as_ref().to_vec()
        };
        [half(1), half(2)].concat().try_into().unwrap()
    }

    proptest! {
        #[test]
        fn values_are_those_of_the_library(key: [u8; 32], digest: [u8; 32]) {
            let share = ShareKey::from_bytes(key);
            for (question, label) in [(Question::SLOT, "slot-value"), (Question::TOKEN, "token-half")] {
                let expected = plain(&key, label.as_bytes(), &digest);
                prop_assert_eq!(*value(&share, question, &digest), expected);
            }
        }

        #[test]
        fn combined_values_are_the_sum_of_each(
            keys in prop::collection::vec(any::<[u8; 32]>(), 1..71),
            digests in prop::collection::vec(any::<[u8; 32]>(), 0..20),
        ) {
            let keys: Vec<ShareKey> = keys.into_iter().map(ShareKey::from_bytes).collect();
            let mut expected = vec![[0; 32]; digests.len()];
            for (sum, digest) in expected.iter_mut().zip(&digests) {
                for key in &keys {
                    xor(sum, &*value(key, Question::SLOT, digest));
                }
            }
            // What stood in the places before does not matter.
            let mut sums = vec![[9; 32]; digests.len()];
            PreparedShares::new(keys.iter()).combined(Question::SLOT, &digests, &mut sums);
            prop_assert_eq!(sums, expected);
        }
    }

    #[test]
    fn nothing_of_the_keys_is_printed() {
        let key = ShareKey::from_bytes([7; 32]);
        let prepared = PreparedShares::new(std::iter::once(&key));
        assert_eq!(format!("{prepared:?}"), "PreparedShares(secret)");
    }
}
