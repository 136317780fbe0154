//! HMAC-SHA-256 for sealing millions of slots: keys prepared once, a message padded once for all keys.
//!
//! Place in the flow: under [`crate::entry::Sealer`] and [`crate::token::TokenEvaluator`], which MAC each
//! message under the key of every share set. Keepers and openers use [`crate::mac`], which gives the
//! same values; a test holds the two together.
//!
//! A prepared key is the state of SHA-256 after its padded block, inside and outside (RFC 2104 section
//! 4). States and messages are wiped when dropped.
//!
//! Left to others: what is keyed, and with which label.

use std::fmt;

use sha2::block_api::compress256;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of a block.
const BLOCK: usize = 64;

/// The state SHA-256 begins with (FIPS 180-4 section 5.3.3).
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Blocks of a message as SHA-256 takes them in after a key's block: padded, with its length.
#[derive(Default)]
pub struct Padded(Zeroizing<Vec<[u8; BLOCK]>>);

impl Padded {
    /// One message.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut padded = Self::default();
        padded.set(parts);
        padded
    }

    /// Takes another message, given in parts, in place of the one before.
    pub fn set(&mut self, parts: &[&[u8]]) {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        // The end mark and the length of eight bytes follow the message.
        let blocks = length.saturating_add(9).div_ceil(BLOCK);
        if blocks > self.0.capacity() {
            // Growing would leave what stands here in freed memory.
            self.0.zeroize();
            self.0.reserve_exact(blocks.max(8));
        }
        self.0.resize(blocks, [0; BLOCK]);
        let bytes = self.0.as_flattened_mut();
        let mut rest: &mut [u8] = bytes;
        for part in parts {
            let Some((place, after)) = rest.split_at_mut_checked(part.len()) else {
                return;
            };
            place.copy_from_slice(part);
            rest = after;
        }
        rest.fill(0);
        if let [end, ..] = rest {
            *end = 0x80;
        }
        if let Some(place) = rest.last_chunk_mut::<8>() {
            let whole = u64::try_from(length.saturating_add(BLOCK)).unwrap_or(u64::MAX);
            *place = whole.saturating_mul(8).to_be_bytes();
        }
    }
}

/// A state of SHA-256 that depends on a key.
#[derive(Clone)]
struct State([u32; 8]);

impl State {
    fn after(start: &[u32; 8], blocks: &[[u8; BLOCK]]) -> Self {
        let mut state = Self(*start);
        compress256(&mut state.0, blocks);
        state
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A state as SHA-256 gives it out.
fn to_bytes(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    let (words, _) = bytes.as_chunks_mut::<4>();
    for (place, word) in words.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    bytes
}

/// The one block the outside takes in: an inner digest, padded. 96 bytes are 768 bits.
fn last_block(inner: &[u32; 8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let (digest, rest) = block.split_at_mut(32);
    digest.copy_from_slice(&to_bytes(inner));
    if let [end, .., high, low] = rest {
        *end = 0x80;
        [*high, *low] = [3, 0];
    }
    block
}

/// A key ready for use.
#[derive(Clone)]
pub struct PreparedKey {
    inside: State,
    outside: State,
}

impl PreparedKey {
    /// Prepares a key.
    pub fn new(key: &[u8; 32]) -> Self {
        let mut block = Zeroizing::new([[0_u8; BLOCK]]);
        let pad = |block: &mut [[u8; BLOCK]; 1], mark: u8| {
            let bytes = block.as_flattened_mut();
            bytes.fill(mark);
            for (place, byte) in bytes.iter_mut().zip(key) {
                *place ^= byte;
            }
        };
        pad(&mut block, 0x36);
        let inside = State::after(&START, block.as_slice());
        pad(&mut block, 0x5c);
        let outside = State::after(&START, block.as_slice());
        Self { inside, outside }
    }

    /// The MAC of a message.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.mac_of(&Padded::of(&[message]))
    }

    /// The MAC of a padded message.
    pub fn mac_of(&self, message: &Padded) -> [u8; 32] {
        let inner = State::after(&self.inside.0, &message.0);
        let last = Zeroizing::new([last_block(&inner.0)]);
        to_bytes(&State::after(&self.outside.0, last.as_slice()).0)
    }
}

impl fmt::Debug for PreparedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PreparedKey(personal)")
    }
}

/// Several keys after the whole blocks of one beginning, for messages that all begin with it.
pub struct Begun<'a> {
    keys: &'a [PreparedKey],
    beginning: &'a [u8],
    states: Vec<State>,
    // Memory to work in.
    work: Zeroizing<Vec<[u32; 8]>>,
    last: Zeroizing<Vec<[u8; BLOCK]>>,
}

impl<'a> Begun<'a> {
    /// Takes in the whole blocks of a beginning.
    pub fn new(keys: &'a [PreparedKey], beginning: &'a [u8]) -> Self {
        let (blocks, _) = beginning.as_chunks::<BLOCK>();
        let states = keys.iter().map(|key| State::after(&key.inside.0, blocks));
        Self {
            keys,
            beginning,
            states: states.collect(),
            work: Zeroizing::new(Vec::with_capacity(keys.len())),
            last: Zeroizing::new(Vec::with_capacity(keys.len())),
        }
    }

