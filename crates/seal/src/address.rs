//! The mailing address as it is sealed: five lines, padded to one length.
//!
//! Place in the flow: the builder packs an address before sealing; opening unpacks it. Every
//! ciphertext has the same length, so it shows nothing of the address.
//!
//! Left to others: standard form (standard), printing (answer).

use std::fmt;

use model::{
    fault::{Explain, Fault},
    personal::Personal,
};
use thiserror::Error;
use zeroize::Zeroizing;

/// Bytes of the padded plaintext.
pub const PLAINTEXT_LENGTH: usize = 160;

/// A mailing address as the extract has it. `Debug` prints nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailingAddress {
    /// First line: number and street, box, or route.
    pub line_1: Personal<String>,
    /// Second line, often empty.
    pub line_2: Personal<String>,
    /// City or post office.
    pub city: Personal<String>,
    /// Two letters.
    pub state: Personal<String>,
    /// ZIP or ZIP+4.
    pub postal_code: Personal<String>,
}

/// The address has more text than the one length holds. The fault of the extract's row.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the address has `{length}` bytes of text; at most 153 can be sealed")]
pub struct AddressTooLong {
    /// Bytes of its five fields.
    pub length: usize,
}

impl Explain for AddressTooLong {
    fn fault(&self) -> Fault {
        Fault::Input
    }
}

impl MailingAddress {
    /// An address of five fields.
    #[must_use]
    pub fn new(line_1: &str, line_2: &str, city: &str, state: &str, postal_code: &str) -> Self {
        Self {
            line_1: line_1.into(),
            line_2: line_2.into(),
            city: city.into(),
            state: state.into(),
            postal_code: postal_code.into(),
        }
    }

    /// The address as an envelope has it: its filled lines, then city, state and ZIP.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let last = [&self.city, &self.state, &self.postal_code];
        let last: Vec<&str> = last.iter().map(|part| part.expose().as_str()).collect();
        let lines = [
            self.line_1.expose().clone(),
            self.line_2.expose().clone(),
            last.join(" "),
        ];
        lines
            .into_iter()
            .filter(|line| !line.trim().is_empty())
            .collect()
    }

    fn fields(&self) -> [&Personal<String>; 5] {
        [
            &self.line_1,
            &self.line_2,
            &self.city,
            &self.state,
            &self.postal_code,
        ]
    }

    /// Packs the address: two bytes, big-endian, with the length of what follows but the padding;
    /// then each field as one byte of length and its UTF-8 bytes; then zeros up to 160 bytes.
    ///
    /// # Errors
    /// [`AddressTooLong`] for more than 153 bytes of text.
    pub fn pack(&self) -> Result<Zeroizing<[u8; PLAINTEXT_LENGTH]>, AddressTooLong> {
        let mut packed = Zeroizing::new(Vec::with_capacity(PLAINTEXT_LENGTH));
        PackedAddress::pack(
            self.fields().map(|field| field.expose().as_str()),
            &mut packed,
        )?;
        let mut plaintext = Zeroizing::new([0_u8; PLAINTEXT_LENGTH]);
        PackedAddress(&packed).write(plaintext.as_mut_slice());
        Ok(plaintext)
    }

    /// Unpacks what [`Self::pack`] made; `None` for anything else (wrong length, fields that do
    /// not fill it, padding that is not zero, text that is not UTF-8).
    #[must_use]
    pub fn unpack(plaintext: &[u8]) -> Option<Self> {
        if plaintext.len() != PLAINTEXT_LENGTH {
            return None;
        }
        let (prefix, rest) = plaintext.split_first_chunk::<2>()?;
        let (mut body, padding) = rest.split_at_checked(u16::from_be_bytes(*prefix).into())?;
        if padding.iter().any(|byte| *byte != 0) {
            return None;
        }
        let mut field = || {
            let (length, rest) = body.split_first()?;
            let (text, rest) = rest.split_at_checked(usize::from(*length))?;
            body = rest;
            std::str::from_utf8(text).ok().map(Personal::from)
        };
        let address = Self {
            line_1: field()?,
            line_2: field()?,
            city: field()?,
            state: field()?,
            postal_code: field()?,
        };
        body.is_empty().then_some(address)
    }
}

/// An address packed, but for its padding: what a builder holds of millions, one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PackedAddress<'b>(&'b [u8]);

impl fmt::Debug for PackedAddress<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PackedAddress(personal)")
    }
}

