//! The index: from the fingerprint of a blocking key to the records that have it.
//!
//! Place in the flow: written by build, looked up by the register. Fingerprints are of unmarked
//! kind. A block larger than the limit is not written; its size is, and its records stand under
//! the fingerprints refined by birth year and by initial. Nothing is ever cut short silently.
//!
//! Layout: entries `(fingerprint, record)` sorted; of the fingerprint's first `d + 32` bits the
//! first `d` choose a bucket (a directory of starts), the other 32 are stored. `d` grows with the
//! number of entries, so that buckets hold about 16.
//!
//! Left to others: what a key is made of (identity).

use std::collections::BTreeMap;

use identity::{
    blocking::{BlockKey, Refinement},
    candidates::{BlockPart, CandidateSet, CandidatesError, UnreadBlock},
};
use model::id::RecordNumber;
use rayon::prelude::*;

use crate::bytes::{FormatError, Reader, Writer, count32, le32};

/// File name, for messages.
pub const FILE: &str = "index.plane";
const MAGIC: &str = "CSGNINDX";
const VERSION: u32 = 1;

/// Most directory bits.
const DIRECTORY_BITS_MAX: u32 = 28;
/// Entries a bucket holds on average.
const BUCKET_ENTRIES: usize = 16;

/// The index in memory.
#[derive(Debug)]
pub struct Index {
    directory_bits: u32,
    starts: Vec<u32>,
    /// Eight bytes each: low half of the fingerprint, record.
    entries: Vec<u8>,
    /// Oversized blocks: shortened fingerprint and size, ascending.
    oversized: Vec<(u64, u64)>,
}

/// The fingerprint's first `d + 32` bits.
fn shorten(fingerprint: u64, directory_bits: u32) -> u64 {
    fingerprint >> (32 - directory_bits)
}

fn directory_bits(entries: usize) -> u32 {
    let buckets = (entries / BUCKET_ENTRIES).max(1);
    buckets.ilog2().min(DIRECTORY_BITS_MAX)
}

/// A fingerprint and a record that has it.
type Pair = (u64, u32);

/// Fingerprints are sorted in so many parts, by their first bits.
const PART_BITS: u32 = 8;

/// Collects the fingerprints of records and makes the bytes of an index of them.
#[derive(Debug)]
pub struct IndexBuilder {
    parts: Vec<Vec<Pair>>,
    /// Of each record.
    refinements: Vec<Refinement>,
}

impl Default for IndexBuilder {
    fn default() -> Self {
        Self {
            parts: vec![Vec::new(); 1 << PART_BITS],
            refinements: Vec::new(),
        }
    }
}

fn part_of(fingerprint: u64) -> usize {
    usize::try_from(fingerprint >> (64 - PART_BITS)).unwrap_or(0)
}

fn divide(pairs: impl Iterator<Item = Pair>, parts: &mut [Vec<Pair>]) {
    for pair in pairs {
        if let Some(part) = parts.get_mut(part_of(pair.0)) {
            part.push(pair);
        }
    }
}

/// Sorts a part and takes blocks longer than the limit out of it, which it gives with their sizes.
fn take_oversized(part: &mut Vec<Pair>, limit: usize) -> (Vec<Pair>, Vec<(u64, u64)>) {
    part.sort_unstable();
    part.dedup();
    let mut large: Vec<Pair> = Vec::new();
    let mut sizes: Vec<(u64, u64)> = Vec::new();
    for run in part.chunk_by(|a, b| a.0 == b.0) {
        if let ([(print, _), ..], true) = (run, run.len() > limit) {
            large.extend_from_slice(run);
            sizes.push((*print, u64::try_from(run.len()).unwrap_or(u64::MAX)));
        }
    }
    if !sizes.is_empty() {
        part.retain(|(print, _)| sizes.binary_search_by_key(print, |(p, _)| *p).is_err());
    }
    (large, sizes)
}

impl IndexBuilder {
    /// Adds the next record: its fingerprints, and what refines them. A record beyond 2^32 is
    /// counted and makes [`Self::finish`] give nothing.
    pub fn push(&mut self, fingerprints: impl Iterator<Item = u64>, refinement: Refinement) {
        if let Some(record) = count32(self.refinements.len()) {
            let pairs = fingerprints.map(|print| (print, record));
            divide(pairs, &mut self.parts);
        }
        self.refinements.push(refinement);
    }

