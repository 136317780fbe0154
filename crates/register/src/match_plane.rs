//! The match plane: names and birth dates in dictionaries, everything else as tokens bound to the
//! record. Nothing in it can be read back as an address or a taxpayer number.
//!
//! Place in the flow: written by build, read by the register for identity.
//!
//! Left to others: making one (builder), blocks (index), sealed addresses (table).

mod builder;

use identity::{
    candidates::{
        AddressList, BoundAddress, CandidatesError, Marker, NameField, RecordHead, RecordView,
        Records,
    },
    complete::all_of,
};
use model::{
    canonical::Encoder,
    digest::Digest,
    id::{EntryNumber, RecordNumber},
    time::Date,
};
use standard::name::{Suffix, canonical_given};

pub use builder::{MadePlane, MatchPlaneBuilder, MatchRecord};

use crate::{
    bytes::{FormatError, PlaneBytes, Reader, Section, count32, le16, le32, touch},
    names::{TextTable, TokenTable},
};

/// File name, for messages.
pub const FILE: &str = "match.plane";
const MAGIC: &str = "CSGNMTCH";
/// 3 has the bearers of names a slip away; 2 binds tokens with SipHash; 1 bound them with SHA-256.
const VERSION: u32 = 3;

/// Bytes of one record.
const RECORD_BYTES: usize = 24;
/// Bytes of one address: eight parts of 12 bits, presence, entry, residence.
const ADDRESS_BYTES: usize = 19;

/// Flag bits of a record.
const FLAG_TIN: u8 = 1;
const FLAG_HOLD: u8 = 2;

/// The plane, read in place.
#[derive(Debug)]
pub struct MatchPlane {
    given: TextTable,
    surnames: TextTable,
    given_tokens: TokenTable,
    surname_tokens: TokenTable,
    // INVARIANT: a multiple of RECORD_BYTES; every number in it points into the tables.
    records: Section,
    // INVARIANT: a multiple of ADDRESS_BYTES.
    addresses: Section,
}

const fn suffix_of(code: u8) -> Option<Suffix> {
    match code {
        1 => Some(Suffix::Junior),
        2 => Some(Suffix::Senior),
        3 => Some(Suffix::Second),
        4 => Some(Suffix::Third),
        5 => Some(Suffix::Fourth),
        6 => Some(Suffix::Fifth),
        _ => None,
    }
}

fn date_of(code: u32) -> Option<Date> {
    let year = i16::try_from(code / 10_000).ok()?;
    let month = i8::try_from(code / 100 % 100).ok()?;
    let day = i8::try_from(code % 100).ok()?;
    if code == 0 {
        return None;
    }
    Date::new(year, month, day).ok()
}

fn unpack(packed: [u8; 12]) -> [u16; 8] {
    let mut whole = [0; 16];
    for (place, byte) in whole.iter_mut().zip(packed) {
        *place = byte;
    }
    let whole = u128::from_le_bytes(whole);
    let part = |place: u32| (whole >> (12 * place)) as u16 & 0xfff;
    [
        part(0),
        part(1),
        part(2),
        part(3),
        part(4),
        part(5),
        part(6),
        part(7),
    ]
}

/// An address as it stands in the file.
fn address_of(bytes: &[u8; ADDRESS_BYTES]) -> BoundAddress {
    let (packed, rest) = bytes.split_first_chunk::<12>().unwrap_or((&[0; 12], &[]));
    let (present, rest) = rest.split_first().unwrap_or((&0, &[]));
    BoundAddress {
        parts: unpack(*packed),
        present: *present,
        entry: EntryNumber(le16(rest)),
        residence: le32(rest.get(2..).unwrap_or(&[])),
    }
}

/// A record as it stands in the file; its addresses are counted from the plane's first.
fn head_of(bytes: &[u8; RECORD_BYTES]) -> RecordHead {
    let (numbers, _) = bytes.as_chunks::<4>();
    let at = |place: usize| numbers.get(place).map_or(0, |n| u32::from_le_bytes(*n));
    let [.., low, high, suffix, flags] = *bytes;
    RecordHead {
        given: at(0),
        surnames: at(1),
        date_of_birth: date_of(at(2)),
        tin: (flags & FLAG_TIN != 0).then(|| at(3)),
        first_address: usize::try_from(at(4)).unwrap_or(usize::MAX),
        address_count: usize::from(u16::from_le_bytes([low, high])),
        suffix: suffix_of(suffix),
        marker: if flags & FLAG_HOLD == 0 {
            Marker::None
        } else {
            Marker::Hold
        },
    }
}

