//! The index: from the fingerprint of a blocking key to the records that have it.
//!
//! Place in the flow: written by build, looked up by the register. Fingerprints are of unmarked
//! kind. A block larger than the limit is not written; its size is, and its records stand under
//! the fingerprints refined by birth year and by initial. Nothing is ever cut short silently.
//!
//! Layout: an entry is a tag (1 byte of a fingerprint), the code of a birth date (2) and a record
//! (4). The first `d` bits of a fingerprint choose a bucket (a directory of starts), the next 8 are
//! its tag. A bucket has its tags first, ascending, then its birth dates and its records in the same
//! order, so that a bucket without the tag costs no more than its tags. `d` grows with the number of
//! entries, so that a bucket holds 16 to 32. An entry of another fingerprint is taken for the one
//! looked for once in 2^8: with 24 entries a bucket and 60 keys a row, that gives a row five or six
//! records that have not the key they were found under. They are compared the sooner for it, and
//! passed over they count for at most 2^-24 of the heaviest all the same. An oversized block has one
//! entry, whose record is no record; it says only that the whole fingerprint is looked for among the
//! oversized, so no block is ever taken for another there.
//!
//! The birth date stands beside the record because it decides for most of what is found that it need
//! not be compared: it is read with the block, the record lies elsewhere in memory.
//!
//! Left to others: what a key is made of (identity).

mod builder;

use identity::{
    birth_code::BirthCode,
    blocking::BlockKey,
    candidates::{BlockPart, CandidatesError, UnreadBlock},
    complete::all_of,
    found::FoundSet,
    kinds::KindSet,
};
use model::id::RecordNumber;

use crate::bytes::{FormatError, Numbers, PlaneBytes, Reader, Section, count32, touch};

pub use builder::{IndexBuilder, MadeIndex};

/// File name, for messages.
pub const FILE: &str = "index.plane";
const MAGIC: &str = "CSGNINDX";
/// 3 has entries of 7 bytes with birth dates; 2 had entries of 6, 1 entries of 8.
const VERSION: u32 = 3;

/// Most directory bits.
const DIRECTORY_BITS_MAX: u32 = 28;

/// Bytes of an entry: tag, birth date and record.
const ENTRY_BYTES: usize = 7;
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

/// What is kept of a fingerprint in its bucket: the next 8 bits.
const fn tag_of(fingerprint: u64, directory_bits: u32) -> u8 {
    (fingerprint >> (56 - directory_bits)) as u8
}

/// A bucket, and the tag looked for in it.
#[derive(Clone, Copy)]
struct Bucket<'a> {
    tag: u8,
    tags: &'a [u8],
    births: &'a [[u8; 2]],
    records: &'a [[u8; 4]],
}

/// What a bucket has under a tag.
#[derive(Clone, Copy)]
struct Run<'a> {
    births: &'a [[u8; 2]],
    records: &'a [[u8; 4]],
}

impl Run<'_> {
    fn entries(self) -> impl Iterator<Item = (RecordNumber, BirthCode)> {
        let births = self
            .births
            .iter()
            .map(|birth| BirthCode::from_bytes(*birth));
        let records = self
            .records
            .iter()
            .map(|record| u32::from_le_bytes(*record));
        records
            .zip(births)
            .filter(|(record, _)| *record != OVERSIZED)
            .map(|(record, birth)| (RecordNumber(record), birth))
    }

    /// Whether the entry of an oversized block is among them: it is the last.
    fn is_marked(self) -> bool {
        let last = self.records.last();
        last.is_some_and(|last| u32::from_le_bytes(*last) == OVERSIZED)
    }
}

/// Tags beyond which a bucket is searched by halves: it has a large block in it.
const TAGS_SCANNED: usize = 64;

/// How many of a few tags pass a test. No branch in it: several tags are compared at once.
fn count_of(tags: &[u8], test: impl Fn(&u8) -> bool) -> usize {
    let count = |sum: u8, tag: &u8| sum.wrapping_add(u8::from(test(tag)));
    usize::from(tags.iter().fold(0, count))
}

impl<'a> Bucket<'a> {
    /// Tags, birth dates and records of a bucket's bytes.
    fn of(bytes: &'a [u8], tag: u8) -> Self {
        let count = bytes.len() / ENTRY_BYTES;
        let (tags, rest) = bytes.split_at_checked(count).unwrap_or_default();
        let (births, records) = rest
            .split_at_checked(count.saturating_mul(2))
            .unwrap_or_default();
        Self {
            tag,
            tags,
            births: births.as_chunks().0,
            records: records.as_chunks().0,
        }
    }

    /// The entries of the tag, by record ascending.
    fn found(&self) -> Run<'a> {
        let below = |tag: &u8| *tag < self.tag;
        let same = |tag: &u8| *tag == self.tag;
        let (start, count) = if self.tags.len() > TAGS_SCANNED {
            let start = self.tags.partition_point(below);
            let rest = self.tags.get(start..).unwrap_or(&[]);
            (start, rest.partition_point(same))
        } else {
            (count_of(self.tags, below), count_of(self.tags, same))
        };
        let end = start.saturating_add(count);
        Run {
            births: self.births.get(start..end).unwrap_or(&[]),
            records: self.records.get(start..end).unwrap_or(&[]),
        }
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
            let bucket = self.bucket(*print);
            bucket.is_some_and(|bucket| bucket.found().is_marked())
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

