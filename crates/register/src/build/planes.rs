//! The four planes while they are built.
//!
//! Place in the flow: takes people in the order of records. Sealed entries go to disk at once; match
//! plane and index, which need all people, at the end.
//!
//! Left to others: what stands in each plane (person), the files (write).

use std::{
    collections::BTreeMap, io::Write as _, panic::resume_unwind, path::Path,
    thread::ScopedJoinHandle,
};

use model::digest::Digest;
use rayon::prelude::*;
use seal::merkle::GrowingTree;

use super::{
    BuildError, BuildOptions, Stage, count,
    person::{Batch, Counts},
    write,
};
use crate::{
    index::{self, IndexBuilder, MadeIndex},
    match_plane::{self, MadePlane, MatchPlaneBuilder},
    snapshot::FileFacts,
    table::{HEADERS, SEALED},
};

/// Planes that people are added to.
pub(super) struct Planes {
    plane: MatchPlaneBuilder,
    index: IndexBuilder,
    /// Fingerprint of the residence of each address.
    residences: Vec<u64>,
    sealed: write::TableFile,
    headers: write::TableFile,
    tree: GrowingTree,
    counts: Counts,
}

/// What was built, for the manifest and the report.
pub(super) struct Built {
    pub(super) people: u32,
    pub(super) addresses: u64,
    pub(super) counts: Counts,
    pub(super) name_forms: Digest,
    pub(super) headers_root: Digest,
    pub(super) files: BTreeMap<String, FileFacts>,
}

impl Planes {
    /// Begins the planes of so many people, with so many entries or a few less.
    pub(super) fn begin(out: &Path, people: usize, entries: usize) -> Result<Self, BuildError> {
        // Fingerprints with an address, and without, that a person has on average at most.
        let prints = entries.saturating_add(people).saturating_mul(5);
        Ok(Self {
            plane: MatchPlaneBuilder::expecting(people, entries),
            index: IndexBuilder::expecting(people, prints),
            residences: Vec::with_capacity(entries),
            sealed: write::TableFile::create(out, SEALED, count(people))?,
            headers: write::TableFile::create(out, HEADERS, count(people))?,
            tree: GrowingTree::default(),
            counts: Counts::default(),
        })
    }

    /// Adds the next people; gives the batches' memory back, empty.
    pub(super) fn take(&mut self, mut batches: Vec<Batch>) -> Result<Vec<Batch>, BuildError> {
        for batch in &mut batches {
            self.sealed.rows(&batch.sealed)?;
            self.headers.rows(&batch.headers)?;
            self.plane.touch(batch.records().map(|(record, _)| record));
            let prints = batch.prints.iter().zip(batch.addresses.iter());
            for ((record, refinement), (prints, addresses)) in batch.records().zip(prints) {
                self.plane
                    .push(&record, addresses)
                    .ok_or(BuildError::TooLarge)?;
                self.index.push(prints.iter().copied(), refinement);
            }
            self.counts.add(batch.counts);
            self.residences.extend_from_slice(&batch.residences);
            batch.leaves.iter().for_each(|leaf| self.tree.push(*leaf));
            batch.clear();
        }
        Ok(batches)
    }

    /// Lays out and writes the rest.
    pub(super) fn finish(
        self,
        options: &BuildOptions<'_>,
        out: &Path,
    ) -> Result<Built, BuildError> {
        let people = u32::try_from(self.tree.size()).map_err(|_| BuildError::TooLarge)?;
        let addresses = count(self.residences.len());
        let (plane, index, residences) = (self.plane, self.index, self.residences);
        let (sealed, headers) = (self.sealed, self.headers);
        // While one waits for the disk, others work: each file is written by a thread of its own.
        let (plane, index, tables) = std::thread::scope(|scope| {
            let tables = scope.spawn(|| (sealed.finish(), headers.finish()));
            let finish_plane = || {
                let plane = numbered(residences).and_then(|numbers| plane.finish(&numbers));
                let pieces = plane.iter().flat_map(|plane| &plane.pieces);
                let length: usize = pieces.map(Vec::len).sum();
                (length, scope.spawn(|| write_plane(plane, out)))
            };
            let finish_index = || index.make(options.block_limit);
            let ((length, plane), index) = rayon::join(finish_plane, finish_index);
            let written = index.as_ref().map_or(0, MadeIndex::bytes);
            (options.progress)(Stage::Writing, count(length + written));
            let index = write_index(index, out);
            (joined(plane), index, joined(tables))
        });
        let (plane, name_forms) = plane?;
        let files = [
            (match_plane::FILE, plane),
            (index::FILE, index?),
            (SEALED.file, tables.0?),
            (HEADERS.file, tables.1?),
        ];
        let files = files.map(|(name, facts)| (name.to_owned(), facts));
        Ok(Built {
            people,
            addresses,
            counts: self.counts,
            name_forms,
            headers_root: self.tree.root(),
            files: BTreeMap::from(files),
        })
    }
}

/// Writes a match plane; the digest of its name forms besides.
fn write_plane(plane: Option<MadePlane>, out: &Path) -> Result<(FileFacts, Digest), BuildError> {
    let plane = plane.ok_or(BuildError::TooLarge)?;
    let written = write::plane(out, match_plane::FILE, |file| {
        let mut pieces = plane.pieces.iter();
        pieces.try_for_each(|piece| file.write_all(piece))
    })?;
    Ok((written, plane.name_forms))
}

/// Writes an index.
fn write_index(index: Option<MadeIndex>, out: &Path) -> Result<FileFacts, BuildError> {
    let index = index.ok_or(BuildError::TooLarge)?;
    write::plane(out, index::FILE, |file| index.write(file))
}

/// What a thread gives; its panic is passed on.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// The place of each fingerprint among the distinct ones; `None` beyond 2^32.
fn numbered(prints: Vec<u64>) -> Option<Vec<u32>> {
    let last = u32::try_from(prints.len()).ok()?;
    // A fingerprint before its place, as one number: to sort by it takes no branch for each comparison.
    let places = prints.iter().zip(0..last);
    let joined = places.map(|(print, place)| u128::from(*print) << 32 | u128::from(place));
    let mut sorted: Vec<u128> = joined.collect();
    drop(prints);
    sorted.par_sort_unstable();
    let mut numbers = vec![0; sorted.len()];
    for (number, run) in (0_u32..).zip(sorted.chunk_by(|a, b| a >> 32 == b >> 32)) {
        for joined in run {
            let place = usize::try_from(joined & u128::from(u32::MAX)).ok()?;
            *numbers.get_mut(place)? = number;
        }
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_residences_have_one_number() {
        assert_eq!(numbered(vec![30, 10, 30, 20]), Some(vec![2, 0, 2, 1]));
        assert_eq!(numbered(vec![]), Some(Vec::new()));
    }
}
