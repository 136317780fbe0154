//! One unambiguous byte form for everything that is hashed, keyed or signed as bytes.
//!
//! Place in the flow: rows, leaves, seal contexts and tokens are encoded here before a digest or a
//! MAC is taken. Each value stands behind its length, so two different lists of values never give
//! the same bytes. The first value is always a label that names the use.
//!
//! Left to others: documents that people sign are text (the instrument crate).

use crate::digest::Digest;

/// Builds the canonical form: `label`, then each value as a 4-byte big-endian length and its bytes.
#[derive(Debug, Clone)]
pub struct Encoder(Vec<u8>);

impl Encoder {
    /// Starts with the label of the use, for example `countersign/row/v1`.
    #[must_use]
    pub fn new(label: &str) -> Self {
        let mut encoder = Self(Vec::with_capacity(128));
        encoder.bytes(label.as_bytes());
        encoder
    }

    /// Adds a byte string. One longer than 4 GiB is cut by its own length prefix only in theory:
    /// every input of the gate is limited to far less at intake.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(value);
        self
    }

    /// Adds text as its UTF-8 bytes.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    /// Adds a number as 8 big-endian bytes.
    pub fn number(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// Adds a digest.
    pub fn digest(&mut self, value: &Digest) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    /// The bytes so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// SHA-256 of the bytes so far.
    #[must_use]
    pub fn finish(&self) -> Digest {
        Digest::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(values: &[String]) -> Vec<u8> {
        let mut encoder = Encoder::new("test");
        for value in values {
            encoder.text(value);
        }
        encoder.as_bytes().to_vec()
    }

    proptest! {
        #[test]
        fn different_lists_have_different_bytes(
            a in prop::collection::vec(".{0,5}", 0..5),
            b in prop::collection::vec(".{0,5}", 0..5),
        ) {
            prop_assert_eq!(a == b, encode(&a) == encode(&b));
        }
    }

    #[test]
    fn moving_a_boundary_changes_the_digest() {
        let ab = Encoder::new("x").text("ab").text("c").finish();
        let a = Encoder::new("x").text("a").text("bc").finish();
        assert_ne!(ab, a);
    }
}
