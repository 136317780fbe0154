//! Fingerprints of blocking keys: SipHash-2-4 ([`model::siphash`]), 64 bits.
//!
//! Place in the flow: under the blocking keys; the builder makes about 15 a person and a lookup some
//! hundreds, so a digest each would take most of their time. A key that contains a token is keyed
//! with it: SipHash is a keyed function that shows nothing of its key, so fingerprints on disk show
//! nothing of an address, and nobody without the keepers can make one. Names and dates alone stand
//! in the match plane anyway; their key is a constant.
//!
//! Left to others: what a key is made of (blocking).

use model::{
    digest::Digest,
    siphash::{SipHash, SipKey},
    token::Token,
};

const LABEL: &[u8] = b"countersign/fingerprint/v2";

/// A key of the function.
#[derive(Clone, Copy)]
pub struct FingerprintKey(SipKey);

impl FingerprintKey {
    /// For keys without a token: `countersign-open` in ASCII.
    pub const OPEN: Self = Self(SipKey::from_bytes(*b"countersign-open"));

    /// For keys with tokens: the first 16 bytes of a SHA-256 over a label and the tokens there are,
    /// each 32 bytes. Several are made side by side.
    #[must_use]
    pub fn of<const N: usize>(keys: [[Option<&Token>; 3]; N]) -> [Self; N] {
        let bytes = keys.map(|tokens| {
            let [first, second, third] =
                tokens.map(|token| token.map_or(&[][..], |token| token.expose()));
            [LABEL, first, second, third]
        });
        let digests = Digest::of_several(bytes.each_ref().map(|parts| parts.as_slice()));
        digests.map(|digest| Self(SipKey::from_first_half(digest.as_bytes())))
    }

    /// For keys with one token.
    #[must_use]
    pub fn of_one(token: &Token) -> Self {
        let [key] = Self::of([[Some(token), None, None]]);
        key
    }

    /// Starts a fingerprint.
    #[must_use]
    pub const fn begin(self) -> Fingerprint {
        Fingerprint(self.0.begin())
    }
}

/// A fingerprint being made.
#[derive(Clone, Copy)]
pub struct Fingerprint(SipHash);

impl Fingerprint {
    /// Takes in bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        Self(self.0.bytes(bytes))
    }

    /// Takes in text of any length and its end: texts never run into each other, as none has a zero
    /// byte.
    #[must_use]
    pub fn text(self, text: &[u8]) -> Self {
        self.bytes(text).bytes(&[0])
    }

    /// The fingerprint.
    #[must_use]
    pub fn finish(self) -> u64 {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_do_not_run_into_each_other() {
        let key = FingerprintKey::OPEN;
        assert_ne!(
            key.begin().text(b"AB").text(b"C").finish(),
            key.begin().text(b"A").text(b"BC").finish()
        );
        let token = |byte| Token::new([byte; 32]);
        let [one, two] = [1, 2].map(token);
        let keys = [
            [Some(&one), None, None],
            [Some(&two), None, None],
            [Some(&one), Some(&two), None],
            [Some(&two), Some(&one), None],
        ];
        let prints = FingerprintKey::of(keys).map(|key| key.begin().finish());
        for (place, print) in prints.iter().enumerate() {
            assert!(!prints[..place].contains(print), "{place}");
        }
        let alone = FingerprintKey::of_one(&one).begin().finish();
        assert_eq!(alone, prints[0]);
    }
}
