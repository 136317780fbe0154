//! The index while it is made: fingerprints of all records, sorted in parts.
//!
//! Place in the flow: build pushes records in order, and writes what comes out.
//!
//! Left to others: the layout and looking up (index), what a key is made of (identity).

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use identity::{birth_code::BirthCode, blocking::Refinement};
use rayon::prelude::*;

use super::{DIRECTORY_BITS_MAX, ENTRY_BYTES, MAGIC, OVERSIZED, VERSION, bucket_of, tag_of};
use crate::bytes::{Writer, count32};

/// Entries a bucket holds on average.
const BUCKET_ENTRIES: usize = 16;

fn directory_bits(entries: usize) -> u32 {
    let buckets = (entries / BUCKET_ENTRIES).max(1);
    buckets.ilog2().min(DIRECTORY_BITS_MAX)
}

/// A fingerprint and a record that has it, in 12 bytes: there are a dozen of each person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(Rust, packed(4))]
struct Pair {
    print: u64,
    record: u32,
}

impl Pair {
    /// Both as one number, fingerprint first: to sort by it takes no branch for each comparison.
    fn order(&self) -> u128 {
        u128::from(self.print) << 32 | u128::from(self.record)
    }
}

/// Fingerprints are sorted in so many parts, by their first bits.
const PART_BITS: u32 = 8;

/// Each part is sorted in so many runs, by the bits that follow.
const RUN_BITS: u32 = 11;

/// Collects the fingerprints of records and makes the bytes of an index of them.
#[derive(Debug)]
pub struct IndexBuilder {
    parts: Vec<Vec<Pair>>,
    /// Of each record.
    refinements: Vec<Refinement>,
}

impl Default for IndexBuilder {
    fn default() -> Self {
        Self::expecting(0, 0)
    }
}

fn part_of(fingerprint: u64) -> usize {
    usize::try_from(fingerprint >> (64 - PART_BITS)).unwrap_or(0)
}

fn divide(pairs: impl Iterator<Item = Pair>, parts: &mut [Vec<Pair>]) {
    for pair in pairs {
        if let Some(part) = parts.get_mut(part_of(pair.print)) {
            part.push(pair);
        }
    }
}

fn run_of(fingerprint: u64) -> usize {
    let run = fingerprint << PART_BITS >> (64 - RUN_BITS);
    usize::try_from(run).unwrap_or(0)
}

/// Sorts pairs whose fingerprints begin alike. They are dealt out to runs first, each of which the
/// processor then sorts in its nearest memory. What stood in `spare` is lost.
fn sort(pairs: &mut Vec<Pair>, spare: &mut Vec<Pair>) {
    if pairs.len() < 1 << RUN_BITS {
        return pairs.sort_unstable_by_key(Pair::order);
    }
    let mut starts = [0_usize; (1 << RUN_BITS) + 1];
    let [_, sizes @ ..] = &mut starts;
    for pair in &*pairs {
        if let Some(size) = sizes.get_mut(run_of(pair.print)) {
            *size = size.saturating_add(1);
        }
    }
    let mut sum = 0_usize;
    for start in &mut starts {
        sum = sum.saturating_add(*start);
        *start = sum;
    }
    spare.clear();
    spare.resize(
        pairs.len(),
        Pair {
            print: 0,
            record: 0,
        },
    );
    for pair in &*pairs {
        if let Some(next) = starts.get_mut(run_of(pair.print)) {
            if let Some(place) = spare.get_mut(*next) {
                *place = *pair;
            }
            *next = next.saturating_add(1);
        }
    }
    // What was where a run begins is where it ends now.
    let mut start = 0;
    for end in starts {
        if let Some(run) = spare.get_mut(start..end) {
            run.sort_unstable_by_key(Pair::order);
        }
        start = end;
    }
    std::mem::swap(pairs, spare);
}

/// Sorts a part and takes blocks longer than the limit out of it, which it gives with their sizes.
fn take_oversized(
    part: &mut Vec<Pair>,
    spare: &mut Vec<Pair>,
    limit: usize,
) -> (Vec<Pair>, Vec<(u64, u64)>) {
    sort(part, spare);
    part.dedup();
    let mut large: Vec<Pair> = Vec::new();
    let mut sizes: Vec<(u64, u64)> = Vec::new();
    for run in part.chunk_by(|a, b| a.print == b.print) {
        if let ([first, ..], true) = (run, run.len() > limit) {
            large.extend_from_slice(run);
            sizes.push((first.print, u64::try_from(run.len()).unwrap_or(u64::MAX)));
        }
    }
    if !sizes.is_empty() {
        let is_large = |pair: &Pair| sizes.binary_search_by_key(&{ pair.print }, |size| size.0);
        part.retain(|pair| is_large(pair).is_err());
    }
    (large, sizes)
}