    /// The bytes of the index; `None` beyond 2^32 records or entries.
    #[must_use]
    pub fn finish(self, limit: usize) -> Option<Vec<u8>> {
        count32(self.refinements.len())?;
        let mut parts = self.parts;
        let taken: Vec<_> = parts
            .par_iter_mut()
            .map(|part| take_oversized(part, limit))
            .collect();
        let mut refined: Vec<Vec<Pair>> = vec![Vec::new(); parts.len()];
        let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
        for (pairs, large) in &taken {
            sizes.extend(large.iter().copied());
            for (print, record) in pairs {
                let place = usize::try_from(*record).ok()?;
                let refinement = self.refinements.get(place).copied().unwrap_or_default();
                let prints = [
                    refinement.by_birth_year(*print),
                    refinement.by_initial(*print),
                ];
                let pairs = prints.into_iter().flatten().map(|print| (print, *record));
                divide(pairs, &mut refined);
            }
        }
        drop(taken);
        let still: Vec<_> = parts
            .par_iter_mut()
            .zip(refined)
            .map(|(part, mut refined)| {
                let (_, still) = take_oversized(&mut refined, limit);
                if !refined.is_empty() {
                    part.append(&mut refined);
                    part.sort_unstable();
                    part.dedup();
                }
                still
            })
            .collect();
        sizes.extend(still.into_iter().flatten());
        write(&parts, &sizes)
    }
}

/// The entries of a part: eight bytes each.
fn entry_bytes(part: &[Pair], bits: u32) -> Vec<u8> {
    let mut entries = Vec::with_capacity(part.len().saturating_mul(8));
    for (fingerprint, record) in part {
        let low = shorten(*fingerprint, bits) & u64::from(u32::MAX);
        entries.extend_from_slice(&(low | u64::from(*record) << 32).to_le_bytes());
    }
    entries
}

fn write(parts: &[Vec<Pair>], large: &BTreeMap<u64, u64>) -> Option<Vec<u8>> {
    let count = parts.iter().map(Vec::len).sum();
    let bits = directory_bits(count);
    let mut starts = Vec::with_capacity((1 << bits) + 1);
    for (place, (fingerprint, _)) in parts.iter().flatten().enumerate() {
        let bucket = usize::try_from(shorten(*fingerprint, bits) >> 32).ok()?;
        if starts.len() <= bucket {
            starts.resize(bucket.checked_add(1)?, count32(place)?);
        }
    }
    starts.resize((1 << bits) + 1, count32(count)?);
    let mut shortened: BTreeMap<u64, u64> = BTreeMap::new();
    for (fingerprint, size) in large {
        let sum = shortened.entry(shorten(*fingerprint, bits)).or_insert(0);
        *sum = sum.saturating_add(*size);
    }
    let entries: Vec<Vec<u8>> = parts
        .par_iter()
        .map(|part| entry_bytes(part, bits))
        .collect();
    let mut writer = Writer::new(MAGIC, VERSION);
    writer.number32(bits);
    writer.section32(starts.into_iter());
    writer.section_of(&entries);
    writer.section64(shortened.keys().copied());
    writer.section64(shortened.values().copied());
    Some(writer.finish())
}

/// What stands under one fingerprint.
enum Block<'a> {
    /// Entries that begin with its low half, and others of its bucket.
    Bucket(u32, &'a [[u8; 8]]),
    Oversized(u64),
}

/// Appends the records of a bucket's entries with this low half.
fn read_bucket(low: u32, entries: &[[u8; 8]], records: &mut Vec<RecordNumber>) {
    let first = if entries.len() > 64 {
        entries.partition_point(|entry| le32(entry) < low)
    } else {
        0
    };
    let rest = entries.get(first..).unwrap_or(&[]).iter();
    let found = rest
        .skip_while(|entry| le32(*entry) < low)
        .take_while(|entry| le32(*entry) == low);
    records.extend(found.map(|entry| {
        let [_, _, _, _, a, b, c, d] = *entry;
        RecordNumber(u32::from_le_bytes([a, b, c, d]))
    }));
}

