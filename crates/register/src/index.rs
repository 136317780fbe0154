//! The index: from the fingerprint of a blocking key to the records that have it.
//!
//! Place in the flow: written by build, looked up by the register. Fingerprints are of unmarked
//! kind. A block larger than the limit is not written; its size is, and its records stand under
//! the fingerprints refined by birth year and by initial. Nothing is ever cut short silently.
//!
//! Layout: an entry is a tag (2 bytes of a fingerprint) and a record (4). The first `d` bits of a
//! fingerprint choose a bucket (a directory of starts), the next 16 are its tag. A bucket has its
//! tags first, ascending, then its records in the same order, so that a bucket without the tag
//! costs no more than its tags. `d` grows with the number of entries, so that a bucket holds 16 to
//! 32. An entry of another fingerprint is taken for the one looked for once in 2^16: with 24 entries
//! a bucket and 300 keys a row, that gives one row in nine at most a candidate that has none of its
//! keys. It is compared like any other, costs its time and changes nothing else. An oversized block
//! has one entry, whose record is no record; it says only that the whole fingerprint is looked for
//! among the oversized, so no block is ever taken for another there.
//!
//! Left to others: what a key is made of (identity).

mod builder;

use identity::{
    blocking::BlockKey,
    candidates::{BlockPart, CandidateSet, CandidatesError, UnreadBlock},
};
use model::id::RecordNumber;

use crate::bytes::{FormatError, Numbers, PlaneBytes, Reader, Section, count32, touch};

pub use builder::IndexBuilder;

/// File name, for messages.
pub const FILE: &str = "index.plane";
const MAGIC: &str = "CSGNINDX";
/// 2 has entries of 6 bytes in buckets of tags and records; 1 had entries of 8.
const VERSION: u32 = 2;

/// Most directory bits.
const DIRECTORY_BITS_MAX: u32 = 28;

/// Bytes of an entry: tag and record.
const ENTRY_BYTES: usize = 6;
/// Stands where a record does in the entry of an oversized block. There are at most 2^32 − 1 people,
/// so it is nobody's number.
const OVERSIZED: u32 = u32::MAX;

/// The index, read in place.
#[derive(Debug)]
pub struct Index {
    directory_bits: u32,
    starts: Numbers,
    entries: Section,
    /// Oversized blocks: fingerprint and size, ascending.
    oversized: Vec<(u64, u64)>,
}

/// The bucket of a fingerprint: its first bits.
fn bucket_of(fingerprint: u64, directory_bits: u32) -> usize {
    let first = fingerprint.checked_shr(64 - directory_bits).unwrap_or(0);
    usize::try_from(first).unwrap_or(0)
}

/// What is kept of a fingerprint in its bucket: the next 16 bits.
const fn tag_of(fingerprint: u64, directory_bits: u32) -> u16 {
    (fingerprint >> (48 - directory_bits)) as u16
}

/// A bucket, and the tag looked for in it.
#[derive(Clone, Copy)]
struct Bucket<'a> {
    tag: u16,
    tags: &'a [[u8; 2]],
    records: &'a [[u8; 4]],
}

/// Tags beyond which a bucket is searched by halves: it has a large block in it.
const TAGS_SCANNED: usize = 64;

/// How many of a few tags pass a test. No branch in it: several tags are compared at once.
fn count_of(tags: &[[u8; 2]], test: impl Fn(&[u8; 2]) -> bool) -> usize {
    let count = |sum: u16, tag: &[u8; 2]| sum.wrapping_add(u16::from(test(tag)));
    usize::from(tags.iter().fold(0, count))
}

impl<'a> Bucket<'a> {
    /// Tags and records of a bucket's bytes.
    fn of(bytes: &'a [u8], tag: u16) -> Self {
        let (tags, records) = bytes
            .split_at_checked(bytes.len() / ENTRY_BYTES * 2)
            .unwrap_or_default();
        Self {
            tag,
            tags: tags.as_chunks().0,
            records: records.as_chunks().0,
        }
    }

    /// The records of the tag, ascending.
    fn found(&self) -> &'a [[u8; 4]] {
        let below = |tag: &[u8; 2]| u16::from_le_bytes(*tag) < self.tag;
        let same = |tag: &[u8; 2]| u16::from_le_bytes(*tag) == self.tag;
        let (start, count) = if self.tags.len() > TAGS_SCANNED {
            let start = self.tags.partition_point(below);
            let rest = self.tags.get(start..).unwrap_or(&[]);
            (start, rest.partition_point(same))
        } else {
            (count_of(self.tags, below), count_of(self.tags, same))
        };
        let end = start.saturating_add(count);
        self.records.get(start..end).unwrap_or(&[])
    }
}

