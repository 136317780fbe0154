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

use model::digest::SHA_256_START as START;
use sha2::block_api::compress256;
use zeroize::{Zeroizing, optimization_barrier};

/// Bytes of a block.
const BLOCK: usize = 64;

/// Blocks that are wiped when dropped: whole ones at a time, which takes a fraction of what wiping byte
/// by byte does.
struct Blocks<const N: usize>([[u8; BLOCK]; N]);

impl<const N: usize> Blocks<N> {
    const fn new() -> Self {
        Self([[0; BLOCK]; N])
    }
}

impl<const N: usize> Drop for Blocks<N> {
    fn drop(&mut self) {
        self.0 = [[0; BLOCK]; N];
        optimization_barrier(&self.0);
    }
}

/// Blocks of a message as SHA-256 takes them in after a key's block: padded, with its length.
#[derive(Default)]
pub struct Padded(Vec<[u8; BLOCK]>);

impl Drop for Padded {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Padded {
    /// One message.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut padded = Self::default();
        padded.set(parts);
        padded
    }

    fn wipe(&mut self) {
        self.0.resize(self.0.capacity(), [0; BLOCK]);
        self.0.fill([0; BLOCK]);
        optimization_barrier(self.0.as_slice());
        self.0.clear();
    }

    /// Takes another message, given in parts, in place of the one before.
    pub fn set(&mut self, parts: &[&[u8]]) {
        self.set_parts(parts.iter().copied());
    }

    /// Takes a list of values in canonical form, as [`model::canonical::Encoder`] writes it.
    pub fn set_values<'v>(&mut self, values: impl Iterator<Item = &'v [u8]> + Clone) {
        let prefix = |value: &[u8]| u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes();
        let length = values
            .clone()
            .map(|value| value.len().saturating_add(4))
            .sum();
        let mut rest = self.room(length);
        for value in values {
            rest = place(&prefix(value), rest);
            rest = place(value, rest);
        }
        end(rest, length);
    }

    fn set_parts<'v>(&mut self, parts: impl Iterator<Item = &'v [u8]> + Clone) {
        let length = parts.clone().map(<[u8]>::len).sum();
        let rest = self.room(length);
        end(parts.fold(rest, |rest, part| place(part, rest)), length);
    }

    /// The blocks of a message of this length.
    fn room(&mut self, length: usize) -> &mut [u8] {
        // The end mark and the length of eight bytes follow the message.
        let blocks = length.saturating_add(9).div_ceil(BLOCK);
        if blocks > self.0.capacity() {
            // Growing would leave what stands here in freed memory.
            self.wipe();
            self.0.reserve_exact(blocks.max(8));
        }
        self.0.resize(blocks, [0; BLOCK]);
        self.0.as_flattened_mut()
    }
}

/// Copies bytes to the beginning of a place and gives the rest of it.
fn place<'p>(bytes: &[u8], place: &'p mut [u8]) -> &'p mut [u8] {
    match place.split_at_mut_checked(bytes.len()) {
        Some((own, rest)) => {
            own.copy_from_slice(bytes);
            rest
        }
        None => &mut [],
    }
}

/// Ends a message: the mark, zeros, and the length in bits with the key's block.
fn end(rest: &mut [u8], length: usize) {
    rest.fill(0);
    if let [end, ..] = rest {
        *end = 0x80;
    }
    if let Some(place) = rest.last_chunk_mut::<8>() {
        let whole = u64::try_from(length.saturating_add(BLOCK)).unwrap_or(u64::MAX);
        *place = whole.saturating_mul(8).to_be_bytes();
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
        self.0 = [0; 8];
        optimization_barrier(&self.0);
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

/// Writes the one block the outside takes in: an inner digest, padded. 96 bytes are 768 bits.
fn last_block(inner: &[u32; 8], block: &mut [u8; BLOCK]) {
    let (digest, rest) = block.split_at_mut(32);
    digest.copy_from_slice(&to_bytes(inner));
    rest.fill(0);
    if let [end, .., high, low] = rest {
        *end = 0x80;
        [*high, *low] = [3, 0];
    }
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
        let mut block = Blocks::<1>::new();
        let pad = |block: &mut Blocks<1>, mark: u8| {
            let bytes = block.0.as_flattened_mut();
            bytes.fill(mark);
            for (place, byte) in bytes.iter_mut().zip(key) {
                *place ^= byte;
            }
        };
        pad(&mut block, 0x36);
        let inside = State::after(&START, &block.0);
        pad(&mut block, 0x5c);
        let outside = State::after(&START, &block.0);
        Self { inside, outside }
    }

    /// The MAC of a message.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.mac_of(&Padded::of(&[message]))
    }

    /// The MAC of a padded message.
    pub fn mac_of(&self, message: &Padded) -> [u8; 32] {
        let inner = State::after(&self.inside.0, &message.0);
        let mut last = Blocks::<1>::new();
        last.0
            .iter_mut()
            .for_each(|block| last_block(&inner.0, block));
        to_bytes(&State::after(&self.outside.0, &last.0).0)
    }
}

