//! The match plane: names and birth dates in dictionaries, everything else as tokens bound to the
//! record. Nothing in it can be read back as an address or a taxpayer number.
//!
//! Place in the flow: written by build, read by the register for identity.
//!
//! Left to others: blocks (index), sealed addresses (table).

use std::{collections::HashMap, fmt};

use identity::candidates::{
    AddressList, BoundAddress, CandidatesError, Marker, NameField, RecordHead, RecordView, Records,
};
use model::{
    canonical::Encoder,
    digest::Digest,
    id::{EntryNumber, RecordNumber},
    time::Date,
};
use rayon::prelude::*;
use standard::name::{Suffix, canonical_given};

use crate::{
    bytes::{FormatError, PlaneBytes, Reader, Section, Writer, count32, le16, le32, touch},
    interner::{Interner, Known, Seed},
    names::{TextTable, TokenTable, write_texts, write_tokens},
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

/// One person ready for the match plane, in record order. `Debug` prints nothing of it.
#[derive(Clone, Copy)]
pub struct MatchRecord<'a> {
    /// Given names in standard form, joined by spaces.
    pub given: &'a str,
    /// Surnames likewise.
    pub surnames: &'a str,
    /// Generational suffix.
    pub suffix: Option<Suffix>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Top 32 bits of the bound TIN.
    pub tin: Option<u32>,
    /// Hold or identity theft.
    pub marker: Marker,
}

impl fmt::Debug for MatchRecord<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MatchRecord(personal)")
    }
}

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

