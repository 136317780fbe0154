//! What identity needs of a register: blocks, records and name frequencies, behind one trait.
//!
//! Place in the flow: the register implements [`Candidates`]; tests implement it with a plain list.
//!
//! Left to others: files and their layout (register).

use std::{
    fmt,
    ops::{Deref, Range},
};

use model::{
    fault::{Explain, Fault},
    id::{EntryNumber, RecordNumber},
    time::Date,
    token::TokenKind,
};
use serde::{Deserialize, Serialize};
use standard::name::Suffix;
use thiserror::Error;

use crate::{
    blocking::{BlockKey, KeyKind},
    found::{CandidateSet, FoundSet},
};

/// Bits kept of a bound part of an address.
pub const BOUND_PART_BITS: u32 = 12;

/// One address of a record: eight parts bound to it, 12 bits each.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct BoundAddress {
    /// Top 12 bits of each bound token, in the order of [`TokenKind::OF_ADDRESS`].
    pub parts: [u16; 8],
    /// Bit `i` set: part `i` is there.
    pub present: u8,
    /// The sealed entry this address belongs to.
    pub entry: EntryNumber,
    /// Random number shared by records at this address (unit included).
    pub residence: u32,
}

impl fmt::Debug for BoundAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BoundAddress(personal)")
    }
}

impl BoundAddress {
    /// The bound part of a kind; `None` where the address has none.
    #[must_use]
    pub fn part(&self, kind: TokenKind) -> Option<u16> {
        let position = kind.address_place()?;
        if self.present >> position & 1 == 0 {
            return None;
        }
        self.parts.get(position).copied()
    }
}

/// Addresses kept without the heap.
const ADDRESSES_INLINE: usize = 4;

/// The addresses of a record: up to four in place, more on the heap. Read as a slice.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressList {
    few: [BoundAddress; ADDRESSES_INLINE],
    /// How many of `few` there are; 0 where there are `many`.
    count: usize,
    many: Vec<BoundAddress>,
}

impl Deref for AddressList {
    type Target = [BoundAddress];

    fn deref(&self) -> &[BoundAddress] {
        if self.many.is_empty() {
            self.few.get(..self.count).unwrap_or(&[])
        } else {
            &self.many
        }
    }
}

impl FromIterator<BoundAddress> for AddressList {
    fn from_iter<I: IntoIterator<Item = BoundAddress>>(addresses: I) -> Self {
        let mut list = Self {
            few: [BoundAddress::default(); ADDRESSES_INLINE],
            count: 0,
            many: Vec::new(),
        };
        for address in addresses {
            match list.few.get_mut(list.count) {
                Some(place) if list.many.is_empty() => {
                    *place = address;
                    list.count += 1;
                }
                _ => {
                    if list.many.is_empty() {
                        list.many.extend_from_slice(&list.few);
                    }
                    list.many.push(address);
                }
            }
        }
        list
    }
}

impl fmt::Debug for AddressList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AddressList(personal)")
    }
}

/// Whether something keeps a record from being answered about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Marker {
    /// Nothing.
    None,
    /// A hold of the records agency, or an identity-theft marker.
    Hold,
}

/// A record as the match plane shows it. `Debug` prints nothing of it.
#[derive(Clone)]
pub struct RecordView<'a> {
    /// Folded given names parted by one space.
    pub given: &'a str,
    /// Folded surnames parted by one space.
    pub surnames: &'a str,
    /// Suffix.
    pub suffix: Option<Suffix>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Top 32 bits of the bound TIN.
    pub tin: Option<u32>,
    /// Every address of its history.
    pub addresses: AddressList,
    /// Hold or identity theft.
    pub marker: Marker,
}

impl fmt::Debug for RecordView<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecordView(personal)")
    }
}

/// A record among many, its names by number: what is compared before any text is fetched.
#[derive(Clone, Copy)]
pub struct RecordHead {
    /// Number of its given names as a text: equal numbers are equal texts.
    pub given: u32,
    /// Number of its surnames as a text.
    pub surnames: u32,
    /// Suffix.
    pub suffix: Option<Suffix>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Top 32 bits of the bound TIN.
    pub tin: Option<u32>,
    /// Hold or identity theft.
    pub marker: Marker,
    /// Where its first address stands among [`Records::addresses`].
    pub first_address: usize,
    /// How many it has.
    pub address_count: usize,
}

impl fmt::Debug for RecordHead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecordHead(personal)")
    }
}

/// Many records, fetched together. Records lie anywhere in memory: fetched side by side, one waits
/// while the others do, and not after them.
#[derive(Debug, Default)]
pub struct Records {
    /// The records, in the order asked for.
    pub heads: Vec<RecordHead>,
    /// The addresses of all.
    pub addresses: Vec<BoundAddress>,
}

impl Records {
    /// Adds a record; its names have these numbers.
    pub fn push(&mut self, view: &RecordView<'_>, given: u32, surnames: u32) {
        self.heads.push(RecordHead {
            given,
            surnames,
            suffix: view.suffix,
            date_of_birth: view.date_of_birth,
            tin: view.tin,
            marker: view.marker,
            first_address: self.addresses.len(),
            address_count: view.addresses.len(),
        });
        self.addresses.extend_from_slice(&view.addresses);
    }

