//! Building one epoch of a register: rows in, snapshot directory out.
//!
//! Place in the flow: the offline builder's library calls [`build`] with the epoch's keys. The
//! same rows and keys give the same bytes on any number of threads: people are numbered by a keyed
//! pseudorandom order, everything else follows from that.
//!
//! Left to others: drawing, delivering and wiping keys (builder), signatures (instrument).

mod error;
mod group;
mod person;
mod planes;
mod prepare;
mod tokens;
mod write;

use std::path::Path;

use identity::candidates::Marker;
use model::{digest::Digest, id::RecordNumber};
use rayon::prelude::*;
use seal::{entry::Sealer, keys::EpochKeys, token::TokenEvaluator};
use serde::Serialize;

pub use error::BuildError;

use crate::{
    extract::{ExtractError, ExtractRow},
    kind::RegisterKind,
    snapshot::Snapshot,
};
use group::{Order, Piece, Runs};
use person::{Batch, Maker};
use planes::Planes;
use prepare::{AddressMemory, Prepared};
use tokens::TokenMemory;

/// A stage of building, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading rows; the number counts rows.
    Reading,
    /// The order of records, checks, standard forms and tokens; the number counts rows.
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
    let runs = group::read(rows, options)?;
    let row_count = runs.rows;
    (options.progress)(Stage::Preparing, row_count);
    let order = group::order(&runs, keys)?;
    let people = prepare_all::<K>(runs, &order, &TokenEvaluator::new(keys))?;
    let counted = |is: fn(&&Prepared) -> bool| people.iter().flatten().filter(is).count();
    let held = counted(|person| person.marker == Marker::Hold);
    let contradictory = counted(|person| person.contradictory);
    (options.progress)(Stage::Sealing, count(order.people.len()));
    let maker = Maker {
        sealer: match options.sealed_plane {
            SealedPlane::Whole => Some(Sealer::new(keys)),
            SealedPlane::HeadersOnly => None,
        },
    };
    let planes = make_all(people, &order.people, &maker, out)?;
    let built = planes.finish(options, out)?;
    let snapshot = Snapshot {
        format: crate::snapshot::FORMAT.to_owned(),
        register: keys.register().clone(),
        synthetic: K::SYNTHETIC,
        epoch: keys.epoch(),
        extract: extract.to_string(),
        blocking: identity::blocking::KEYS_VERSION.to_owned(),
        name_forms: built.name_forms.to_string(),
        people: built.people,
        rows: row_count,
        entries: built.entries,
        addresses: built.addresses,
        keepers_needed: u32::try_from(keys.sets().needed()).unwrap_or(u32::MAX),
        keepers: keys.sets().keepers().to_vec(),
        headers_root: built.headers_root.to_string(),
        files: built.files,
    };
    let snapshot_digest = write::snapshot(out, &snapshot)?.to_string();
    Ok(BuildReport {
        without_standard_form: built.entries.saturating_sub(built.addresses),
        records_without_key: built.records_without_key,
        contradictory_people: count(contradictory),
        held: count(held),
        snapshot,
        snapshot_digest,
    })
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// All results, or the error that stands first, whichever thread was faster.
fn in_order<T>(results: Vec<Result<T, BuildError>>) -> Result<Vec<T>, BuildError> {
    results.into_iter().collect()
}

/// Checks all rows and prepares people, in the order of the file; `None` stands for runs that were
/// merged into others.
fn prepare_all<K: RegisterKind>(
    runs: Runs,
    order: &Order,
    tokens: &TokenEvaluator,
) -> Result<Vec<Option<Prepared>>, BuildError> {
    let tokens = TokenMemory::new(tokens);
    let firsts = runs.pieces.iter().scan(0_usize, |sum, piece| {
        let first = *sum;
        *sum = sum.saturating_add(piece.ends.len());
        Some(first)
    });
    let firsts: Vec<usize> = firsts.collect();
    let pieces = runs.pieces.into_par_iter().zip(firsts);
    let prepared = pieces
        .map(|(piece, first)| prepare_piece::<K>(&piece, first, order, &tokens))
        .collect();
    let pieces = in_order(prepared)?;
    Ok(pieces.into_iter().flatten().collect())
}

fn prepare_piece<K: RegisterKind>(
    piece: &Piece,
    first: usize,
    order: &Order,
    tokens: &TokenMemory<'_>,
) -> Result<Vec<Option<Prepared>>, BuildError> {
    let mut addresses = AddressMemory::new(tokens);
    let first = u32::try_from(first).map_err(|_| BuildError::TooLarge)?;
    let prepare = |(number, run)| {
        if order.merged.contains(&number) {
            return Ok(None);
        }
        let rows = group::in_order(run, order.further.get(&number))?;
        prepare::prepare::<K>(&rows, &mut addresses).map(Some)
    };
    (first..).zip(piece.runs()).map(prepare).collect()
}

/// People that are made at a time: while they are, those before are written.
const CHUNK: usize = 8192;
/// People that one thread makes at a time.
const BATCH: usize = 256;

/// Makes all people, chunk by chunk, and writes what the files keep of each.
fn make_all(
    mut people: Vec<Option<Prepared>>,
    order: &[u32],
    maker: &Maker<'_>,
    out: &Path,
) -> Result<Planes, BuildError> {
    let mut planes = Planes::begin(out, order.len())?;
    let mut made: Vec<Batch> = Vec::new();
    let mut spare: Vec<Batch> = Vec::new();
    let mut records = (0_u32..).map(RecordNumber);
    let chunks = order.chunks(CHUNK).map(Some).chain([None]);
    for chunk in chunks {
        let batches: Vec<_> = chunk
            .unwrap_or(&[])
            .chunks(BATCH)
            .map(|runs| {
                let people = runs.iter().filter_map(|run| take(&mut people, *run));
                let people = people
                    .zip(records.by_ref())
                    .map(|(person, record)| (record, person));
                let people: Vec<_> = people.collect();
                (people, spare.pop().unwrap_or_default())
            })
            .collect();
        let make = || {
            let made = batches
                .into_par_iter()
                .map(|(people, batch)| maker.make(people, batch))
                .collect();
            in_order(made)
        };
        let (next, written) = rayon::join(make, || planes.take(made));
        spare = written?;
        made = next?;
    }
    Ok(planes)
}

fn take(people: &mut [Option<Prepared>], run: u32) -> Option<Prepared> {
    people.get_mut(usize::try_from(run).ok()?)?.take()
}
