//! SHA-256 and HMAC with it for sealing millions of slots: keys prepared once, messages padded in memory
//! that is used again, and all of it wiped.
//!
//! Place in the flow: under [`crate::sealer::Sealer`] and [`crate::token::TokenEvaluator`], which MAC with
//! the builder's and the gate's key, and under [`crate::lanes`], which digests for several slots at once. Who
//! needs one value uses [`crate::mac`]; tests hold the two together.
//!
//! A prepared key is the state of SHA-256 after its padded block, inside and outside (RFC 2104 section
//! 4). States and messages are wiped when dropped.
//!
//! Left to others: what is keyed, and with which label.

use std::fmt;

use model::digest::SHA_256_START as START;
use sha2::block_api::compress256;
use zeroize::optimization_barrier;

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// Least bytes that follow a message: the end mark, and its length of eight bytes.
const PADDING: usize = 9;

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

/// Blocks of a message as SHA-256 takes them in, after a key's block or from its start: padded, with
/// its length.
#[derive(Default)]
pub struct Padded(pub Vec<[u8; BLOCK]>);

impl Drop for Padded {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Padded {
    /// One message, after a key's block.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut padded = Self::default();
        padded.set(parts, BLOCK);
        padded
    }

    /// Takes another message, given in parts, in place of the one before. It is digested without a key.
    pub fn set_unkeyed(&mut self, parts: &[&[u8]]) {
        self.set(parts, 0);
    }

    fn wipe(&mut self) {
        self.0.resize(self.0.capacity(), [0; BLOCK]);
        self.0.fill([0; BLOCK]);
        optimization_barrier(self.0.as_slice());
        self.0.clear();
    }

    /// Takes another message, given in parts, in place of the one before. So many bytes are taken in
    /// before it: a key's block, or none.
    fn set(&mut self, parts: &[&[u8]], before: usize) {
        let length = parts.iter().map(|part| part.len()).sum();
        let rest = self.room(length);
        let rest = parts.iter().fold(rest, |rest, part| place(part, rest));
        end(rest, length.saturating_add(before));
    }

    /// Takes a list of values in canonical form, as [`model::canonical::Encoder`] writes it, after a
    /// key's block.
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
        end(rest, length.saturating_add(BLOCK));
    }

    /// The blocks of a message of this length.
    fn room(&mut self, length: usize) -> &mut [u8] {
        let blocks = length.saturating_add(PADDING).div_ceil(BLOCK);
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
pub fn place<'p>(bytes: &[u8], place: &'p mut [u8]) -> &'p mut [u8] {
    match place.split_at_mut_checked(bytes.len()) {
        Some((own, rest)) => {
            own.copy_from_slice(bytes);
            rest
        }
        None => &mut [],
    }
}

/// Ends a message: the mark, zeros, and the length in bits of all that was taken in.
fn end(rest: &mut [u8], length: usize) {
    rest.fill(0);
    if let [end, ..] = rest {
        *end = 0x80;
    }
    if let Some(place) = rest.last_chunk_mut::<8>() {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        *place = length.saturating_mul(8).to_be_bytes();
    }
}

/// A state of SHA-256 that depends on a secret.
#[derive(Clone)]
struct State([u32; 8]);

impl State {
    /// After the first blocks of a message.
    fn begun(blocks: &[[u8; BLOCK]]) -> Self {
        Self::after(&START, blocks)
    }

    /// As SHA-256 gives it out.
    fn to_bytes(&self) -> [u8; 32] {
        to_bytes(&self.0)
    }

    /// After some blocks.
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
pub fn to_bytes(state: &[u32; 8]) -> [u8; 32] {
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

/// The SHA-256 (FIPS 180-4) of a message, given in parts. Nothing of it stays in memory.
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let used = length.saturating_add(PADDING).div_ceil(BLOCK);
    let mut few = Blocks::<2>::new();
    let Some(blocks) = few.0.get_mut(..used) else {
        let mut message = Padded::default();
        message.set_unkeyed(parts);
        return State::begun(&message.0).to_bytes();
    };
    let rest = blocks.as_flattened_mut();
    let rest = parts.iter().fold(rest, |rest, part| place(part, rest));
    end(rest, length);
    State::begun(blocks).to_bytes()
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
        let inside = State::begun(&block.0);
        pad(&mut block, 0x5c);
        let outside = State::begun(&block.0);
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

/// Digests that take in a block each before any takes in its next: the processor works on several at once.
pub const LANES: usize = 8;

/// States that are wiped when dropped.
pub struct Lanes(pub [[u32; 8]; LANES]);

impl Drop for Lanes {
    fn drop(&mut self) {
        self.0 = [[0; 8]; LANES];
        optimization_barrier(&self.0);
    }
}

/// Ends the MACs whose insides stand in lanes: gives each the outside.
fn take_outside(lanes: &mut [[u32; 8]], outside: &[u32; 8]) {
    let mut last = Blocks::<LANES>::new();
    for (state, block) in lanes.iter_mut().zip(last.0.iter_mut()) {
        last_block(state, block);
        *state = *outside;
    }
    for (state, block) in lanes.iter_mut().zip(&last.0) {
        compress256(state, std::slice::from_ref(block));
    }
}

/// Has each lane take in its message from a block on; one may be longer than another.
pub fn take_messages(lanes: &mut [[u32; 8]], messages: &[Padded], from: usize) {
    let longest = messages.iter().map(|message| message.0.len()).max();
    for place in from..longest.unwrap_or(0) {
        for (state, message) in lanes.iter_mut().zip(messages) {
            let block = message.0.get(place).map_or(&[][..], std::slice::from_ref);
            compress256(state, block);
        }
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
        let mut lanes = Lanes([begun.0; LANES]);
        let used = lanes.0.get_mut(..N).unwrap_or(&mut []);
        take_messages(used, messages, shared);
        take_outside(used, &self.outside.0);
        let mut macs = [[0; 32]; N];
        for (mac, state) in macs.iter_mut().zip(&lanes.0) {
            *mac = to_bytes(state);
        }
        macs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mac::{MacKey, library_digest};

    proptest! {
        /// Against the library, at every length around the ends of blocks.
        #[test]
        fn macs_are_those_of_the_library(key: [u8; 32], message in prop::collection::vec(any::<u8>(), 0..300)) {
            let expected = MacKey::new(&key).mac(&message);
            prop_assert_eq!(PreparedKey::new(&key).mac(&message), expected);
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
    fn digests_are_those_of_the_library() {
        for length in 0..200 {
            let message = vec![7; length];
            let (first, second) = message.split_at(length / 3);
            let expected = library_digest(&message);
            assert_eq!(digest(&[first, second]), expected, "{length}");
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
