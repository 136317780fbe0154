//! Building one epoch of a register: rows in, snapshot directory out.
//!
//! Place in the flow: the offline builder's library calls [`read`] with the keys it drew and, when the
//! extract's digest and so the register's id are known, [`ReadExtract::seal`]; whoever has the id before
//! calls [`build`], which is both. The same rows and keys give the same bytes on any number of threads: people are numbered by a keyed
//! pseudorandom order, everything else follows from that.
//!
//! Left to others: drawing, delivering and wiping keys (builder), signatures (instrument).

mod bucket;
mod direct;
mod draft;
mod error;
mod group;
mod order;
mod person;
mod planes;
mod prepare;
mod stated;
mod tokens;
mod view;
mod write;

use std::{
    marker::PhantomData,
    path::Path,
    sync::{Mutex, PoisonError},
};

use model::{
    digest::Digest,
    id::{RecordNumber, RegisterId},
};
use rayon::prelude::*;
use seal::{
    keys::{DrawnKeys, EpochKeys},
    sealer::Sealer,
    token::TokenEvaluator,
};
use serde::Serialize;

pub use error::BuildError;

use crate::{
    extract::{ExtractError, ExtractRow},
    kind::RegisterKind,
    snapshot::Snapshot,
};
use bucket::Buckets;
use group::{Grouping, Piece};
use order::People;
use person::{Batch, Maker};
use planes::Planes;
use prepare::{Desk, Preparer, Prints};
use tokens::{KeptTokens, PartTokens};

/// A stage of building, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading rows, checks, standard forms and tokens; the number counts rows.
    Reading,
    /// The order of records; the number counts rows.
    Preparing,
    /// Binding and sealing; the number counts people.
    Sealing,
    /// Writing files; the number counts bytes.
    Writing,
}

/// What of the sealed plane is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedPlane {
    /// Every entry: what a deployment needs.
    Whole,
    /// Headers only; no address can ever be opened. For measuring the matcher in the laboratory.
    HeadersOnly,
}

/// Choices of a build.
#[derive(Clone, Copy)]
pub struct BuildOptions<'a> {
    /// Records a block may hold before it is refined or left unread.
    pub block_limit: usize,
    /// What of the sealed plane is built.
    pub sealed_plane: SealedPlane,
    /// Told at the start of each stage and, while reading, every 65,536 rows.
    pub progress: &'a (dyn Fn(Stage, u64) + Sync),
}

impl BuildOptions<'_> {
    /// Blocks of at most 512 records, no progress.
    #[must_use]
    pub fn standard() -> BuildOptions<'static> {
        BuildOptions {
            block_limit: 512,
            sealed_plane: SealedPlane::Whole,
            progress: &|_, _| {},
        }
    }
}

/// What was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildReport {
    /// The manifest, as written.
    pub snapshot: Snapshot,
    /// SHA-256 of `snapshot.json`, hexadecimal: what the signed manifest names.
    pub snapshot_digest: String,
    /// Entries that have no standard form: sealed, but no row can hold them.
    pub without_standard_form: u64,
    /// Records none of whose addresses has a standard form: only a court order could open them.
    pub records_without_key: u64,
    /// People whose rows state several birth dates or taxpayer numbers; the latest stands.
    pub contradictory_people: u64,
    /// Records with a hold or an identity-theft marker.
    pub held: u64,
}

/// Builds a snapshot in `out`, which must be empty or not exist.
///
/// # Errors
/// [`BuildError`] naming row and field where the extract is at fault; nothing of a failed build is
/// a snapshot, because `snapshot.json` is written last.
pub fn build<K: RegisterKind>(
    rows: impl Iterator<Item = Result<ExtractRow, ExtractError>>,
    extract: &Digest,
    keys: &EpochKeys,
    options: &BuildOptions<'_>,
    out: &Path,
) -> Result<BuildReport, BuildError> {
    write::prepare_directory(out)?;
    let read = read::<K>(rows, keys.drawn(), options)?;
    read.seal(keys.register(), extract, options, out)
}

/// First half of [`build`]: reads all rows. The register needs no id yet, so its extract can be
/// digested meanwhile.
///
/// # Errors
/// [`BuildError`] naming row and field.
pub fn read<'k, K: RegisterKind>(
    rows: impl Iterator<Item = Result<ExtractRow, ExtractError>>,
    keys: &'k DrawnKeys,
    options: &BuildOptions<'_>,
) -> Result<ReadExtract<'k, K>, BuildError> {
    let buckets = Buckets::new();
    let (tokens, row_count) = prepare_all::<K>(rows, keys, options, &buckets)?;
    (options.progress)(Stage::Preparing, row_count);
    Ok(ReadExtract {
        keys,
        people: People::of(buckets)?,
        tokens,
        row_count,
        kind: PhantomData,
    })
}

/// An extract whose rows are all read.
pub struct ReadExtract<'k, K> {
    keys: &'k DrawnKeys,
    people: People,
    tokens: KeptTokens,
    row_count: u64,
    kind: PhantomData<K>,
}

