//! SipHash-2-4 (Aumasson and Bernstein 2012), 64 and 128 bits: the short keyed function.
//!
//! Place in the flow: under bound tokens ([`crate::token`]) and under the fingerprints of blocking
//! keys (identity). Both are made by the hundred for one row and by the ten for one person, where a
//! digest each would take most of the time. It is a pseudorandom function: who has no key learns
//! nothing from its values and cannot make one. It is no digest: who has the key may find
//! collisions.
//!
//! Left to others: where keys come from, and how many bits are kept.

use std::fmt;

/// A key of the function, 16 bytes. Secret where what it was made of is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SipKey {
    low: u64,
    high: u64,
}

impl fmt::Debug for SipKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SipKey(secret)")
    }
}

impl SipKey {
    /// The key of 16 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        let whole = u128::from_le_bytes(bytes);
        Self {
            low: whole as u64,
            high: (whole >> 64) as u64,
        }
    }

    /// The key of the first 16 of 32 bytes.
    #[must_use]
    #[inline]
    pub const fn from_first_half(bytes: &[u8; 32]) -> Self {
        match bytes.first_chunk::<16>() {
            Some(half) => Self::from_bytes(*half),
            None => Self { low: 0, high: 0 },
        }
    }

    /// Starts a message.
    #[must_use]
    #[inline]
    pub const fn begin(self) -> SipHash {
        SipHash {
            state: [
                self.low ^ 0x736f_6d65_7073_6575,
                self.high ^ 0x646f_7261_6e64_6f6d,
                self.low ^ 0x6c79_6765_6e65_7261,
                self.high ^ 0x7465_6462_7974_6573,
            ],
            tail: 0,
            length: 0,
        }
    }

    /// Starts a message whose value has 128 bits.
    #[must_use]
    #[inline]
    pub const fn begin_wide(self) -> WideSipHash {
        let mut hash = self.begin();
        let [a, b, c, d] = hash.state;
        hash.state = [a, b ^ 0xee, c, d];
        WideSipHash(hash)
    }

    /// The value of a message of four bytes: the number, little-endian.
    #[must_use]
    #[inline]
    pub fn of_number(self, number: u32) -> u64 {
        let mut hash = self.begin();
        hash.tail = u64::from(number);
        hash.length = 4;
        hash.finish()
    }
}

/// A message being taken in.
#[derive(Clone, Copy)]
pub struct SipHash {
    state: [u64; 4],
    /// Bytes not yet taken in, the first lowest.
    tail: u64,
    length: u64,
}

impl fmt::Debug for SipHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SipHash(secret)")
    }
}

#[inline]
const fn round([mut a, mut b, mut c, mut d]: [u64; 4]) -> [u64; 4] {
    a = a.wrapping_add(b);
    b = b.rotate_left(13) ^ a;
    a = a.rotate_left(32);
    c = c.wrapping_add(d);
    d = d.rotate_left(16) ^ c;
    a = a.wrapping_add(d);
    d = d.rotate_left(21) ^ a;
    c = c.wrapping_add(b);
    b = b.rotate_left(17) ^ c;
    c = c.rotate_left(32);
    [a, b, c, d]
}

impl SipHash {
    #[inline]
    fn word(&mut self, word: u64) {
        let [a, b, c, d] = self.state;
        let [a, b, c, d] = round(round([a, b, c, d ^ word]));
        self.state = [a ^ word, b, c, d];
    }

    /// Takes in bytes.
    #[must_use]
    #[inline]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        let place = self.length % 8;
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.eight(u64::from_le_bytes(*word), place);
        }
        let count = rest.len() as u64;
        let rest = up_to_seven(rest);
        if place + count < 8 {
            self.tail |= rest << (place * 8);
        } else {
            self.eight(rest, place);
        }
        self.length = self.length.wrapping_add(bytes.len() as u64);
        self
    }

    /// Takes in eight bytes, after so many that wait: as many wait then.
    #[inline]
    fn eight(&mut self, bytes: u64, waiting: u64) {
        let shift = waiting * 8;
        self.word(self.tail | bytes << shift);
        // Shifted in two steps: none may be by all 64 bits.
        self.tail = bytes >> 1 >> (63 - shift);
    }

    /// The last word taken in: bytes that waited, and the length.
    #[inline]
    fn ended(mut self, mark: u64) -> [u64; 4] {
        self.word(self.tail | (self.length & 0xff) << 56);
        let [a, b, c, d] = self.state;
        four_rounds([a, b, c ^ mark, d])
    }

    /// The value.
    #[must_use]
    #[inline]
    pub fn finish(self) -> u64 {
        let [a, b, c, d] = self.ended(0xff);
        a ^ b ^ c ^ d
    }
}