impl fmt::Debug for PreparedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PreparedKey(personal)")
    }
}

/// Keys that take in a block before any takes in the next: the processor works on several at once.
pub const LANES: usize = 8;

/// States that are wiped when dropped.
struct Lanes([[u32; 8]; LANES]);

impl Drop for Lanes {
    fn drop(&mut self) {
        self.0 = [[0; 8]; LANES];
        optimization_barrier(&self.0);
    }
}

/// One of several keys, also after the whole blocks of a beginning.
struct BegunKey {
    key: PreparedKey,
    begun: State,
}

/// Several keys after the whole blocks of one beginning, for messages that mostly begin with it.
pub struct Begun {
    keys: Vec<BegunKey>,
    /// Whole blocks only.
    beginning: Vec<u8>,
}

impl fmt::Debug for Begun {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Begun(personal)")
    }
}

impl Begun {
    /// Takes in the whole blocks of a beginning.
    pub fn new(keys: impl Iterator<Item = PreparedKey>, beginning: &[u8]) -> Self {
        let (blocks, _) = beginning.as_chunks::<BLOCK>();
        let keys = keys.map(|key| BegunKey {
            begun: State::after(&key.inside.0, blocks),
            key,
        });
        Self {
            keys: keys.collect(),
            beginning: blocks.as_flattened().to_vec(),
        }
    }

    /// XOR of the MACs of a message under all keys: what [`crate::keys::combine`] gives for their
    /// values. `padded` are the message's blocks.
    pub fn combined_mac(&self, padded: &Padded) -> Zeroizing<[u8; 32]> {
        let begun = padded.0.as_flattened().starts_with(&self.beginning);
        let skipped = if begun {
            self.beginning.len() / BLOCK
        } else {
            0
        };
        let rest = padded.0.get(skipped..).unwrap_or(&[]);
        let mut sum = State([0; 8]);
        for keys in self.keys.chunks(LANES) {
            let mut lanes = Lanes::new();
            for (lane, key) in lanes.0.iter_mut().zip(keys) {
                *lane = if begun { key.begun.0 } else { key.key.inside.0 };
            }
            let lanes = lanes.0.get_mut(..keys.len()).unwrap_or(&mut []);
            combine(keys, lanes, rest, &mut sum);
        }
        Zeroizing::new(to_bytes(&sum.0))
    }
}

impl Lanes {
    const fn new() -> Self {
        Self([[0; 8]; LANES])
    }
}

/// Adds the MACs of some keys, whose states stand in as many lanes, to a sum.
fn combine(keys: &[BegunKey], lanes: &mut [[u32; 8]], rest: &[[u8; BLOCK]], sum: &mut State) {
    for block in rest {
        let block = std::slice::from_ref(block);
        lanes.iter_mut().for_each(|state| compress256(state, block));
    }
    take_outside(lanes, keys.iter().map(|key| &key.key.outside.0));
    for state in lanes {
        for (place, word) in sum.0.iter_mut().zip(state) {
            *place ^= *word;
        }
    }
}

/// Ends the MACs whose insides stand in lanes: gives each its outside.
fn take_outside<'o>(lanes: &mut [[u32; 8]], outsides: impl Iterator<Item = &'o [u32; 8]>) {
    let mut last = Blocks::<LANES>::new();
    let blocks = lanes.iter_mut().zip(last.0.iter_mut());
    for ((state, block), outside) in blocks.zip(outsides) {
        last_block(state, block);
        *state = *outside;
    }
    for (state, block) in lanes.iter_mut().zip(&last.0) {
        compress256(state, std::slice::from_ref(block));
    }
}

/// Has each lane take in its message from a block on; one may be longer than another.
fn take_messages(lanes: &mut [[u32; 8]], messages: &[Padded], from: usize) {
    let longest = messages.iter().map(|message| message.0.len()).max();
    for place in from..longest.unwrap_or(0) {
        for (state, message) in lanes.iter_mut().zip(messages) {
            let block = message.0.get(place).map_or(&[][..], std::slice::from_ref);
            compress256(state, block);
        }
    }
}

/// The MACs of messages whose insides stand in lanes, after so many blocks; each lane has its outside.
fn macs_in<'o>(
    mut lanes: Lanes,
    messages: &[Padded],
    from: usize,
    outsides: impl Iterator<Item = &'o [u32; 8]>,
) -> Lanes {
    let used = lanes.0.get_mut(..messages.len()).unwrap_or(&mut []);
    take_messages(used, messages, from);
    take_outside(used, outsides);
    lanes
}

/// Keys prepared side by side.
struct LaneKeys {
    inside: Lanes,
    outside: Lanes,
}

