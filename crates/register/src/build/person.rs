//! People with their record numbers: bound tokens, fingerprints, headers, sealed entries.
//!
//! Place in the flow: between preparing and writing; runs on all threads.
//!
//! Left to others: the planes' layout.

use identity::{
    blocking::{AddressKeys, Refinement, record_prints},
    candidates::{BOUND_PART_BITS, BoundAddress, Marker},
};
use model::{
    digest::Digest,
    id::{EntryNumber, RecordNumber},
    time::TaxPeriod,
};
use seal::{
    context::SlotText,
    entry::SealError,
    header::RecordHeader,
    merkle::leaf_hash,
    sealer::{Sealer, SlotTexts, Workspace},
};
use standard::name::StandardName;

use super::{
    BuildError, count,
    draft::{NameText, StandardFacts},
    order::People,
    tokens::KeptTokens,
    view::{EntryView, PersonView},
};
use crate::match_plane::MatchRecord;

/// All that the files keep of some people whose records follow each other.
#[derive(Default)]
pub struct Batch {
    /// Records of the match plane (residences are not known yet), without names.
    records: Vec<(MatchRecord<'static>, Refinement)>,
    /// Of each record the given names, then the surnames.
    names: String,
    /// Where given names and surnames end.
    name_ends: Vec<[usize; 2]>,
    /// The records' addresses.
    pub addresses: Rows<BoundAddress>,
    /// Fingerprints the records are indexed under.
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
    /// What is counted of the records.
    pub counts: Counts,
    name: StandardName,
    work: Workspace,
}

/// What is counted of records, for the report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Distinct addresses of all.
    pub entries: u64,
    /// Records no address of which has a standard form.
    pub without_key: u64,
    /// Records with a hold or an identity-theft marker.
    pub held: u64,
    /// Records whose rows state several birth dates or taxpayer numbers.
    pub contradictory: u64,
}

impl Counts {
    /// Adds those of others.
    pub fn add(&mut self, others: Self) {
        let sum = |own: &mut u64, other: u64| *own = own.saturating_add(other);
        sum(&mut self.entries, others.entries);
        sum(&mut self.without_key, others.without_key);
        sum(&mut self.held, others.held);
        sum(&mut self.contradictory, others.contradictory);
    }
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
    /// The records, and what refines their fingerprints.
    pub fn records(&self) -> impl Iterator<Item = (MatchRecord<'_>, Refinement)> + Clone {
        let ends = self.name_ends.iter();
        let starts = ends.clone().map(|[_, end]| *end);
        let starts = std::iter::once(0).chain(starts);
        let names = starts.zip(ends).map(|(start, [middle, end])| {
            let text = |place| self.names.get(place).unwrap_or("");
            (text(start..*middle), text(*middle..*end))
        });
        let records = self.records.iter().zip(names);
        records.map(|((record, refinement), (given, surnames))| {
            let record = MatchRecord {
                given,
                surnames,
                ..*record
            };
            (record, *refinement)
        })
    }

    /// Forgets everything but its memory.
    pub fn clear(&mut self) {
        self.records.clear();
        self.names.clear();
        self.name_ends.clear();
        self.addresses.clear();
        self.prints.clear();
        self.residences.clear();
        self.sealed.clear();
        self.headers.clear();
        self.leaves.clear();
        self.counts = Counts::default();
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
    /// Tokens of addresses.
    pub tokens: KeptTokens,
}

impl Maker<'_> {
    /// Makes everything of the people of these numbers, whose records follow each other, into an
    /// empty batch.
    ///
    /// # Errors
    /// [`BuildError`] naming a row where an address is too long or the entries make no header.
    pub fn make(
        &self,
        people: &People,
        numbers: &[u32],
        first: RecordNumber,
        mut batch: Batch,
    ) -> Result<Batch, BuildError> {
        touch(people, numbers, &self.tokens);
        let records = (first.0..).map(RecordNumber);
        for (number, record) in numbers.iter().zip(records) {
            let person = people.person(*number).ok_or(BuildError::TooLarge)?;
            self.add(record, person, &mut batch)?;
        }
        Ok(batch)
    }