const fn suffix_code(suffix: Option<Suffix>) -> u8 {
    match suffix {
        None => 0,
        Some(Suffix::Junior) => 1,
        Some(Suffix::Senior) => 2,
        Some(Suffix::Second) => 3,
        Some(Suffix::Third) => 4,
        Some(Suffix::Fourth) => 5,
        Some(Suffix::Fifth) => 6,
    }
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

/// A date as `yyyymmdd`; 0 for none or a year before 1.
fn date_code(date: Option<Date>) -> u32 {
    date.map_or(0, |date| {
        let number = |value: i16| u32::try_from(value).unwrap_or(0);
        number(date.year()) * 10_000 + number(date.month().into()) * 100 + number(date.day().into())
    })
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

/// Packs eight numbers of 12 bits into 12 bytes.
fn pack(parts: [u16; 8]) -> [u8; 12] {
    let whole = parts
        .into_iter()
        .rev()
        .fold(0_u128, |sum, part| sum << 12 | u128::from(part & 0xfff));
    let mut packed = [0; 12];
    for (place, byte) in packed.iter_mut().zip(whole.to_le_bytes()) {
        *place = byte;
    }
    packed
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

/// The sections of distinct texts, while a plane is made.
struct NameSections<'t> {
    /// Of texts ascending.
    texts: Vec<u8>,
    /// Of tokens and their bearers.
    tokens: Vec<u8>,
    /// The place of each number's text.
    places: Vec<u32>,
    /// Tokens ascending, with the people who bear each.
    bearers: Vec<(&'t str, u32)>,
}

/// Makes sections; `tokens` are those of a text.
fn sections<'t, I: Iterator<Item = &'t str>>(
    texts: &'t Interner,
    tokens: impl Fn(&'t str) -> I,
) -> Option<NameSections<'t>> {
    let mut texts: Vec<(&str, Known)> = texts.iter().collect();
    texts.par_sort_unstable_by_key(|(text, _)| *text);
    let mut bearers: HashMap<&str, u32, Seed> = HashMap::default();
    let mut places = vec![0; texts.len()];
    for (place, (text, known)) in (0_u32..).zip(&texts) {
        *places.get_mut(usize::try_from(known.number).ok()?)? = place;
        for token in tokens(text) {
            let people = bearers.entry(token).or_insert(0);
            *people = people.saturating_add(known.people);
        }
    }
    let mut bearers: Vec<(&str, u32)> = bearers.into_iter().collect();
    bearers.par_sort_unstable();
    let (mut names, mut tokens) = (Writer::default(), Writer::default());
    write_texts(texts.iter().map(|(text, _)| *text), &mut names)?;
    write_tokens(&bearers, &mut tokens)?;
    Some(NameSections {
        texts: names.finish(),
        tokens: tokens.finish(),
        places,
        bearers,
    })
}

/// See [`MatchPlane::name_forms`].
fn name_forms<'t>(tokens: impl Iterator<Item = &'t str>) -> Digest {
    let mut encoder = Encoder::new("countersign/name-forms/v1");
    for token in tokens {
        encoder.text(token).text(canonical_given(token));
    }
    encoder.finish()
}

/// The first word: of given names only the first is counted.
fn first_word(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ')
        .next()
        .filter(|word| !word.is_empty())
        .into_iter()
}

/// Each word once.
fn distinct_words(text: &str) -> impl Iterator<Item = &str> {
    let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter()
}

/// Collects records in order and makes the bytes of a match plane of them.
#[derive(Default)]
pub struct MatchPlaneBuilder {
    given: Interner,
    surnames: Interner,
    // Laid out as in the file, but for the numbers of names.
    records: Vec<u8>,
    // Laid out as in the file, but for residences where they are given at the end.
    addresses: Vec<u8>,
}

impl MatchPlaneBuilder {
    /// An empty one with room for so many people and addresses.
    #[must_use]
    pub fn expecting(people: usize, addresses: usize) -> Self {
        Self {
            records: Vec::with_capacity(people.saturating_mul(RECORD_BYTES)),
            addresses: Vec::with_capacity(addresses.saturating_mul(ADDRESS_BYTES)),
            ..Self::default()
        }
    }

    /// Has the memory fetch what is known of the names of records that are added next.
    pub fn touch<'t>(&self, records: impl Iterator<Item = MatchRecord<'t>> + Clone) {
        self.given.touch(records.clone().map(|record| record.given));
        self.surnames.touch(records.map(|record| record.surnames));
    }

    /// Adds the next record, with every address of its history; `None` beyond the format's limits.
    pub fn push(&mut self, record: &MatchRecord<'_>, addresses: &[BoundAddress]) -> Option<()> {
        let given = self.given.number(record.given)?;
        let surnames = self.surnames.number(record.surnames)?;
        let start = count32(self.addresses.len() / ADDRESS_BYTES)?;
        let count = u16::try_from(addresses.len()).ok()?;
        let mut flags = 0;
        if record.tin.is_some() {
            flags |= FLAG_TIN;
        }
        if record.marker == Marker::Hold {
            flags |= FLAG_HOLD;
        }
        let table = &mut self.records;
        table.extend_from_slice(&given.to_le_bytes());
        table.extend_from_slice(&surnames.to_le_bytes());
        table.extend_from_slice(&date_code(record.date_of_birth).to_le_bytes());
        table.extend_from_slice(&record.tin.unwrap_or(0).to_le_bytes());
        table.extend_from_slice(&start.to_le_bytes());
        table.extend_from_slice(&count.to_le_bytes());
        table.extend_from_slice(&[suffix_code(record.suffix), flags]);
        for address in addresses {
            self.addresses.extend_from_slice(&pack(address.parts));
            self.addresses.push(address.present);
            self.addresses
                .extend_from_slice(&address.entry.0.to_le_bytes());
            self.addresses
                .extend_from_slice(&address.residence.to_le_bytes());
        }
        Some(())
    }

    /// The plane, with a residence for each address in order where there are any; `None` beyond the
    /// format's limits.
    #[must_use]
    pub fn finish(mut self, residences: &[u32]) -> Option<MadePlane> {
        let given = sections(&self.given, first_word)?;
        let surnames = sections(&self.surnames, distinct_words)?;
        let (records, _) = self.records.as_chunks_mut::<RECORD_BYTES>();
        records.par_iter_mut().for_each(|record| {
            let (numbers, _) = record.as_chunks_mut::<4>();
            let places = [&given.places, &surnames.places];
            for (number, places) in numbers.iter_mut().zip(places) {
                let place = usize::try_from(u32::from_le_bytes(*number)).unwrap_or(usize::MAX);
                *number = places.get(place).copied().unwrap_or(0).to_le_bytes();
            }
        });
        let (addresses, _) = self.addresses.as_chunks_mut::<ADDRESS_BYTES>();
        for (address, residence) in addresses.iter_mut().zip(residences) {
            if let Some(place) = address.last_chunk_mut::<4>() {
                *place = residence.to_le_bytes();
            }
        }
        let head = |bytes: &[u8]| {
            let mut head = Writer::default();
            head.section_head(bytes.len());
            head.finish()
        };
        Some(MadePlane {
            name_forms: name_forms(given.bearers.iter().map(|(token, _)| *token)),
            pieces: [
                Writer::new(MAGIC, VERSION).finish(),
                given.texts,
                surnames.texts,
                given.tokens,
                surnames.tokens,
                head(&self.records),
                self.records,
                head(&self.addresses),
                self.addresses,
            ],
        })
    }
}

/// A match plane in memory.
pub struct MadePlane {
    /// What stands in its file, one piece after the other: joined, the tables of millions would stand in
    /// memory twice.
    pub pieces: [Vec<u8>; 9],
    /// See [`MatchPlane::name_forms`].
    pub name_forms: Digest,
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
        heads
            .collect::<Option<_>>()
            .ok_or(CandidatesError::Damaged { part: FILE })
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
