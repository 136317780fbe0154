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
    blocking::BlockKey,
    candidates::{BlockPart, CandidateSet, CandidatesError, UnreadBlock},
};
use model::id::RecordNumber;
use rayon::slice::ParallelSliceMut;

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

/// Runs of equal fingerprints longer than the limit.
fn oversized(pairs: &[(u64, u32)], limit: usize) -> BTreeMap<u64, u64> {
    pairs
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() > limit)
        .filter_map(|run| Some((run.first()?.0, u64::try_from(run.len()).ok()?)))
        .collect()
}

fn sort(pairs: &mut Vec<(u64, u32)>) {
    pairs.par_sort_unstable();
    pairs.dedup();
}

/// The bytes of an index over the keys of each record, in record order; `None` beyond 2^32 entries.
#[must_use]
pub fn encode(keys: &[Vec<BlockKey>], limit: usize) -> Option<Vec<u8>> {
    let mut pairs: Vec<(u64, u32)> = Vec::with_capacity(keys.len().saturating_mul(12));
    for (record, keys) in (0_u32..).zip(keys) {
        pairs.extend(keys.iter().map(|key| (key.fingerprint, record)));
    }
    sort(&mut pairs);
    let mut large = oversized(&pairs, limit);
    pairs.retain(|(fingerprint, _)| !large.contains_key(fingerprint));
    if !large.is_empty() {
        let mut refined = refined_pairs(keys, &large);
        sort(&mut refined);
        let still = oversized(&refined, limit);
        refined.retain(|(fingerprint, _)| !still.contains_key(fingerprint));
        pairs.append(&mut refined);
        sort(&mut pairs);
        large.extend(still);
    }
    write(&pairs, &large)
}

fn refined_pairs(keys: &[Vec<BlockKey>], large: &BTreeMap<u64, u64>) -> Vec<(u64, u32)> {
    let mut refined = Vec::new();
    for (record, keys) in (0_u32..).zip(keys) {
        for key in keys {
            if large.contains_key(&key.fingerprint) {
                let prints = [key.by_birth_year, key.by_initial];
                refined.extend(prints.into_iter().flatten().map(|print| (print, record)));
            }
        }
    }
    refined
}

fn write(pairs: &[(u64, u32)], large: &BTreeMap<u64, u64>) -> Option<Vec<u8>> {
    let bits = directory_bits(pairs.len());
    let mut starts = Vec::with_capacity((1 << bits) + 1);
    let mut entries = Vec::with_capacity(pairs.len().saturating_mul(8));
    for (place, (fingerprint, record)) in pairs.iter().enumerate() {
        let short = shorten(*fingerprint, bits);
        let bucket = usize::try_from(short >> 32).ok()?;
        while starts.len() <= bucket {
            starts.push(count32(place)?);
        }
        entries.extend_from_slice(&short.to_le_bytes().first_chunk::<4>()?[..]);
        entries.extend_from_slice(&record.to_le_bytes());
    }
    while starts.len() <= 1 << bits {
        starts.push(count32(pairs.len())?);
    }
    let mut shortened: BTreeMap<u64, u64> = BTreeMap::new();
    for (fingerprint, size) in large {
        let sum = shortened.entry(shorten(*fingerprint, bits)).or_insert(0);
        *sum = sum.saturating_add(*size);
    }
    let mut writer = Writer::new(MAGIC, VERSION);
    writer.number32(bits);
    writer.section32(starts.into_iter());
    writer.section(&entries);
    writer.section64(shortened.keys().copied());
    writer.section64(shortened.values().copied());
    Some(writer.finish())
}

/// What stands under one fingerprint.
enum Block {
    Read(Vec<RecordNumber>),
    Oversized(u64),
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
        for key in keys {
            match self.block(key.fingerprint)? {
                Block::Read(mut records) => set.records.append(&mut records),
                Block::Oversized(size) => {
                    let mut by_year = !years.is_empty();
                    for year in years {
                        by_year &= self.refined(key.of_year(*year), &mut set.records)?;
                    }
                    let by_initial = self.refined(key.by_initial, &mut set.records)?;
                    set.unread.push(UnreadBlock {
                        kind: key.kind,
                        size,
                        read: match (by_year, by_initial) {
                            (true, true) => BlockPart::BirthYearAndInitial,
                            (true, false) => BlockPart::BirthYear,
                            (false, true) => BlockPart::Initial,
                            (false, false) => BlockPart::Nothing,
                        },
                    });
                }
            }
        }
        set.records.sort_unstable();
        set.records.dedup();
        Ok(set)
    }

    /// Reads a refined block into `records`; whether it could be read.
    fn refined(
        &self,
        fingerprint: Option<u64>,
        records: &mut Vec<RecordNumber>,
    ) -> Result<bool, CandidatesError> {
        match fingerprint.map(|print| self.block(print)).transpose()? {
            Some(Block::Read(mut found)) => {
                records.append(&mut found);
                Ok(true)
            }
            Some(Block::Oversized(_)) | None => Ok(false),
        }
    }

    fn block(&self, fingerprint: u64) -> Result<Block, CandidatesError> {
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
            .map(Block::Read)
    }

    fn bucket(&self, short: u64) -> Option<Vec<RecordNumber>> {
        let bucket = usize::try_from(short >> 32).ok()?;
        let low = u32::try_from(short & u64::from(u32::MAX)).ok()?;
        let start = usize::try_from(*self.starts.get(bucket)?).ok()?;
        let end = usize::try_from(*self.starts.get(bucket + 1)?).ok()?;
        let entries = self.entries.get(start * 8..end * 8)?;
        let (entries, _) = entries.as_chunks::<8>();
        let first = entries.partition_point(|entry| le32(entry) < low);
        let found = entries
            .iter()
            .skip(first)
            .take_while(|entry| le32(*entry) == low)
            .map(|entry| RecordNumber(le32(entry.get(4..).unwrap_or(&[]))));
        Some(found.collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use identity::blocking::KeyKind;
    use proptest::prelude::*;

    use super::*;

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
                prop::collection::vec((0_u64..40, 1_i16..4).prop_map(|(k, y)| key(k, y)), 0..6),
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
                    .filter(|(_, keys)| keys.iter().any(|o| o.fingerprint == wanted.fingerprint))
                    .map(|(record, _)| record)
                    .collect();
                let refined: BTreeSet<u32> = (0..).zip(&keys)
                    .filter(|(_, keys)| keys.iter().any(|o| o.by_birth_year == wanted.by_birth_year))
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
        let bytes = encode(&[vec![key(1, 1), key(2, 1)], vec![key(1, 2)]], 1).unwrap();
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