    fn add(
        &self,
        record: RecordNumber,
        person: PersonView<'_>,
        batch: &mut Batch,
    ) -> Result<(), BuildError> {
        let header = header(record, person)?;
        match &self.sealer {
            Some(sealer) => seal(&header, person, sealer, batch)?,
            None => batch.sealed.values.extend(0_u16.to_le_bytes()),
        }
        batch.sealed.end();
        let start = batch.headers.values.len();
        header.write(&mut batch.headers.values);
        batch.headers.end();
        let header = batch.headers.values.get(start..).unwrap_or(&[]);
        batch.leaves.push(leaf_hash(header));
        batch.match_record(record, person, &self.tokens);
        Ok(())
    }
}

/// Has the memory fetch what these people are made of side by side.
fn touch(people: &People, numbers: &[u32], tokens: &KeptTokens) {
    let views = || numbers.iter().filter_map(|number| people.person(*number));
    std::hint::black_box(views().fold(0, |all, person| all ^ person.touch()));
    std::hint::black_box(views().fold(0, |all, person| all ^ person.touch_addresses()));
    let facts = views().flat_map(PersonView::entries);
    let facts = facts.filter_map(|entry| entry.address.facts.standard());
    std::hint::black_box(facts.fold(0, |all, facts| all ^ tokens.touch(facts.parts)));
}

impl Batch {
    /// Adds what match plane and index have of a person.
    fn match_record(&mut self, record: RecordNumber, person: PersonView<'_>, tokens: &KeptTokens) {
        let standard = || (0_u16..).zip(person.entries()).filter_map(standard_of);
        let keys: Vec<AddressKeys> = standard().map(|(_, facts)| facts.keys(tokens)).collect();
        self.counts.add(Counts {
            entries: count(person.entries().count()),
            without_key: u64::from(keys.is_empty()),
            held: u64::from(person.facts.marker == Marker::Hold),
            contradictory: u64::from(person.facts.contradictory()),
        });
        let stated = &person.facts.date_of_birth.stated;
        let date_of_birth = stated.as_ref().map(|(_, date)| *date);
        let tin = person.facts.tin.stated.as_ref().map(|(_, token)| token);
        spell(person.name, &mut self.name);
        let prints = record_prints(&self.name, date_of_birth, tin, &keys);
        self.prints.values.extend(prints.iter().map(|(_, p)| *p));
        self.prints.end();
        for (number, facts) in standard() {
            self.residences.push(facts.residence);
            let bound = bind(facts, tokens, record, EntryNumber(number));
            self.addresses.values.push(bound);
        }
        self.addresses.end();
        let refinement = Refinement::of(&self.name, date_of_birth);
        self.names.push_str(person.name.given);
        let given_end = self.names.len();
        self.names.push_str(person.name.surnames);
        self.name_ends.push([given_end, self.names.len()]);
        let record = MatchRecord {
            given: "",
            surnames: "",
            suffix: person.name.suffix,
            date_of_birth,
            tin: tin.and_then(|token| u32::try_from(token.bound(record) >> 32).ok()),
            marker: person.facts.marker,
        };
        self.records.push((record, refinement));
    }
}

/// Writes a name's words out, into memory that had another's.
fn spell(text: NameText<'_>, name: &mut StandardName) {
    name.suffix = text.suffix;
    for (words, text) in [
        (&mut name.given, text.given),
        (&mut name.surnames, text.surnames),
    ] {
        let mut count = 0_usize;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match words.get_mut(count) {
                Some(place) => {
                    place.clear();
                    place.push_str(word);
                }
                None => words.push(word.to_owned()),
            }
            count = count.saturating_add(1);
        }
        words.truncate(count);
    }
}

/// An entry's number and its standard form, where it has one.
fn standard_of<'d>((number, entry): (u16, EntryView<'d>)) -> Option<(u16, &'d StandardFacts)> {
    Some((number, entry.address.facts.standard()?))
}