impl Index {
    /// Reads and checks an index of a register of so many people.
    ///
    /// # Errors
    /// [`FormatError`] naming the section.
    pub fn read(bytes: &[u8], people: u32) -> Result<Self, FormatError> {
        let mut reader = Reader::new(FILE, bytes, MAGIC, VERSION)?;
        let directory_bits = reader.number32("directory")?;
        let starts = reader.section32("directory")?;
        let entries = reader.section("entries")?.to_vec();
        let prints = reader.section64("oversized blocks")?;
        let sizes = reader.section64("oversized blocks")?;
        reader.end()?;
        let count = entries.len() / 8;
        let directory = directory_bits <= DIRECTORY_BITS_MAX
            && starts.len() == (1_usize << directory_bits) + 1
            && starts.is_sorted()
            && starts.last().copied() == count32(count);
        if !directory {
            return Err(reader.content_error("directory"));
        }
        let (chunks, rest) = entries.as_chunks::<8>();
        let known = chunks
            .iter()
            .all(|entry| le32(entry.get(4..).unwrap_or(&[])) < people);
        if !rest.is_empty() || !known {
            return Err(reader.content_error("entries"));
        }
        if prints.len() != sizes.len() || !prints.is_sorted() {
            return Err(reader.content_error("oversized blocks"));
        }
        Ok(Self {
            directory_bits,
            starts,
            entries,
            oversized: prints.into_iter().zip(sizes).collect(),
        })
    }

    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> u64 {
        u64::try_from(self.entries.len() / 8).unwrap_or(u64::MAX)
    }

    /// All records under the keys; oversized blocks through their refined keys, and reported.
    ///
    /// # Errors
    /// [`CandidatesError::Damaged`] where the directory points nowhere.
    pub fn candidates(
        &self,
        keys: &[BlockKey],
        years: &[i16],
    ) -> Result<CandidateSet, CandidatesError> {
        let mut set = CandidateSet::default();
        // All buckets are found before any is read: the memory fetches them side by side.
        let blocks: Vec<Block<'_>> = keys
            .iter()
            .map(|key| self.block(key.fingerprint))
            .collect::<Result<_, _>>()?;
        for (key, block) in keys.iter().zip(blocks) {
            match block {
                Block::Bucket(low, entries) => read_bucket(low, entries, &mut set.records),
                Block::Oversized(size) => {
                    let read = self.read_parts(key, years, &mut set.records)?;
                    let kind = key.kind;
                    set.unread.push(UnreadBlock { kind, size, read });
                }
            }
        }
        set.records.sort_unstable();
        set.records.dedup();
        Ok(set)
    }

    /// Reads what can be of an oversized block: its parts by birth year and by initial.
    fn read_parts(
        &self,
        key: &BlockKey,
        years: &[i16],
        records: &mut Vec<RecordNumber>,
    ) -> Result<BlockPart, CandidatesError> {
        let mut by_year = !years.is_empty();
        for year in years {
            by_year &= self.read_part(key.of_year(*year), records)?;
        }
        let by_initial = self.read_part(key.by_initial, records)?;
        Ok(match (by_year, by_initial) {
            (true, true) => BlockPart::BirthYearAndInitial,
            (true, false) => BlockPart::BirthYear,
            (false, true) => BlockPart::Initial,
            (false, false) => BlockPart::Nothing,
        })
    }

    /// Reads a refined block into `records`; whether it could be read.
    fn read_part(
        &self,
        fingerprint: Option<u64>,
        records: &mut Vec<RecordNumber>,
    ) -> Result<bool, CandidatesError> {
        match fingerprint.map(|print| self.block(print)).transpose()? {
            Some(Block::Bucket(low, entries)) => {
                read_bucket(low, entries, records);
                Ok(true)
            }
            Some(Block::Oversized(_)) | None => Ok(false),
        }
    }