/// Puts a part, which is in the order of whole fingerprints, into that of buckets and tags.
fn order_tags(part: &mut [Pair], bits: u32) {
    let tag = |pair: &Pair| pair.print >> (56 - bits);
    let same = part.chunk_by_mut(|a, b| tag(a) == tag(b));
    for pairs in same.filter(|pairs| pairs.len() > 1) {
        pairs.sort_unstable_by_key(|pair| pair.record);
    }
}

impl IndexBuilder {
    /// An empty one with room for so many records and fingerprints.
    #[must_use]
    pub fn expecting(records: usize, fingerprints: usize) -> Self {
        // Parts are of one size but for chance.
        let room = fingerprints.saturating_add(fingerprints / 16) >> PART_BITS;
        let part = |_| Vec::with_capacity(room);
        Self {
            parts: (0..1 << PART_BITS).map(part).collect(),
            refinements: Vec::with_capacity(records),
        }
    }

    /// Adds the next record: its fingerprints, and what refines them. A record beyond 2^32 is
    /// counted and makes [`Self::finish`] give nothing.
    pub fn push(&mut self, fingerprints: impl Iterator<Item = u64>, refinement: Refinement) {
        if let Some(record) = count32(self.refinements.len()) {
            let pairs = fingerprints.map(|print| Pair { print, record });
            divide(pairs, &mut self.parts);
        }
        self.refinements.push(refinement);
    }

    /// The bytes of the index; `None` beyond 2^32 records or entries.
    #[must_use]
    pub fn finish(self, limit: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.make(limit)?.write(&mut bytes).ok()?;
        Some(bytes)
    }

    /// As [`Self::finish`], all but the laying out.
    #[must_use]
    pub fn make(self, limit: usize) -> Option<MadeIndex> {
        count32(self.refinements.len())?;
        let mut parts = self.parts;
        let taken: Vec<_> = parts
            .par_iter_mut()
            .map_init(Vec::new, |spare, part| take_oversized(part, spare, limit))
            .collect();
        let mut refined: Vec<Vec<Pair>> = vec![Vec::new(); parts.len()];
        let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
        for (pairs, large) in taken {
            sizes.extend(large);
            for Pair { print, record } in pairs {
                let place = usize::try_from(record).ok()?;
                let refinement = self.refinements.get(place).copied().unwrap_or_default();
                let prints = [
                    refinement.by_birth_year(print),
                    refinement.by_initial(print),
                ];
                let prints = prints.into_iter().flatten();
                divide(prints.map(|print| Pair { print, record }), &mut refined);
            }
        }
        let births: Vec<BirthCode> = self.refinements.iter().map(|each| each.birth()).collect();
        drop(self.refinements);
        let still: Vec<_> = parts
            .par_iter_mut()
            .zip(refined)
            .map_init(Vec::new, |spare, (part, mut refined)| {
                let (_, still) = take_oversized(&mut refined, spare, limit);
                join(part, &refined, spare);
                still
            })
            .collect();
        sizes.extend(still.into_iter().flatten());
        MadeIndex::of(parts, sizes, births)
    }
}

/// Adds pairs to a part; both ascend, and each pair stands once afterwards. What stood in `spare` is lost.
fn join(part: &mut Vec<Pair>, more: &[Pair], spare: &mut Vec<Pair>) {
    if more.is_empty() {
        return;
    }
    spare.clear();
    spare.reserve(part.len().saturating_add(more.len()));
    let mut rest = part.as_slice();
    for pair in more {
        let before = rest.partition_point(|other| other.order() < pair.order());
        let (before, after) = rest.split_at_checked(before).unwrap_or((rest, &[]));
        spare.extend_from_slice(before);
        if after.first() != Some(pair) {
            spare.push(*pair);
        }
        rest = after;
    }
    spare.extend_from_slice(rest);
    std::mem::swap(part, spare);
}

/// The buckets of a part: tags, then birth dates, then records.
fn bucket_bytes(part: &[Pair], bits: u32, births: &[BirthCode]) -> Vec<u8> {
    let birth_of = |record: u32| {
        let place = usize::try_from(record).unwrap_or(usize::MAX);
        births.get(place).copied().unwrap_or(BirthCode::ANY)
    };
    let mut bytes = Vec::with_capacity(part.len().saturating_mul(ENTRY_BYTES));
    for bucket in part.chunk_by(|a, b| bucket_of(a.print, bits) == bucket_of(b.print, bits)) {
        for pair in bucket {
            bytes.push(tag_of(pair.print, bits));
        }
        for pair in bucket {
            bytes.extend_from_slice(&birth_of(pair.record).to_bytes());
        }
        for pair in bucket {
            bytes.extend_from_slice(&{ pair.record }.to_le_bytes());
        }
    }
    bytes
}