impl Index {
    /// Reads and checks an index of a register of so many people.
    ///
    /// # Errors
    /// [`FormatError`] naming the section.
    pub fn read(bytes: &[u8], people: u32) -> Result<Self, FormatError> {
        Self::open(bytes.to_vec().into(), people)
    }

    /// Checks an index that is read in place.
    ///
    /// # Errors
    /// [`FormatError`] naming the section.
    pub fn open(bytes: PlaneBytes, people: u32) -> Result<Self, FormatError> {
        let mut reader = Reader::new(FILE, bytes, MAGIC, VERSION)?;
        let directory_bits = reader.number32("directory")?;
        let starts = reader.section32("directory")?;
        let entries = reader.section("entries")?;
        let prints = reader.section64("oversized blocks")?;
        let sizes = reader.section64("oversized blocks")?;
        reader.end()?;
        let count = entries.len() / ENTRY_BYTES;
        let directory = directory_bits <= DIRECTORY_BITS_MAX
            && starts.len() == (1_usize << directory_bits) + 1
            && starts.iter().is_sorted()
            && starts.get(0) == Some(0)
            && starts.iter().last() == count32(count);
        if !directory {
            return Err(reader.content_error("directory"));
        }
        if prints.len() != sizes.len() || !prints.is_sorted() {
            return Err(reader.content_error("oversized blocks"));
        }
        let index = Self {
            directory_bits,
            starts,
            entries,
            oversized: prints.into_iter().zip(sizes).collect(),
        };
        let whole = index.entries.len().is_multiple_of(ENTRY_BYTES);
        if !whole || !index.has_no_record_from(people) {
            return Err(reader.content_error("entries"));
        }
        if index.has_an_entry_for_each_oversized() {
            Ok(index)
        } else {
            Err(reader.content_error("oversized blocks"))
        }
    }

    /// Whether each oversized block will be noticed where its fingerprint is looked up.
    fn has_an_entry_for_each_oversized(&self) -> bool {
        self.oversized.iter().all(|(print, _)| {
            let found = self.bucket(*print).map(|bucket| bucket.found());
            let last = found.and_then(<[_]>::last);
            last.is_some_and(|last| u32::from_le_bytes(*last) == OVERSIZED)
        })
    }

    fn bucket(&self, print: u64) -> Option<Bucket<'_>> {
        let bits = self.directory_bits;
        let (starts, entries) = (self.starts.chunks(), &*self.entries);
        let bytes = bucket_bytes_at(starts, entries, bucket_of(print, bits))?;
        Some(Bucket::of(bytes, tag_of(print, bits)))
    }

    fn has_no_record_from(&self, people: u32) -> bool {
        let (starts, entries) = (self.starts.chunks(), &*self.entries);
        let is_known = |record: &[u8; 4]| {
            let record = u32::from_le_bytes(*record);
            record < people || record == OVERSIZED
        };
        (0..starts.len().saturating_sub(1)).all(|bucket| {
            bucket_bytes_at(starts, entries, bucket)
                .is_some_and(|bytes| Bucket::of(bytes, 0).records.iter().all(is_known))
        })
    }

    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> u64 {
        u64::try_from(self.entries.len() / ENTRY_BYTES).unwrap_or(u64::MAX)
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
        let prints: Vec<u64> = keys.iter().map(|key| key.fingerprint).collect();
        let oversized = self.look_up(&prints, &mut set.records)?;
        let mut blocks: Vec<(&BlockKey, u64)> = Vec::with_capacity(oversized.len());
        let mut parts: Vec<u64> = Vec::new();
        for (place, size) in oversized {
            let key = keys.get(place).ok_or(DAMAGED)?;
            blocks.push((key, size));
            parts.extend(years.iter().filter_map(|year| key.of_year(*year)));
            parts.extend(key.by_initial);
        }
        parts.sort_unstable();
        parts.dedup();
        let still = self.look_up(&parts, &mut set.records)?;
        let large: Vec<u64> = still
            .into_iter()
            .filter_map(|(place, _)| parts.get(place).copied())
            .collect();
        for (key, size) in blocks {
            set.unread.push(UnreadBlock {
                kind: key.kind,
                size,
                read: read_part(key, years, &large),
            });
        }
        set.records.sort_unstable();
        set.records.dedup();
        Ok(set)
    }

    /// Adds the records under fingerprints; of those whose blocks are oversized, gives place and
    /// size. All of the directory is touched before any of it is read, and then all buckets: the
    /// memory fetches them side by side.
    fn look_up(
        &self,
        prints: &[u64],
        records: &mut Vec<RecordNumber>,
    ) -> Result<Vec<(usize, u64)>, CandidatesError> {
        let starts = self.starts.chunks();
        let start = |print: &u64| starts.get(bucket_of(*print, self.directory_bits));
        touch(prints.iter().map(|print| start(print)?.first()));
        let buckets: Vec<Bucket<'_>> = prints
            .iter()
            .map(|print| self.bucket(*print))
            .collect::<Option<_>>()
            .ok_or(DAMAGED)?;
        touch(buckets.iter().map(|bucket| bucket.tags.first()?.first()));
        let mut oversized: Vec<(usize, u64)> = Vec::new();
        let found = buckets.iter().map(Bucket::found);
        for (place, (found, print)) in found.zip(prints).enumerate() {
            let found = found.iter().map(|record| u32::from_le_bytes(*record));
            let is_marked = found.clone().next_back() == Some(OVERSIZED);
            match is_marked.then(|| self.size_of_oversized(*print)).flatten() {
                Some(size) => oversized.push((place, size)),
                None => records.extend(
                    found
                        .filter(|record| *record != OVERSIZED)
                        .map(RecordNumber),
                ),
            }
        }
        Ok(oversized)
    }

    fn size_of_oversized(&self, print: u64) -> Option<u64> {
        let place = self
            .oversized
            .binary_search_by_key(&print, |(other, _)| *other)
            .ok()?;
        self.oversized.get(place).map(|(_, size)| *size)
    }
}

