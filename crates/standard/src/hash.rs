//! A small, quick hash for the bundled tables.
//!
//! Place in the flow: under the word and place tables, whose keys are constants of the program, so
//! nobody can choose keys that collide in them.
//!
//! Left to others: everything that hashes what a requester wrote into a table of its own.

use std::hash::{BuildHasherDefault, Hasher};

/// Builder of [`QuickHasher`]s.
pub(crate) type QuickHash = BuildHasherDefault<QuickHasher>;

/// Multiply and rotate, eight bytes at a time.
#[derive(Default, Clone, Copy)]
pub(crate) struct QuickHasher(u64);

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl QuickHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            let rest = rest.iter().rev();
            self.mix(rest.fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}