/// Where each bucket begins, and the end.
fn starts(parts: &[Vec<Pair>], bits: u32) -> Option<Vec<u32>> {
    let mut starts = Vec::with_capacity((1 << bits) + 1);
    let mut place = 0_u32;
    for pair in parts.iter().flatten() {
        let bucket = bucket_of(pair.print, bits);
        if starts.len() <= bucket {
            starts.resize(bucket.checked_add(1)?, place);
        }
        place = place.checked_add(1)?;
    }
    starts.resize((1 << bits) + 1, place);
    Some(starts)
}

/// An index in memory, before its buckets are laid out.
pub struct MadeIndex {
    parts: Vec<Vec<Pair>>,
    births: Vec<BirthCode>,
    bits: u32,
    /// What stands before the buckets, and after.
    head: Vec<u8>,
    tail: Vec<u8>,
}

/// Parts that are laid out while those before are written.
const ROUND: usize = 8;

impl MadeIndex {
    fn of(
        mut parts: Vec<Vec<Pair>>,
        large: BTreeMap<u64, u64>,
        births: Vec<BirthCode>,
    ) -> Option<Self> {
        let mut marks: Vec<Vec<Pair>> = vec![Vec::new(); parts.len()];
        let record = OVERSIZED;
        let prints = large.keys().copied();
        divide(prints.map(|print| Pair { print, record }), &mut marks);
        let count = parts.iter().chain(&marks).map(Vec::len).sum();
        // A bucket never reaches into two parts.
        let bits = directory_bits(count).max(PART_BITS);
        let ready = parts.par_iter_mut().zip(marks);
        ready.for_each_init(Vec::new, |spare, (part, marks)| {
            join(part, &marks, spare);
            order_tags(part, bits);
        });
        let mut head = Writer::new(MAGIC, VERSION);
        head.number32(bits);
        head.section32(starts(&parts, bits)?.into_iter());
        head.section_head(count.checked_mul(ENTRY_BYTES)?);
        let mut tail = Writer::default();
        tail.section64(large.keys().copied());
        tail.section64(large.values().copied());
        Some(Self {
            parts,
            births,
            bits,
            head: head.finish(),
            tail: tail.finish(),
        })
    }

    /// How many bytes it has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let entries: usize = self.parts.iter().map(Vec::len).sum();
        let ends = self.head.len().saturating_add(self.tail.len());
        entries.saturating_mul(ENTRY_BYTES).saturating_add(ends)
    }

    /// Writes it.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, writer: &mut (impl Write + Send)) -> io::Result<()> {
        let lay_out = |part: &Vec<Pair>| bucket_bytes(part, self.bits, &self.births);
        writer.write_all(&self.head)?;
        let mut ready: Vec<Vec<u8>> = Vec::new();
        for parts in self.parts.chunks(ROUND).map(Some).chain([None]) {
            let parts = parts.unwrap_or(&[]);
            let (next, written) = rayon::join(
                || parts.par_iter().map(lay_out).collect(),
                || ready.iter().try_for_each(|part| writer.write_all(part)),
            );
            written?;
            ready = next;
        }
        writer.write_all(&self.tail)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// Fewer than there are runs, as many, more; of few fingerprints or many, which begin alike.
        #[test]
        fn parts_are_sorted(
            part in 0_u64..1 << PART_BITS,
            distinct in 1_u64..1 << 40,
            seed: u64,
            count in 0_usize..3 << RUN_BITS,
        ) {
            let draw = |number: u64| number.wrapping_add(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let pair = |number: u64| Pair {
                print: part << 56 | draw(draw(number) % distinct) >> 8,
                record: (draw(number) >> 40) as u32,
            };
            let pairs: Vec<Pair> = (0..count as u64).map(pair).collect();
            let mut expected = pairs.clone();
            expected.sort_by_key(Pair::order);
            let (mut sorted, mut spare) = (pairs.clone(), pairs);
            sort(&mut sorted, &mut spare);
            prop_assert_eq!(sorted, expected);
        }

        #[test]
        fn joined_pairs_ascend_and_stand_once(
            part in prop::collection::btree_set((0_u64..9, 0_u32..9), 0..40),
            more in prop::collection::btree_set((0_u64..9, 0_u32..9), 0..40),
        ) {
            let pairs = |of: &BTreeSet<(u64, u32)>| -> Vec<Pair> {
                of.iter().map(|&(print, record)| Pair { print, record }).collect()
            };
            let expected = pairs(&part.union(&more).copied().collect());
            let (mut joined, mut spare) = (pairs(&part), pairs(&more));
            join(&mut joined, &pairs(&more), &mut spare);
            prop_assert_eq!(joined, expected);
        }
    }
}