impl<'b> PackedAddress<'b> {
    /// Packs the five fields of [`MailingAddress::new`], in its order, at the end of `bytes`. Gives
    /// the number of bytes, at most 160.
    ///
    /// # Errors
    /// [`AddressTooLong`] for more than 153 bytes of text; nothing is added then.
    pub fn pack(fields: [&str; 5], bytes: &mut Vec<u8>) -> Result<u8, AddressTooLong> {
        let length: usize = fields.iter().map(|field| field.len()).sum();
        let too_long = || AddressTooLong { length };
        // A prefix of two bytes for the whole, one of one for each field.
        let whole = u8::try_from(length.saturating_add(2 + fields.len()));
        let whole = whole.map_err(|_| too_long())?;
        if usize::from(whole) > PLAINTEXT_LENGTH {
            return Err(too_long());
        }
        bytes.extend_from_slice(&u16::from(whole - 2).to_be_bytes());
        for field in fields {
            bytes.push(u8::try_from(field.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(field.as_bytes());
        }
        Ok(whole)
    }

    /// Takes what [`Self::pack`] added; `None` for bytes of another length than they state.
    #[must_use]
    pub fn read(bytes: &'b [u8]) -> Option<Self> {
        let (body, rest) = bytes.split_first_chunk::<2>()?;
        let whole = usize::from(u16::from_be_bytes(*body)) == rest.len();
        (whole && bytes.len() <= PLAINTEXT_LENGTH).then_some(Self(bytes))
    }

    /// Writes the packed form into zeros; what does not fit is left out.
    pub(crate) fn write(&self, plaintext: &mut [u8]) {
        let length = self.0.len().min(plaintext.len());
        if let (Some(to), Some(from)) = (plaintext.get_mut(..length), self.0.get(..length)) {
            to.copy_from_slice(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_address_fits_and_one_byte_more_does_not() {
        let address = |length: usize| MailingAddress::new(&"x".repeat(length), "", "", "", "");
        let longest = address(153);
        let packed = longest.pack().unwrap();
        assert_eq!(MailingAddress::unpack(packed.as_slice()), Some(longest));
        assert_eq!(address(154).pack(), Err(AddressTooLong { length: 154 }));
        assert_eq!(address(300).pack(), Err(AddressTooLong { length: 300 }));
    }

    #[test]
    fn a_length_that_is_not_the_fields_is_refused() {
        let address = MailingAddress::new("1 Main St", "", "Reno", "NV", "89501");
        let mut packed = *address.pack().unwrap();
        for length in 0..=u8::MAX {
            let right = length == 25;
            packed[1] = length;
            assert_eq!(MailingAddress::unpack(&packed).is_some(), right, "{length}");
        }
    }

    #[test]
    fn packed_bytes_are_as_long_as_they_state() {
        let mut bytes = vec![9];
        let fields = ["1 Main St", "", "Reno", "NV", "89501"];
        assert_eq!(PackedAddress::pack(fields, &mut bytes), Ok(27));
        let packed = PackedAddress::read(&bytes[1..]).unwrap();
        let mut plaintext = [0; PLAINTEXT_LENGTH];
        packed.write(&mut plaintext);
        let [a, b, c, d, e] = fields;
        let address = MailingAddress::new(a, b, c, d, e);
        assert_eq!(plaintext, *address.pack().unwrap());
        assert!(PackedAddress::read(&bytes).is_none());
        assert!(PackedAddress::read(&bytes[1..27]).is_none());
        assert!(PackedAddress::read(&[]).is_none());
        assert_eq!(format!("{packed:?}"), "PackedAddress(personal)");
    }

    proptest! {
        #[test]
        fn what_is_packed_unpacks(fields in prop::array::uniform5(".{0,9}")) {
            let [a, b, c, d, e] = &fields;
            let address = MailingAddress::new(a, b, c, d, e);
            if let Ok(packed) = address.pack() {
                prop_assert_eq!(MailingAddress::unpack(packed.as_slice()), Some(address));
            }
        }

        #[test]
        fn every_packing_is_the_only_one(
            place in 0_usize..PLAINTEXT_LENGTH, change in 1_u8..=255,
        ) {
            let address = MailingAddress::new("1 Main St", "", "Reno", "NV", "89501");
            let mut packed = *address.pack().unwrap();
            packed[place] ^= change;
            if let Some(other) = MailingAddress::unpack(&packed) {
                prop_assert_ne!(&other, &address);
                prop_assert_eq!(*other.pack().unwrap(), packed);
            }
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = MailingAddress::unpack(&bytes);
        }
    }
}