/// See [`MatchPlane::name_forms`].
fn name_forms<'t>(tokens: impl Iterator<Item = &'t str>) -> Digest {
    let mut encoder = Encoder::new("countersign/name-forms/v1");
    for token in tokens {
        encoder.text(token).text(canonical_given(token));
    }
    encoder.finish()
}

impl MatchPlane {
    /// Reads and checks a plane.
    ///
    /// # Errors
    /// [`FormatError`] naming the section.
    pub fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        Self::open(bytes.to_vec().into())
    }

    /// Checks a plane that is read in place.
    ///
    /// # Errors
    /// [`FormatError`] naming the section.
    pub fn open(bytes: PlaneBytes) -> Result<Self, FormatError> {
        let mut reader = Reader::new(FILE, bytes, MAGIC, VERSION)?;
        let plane = Self {
            given: TextTable::read(&mut reader, "given names")?,
            surnames: TextTable::read(&mut reader, "surnames")?,
            given_tokens: TokenTable::read(&mut reader, "given name tokens")?,
            surname_tokens: TokenTable::read(&mut reader, "surname tokens")?,
            records: reader.section("records")?,
            addresses: reader.section("addresses")?,
        };
        reader.end()?;
        let whole = plane.records.len().is_multiple_of(RECORD_BYTES)
            && plane.addresses.len().is_multiple_of(ADDRESS_BYTES)
            && count32(plane.records.len() / RECORD_BYTES).is_some();
        if whole {
            Ok(plane)
        } else {
            Err(reader.content_error("records"))
        }
    }

    /// People in the plane.
    #[must_use]
    pub fn people(&self) -> u32 {
        count32(self.records.len() / RECORD_BYTES).unwrap_or(u32::MAX)
    }

    /// Addresses in the plane.
    #[must_use]
    pub fn addresses(&self) -> u64 {
        u64::try_from(self.addresses.len() / ADDRESS_BYTES).unwrap_or(u64::MAX)
    }

    /// Tokens of first given names.
    #[must_use]
    pub fn given_tokens(&self) -> &TokenTable {
        &self.given_tokens
    }

    /// Tokens of surnames.
    #[must_use]
    pub fn surname_tokens(&self) -> &TokenTable {
        &self.surname_tokens
    }

    /// Digest of every first given name with its formal name. The index depends on these: a program
    /// with another table of nicknames must not read it.
    #[must_use]
    pub fn name_forms(&self) -> Digest {
        name_forms(self.given_tokens.iter().map(|(token, _)| token))
    }

    /// One record.
    ///
    /// # Errors
    /// [`CandidatesError::Damaged`] where there is none, or its numbers point nowhere.
    pub fn record(&self, record: RecordNumber) -> Result<RecordView<'_>, CandidatesError> {
        self.view(record)
            .ok_or(CandidatesError::Damaged { part: FILE })
    }

    fn view(&self, record: RecordNumber) -> Option<RecordView<'_>> {
        let (records, _) = self.records.as_chunks::<RECORD_BYTES>();
        let head = head_of(records.get(usize::try_from(record.0).ok()?)?);
        Some(RecordView {
            given: self.given.get(head.given)?,
            surnames: self.surnames.get(head.surnames)?,
            suffix: head.suffix,
            date_of_birth: head.date_of_birth,
            tin: head.tin,
            addresses: self.addresses_of(&head)?,
            marker: head.marker,
        })
    }

    fn addresses_of(&self, head: &RecordHead) -> Option<AddressList> {
        let (addresses, _) = self.addresses.as_chunks::<ADDRESS_BYTES>();
        let own = addresses
            .get(head.first_address..)?
            .get(..head.address_count)?;
        Some(own.iter().map(address_of).collect())
    }

    /// Many records, in this order. What lies apart in memory is touched for all of them before it is
    /// read: fixed parts first, then addresses.
    ///
    /// # Errors
    /// [`CandidatesError::Damaged`] where one is away or its addresses are.
    pub fn records(&self, numbers: &[RecordNumber]) -> Result<Records, CandidatesError> {
        self.staged(numbers)
            .ok_or(CandidatesError::Damaged { part: FILE })
    }

    /// The fixed parts of many records, in this order: touched for all of them before one is read.
    ///
    /// # Errors
    /// [`CandidatesError::Damaged`] where one is away.
    pub fn heads(&self, numbers: &[RecordNumber]) -> Result<Vec<RecordHead>, CandidatesError> {
        let (records, _) = self.records.as_chunks::<RECORD_BYTES>();
        let place = |number: &RecordNumber| usize::try_from(number.0).ok();
        let at = |number| records.get(place(number)?);
        touch(numbers.iter().map(|number| at(number)?.first()));
        let heads = numbers.iter().map(|number| at(number).map(head_of));
        all_of(heads).ok_or(CandidatesError::Damaged { part: FILE })
    }

    fn staged(&self, numbers: &[RecordNumber]) -> Option<Records> {
        let mut heads = self.heads(numbers).ok()?;
        let count = heads
            .iter()
            .try_fold(0_usize, |sum, head| sum.checked_add(head.address_count))?;
        let (table, _) = self.addresses.as_chunks::<ADDRESS_BYTES>();
        touch(
            heads
                .iter()
                .map(|head| table.get(head.first_address)?.first()),
        );
        let mut addresses: Vec<BoundAddress> = Vec::with_capacity(count.min(table.len()));
        for head in &mut heads {
            let own = table.get(head.first_address..)?.get(..head.address_count)?;
            head.first_address = addresses.len();
            addresses.extend(own.iter().map(address_of));
        }
        Some(Records { heads, addresses })
    }

    /// The texts of names by number, in this order.
    ///
    /// # Errors
    /// [`CandidatesError::Damaged`] where one is away.
    pub fn texts(&self, field: NameField, numbers: &[u32]) -> Result<Vec<&str>, CandidatesError> {
        let table = match field {
            NameField::Given => &self.given,
            NameField::Surname => &self.surnames,
        };
        table
            .get_all(numbers)
            .ok_or(CandidatesError::Damaged { part: FILE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(records: &[MatchRecord<'_>]) -> Option<Vec<u8>> {
        let mut builder = MatchPlaneBuilder::default();
        for record in records {
            builder.push(record, &[ADDRESS])?;
        }
        builder.finish(&[]).map(|made| made.pieces.concat())
    }

    const ADDRESS: BoundAddress = BoundAddress {
        parts: [1, 2, 3, 4095, 5, 6, 7, 8],
        present: 0b1010_1010,
        entry: EntryNumber(3),
        residence: 99,
    };

    fn record(given: &'static str, surnames: &'static str, birth: &str) -> MatchRecord<'static> {
        MatchRecord {
            given,
            surnames,
            suffix: Some(Suffix::Junior),
            date_of_birth: model::time::parse_date(birth).ok(),
            tin: Some(77),
            marker: Marker::Hold,
        }
    }

    #[test]
    fn records_read_back() {
        let records = [
            record("MARIA ELENA", "DIAZ", "1980-02-29"),
            record("JUAN", "DIAZ", ""),
        ];
        let bytes = encode(&records).unwrap();
        let plane = MatchPlane::read(&bytes).unwrap();
        assert_eq!((plane.people(), plane.addresses()), (2, 2));
        for (number, expected) in (0..).zip(&records) {
            let view = plane.record(RecordNumber(number)).unwrap();
            assert_eq!(view.given, expected.given);
            assert_eq!(view.surnames, "DIAZ");
            assert_eq!(view.suffix, expected.suffix);
            assert_eq!(view.date_of_birth, expected.date_of_birth);
            assert_eq!((view.tin, view.marker), (Some(77), Marker::Hold));
            assert!(*view.addresses == [ADDRESS]);
        }
        let all = plane.records(&[RecordNumber(1), RecordNumber(0)]).unwrap();
        let expected: Vec<u16> = vec![1, 2, 3, 4095, 5, 6, 7, 8];
        assert!(
            all.addresses
                .iter()
                .all(|address| address.parts == *expected)
        );
        let given: Vec<u32> = all.heads.iter().map(|head| head.given).collect();
        let texts = plane.texts(NameField::Given, &given).unwrap();
        assert_eq!(texts, ["JUAN", "MARIA ELENA"]);
        assert!(plane.records(&[RecordNumber(0), RecordNumber(2)]).is_err());
        let diaz = plane.surname_tokens().number("DIAZ").unwrap();
        assert_eq!(plane.surname_tokens().bearers_of(diaz), 2);
        assert!(plane.record(RecordNumber(2)).is_err());
    }

    #[test]
    fn damaged_planes_are_refused_or_read_without_harm() {
        let bytes = encode(&[record("MARIA", "DIAZ", "1980-02-29")]).unwrap();
        for length in 0..bytes.len() {
            assert!(MatchPlane::read(&bytes[..length]).is_err());
        }
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x81;
            if let Ok(plane) = MatchPlane::read(&changed) {
                let _ = plane.record(RecordNumber(0));
                let _ = plane.records(&[RecordNumber(0)]);
                let _ = plane.texts(NameField::Surname, &[0, 1]);
                let _ = plane.given_tokens().neighbourhood("MARIO");
            }
        }
    }
}
