//! Tokens: what stands in the match plane and in a query in place of a TIN or a part of an address.
//!
//! Place in the flow: seal evaluates tokens (SEALING.md section 3: `PRF_keepers(PRF_gate(value))`);
//! the builder binds each to its record; identity compares a row's tokens with bound ones.
//!
//! Left to others: the keyed functions (seal), which parts an address has (standard), weights
//! (identity).

use zeroize::Zeroize;

use crate::{canonical::Encoder, id::RecordNumber, personal::Personal, siphash::SipKey};

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

    /// The place of a kind among [`Self::OF_ADDRESS`]; `None` for the TIN.
    #[must_use]
    #[inline]
    pub const fn address_place(self) -> Option<usize> {
        match self {
            Self::Tin => None,
            Self::Zip5 => Some(0),
            Self::Zip3 => Some(1),
            Self::Number => Some(2),
            Self::NumberDigits => Some(3),
            Self::Street => Some(4),
            Self::StreetLeft => Some(5),
            Self::StreetRight => Some(6),
            Self::Unit => Some(7),
        }
    }

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

    /// What binds this token to records.
    #[must_use]
    pub fn binder(&self) -> Binder {
        Binder(SipKey::from_first_half(self.0.expose()))
    }

    /// The token bound to a record; [`Binder`] says how.
    #[must_use]
    pub fn bound(&self, record: RecordNumber) -> u64 {
        self.binder().bound(record)
    }
}

/// Binds one token to records: SipHash-2-4 of the record's number in four bytes, little-endian,
/// keyed with the token's first 16 bytes. The match plane keeps only the top bits of it, so nothing
/// repeats across people and frequencies show nothing.
///
/// A pseudorandom function is all that is needed. A token is itself the value of one, so its first
/// half is a key as good as drawn. Who does not hold it cannot tell the values of its records from
/// random ones, nor test a guess. Who does hold it may find records of one value, which a digest
/// would keep from nobody either: of 12 or 32 bits many agree by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binder(SipKey);

impl Binder {
    /// The token bound to a record.
    #[must_use]
    #[inline]
    pub fn bound(self, record: RecordNumber) -> u64 {
        self.0.of_number(record.0)
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
        // Of the reference vectors: key 00..0f, message 00..03.
        let token = Token::new(std::array::from_fn(|place| u8::try_from(place).unwrap()));
        assert_eq!(
            token.bound(RecordNumber(0x0302_0100)),
            0xcf27_94e0_2771_87b7
        );
        assert_eq!(format!("{token:?}"), "Token((personal))");
    }

    #[test]
    fn every_kind_of_an_address_has_its_place() {
        for (place, kind) in TokenKind::OF_ADDRESS.into_iter().enumerate() {
            assert_eq!(kind.address_place(), Some(place));
        }
        assert_eq!(TokenKind::Tin.address_place(), None);
    }

    #[test]
    fn equal_texts_of_different_kinds_differ() {
        assert_ne!(
            TokenKind::Zip5.value("89501"),
            TokenKind::Number.value("89501")
        );
    }
}