const DAMAGED: CandidatesError = CandidatesError::Damaged { part: FILE };

/// The bytes of a bucket.
fn bucket_bytes_at<'a>(starts: &[[u8; 4]], entries: &'a [u8], bucket: usize) -> Option<&'a [u8]> {
    let byte_at = |place: usize| {
        let start = u32::from_le_bytes(*starts.get(place)?);
        usize::try_from(start).ok()?.checked_mul(ENTRY_BYTES)
    };
    entries.get(byte_at(bucket)?..byte_at(bucket.checked_add(1)?)?)
}

/// What was read of an oversized block, where those of its parts among `large` were not.
fn read_part(key: &BlockKey, years: &[i16], large: &[u64]) -> BlockPart {
    let was_read = |print: Option<u64>| print.is_some_and(|print| !large.contains(&print));
    let by_year = !years.is_empty() && years.iter().all(|year| was_read(key.of_year(*year)));
    match (by_year, was_read(key.by_initial)) {
        (true, true) => BlockPart::BirthYearAndInitial,
        (true, false) => BlockPart::BirthYear,
        (false, true) => BlockPart::Initial,
        (false, false) => BlockPart::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use identity::blocking::{KeyKind, Refinement};
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
    fn what_shares_a_tag_is_found_too_but_never_taken_for_an_oversized_block() {
        let of = |last: u64| BlockKey {
            fingerprint: 0xab_cdef << 40 | last,
            ..key(0, 1)
        };
        let people = [of(1), of(1), of(1), of(2), of(3)].map(|key| (1, vec![key]));
        let index = Index::read(&encode(&people, 2).unwrap(), 5).unwrap();
        let look_up = |last: u64| index.candidates(&[of(last)], &[]).unwrap();
        let block = look_up(1);
        assert_eq!(block.records, []);
        let sizes: Vec<u64> = block.unread.iter().map(|block| block.size).collect();
        assert_eq!(sizes, [3]);
        for other in [2, 3, 4] {
            let found = look_up(other);
            assert_eq!(found.records, [RecordNumber(3), RecordNumber(4)]);
            assert_eq!(found.unread, []);
        }
    }

    #[test]
    fn damaged_indexes_are_refused_or_read_without_harm() {
        let bytes = encode(&[(1, vec![key(1, 1), key(2, 1)]), (2, vec![key(1, 2)])], 1).unwrap();
        for length in 0..bytes.len() {
            assert!(Index::read(&bytes[..length], 2).is_err());
        }
        // An oversized block that nothing in its bucket tells of: the last fingerprint's first byte.
        let mut unmarked = bytes.clone();
        let sizes = 8 + 8 * Index::read(&bytes, 2).unwrap().oversized.len();
        let first_byte = bytes.len() - sizes - 1;
        unmarked[first_byte] ^= 0x01;
        assert!(Index::read(&unmarked, 2).is_err());
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x41;
            if let Ok(index) = Index::read(&changed, 2) {
                let _ = index.candidates(&[key(1, 1), key(2, 1)], &[1, 2]);
            }
        }
    }
}
