//! The on-file address key and the parts an address's tokens are made of.
//!
//! Place in the flow: the builder seals a slot under [`AddressKey`] (SEALING.md section 3); a warrant
//! opens one only if its row yields the same. Tokens are evaluated over [`StandardAddress::token_parts`].
//!
//! Left to others: the keyed functions (seal).

use model::{personal::Personal, token::TokenKind};

use super::{
    core_name::{halves, street_core},
    form::{AddressKind, StandardAddress},
};

/// The on-file address key: `countersign-key-v1|kind|number|street|zip5`. Unit, street type and
/// directionals are not part of it. It locates a person, so it is personal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AddressKey(Personal<String>);

impl AddressKey {
    /// The key's text, for hashing under a key.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl StandardAddress {
    /// The on-file address key.
    #[must_use]
    pub fn key(&self) -> AddressKey {
        AddressKey(Personal::new(format!(
            "countersign-key-v1|{}|{}|{}|{}",
            self.kind.label(),
            self.number_part(),
            self.street_core(),
            self.zip5
        )))
    }

    /// The number compared: house number with its fraction, or box number, without punctuation. Of a
    /// range of house numbers (both of three digits or more, `123-125`) the first.
    #[must_use]
    pub fn number_part(&self) -> String {
        if self.kind != AddressKind::Street {
            return self.box_number.clone();
        }
        let first = match self.number.split_once('-') {
            Some((low, high)) if low.len() >= 3 && low.len() == high.len() => low,
            _ => &self.number,
        };
        let mut part: String = first.chars().filter(|&c| c != '-').collect();
        if !self.fraction.is_empty() {
            part.push(' ');
            part.push_str(&self.fraction);
        }
        part
    }

    /// The street compared: its core, the same for every usual spelling (abbreviations written out,
    /// ordinals as digits, no spaces), or the route. Types that are mostly part of a name (`STONY
    /// ISLAND`, `OAK HILL`) belong to the core, so that `OAK HILL` and `OAK HILL RD` have the same.
    #[must_use]
    pub fn street_core(&self) -> String {
        match self.kind {
            AddressKind::Street => street_core(&self.street, self.street_type),
            AddressKind::PostOfficeBox => String::new(),
            AddressKind::GeneralDelivery => "GENERALDELIVERY".to_owned(),
            _ => self.route.replace(' ', ""),
        }
    }

    /// The parts tokens are made of, at most one of each kind, in [`TokenKind::OF_ADDRESS`] order.
    /// A part the address lacks is left out.
    #[must_use]
    pub fn token_parts(&self) -> Vec<(TokenKind, String)> {
        let number = self.number_part();
        let mut digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
        digits.sort_unstable();
        let street = self.street_core();
        let (left, right) = halves(&street);
        let (left, right) = (left.to_owned(), right.to_owned());
        let mut parts = vec![
            (TokenKind::Zip5, self.zip5.clone()),
            (TokenKind::Zip3, self.zip5.chars().take(3).collect()),
            (TokenKind::Number, number),
            (TokenKind::NumberDigits, digits.into_iter().collect()),
            (TokenKind::Street, street),
            (TokenKind::StreetLeft, left),
            (TokenKind::StreetRight, right),
            (TokenKind::Unit, self.unit.clone()),
        ];
        parts.retain(|(_, part)| !part.is_empty());
        parts
    }
}
