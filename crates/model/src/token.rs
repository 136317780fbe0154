//! Tokens: what stands in the match plane and in a query in place of a TIN or a part of an address.
//!
//! Place in the flow: seal evaluates tokens (SEALING.md section 3: `PRF_keepers(PRF_gate(value))`);
//! the builder binds each to its record; identity compares a row's tokens with bound ones.
//!
//! Left to others: the keyed functions (seal), which parts an address has (standard), weights
//! (identity).

use zeroize::Zeroize;

use crate::{canonical::Encoder, id::RecordNumber, personal::Personal};

/// What a token stands for. A token's value is its kind's label and the part in standard form, so
/// that equal texts of different kinds have unrelated tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// Nine digits.
    Tin = 0,
    /// Five-digit ZIP.
    Zip5 = 1,
    /// First three digits of the ZIP.
    Zip3 = 2,
    /// House number (or box number) in standard form.
    Number = 3,
    /// The digits of the house number in ascending order: survives a transposition.
    NumberDigits = 4,
    /// Street core: name without directionals and type.
    Street = 5,
    /// First half of the street core: a typo spoils one half only.
    StreetLeft = 6,
    /// Second half of the street core.
    StreetRight = 7,
    /// Unit number without its designator.
    Unit = 8,
}

impl TokenKind {
    /// The kinds an address has, in the order of a record's bound tokens.
    pub const OF_ADDRESS: [Self; 8] = [
        Self::Zip5,
        Self::Zip3,
        Self::Number,
        Self::NumberDigits,
        Self::Street,
        Self::StreetLeft,
        Self::StreetRight,
        Self::Unit,
    ];

    /// The label hashed before the part.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tin => "tin",
            Self::Zip5 => "zip5",
            Self::Zip3 => "zip3",
            Self::Number => "number",
            Self::NumberDigits => "number-digits",
            Self::Street => "street",
            Self::StreetLeft => "street-left",
            Self::StreetRight => "street-right",
            Self::Unit => "unit",
        }
    }

    /// The bytes a token is evaluated over: label and part, unambiguously joined.
    #[must_use]
    pub fn value(self, part: &str) -> Vec<u8> {
        Encoder::new("countersign/token/v1")
            .text(self.label())
            .text(part)
            .as_bytes()
            .to_vec()
    }
}

/// A token `T`, 32 bytes. Whoever holds one can test records for it, so it is kept as a secret.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Token(Personal<[u8; 32]>);

impl Token {
    /// Takes the output of the keepers' function.
    #[must_use]
    pub fn new(mut bytes: [u8; 32]) -> Self {
        let token = Self(Personal::new(bytes));
        bytes.zeroize();
        token
    }

    /// The token's bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The token bound to a record: the first 8 bytes of SHA-256(T ‖ record), big-endian. The match
    /// plane keeps only the top bits of it, so nothing repeats across people and frequencies show
    /// nothing.
    #[must_use]
    pub fn bound(&self, record: RecordNumber) -> u64 {
        let digest = crate::digest::Digest::of_parts(&[self.expose(), &record.0.to_be_bytes()]);
        let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// A blocking fingerprint of this token and plain parts (a phonetic surname, a birth year):
    /// the first 8 bytes of a digest, of unmarked kind.
    #[must_use]
    pub fn fingerprint(&self, label: &str, parts: &[&str]) -> u64 {
        let mut encoder = Encoder::new("countersign/fingerprint/v1");
        encoder.text(label).bytes(self.expose());
        for part in parts {
            encoder.text(part);
        }
        let [a, b, c, d, e, f, g, h, ..] = *encoder.finish().as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_looks_different_in_each_record() {
        let token = Token::new([7; 32]);
        assert_ne!(token.bound(RecordNumber(1)), token.bound(RecordNumber(2)));
        assert_eq!(
            token.bound(RecordNumber(1)),
            Token::new([7; 32]).bound(RecordNumber(1))
        );
        assert_eq!(format!("{token:?}"), "Token((personal))");
    }

    #[test]
    fn equal_texts_of_different_kinds_differ() {
        assert_ne!(
            TokenKind::Zip5.value("89501"),
            TokenKind::Number.value("89501")
        );
    }
}
