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
        self.parts().key()
    }

    /// What key and tokens are made of, worked out once for both.
    #[must_use]
    pub fn parts(&self) -> AddressParts<'_> {
        let number = self.number_part();
        let mut digits = Vec::with_capacity(number.len());
        digits.extend(number.bytes().filter(u8::is_ascii_digit));
        digits.sort_unstable();
        AddressParts {
            address: self,
            digits: String::from_utf8(digits).unwrap_or_default(),
            number,
            street: self.street_core(),
        }
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
        let mut part = if first.contains('-') {
            first.replace('-', "")
        } else {
            first.to_owned()
        };
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
        let parts = self.parts();
        let parts = parts.tokens().map(|(kind, part)| (kind, part.to_owned()));
        parts.collect()
    }
}

/// What an address's key and tokens are made of. Has no `Debug`: it is personal.
pub struct AddressParts<'a> {
    address: &'a StandardAddress,
    number: String,
    /// The number's digits, ascending.
    digits: String,
    street: String,
}

impl AddressParts<'_> {
    /// See [`StandardAddress::key`].
    #[must_use]
    pub fn key(&self) -> AddressKey {
        let parts = [
            "countersign-key-v1",
            self.address.kind.label(),
            &self.number,
            &self.street,
            &self.address.zip5,
        ];
        AddressKey(Personal::new(parts.join("|")))
    }

    /// See [`StandardAddress::token_parts`].
    pub fn tokens(&self) -> impl Iterator<Item = (TokenKind, &str)> {
        let zip5 = self.address.zip5.as_str();
        let (left, right) = halves(&self.street);
        let parts = [
            (TokenKind::Zip5, zip5),
            (TokenKind::Zip3, zip5.get(..3).unwrap_or(zip5)),
            (TokenKind::Number, &self.number),
            (TokenKind::NumberDigits, &self.digits),
            (TokenKind::Street, &self.street),
            (TokenKind::StreetLeft, left),
            (TokenKind::StreetRight, right),
            (TokenKind::Unit, &self.address.unit),
        ];
        parts.into_iter().filter(|(_, part)| !part.is_empty())
    }
}