    /// XOR of the MACs of a message under all keys: what [`crate::keys::combine`] gives for their
    /// values. `padded` are the message's blocks; whether it has the beginning is looked at, and
    /// costs time only.
    ///
    /// All keys take in a block before any takes in the next: the processor works on several at once.
    pub fn combined_mac(&mut self, message: &[u8], padded: &Padded) -> Zeroizing<[u8; 32]> {
        let begun = message.starts_with(self.beginning);
        let skipped = if begun {
            self.beginning.len() / BLOCK
        } else {
            0
        };
        self.work.clear();
        if begun {
            self.work.extend(self.states.iter().map(|state| state.0));
        } else {
            self.work.extend(self.keys.iter().map(|key| key.inside.0));
        }
        for block in padded.0.iter().skip(skipped) {
            let block = std::slice::from_ref(block);
            self.work
                .iter_mut()
                .for_each(|state| compress256(state, block));
        }
        self.last.clear();
        self.last.extend(self.work.iter().map(last_block));
        for (state, key) in self.work.iter_mut().zip(self.keys) {
            *state = key.outside.0;
        }
        for (state, last) in self.work.iter_mut().zip(self.last.iter()) {
            compress256(state, std::slice::from_ref(last));
        }
        let mut sum = Zeroizing::new([0_u32; 8]);
        for state in self.work.iter() {
            for (place, word) in sum.iter_mut().zip(state) {
                *place ^= word;
            }
        }
        Zeroizing::new(to_bytes(&sum))
    }
}

/// XOR of the MACs of one message under many keys.
pub fn combined_mac(keys: &[PreparedKey], message: &[u8]) -> Zeroizing<[u8; 32]> {
    Begun::new(keys, &[]).combined_mac(message, &Padded::of(&[message]))
}

/// HKDF-SHA-256 (RFC 5869) without salt: the first and the second 32 bytes of its output.
#[derive(Clone, Debug)]
pub struct Expander {
    no_salt: PreparedKey,
}

impl Expander {
    /// Prepares the salt of 32 zeros.
    pub fn new() -> Self {
        Self {
            no_salt: PreparedKey::new(&[0; 32]),
        }
    }

    /// As [`crate::mac::expand`]; `padded` is memory to work in.
    pub fn expand(
        &self,
        secret: &[u8; 32],
        info: &[u8],
        padded: &mut Padded,
    ) -> (Zeroizing<[u8; 32]>, [u8; 32]) {
        padded.set(&[secret]);
        let key = Zeroizing::new(self.no_salt.mac_of(padded));
        let key = PreparedKey::new(&key);
        padded.set(&[info, &[1]]);
        let first = Zeroizing::new(key.mac_of(padded));
        padded.set(&[first.as_slice(), info, &[2]]);
        let second = key.mac_of(padded);
        (first, second)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mac::{MacKey, expand};

    proptest! {
        /// Against the library, at every length around the ends of blocks.
        #[test]
        fn macs_are_those_of_the_library(key: [u8; 32], message in prop::collection::vec(any::<u8>(), 0..300)) {
            let expected = MacKey::new(&key).mac(&message);
            prop_assert_eq!(PreparedKey::new(&key).mac(&message), expected);
        }

        #[test]
        fn begun_messages_have_the_same_macs(
            keys in prop::collection::vec(any::<[u8; 32]>(), 1..4),
            beginning in prop::collection::vec(any::<u8>(), 0..200),
            end in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let prepared: Vec<PreparedKey> = keys.iter().map(PreparedKey::new).collect();
            let mut begun = Begun::new(&prepared, &beginning);
            let message = [beginning.clone(), end.clone()].concat();
            for message in [message, end] {
                let mut expected = [0; 32];
                for key in &keys {
                    for (to, from) in expected.iter_mut().zip(MacKey::new(key).mac(&message)) {
                        *to ^= from;
                    }
                }
                let padded = Padded::of(&[&message]);
                prop_assert_eq!(*begun.combined_mac(&message, &padded), expected);
            }
        }

        #[test]
        fn expanding_is_that_of_the_library(
            secret: [u8; 32], info in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let (first, second) = expand(&secret, &info).unwrap();
            let mut padded = Padded::default();
            let found = Expander::new().expand(&secret, &info, &mut padded);
            prop_assert_eq!((*found.0, found.1), (*first, second));
        }
    }

    #[test]
    fn every_length_around_a_block_is_padded_right() {
        let key = [9; 32];
        for length in 0..200 {
            let message = vec![7; length];
            let expected = MacKey::new(&key).mac(&message);
            assert_eq!(PreparedKey::new(&key).mac(&message), expected, "{length}");
        }
        assert_eq!(
            format!("{:?}", PreparedKey::new(&key)),
            "PreparedKey(personal)"
        );
    }
}