impl<K: RegisterKind> ReadExtract<'_, K> {
    /// Second half of [`build`]: numbers, binds and seals the people, under the keys they were read with.
    /// Nothing is written to `out` before.
    ///
    /// # Errors
    /// As there.
    pub fn seal(
        self,
        register: &RegisterId,
        extract: &Digest,
        options: &BuildOptions<'_>,
        out: &Path,
    ) -> Result<BuildReport, BuildError> {
        write::prepare_directory(out)?;
        (options.progress)(Stage::Sealing, count(self.people.count()));
        let keys = self.keys;
        let maker = Maker {
            tokens: self.tokens,
            sealer: match options.sealed_plane {
                SealedPlane::Whole => Some(Sealer::of(keys, register)),
                SealedPlane::HeadersOnly => None,
            },
        };
        let planes = make_all(self.people, &maker, out)?;
        drop(maker);
        let built = planes.finish(options, out)?;
        let snapshot = Snapshot {
            format: crate::snapshot::FORMAT.to_owned(),
            register: register.clone(),
            synthetic: K::SYNTHETIC,
            epoch: keys.epoch(),
            extract: extract.to_string(),
            blocking: identity::blocking::KEYS_VERSION.to_owned(),
            name_forms: built.name_forms.to_string(),
            people: built.people,
            rows: self.row_count,
            entries: built.counts.entries,
            addresses: built.addresses,
            keepers_needed: u32::try_from(keys.sets().needed()).unwrap_or(u32::MAX),
            keepers: keys.sets().keepers().to_vec(),
            headers_root: built.headers_root.to_string(),
            files: built.files,
        };
        let snapshot_digest = write::snapshot(out, &snapshot)?.to_string();
        Ok(BuildReport {
            without_standard_form: built.counts.entries.saturating_sub(built.addresses),
            records_without_key: built.counts.without_key,
            contradictory_people: built.counts.contradictory,
            held: built.counts.held,
            snapshot,
            snapshot_digest,
        })
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// All results, or the error that stands first, whichever thread was faster.
fn in_order<T>(results: Vec<Result<T, BuildError>>) -> Result<Vec<T>, BuildError> {
    results.into_iter().collect()
}

/// Reads and checks all rows and prepares people into buckets; gives tokens of their addresses and the
/// number of rows. While a round of pieces is prepared, the next is read.
fn prepare_all<K: RegisterKind>(
    rows: impl Iterator<Item = Result<ExtractRow, ExtractError>>,
    keys: &DrawnKeys,
    options: &BuildOptions<'_>,
    buckets: &Buckets,
) -> Result<(KeptTokens, u64), BuildError> {
    let evaluator = TokenEvaluator::of(keys);
    let tokens = PartTokens::new(&evaluator);
    let values = keys.builder_values();
    let preparer = Preparer {
        evaluator: &evaluator,
        tokens: &tokens,
        prints: Prints::new(&values),
        values,
    };
    let mut grouping = Grouping::new(rows, options);
    // As many as threads use at a time: what was used last is nearest.
    let desks: Mutex<Vec<Desk>> = Mutex::default();
    let mut pieces = grouping.round(Vec::new());
    let mut spare: Vec<Piece> = Vec::new();
    while !pieces.is_empty() {
        let mut prepared = Vec::new();
        let mut next = Vec::new();
        rayon::in_place_scope(|scope| {
            let (made, desks, pieces) = (&mut prepared, &desks, &pieces);
            let preparer = &preparer;
            scope.spawn(move |_| *made = prepare_round::<K>(pieces, desks, preparer, buckets));
            next = grouping.round(std::mem::take(&mut spare));
        });
        in_order(prepared)?;
        spare = std::mem::replace(&mut pieces, next);
    }
    let row_count = grouping.finish()?;
    Ok((tokens.finish(), row_count))
}

fn prepare_round<K: RegisterKind>(
    pieces: &[Piece],
    desks: &Mutex<Vec<Desk>>,
    preparer: &Preparer<'_>,
    buckets: &Buckets,
) -> Vec<Result<(), BuildError>> {
    let free = || desks.lock().unwrap_or_else(PoisonError::into_inner);
    let prepare = |piece: &Piece| {
        let mut desk = free().pop().unwrap_or_default();
        let prepared = preparer.prepare::<K>(piece, &mut desk, buckets);
        free().push(desk);
        prepared
    };
    pieces.par_iter().map(prepare).collect()
}

/// People that are made at a time: while they are, those before are written.
const CHUNK: usize = 32_768;
/// People that one thread makes at a time.
const BATCH: usize = 64;

/// Makes all people, chunk by chunk, and writes what the files keep of each.
fn make_all(mut people: People, maker: &Maker<'_>, out: &Path) -> Result<Planes, BuildError> {
    let mut planes = Planes::begin(out, people.count(), people.entries())?;
    let mut made: Vec<Batch> = Vec::new();
    let mut spare: Vec<Batch> = Vec::new();
    let mut first = 0_u32;
    let order = people.take_order();
    for chunk in order.chunks(CHUNK).map(Some).chain([None]) {
        let forgotten = people.forget(usize::try_from(first).unwrap_or(0));
        let mut batches: Vec<(&[u32], RecordNumber, Batch)> = Vec::new();
        for numbers in chunk.unwrap_or(&[]).chunks(BATCH) {
            let batch = spare.pop().unwrap_or_default();
            batches.push((numbers, RecordNumber(first), batch));
            let count = u32::try_from(numbers.len()).map_err(|_| BuildError::TooLarge)?;
            first = first.checked_add(count).ok_or(BuildError::TooLarge)?;
        }
        let make = || {
            let batches = batches.into_par_iter();
            let made =
                batches.map(|(numbers, first, batch)| maker.make(&people, numbers, first, batch));
            in_order(made.collect())
        };
        let take = || {
            drop(forgotten);
            planes.take(made)
        };
        let (next, written) = rayon::join(make, take);
        spare = written?;
        made = next?;
    }
    Ok(planes)
}