    fn block(&self, fingerprint: u64) -> Result<Block<'_>, CandidatesError> {
        let short = shorten(fingerprint, self.directory_bits);
        let large = self
            .oversized
            .binary_search_by_key(&short, |(print, _)| *print)
            .ok()
            .and_then(|place| self.oversized.get(place));
        if let Some((_, size)) = large {
            return Ok(Block::Oversized(*size));
        }
        self.bucket(short)
            .ok_or(CandidatesError::Damaged { part: FILE })
    }

    fn bucket(&self, short: u64) -> Option<Block<'_>> {
        let bucket = usize::try_from(short >> 32).ok()?;
        let low = u32::try_from(short & u64::from(u32::MAX)).ok()?;
        let start = usize::try_from(*self.starts.get(bucket)?).ok()?;
        let end = usize::try_from(*self.starts.get(bucket + 1)?).ok()?;
        let entries = self.entries.get(start * 8..end * 8)?;
        let (entries, _) = entries.as_chunks::<8>();
        Some(Block::Bucket(low, entries))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use identity::blocking::KeyKind;
    use model::time::Date;
    use proptest::prelude::*;
    use standard::name::StandardName;

    use super::*;

    fn name() -> StandardName {
        StandardName::default()
    }

    fn year_of(year: i16) -> Option<Date> {
        Some(Date::new(year, 1, 1).unwrap())
    }

    /// An index of records that each have one year of birth.
    fn encode(keys: &[(i16, Vec<BlockKey>)], limit: usize) -> Option<Vec<u8>> {
        let mut builder = IndexBuilder::default();
        for (year, keys) in keys {
            let prints = keys.iter().map(|key| key.fingerprint);
            builder.push(prints, Refinement::of(&name(), year_of(*year)));
        }
        builder.finish(limit)
    }

    fn key(fingerprint: u64, year: i16) -> BlockKey {
        let key = BlockKey {
            kind: KeyKind::Name,
            fingerprint: (fingerprint + 7).wrapping_mul(0xd134_2543_de82_ef95),
            by_birth_year: None,
            by_initial: None,
        };
        BlockKey {
            by_birth_year: key.of_year(year),
            ..key
        }
    }

    proptest! {
        /// The index against reading every record's keys.
        #[test]
        fn lookups_find_what_a_full_scan_finds(
            keys in prop::collection::vec(
                (1_i16..4, prop::collection::vec(0_u64..40, 0..6)).prop_map(|(year, keys)| {
                    (year, keys.into_iter().map(|k| key(k, year)).collect::<Vec<_>>())
                }),
                0..80,
            ),
            wanted in prop::collection::vec(0_u64..44, 0..6),
            limit in 1_usize..40,
        ) {
            let bytes = encode(&keys, limit).unwrap();
            let index = Index::read(&bytes, u32::try_from(keys.len()).unwrap()).unwrap();
            for k in wanted {
                let wanted = key(k, 1);
                let all: BTreeSet<u32> = (0..).zip(&keys)
                    .filter(|(_, (_, keys))| keys.iter().any(|o| o.fingerprint == wanted.fingerprint))
                    .map(|(record, _)| record)
                    .collect();
                let refined: BTreeSet<u32> = (0..).zip(&keys)
                    .filter(|(_, (_, keys))| keys.iter().any(|o| o.by_birth_year == wanted.by_birth_year))
                    .map(|(record, _)| record)
                    .collect();
                let set = index.candidates(&[wanted], &[1]).unwrap();
                let found: BTreeSet<u32> = set.records.iter().map(|r| r.0).collect();
                match set.unread.as_slice() {
                    [] => {
                        prop_assert!(all.len() <= limit);
                        prop_assert_eq!(found, all);
                    }
                    [block] => {
                        prop_assert_eq!(block.size, u64::try_from(all.len()).unwrap());
                        prop_assert!(all.len() > limit);
                        match block.read {
                            BlockPart::BirthYear => prop_assert_eq!(found, refined),
                            _ => prop_assert!(found.is_empty() && refined.len() > limit),
                        }
                    }
                    _ => prop_assert!(false, "one key, at most one block"),
                }
            }
        }
    }

    #[test]
    fn damaged_indexes_are_refused_or_read_without_harm() {
        let bytes = encode(&[(1, vec![key(1, 1), key(2, 1)]), (2, vec![key(1, 2)])], 1).unwrap();
        for length in 0..bytes.len() {
            assert!(Index::read(&bytes[..length], 2).is_err());
        }
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x41;
            if let Ok(index) = Index::read(&changed, 2) {
                let _ = index.candidates(&[key(1, 1), key(2, 1)], &[1, 2]);
            }
        }
    }
}
