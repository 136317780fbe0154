//! People with their record numbers: bound tokens, fingerprints, headers, sealed entries.
//!
//! Place in the flow: between preparing and writing; runs on all threads.
//!
//! Left to others: the planes' layout.

use identity::{
    blocking::{AddressKeys, Refinement, record_prints},
    candidates::BoundAddress,
    compare::bound_part,
    query::AddressTokens,
};
use model::{
    digest::Digest,
    id::{EntryNumber, RecordNumber},
    token::TokenKind,
};
use seal::{
    context::SlotKey,
    entry::{SLOTS_MAX, Sealer},
    header::RecordHeader,
    merkle::leaf_hash,
};

use super::{
    BuildError, count,
    prepare::{Prepared, PreparedEntry, StandardFacts},
};
use crate::match_plane::MatchRecord;

/// All that the files keep of some people whose records follow each other.
#[derive(Default)]
pub struct Batch {
    /// Records of the match plane (residences are not known yet), and what refines their fingerprints.
    pub records: Vec<(MatchRecord, Refinement)>,
    /// Fingerprints the records are indexed under, one record's after the other.
    pub prints: Rows<u64>,
    /// Fingerprints of the residences of all addresses.
    pub residences: Vec<u64>,
    /// Of each record the count of entries (2 bytes), then each entry behind its length (4 bytes),
    /// little-endian.
    pub sealed: Rows<u8>,
    /// Canonical bytes of the headers.
    pub headers: Rows<u8>,
    /// The headers' leaves.
    pub leaves: Vec<Digest>,
    /// Distinct addresses of all records.
    pub entries: u64,
    /// Records no address of which has a standard form.
    pub records_without_key: u64,
}

/// Sequences of values, one after the other.
#[derive(Debug)]
pub struct Rows<T> {
    /// The values of all.
    pub values: Vec<T>,
    /// Where each ends.
    pub ends: Vec<usize>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            ends: Vec::new(),
        }
    }
}

impl Batch {
    /// Forgets everything but its memory.
    pub fn clear(&mut self) {
        self.records.clear();
        self.prints.clear();
        self.residences.clear();
        self.sealed.clear();
        self.headers.clear();
        self.leaves.clear();
        self.entries = 0;
        self.records_without_key = 0;
    }
}

impl<T> Rows<T> {
    fn clear(&mut self) {
        self.values.clear();
        self.ends.clear();
    }

    /// Ends a sequence.
    fn end(&mut self) {
        self.ends.push(self.values.len());
    }

    /// The sequences.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.values.get(start..*end).unwrap_or(&[]))
    }
}

/// Makes people.
pub struct Maker<'a> {
    /// Sealing; `None` where only headers are built.
    pub sealer: Option<Sealer<'a>>,
}

impl Maker<'_> {
    /// Makes everything of some people, into an empty batch.
    ///
    /// # Errors
    /// [`BuildError`] naming a row where an address is too long or the entries make no header.
    pub fn make(
        &self,
        people: Vec<(RecordNumber, Prepared)>,
        mut batch: Batch,
    ) -> Result<Batch, BuildError> {
        for (record, person) in people {
            self.add(record, person, &mut batch)?;
        }
        Ok(batch)
    }

    fn add(
        &self,
        record: RecordNumber,
        mut person: Prepared,
        batch: &mut Batch,
    ) -> Result<(), BuildError> {
        let header = header(record, &mut person.entries)?;
        match &self.sealer {
            Some(sealer) => seal(&header, &person.entries, sealer, &mut batch.sealed.values)?,
            None => batch.sealed.values.extend(0_u16.to_le_bytes()),
        }
        batch.sealed.end();
        let header = header.to_bytes();
        batch.leaves.push(leaf_hash(&header));
        batch.headers.values.extend_from_slice(&header);
        batch.headers.end();
        batch.entries = batch.entries.saturating_add(count(person.entries.len()));
        let standard = || (0_u16..).zip(&person.entries).filter_map(standard_of);
        let keys: Vec<AddressKeys> = standard().map(|(_, facts)| facts.keys).collect();
        if keys.is_empty() {
            batch.records_without_key = batch.records_without_key.saturating_add(1);
        }
        let tin = person.tin.as_ref();
        let prints = record_prints(&person.name, person.date_of_birth, tin, &keys);
        batch.prints.values.extend(prints.iter().map(|(_, p)| *p));
        batch.prints.end();
        batch
            .residences
            .extend(standard().map(|(_, facts)| facts.residence));
        let addresses = standard()
            .map(|(number, facts)| bind(&facts.tokens, record, EntryNumber(number)))
            .collect();
        let refinement = Refinement::of(&person.name, person.date_of_birth);
        let record = MatchRecord {
            tin: tin.and_then(|token| u32::try_from(token.bound(record) >> 32).ok()),
            name: person.name,
            date_of_birth: person.date_of_birth,
            marker: person.marker,
            addresses,
        };
        batch.records.push((record, refinement));
        Ok(())
    }
}