impl LaneKeys {
    /// Of the keys that stand in lanes, as SHA-256 gave them out.
    fn new(keys: &[[u32; 8]]) -> Self {
        let mut all = Self {
            inside: Lanes([START; LANES]),
            outside: Lanes([START; LANES]),
        };
        let mut blocks = Blocks::<LANES>::new();
        for (lanes, mark) in [(&mut all.inside.0, 0x36), (&mut all.outside.0, 0x5c)] {
            for (key, block) in keys.iter().zip(blocks.0.iter_mut()) {
                block.fill(mark);
                let key = Zeroizing::new(to_bytes(key));
                for (place, byte) in block.iter_mut().zip(key.iter()) {
                    *place ^= byte;
                }
            }
            for (state, block) in lanes.iter_mut().zip(&blocks.0).take(keys.len()) {
                compress256(state, std::slice::from_ref(block));
            }
        }
        all
    }

    /// The MAC of a message under each key.
    fn macs(&self, messages: &[Padded]) -> Lanes {
        macs_in(Lanes(self.inside.0), messages, 0, self.outside.0.iter())
    }
}

impl PreparedKey {
    /// The MACs of some messages, of at most eight, worked out side by side; blocks that all begin with
    /// are taken in once.
    pub fn macs_of<const N: usize>(&self, messages: &[Padded; N]) -> [[u8; 32]; N] {
        const { assert!(N <= LANES) };
        let [first, others @ ..] = messages.as_slice() else {
            return [[0; 32]; N];
        };
        let same = |place: &usize| {
            let block = first.0.get(*place);
            block.is_some() && others.iter().all(|other| other.0.get(*place) == block)
        };
        let shared = (0..).take_while(same).count();
        let begun = State::after(&self.inside.0, first.0.get(..shared).unwrap_or(&[]));
        let outsides = std::iter::repeat(&self.outside.0);
        let lanes = macs_in(Lanes([begun.0; LANES]), messages, shared, outsides);
        let mut macs = [[0; 32]; N];
        for (mac, state) in macs.iter_mut().zip(&lanes.0) {
            *mac = to_bytes(state);
        }
        macs
    }
}

/// Memory for the messages of eight lanes.
pub type LaneMessages = [Padded; LANES];

/// Secrets of lanes, wiped when dropped.
pub type LaneSecrets = Zeroizing<[[u8; 32]; LANES]>;

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

    /// As [`crate::mac::expand`], for as many secrets as there are infos, at most eight, side by side;
    /// `messages` is memory to work in.
    pub fn expand<'i>(
        &self,
        secrets: &[[u8; 32]; LANES],
        infos: impl ExactSizeIterator<Item = &'i [u8]> + Clone,
        messages: &mut LaneMessages,
    ) -> (LaneSecrets, [[u8; 32]; LANES]) {
        let messages = messages.get_mut(..infos.len()).unwrap_or(&mut []);
        for (message, secret) in messages.iter_mut().zip(secrets) {
            message.set(&[secret]);
        }
        let begun = Lanes([self.no_salt.inside.0; LANES]);
        let outsides = std::iter::repeat(&self.no_salt.outside.0);
        let keys = macs_in(begun, messages, 0, outsides);
        let keys = LaneKeys::new(keys.0.get(..messages.len()).unwrap_or(&[]));
        for (message, info) in messages.iter_mut().zip(infos.clone()) {
            message.set(&[info, &[1]]);
        }
        let first = Zeroizing::new(keys.macs(messages).0.each_ref().map(to_bytes));
        for ((message, info), first) in messages.iter_mut().zip(infos).zip(first.iter()) {
            message.set(&[first, info, &[2]]);
        }
        let second = keys.macs(messages).0.each_ref().map(to_bytes);
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
            keys in prop::collection::vec(any::<[u8; 32]>(), 1..20),
            beginning in prop::collection::vec(any::<u8>(), 0..200),
            end in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let begun = Begun::new(keys.iter().map(PreparedKey::new), &beginning);
            let message = [beginning.clone(), end.clone()].concat();
            for message in [message, end] {
                let mut expected = [0; 32];
                for key in &keys {
                    for (to, from) in expected.iter_mut().zip(MacKey::new(key).mac(&message)) {
                        *to ^= from;
                    }
                }
                let padded = Padded::of(&[&message]);
                prop_assert_eq!(*begun.combined_mac(&padded), expected);
            }
        }

        #[test]
        fn expanding_is_that_of_the_library(
            secrets: [[u8; 32]; LANES],
            infos in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..=LANES),
        ) {
            let mut messages = LaneMessages::default();
            for _ in 0..2 {
                let all = infos.iter().map(Vec::as_slice);
                let found = Expander::new().expand(&secrets, all, &mut messages);
                for (lane, info) in infos.iter().enumerate() {
                    let (first, second) = expand(&secrets[lane], info).unwrap();
                    prop_assert_eq!((found.0[lane], found.1[lane]), (*first, second));
                }
            }
        }

        #[test]
        fn macs_side_by_side_are_those_of_each(
            key: [u8; 32],
            beginning in prop::collection::vec(any::<u8>(), 0..200),
            ends: [Vec<u8>; 3],
        ) {
            let whole = ends.map(|end| [beginning.clone(), end].concat());
            let messages = whole.each_ref().map(|message| Padded::of(&[message]));
            let expected = whole.map(|message| MacKey::new(&key).mac(&message));
            prop_assert_eq!(PreparedKey::new(&key).macs_of(&messages), expected);
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