    /// The addresses of one.
    #[must_use]
    pub fn addresses_of(&self, head: &RecordHead) -> &[BoundAddress] {
        let end = head.first_address.saturating_add(head.address_count);
        let range: Range<usize> = head.first_address..end;
        self.addresses.get(range).unwrap_or(&[])
    }
}

/// A block too large to be read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnreadBlock {
    /// The kind of key.
    pub kind: KeyKind,
    /// Records in it.
    pub size: u64,
    /// How much of it was read after all.
    pub read: BlockPart,
}

/// The part of an oversized block that was read through its refined keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockPart {
    /// None of it.
    Nothing,
    /// Those with the row's year of birth or one near it.
    BirthYear,
    /// Those with the row's initial of the given name.
    Initial,
    /// Both of these.
    BirthYearAndInitial,
}

/// How many people bear a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NameShare {
    /// This very token.
    pub same: u64,
    /// A token one slip apart, this one not counted.
    pub similar: u64,
    /// A form of the same given name, this one not counted; 0 for surnames.
    pub forms: u64,
}

/// Which names are meant: a share counts first given names or each surname, a text has all given
/// names or all surnames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameField {
    /// Given names.
    Given,
    /// Surnames.
    Surname,
}

/// The register could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CandidatesError {
    /// Its files contradict themselves. A fault of ours or of the disk.
    #[error("the register's `{part}` is damaged")]
    Damaged {
        /// Which part.
        part: &'static str,
    },
}

impl Explain for CandidatesError {
    fn fault(&self) -> Fault {
        Fault::Integrity
    }
}

/// A register as identity sees it.
pub trait Candidates {
    /// People in the register.
    fn people(&self) -> u64;

    /// Adds all records under the keys to those found; a block too large is read by its refined keys
    /// (with each of `years`, and with the initial) and reported.
    ///
    /// # Errors
    /// [`CandidatesError`] where the register cannot be read.
    fn find(
        &self,
        keys: &[BlockKey],
        years: &[i16],
        found: &mut FoundSet,
    ) -> Result<Vec<UnreadBlock>, CandidatesError>;

    /// All records under the keys, and the blocks not read whole.
    ///
    /// # Errors
    /// As [`Self::find`].
    fn candidates(
        &self,
        keys: &[BlockKey],
        years: &[i16],
    ) -> Result<CandidateSet, CandidatesError> {
        let mut found = FoundSet::default();
        let unread = self.find(keys, years, &mut found)?;
        Ok(CandidateSet {
            found: found.finish(),
            unread,
        })
    }

    /// One record.
    ///
    /// # Errors
    /// [`CandidatesError`] where there is none or the register cannot be read.
    fn record(&self, record: RecordNumber) -> Result<RecordView<'_>, CandidatesError>;

    /// Many records, in this order.
    ///
    /// # Errors
    /// [`CandidatesError`] where one is away or the register cannot be read.
    fn records(&self, numbers: &[RecordNumber]) -> Result<Records, CandidatesError> {
        let mut records = Records::default();
        for number in numbers {
            // A name has here the number of a record that bears it.
            records.push(&self.record(*number)?, number.0, number.0);
        }
        Ok(records)
    }

    /// The fixed parts of many records, in this order, without their addresses.
    ///
    /// # Errors
    /// [`CandidatesError`] where one is away or the register cannot be read.
    fn heads(&self, numbers: &[RecordNumber]) -> Result<Vec<RecordHead>, CandidatesError> {
        Ok(self.records(numbers)?.heads)
    }

    /// The texts of names by number, in this order, parted by one space.
    ///
    /// # Errors
    /// [`CandidatesError`] where one is away or the register cannot be read.
    fn texts(&self, field: NameField, numbers: &[u32]) -> Result<Vec<&str>, CandidatesError> {
        let text = |number: &u32| {
            let view = self.record(RecordNumber(*number))?;
            Ok(match field {
                NameField::Given => view.given,
                NameField::Surname => view.surnames,
            })
        };
        numbers.iter().map(text).collect()
    }

    /// How many people bear a name, exactly and nearly.
    fn share(&self, field: NameField, token: &str) -> NameShare;

    /// How many people bear a name exactly or in another form; near ones are not counted.
    fn borne(&self, field: NameField, token: &str) -> NameShare {
        NameShare {
            similar: 0,
            ..self.share(field, token)
        }
    }

    /// All names on file a slip apart ([`crate::compare::is_slip`]) from one, itself not included.
    fn slips(&self, field: NameField, token: &str) -> Vec<&str>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_any_length_read_back() {
        for length in 0..12_u16 {
            let addresses: Vec<BoundAddress> = (0..length)
                .map(|number| BoundAddress {
                    entry: EntryNumber(number),
                    ..BoundAddress::default()
                })
                .collect();
            let list: AddressList = addresses.iter().copied().collect();
            assert!(*list == *addresses, "{length}");
        }
    }
}