/// At most seven bytes as a number, the first lowest.
#[inline]
fn up_to_seven(bytes: &[u8]) -> u64 {
    let (low, rest) = match bytes.split_first_chunk::<4>() {
        Some((four, rest)) => (Some(u32::from_le_bytes(*four)), rest),
        None => (None, bytes),
    };
    let high = match *rest {
        [] => 0,
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c, ..] => u64::from(u32::from_le_bytes([a, b, c, 0])),
    };
    match low {
        Some(low) => u64::from(low) | high << 32,
        None => high,
    }
}

#[inline]
fn four_rounds(state: [u64; 4]) -> [u64; 4] {
    round(round(round(round(state))))
}

/// A message being taken in, whose value has 128 bits.
#[derive(Debug, Clone, Copy)]
pub struct WideSipHash(SipHash);

impl WideSipHash {
    /// Takes in bytes.
    #[must_use]
    #[inline]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        Self(self.0.bytes(bytes))
    }

    /// The value: its first 64 bits, then its last.
    #[must_use]
    #[inline]
    pub fn finish(self) -> (u64, u64) {
        let [a, b, c, d] = self.0.ended(0xee);
        let first = a ^ b ^ c ^ d;
        let [a, b, c, d] = four_rounds([a, b ^ 0xdd, c, d]);
        (first, a ^ b ^ c ^ d)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> SipKey {
        SipKey::from_bytes(std::array::from_fn(|place| u8::try_from(place).unwrap()))
    }

    #[test]
    fn vectors_of_the_reference_implementation() {
        // github.com/veorq/SipHash, vectors.h: key 00..0f, message 00, 01, …; the first 8 bytes of
        // each, little-endian.
        let message: Vec<u8> = (0..64).collect();
        for (length, expected) in [
            (0, 0x726f_db47_dd0e_0e31),
            (1, 0x74f8_39c5_93dc_67fd),
            (4, 0xcf27_94e0_2771_87b7),
            (7, 0xab02_00f5_8b01_d137),
            (8, 0x93f5_f579_9a93_2462),
            (15, 0xa129_ca61_49be_45e5),
        ] {
            let found = key().begin().bytes(&message[..length]).finish();
            assert_eq!(found, expected, "{length}");
        }
        // The same, vectors_sip128.
        for (length, expected) in [
            (0, "a3817f04ba25a8e66df67214c7550293"),
            (1, "da87c1d86b99af44347659119b22fc45"),
        ] {
            let (first, last) = key().begin_wide().bytes(&message[..length]).finish();
            let found = [first.to_le_bytes(), last.to_le_bytes()].concat();
            assert_eq!(crate::digest::hex(&found), expected, "{length}");
        }
        let number = u32::from_le_bytes([0, 1, 2, 3]);
        assert_eq!(key().of_number(number), 0xcf27_94e0_2771_87b7);
    }

    proptest! {
        #[test]
        fn pieces_and_wholes_agree(message in prop::collection::vec(any::<u8>(), 0..40), cut in 0_usize..40) {
            let cut = cut.min(message.len());
            let (left, right) = message.split_at(cut);
            let whole = key().begin().bytes(&message).finish();
            prop_assert_eq!(key().begin().bytes(left).bytes(right).finish(), whole);
            let one_by_one = message.iter().fold(key().begin(), |hash, byte| hash.bytes(&[*byte]));
            prop_assert_eq!(one_by_one.finish(), whole);
            let wide = key().begin_wide();
            prop_assert_eq!(wide.bytes(left).bytes(right).finish(), wide.bytes(&message).finish());
        }
    }

    #[test]
    fn a_key_shows_nothing_of_itself() {
        assert_eq!(
            format!("{:?} {:?}", key(), key().begin()),
            "SipKey(secret) SipHash(secret)"
        );
        let mut bytes = [9; 32];
        let half = SipKey::from_first_half(&bytes);
        assert_eq!(half, SipKey::from_bytes([9; 16]));
        bytes[16] = 8;
        assert_eq!(SipKey::from_first_half(&bytes), half);
    }
}