    /// Adds all records under the keys; oversized blocks through their refined keys, and reported.
    ///
    /// # Errors
    /// [`CandidatesError::Damaged`] where the directory points nowhere.
    pub fn find(
        &self,
        keys: &[BlockKey],
        years: &[i16],
        found: &mut FoundSet,
    ) -> Result<Vec<UnreadBlock>, CandidatesError> {
        let prints: Vec<KindPrint> = keys
            .iter()
            .map(|key| (key.fingerprint, set_of(key)))
            .collect();
        let (mut runs, oversized) = self.look_up(&prints)?;
        let mut blocks: Vec<(&BlockKey, u64)> = Vec::with_capacity(oversized.len());
        let mut parts: Vec<KindPrint> = Vec::new();
        for (place, size) in oversized {
            let key = keys.get(place).ok_or(DAMAGED)?;
            blocks.push((key, size));
            let by_year = years.iter().filter_map(|year| key.of_year(*year));
            parts.extend(
                by_year
                    .chain(key.by_initial)
                    .map(|print| (print, set_of(key))),
            );
        }
        parts.sort_unstable();
        parts.dedup();
        let (more, still) = self.look_up(&parts)?;
        runs.extend(more);
        let large: Vec<u64> = still
            .into_iter()
            .filter_map(|(place, _)| parts.get(place).map(|(print, _)| *print))
            .collect();
        let unread = blocks.into_iter().map(|(key, size)| UnreadBlock {
            kind: key.kind,
            size,
            read: read_part(key, years, &large),
        });
        add_runs(&runs, found);
        Ok(unread.collect())
    }

    /// What stands under fingerprints; of those whose blocks are oversized, gives place and size.
    /// All of the directory is touched before any of it is read, and then all buckets: the
    /// memory fetches them side by side.
    fn look_up(&self, prints: &[KindPrint]) -> Result<LookedUp<'_>, CandidatesError> {
        let starts = self.starts.chunks();
        let start = |print: u64| starts.get(bucket_of(print, self.directory_bits));
        touch(prints.iter().map(|(print, _)| start(*print)?.first()));
        let buckets = prints.iter().map(|(print, _)| self.bucket(*print));
        let buckets: Vec<Bucket<'_>> = all_of(buckets).ok_or(DAMAGED)?;
        touch(buckets.iter().map(|bucket| bucket.tags.first()));
        let mut runs: Vec<(KindSet, Run<'_>)> = Vec::with_capacity(prints.len());
        let mut oversized: Vec<(usize, u64)> = Vec::new();
        for (place, (bucket, (print, kinds))) in buckets.iter().zip(prints).enumerate() {
            let run = bucket.found();
            let size = run.is_marked().then(|| self.size_of_oversized(*print));
            match size.flatten() {
                Some(size) => oversized.push((place, size)),
                None if run.records.is_empty() => {}
                None => runs.push((*kinds, run)),
            }
        }
        Ok((runs, oversized))
    }

    fn size_of_oversized(&self, print: u64) -> Option<u64> {
        let place = self
            .oversized
            .binary_search_by_key(&print, |(other, _)| *other)
            .ok()?;
        self.oversized.get(place).map(|(_, size)| *size)
    }
}

/// A fingerprint, and what finding a record under it says.
type KindPrint = (u64, KindSet);

fn set_of(key: &BlockKey) -> KindSet {
    KindSet::default().with(key.kind, key.route)
}

/// The runs found, and of the oversized blocks place and size.
type LookedUp<'a> = (Vec<(KindSet, Run<'a>)>, Vec<(usize, u64)>);

/// Adds the records of all runs. Blocks are touched before they are read.
fn add_runs(runs: &[(KindSet, Run<'_>)], found: &mut FoundSet) {
    touch(runs.iter().map(|(_, run)| run.births.first()?.first()));
    touch(runs.iter().map(|(_, run)| run.records.first()?.first()));
    let entries = runs.iter().fold(0_usize, |sum, (_, run)| {
        sum.saturating_add(run.records.len())
    });
    found.reserve(entries);
    for (kinds, run) in runs {
        for (record, birth) in run.entries() {
            found.add(record, *kinds, birth);
        }
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

    use identity::{
        blocking::{KeyKind, Refinement},
        found::{CandidateSet, Found},
        kinds::Route,
    };
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

    fn candidates(index: &Index, keys: &[BlockKey], years: &[i16]) -> CandidateSet {
        let mut found = FoundSet::default();
        let unread = index.find(keys, years, &mut found).unwrap();
        CandidateSet {
            found: found.finish(),
            unread,
        }
    }

    fn key(fingerprint: u64, year: i16) -> BlockKey {
        let key = BlockKey {
            kind: KeyKind::Name,
            route: Route::Own,
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
                let set = candidates(&index, &[wanted], &[1]);
                let born = |found: &Found| {
                    let place = usize::try_from(found.record.0).unwrap();
                    (found.birth, found.kinds) == (
                        BirthCode::of(year_of(keys[place].0)),
                        KindSet::default().with(KeyKind::Name, Route::Own),
                    )
                };
                prop_assert!(set.found.iter().all(born));
                let found: BTreeSet<u32> = set.records().iter().map(|r| r.0).collect();
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
        let look_up = |last: u64| candidates(&index, &[of(last)], &[]);
        let block = look_up(1);
        assert_eq!(block.found, []);
        let sizes: Vec<u64> = block.unread.iter().map(|block| block.size).collect();
        assert_eq!(sizes, [3]);
        for other in [2, 3, 4] {
            let found = look_up(other);
            assert_eq!(found.records(), [RecordNumber(3), RecordNumber(4)]);
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
                let mut found = FoundSet::default();
                let _ = index.find(&[key(1, 1), key(2, 1)], &[1, 2], &mut found);
            }
        }
    }
}
