//! Fingerprints of blocking keys: SipHash-2-4 (Aumasson and Bernstein 2012), 64 bits.
//!
//! Place in the flow: under the blocking keys; the builder makes about 15 a person and a lookup some
//! hundreds, so a digest each would take most of their time. A key that contains a token is keyed
//! with it: SipHash is a keyed function that shows nothing of its key, so fingerprints on disk show
//! nothing of an address, and nobody without the keepers can make one. Names and dates alone stand
//! in the match plane anyway; their key is a constant.
//!
//! Left to others: what a key is made of (blocking).

use model::{digest::Digest, token::Token};

/// A key of the function.
#[derive(Clone, Copy)]
pub struct FingerprintKey {
    low: u64,
    high: u64,
}

impl FingerprintKey {
    /// For keys without a token: `countersign-open` in ASCII.
    pub const OPEN: Self = Self::from_bytes(*b"countersign-open");

    /// For keys with tokens: the first 16 bytes of a SHA-256 over a label and the tokens,
    /// each 32 bytes.
    #[must_use]
    pub fn of(tokens: &[&Token]) -> Self {
        let label: &[u8] = b"countersign/fingerprint/v2";
        let parts = tokens.iter().map(|token| token.expose().as_slice());
        let parts: Vec<&[u8]> = std::iter::once(label).chain(parts).collect();
        let digest = Digest::of_parts(&parts);
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(digest.as_bytes()) {
            *to = *from;
        }
        Self::from_bytes(bytes)
    }

    const fn from_bytes(bytes: [u8; 16]) -> Self {
        let whole = u128::from_le_bytes(bytes);
        Self {
            low: whole as u64,
            high: (whole >> 64) as u64,
        }
    }

    /// Starts a fingerprint.
    #[must_use]
    pub fn begin(self) -> Fingerprint {
        Fingerprint {
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
}

/// A fingerprint being made.
#[derive(Clone, Copy)]
pub struct Fingerprint {
    state: [u64; 4],
    /// Bytes not yet taken in, the first lowest.
    tail: u64,
    length: u64,
}

fn round(state: &mut [u64; 4]) {
    let [mut a, mut b, mut c, mut d] = *state;
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
    *state = [a, b, c, d];
}

impl Fingerprint {
    fn word(&mut self, word: u64) {
        let [_, _, _, d] = &mut self.state;
        *d ^= word;
        round(&mut self.state);
        round(&mut self.state);
        let [a, ..] = &mut self.state;
        *a ^= word;
    }

    fn byte(&mut self, byte: u8) {
        let place = self.length % 8;
        self.tail |= u64::from(byte) << (place * 8);
        self.length = self.length.wrapping_add(1);
        if place == 7 {
            let word = std::mem::take(&mut self.tail);
            self.word(word);
        }
    }

    /// Takes in bytes.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            self.byte(*byte);
        }
        self
    }

    /// Takes in text of any length and its end: texts never run into each other, as none has a zero
    /// byte.
    #[must_use]
    pub fn text(self, text: &[u8]) -> Self {
        self.bytes(text).bytes(&[0])
    }

    /// The fingerprint.
    #[must_use]
    pub fn finish(mut self) -> u64 {
        let last = self.tail | (self.length & 0xff) << 56;
        self.word(last);
        let [_, _, c, _] = &mut self.state;
        *c ^= 0xff;
        for _ in 0..4 {
            round(&mut self.state);
        }
        let [a, b, c, d] = self.state;
        a ^ b ^ c ^ d
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_the_reference_implementation() {
        // github.com/veorq/SipHash, vectors.h: key 00..0f, message 00, 01, …; first 8 bytes.
        let key = FingerprintKey::from_bytes(std::array::from_fn(|place| place as u8));
        let message: Vec<u8> = (0..64).collect();
        for (length, expected) in [
            (0, 0x726f_db47_dd0e_0e31),
            (1, 0x74f8_39c5_93dc_67fd),
            (7, 0xab02_00f5_8b01_d137),
            (8, 0x93f5_f579_9a93_2462),
            (15, 0xa129_ca61_49be_45e5),
        ] {
            let found = key.begin().bytes(&message[..length]).finish();
            assert_eq!(found, expected, "{length}");
        }
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        let key = FingerprintKey::OPEN;
        assert_ne!(
            key.begin().text(b"AB").text(b"C").finish(),
            key.begin().text(b"A").text(b"BC").finish()
        );
        let token = |byte| Token::new([byte; 32]);
        let of = |tokens: &[&Token]| FingerprintKey::of(tokens).begin().finish();
        assert_ne!(of(&[&token(1)]), of(&[&token(2)]));
        assert_ne!(of(&[&token(1), &token(2)]), of(&[&token(2), &token(1)]));
    }
}