/// Appends a person's entries, sealed.
fn seal(
    header: &RecordHeader,
    person: PersonView<'_>,
    sealer: &Sealer<'_>,
    batch: &mut Batch,
) -> Result<(), BuildError> {
    let (bytes, work) = (&mut batch.sealed.values, &mut batch.work);
    let count = u16::try_from(header.entries().len()).map_err(|_| BuildError::TooLarge)?;
    bytes.extend_from_slice(&count.to_le_bytes());
    let mut done = 0_u16;
    while done < count {
        let entries = person.entries().skip(usize::from(done));
        let failed = |entry: Option<EntryView<'_>>, source| BuildError::Seal {
            row: entry.map_or(0, EntryView::row),
            source,
        };
        let keys = entries.clone().map(|entry| slot_keys(entry, person));
        let prepared = sealer.prepare(header, EntryNumber(done), keys, work);
        let prepared = match prepared {
            Ok(0) => Err(SealError::NoEntry(EntryNumber(done))),
            prepared => prepared,
        };
        let prepared = prepared.map_err(|source| failed(entries.clone().next(), source))?;
        for (place, entry) in (0..prepared).zip(entries) {
            let failed = |source| failed(Some(entry), source);
            let mailing = entry.latest.packed();
            let mailing = mailing.map_err(|error| failed(error.into()))?;
            let start = bytes.len();
            bytes.extend_from_slice(&[0; 4]);
            let sealed = sealer.seal_prepared(place, mailing, work, bytes);
            sealed.map_err(failed)?;
            end_entry(bytes, start).ok_or(BuildError::TooLarge)?;
        }
        let prepared = u16::try_from(prepared).map_err(|_| BuildError::TooLarge)?;
        done = done.checked_add(prepared).ok_or(BuildError::TooLarge)?;
    }
    Ok(())
}

/// Writes the length of an entry, which ends the bytes, into the four bytes before it.
fn end_entry(bytes: &mut [u8], start: usize) -> Option<()> {
    let (length, entry) = bytes.get_mut(start..)?.split_first_chunk_mut::<4>()?;
    *length = u32::try_from(entry.len()).ok()?.to_le_bytes();
    Some(())
}

/// An entry's slots: its own address key first, then the record's others, latest first.
fn slot_keys<'d>(entry: EntryView<'d>, person: PersonView<'d>) -> SlotTexts<'d> {
    let key = |entry: EntryView<'d>| entry.address.slot();
    let mut slots = SlotTexts::default();
    let others = person.entries().rev().filter_map(key);
    for slot in key(entry).into_iter().chain(others) {
        slots.take(slot);
    }
    if slots.as_slice().is_empty() {
        // No address has a standard form.
        slots.take(SlotText::CourtOrder);
    }
    slots
}

fn bind(
    facts: &StandardFacts,
    tokens: &KeptTokens,
    record: RecordNumber,
    entry: EntryNumber,
) -> BoundAddress {
    let mut bound = BoundAddress {
        entry,
        ..BoundAddress::default()
    };
    for (bit, (number, part)) in facts.parts.iter().zip(bound.parts.iter_mut()).enumerate() {
        if let Some(token) = number.and_then(|number| tokens.get(number)) {
            bound.present |= 1 << bit;
            let kept = token.binder.bound(record) >> (64 - BOUND_PART_BITS);
            *part = u16::try_from(kept).unwrap_or(u16::MAX);
        }
    }
    bound
}

/// The header of a person's entries.
fn header(record: RecordNumber, person: PersonView<'_>) -> Result<RecordHeader, BuildError> {
    let periods = person.entries().map(|entry| entry.periods.to_vec());
    let periods: Vec<Vec<TaxPeriod>> = periods.collect();
    RecordHeader::new(record, periods).map_err(|source| {
        let row = person.entries().next().map_or(0, EntryView::row);
        BuildError::Header { row, source }
    })
}