/// An entry's number and its standard form, where it has one.
fn standard_of((number, entry): (u16, &PreparedEntry)) -> Option<(u16, &StandardFacts)> {
    Some((number, entry.facts.standard.as_ref()?))
}

/// Appends a person's entries, sealed.
fn seal(
    header: &RecordHeader,
    entries: &[PreparedEntry],
    sealer: &Sealer<'_>,
    bytes: &mut Vec<u8>,
) -> Result<(), BuildError> {
    let count = u16::try_from(entries.len()).map_err(|_| BuildError::TooLarge)?;
    bytes.extend_from_slice(&count.to_le_bytes());
    for (number, entry) in (0_u16..).zip(entries) {
        let failed = |source| BuildError::Seal {
            row: entry.row,
            source,
        };
        let mailing = entry.mailing.as_ref();
        let mailing = mailing.map_err(|error| failed(error.clone().into()))?;
        let slots = slot_keys(entry, entries);
        let sealed = sealer
            .seal_entry(header, EntryNumber(number), mailing, &slots)
            .map_err(failed)?;
        let length = seal::entry::encoded_length(sealed.slot_count());
        let length = u32::try_from(length).map_err(|_| BuildError::TooLarge)?;
        bytes.extend_from_slice(&length.to_le_bytes());
        sealed.write(bytes);
    }
    Ok(())
}

/// An entry's slots: its own address key first, then the record's others, latest first.
fn slot_keys<'e>(entry: &'e PreparedEntry, entries: &'e [PreparedEntry]) -> Vec<&'e SlotKey> {
    let key = |entry: &'e PreparedEntry| entry.facts.standard.as_ref().map(|facts| &facts.slot);
    let mut slots: Vec<&SlotKey> = Vec::with_capacity(SLOTS_MAX);
    let others = entries.iter().rev().filter_map(key);
    for slot in key(entry).into_iter().chain(others) {
        if !slots.contains(&slot) && slots.len() < SLOTS_MAX {
            slots.push(slot);
        }
    }
    if slots.is_empty() {
        slots.push(&SlotKey::CourtOrder);
    }
    slots
}

fn bind(tokens: &AddressTokens, record: RecordNumber, entry: EntryNumber) -> BoundAddress {
    let mut bound = BoundAddress {
        entry,
        ..BoundAddress::default()
    };
    let places = TokenKind::OF_ADDRESS.iter().zip(bound.parts.iter_mut());
    for (bit, (kind, part)) in places.enumerate() {
        if let Some(token) = tokens.get(*kind) {
            *part = bound_part(token, record);
            bound.present |= 1 << bit;
        }
    }
    bound
}

/// The header of a person's entries, whose periods it takes.
fn header(record: RecordNumber, entries: &mut [PreparedEntry]) -> Result<RecordHeader, BuildError> {
    let row = entries.first().map_or(0, |entry| entry.row);
    let periods = entries.iter_mut().map(|e| std::mem::take(&mut e.periods));
    RecordHeader::new(record, periods.collect())
        .map_err(|source| BuildError::Header { row, source })
}
