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
mod write;

use std::path::Path;

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
use group::PersonRows;
use person::{Made, Maker, Placed, TokenMemory};
use planes::Planes;

/// A stage of building, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading rows; the number counts rows.
    Reading,
    /// Checks and the order of records; the number counts people.
    Preparing,
    /// Standard forms, tokens and sealing; the number counts people.
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
    let groups = group::by_person(rows, options)?;
    let row_count = groups.rows;
    (options.progress)(Stage::Preparing, count(groups.people.len()));
    let people = place_all::<K>(groups.people, keys)?;
    let held = people.iter().filter(|p| p.stated.is_held()).count();
    let contradictory = people.iter().filter(|p| p.stated.contradictory).count();
    (options.progress)(Stage::Sealing, count(people.len()));
    let tokens = TokenEvaluator::new(keys);
    let maker = Maker {
        keys,
        tokens: TokenMemory::new(&tokens),
        sealer: match options.sealed_plane {
            SealedPlane::Whole => Some(Sealer::new(keys)),
            SealedPlane::HeadersOnly => None,
        },
    };
    let planes = make_all(people, &maker, out)?;
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

/// Checks all rows and puts people into their keyed order.
fn place_all<K: RegisterKind>(
    groups: Vec<PersonRows>,
    keys: &EpochKeys,
) -> Result<Vec<Placed>, BuildError> {
    if groups.is_empty() {
        return Err(BuildError::Empty);
    }
    if u32::try_from(groups.len()).is_err() {
        return Err(BuildError::TooLarge);
    }
    let placed = groups
        .into_par_iter()
        .map(|group| person::place::<K>(group, keys))
        .collect();
    let mut people = in_order(placed)?;
    people.par_sort_unstable_by(|a, b| a.order.cmp(&b.order));
    Ok(people)
}

/// People that are made at a time: while they are, those before are written.
const CHUNK: usize = 4096;

/// Makes all people, chunk by chunk, and writes what the files keep of each.
fn make_all(people: Vec<Placed>, maker: &Maker<'_>, out: &Path) -> Result<Planes, BuildError> {
    let mut planes = Planes::begin(out, people.len())?;
    let mut left = (0_u32..).map(RecordNumber).zip(people);
    let mut made: Vec<Made> = Vec::new();
    loop {
        let chunk: Vec<_> = left.by_ref().take(CHUNK).collect();
        let is_last = chunk.is_empty();
        let make = || {
            let made = chunk
                .into_par_iter()
                .map(|(record, person)| maker.make(person, record))
                .collect();
            in_order(made)
        };
        let (next, written) = rayon::join(make, || planes.take(made));
        written?;
        made = next?;
        if is_last {
            return Ok(planes);
        }
    }
}
