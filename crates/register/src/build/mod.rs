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
mod write;

use std::path::Path;

use model::digest::Digest;
use rayon::prelude::*;
use seal::{
    entry::Sealer,
    keys::EpochKeys,
    merkle::{MerkleTree, leaf_hash},
    token::TokenEvaluator,
};
use serde::Serialize;

pub use error::BuildError;

use crate::{
    extract::{ExtractError, ExtractRow},
    index,
    kind::RegisterKind,
    match_plane::{self, MatchPlane},
    snapshot::Snapshot,
};
use person::{Prepared, Sealed};

/// A stage of building, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading rows; the number counts rows.
    Reading,
    /// Standard forms and tokens; the number counts people.
    Preparing,
    /// Sealing; the number counts people.
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
    let tokens = TokenEvaluator::new(keys);
    let prepared = in_order(
        groups
            .people
            .par_iter()
            .map(|group| person::prepare::<K>(group, keys, &tokens))
            .collect(),
    )?;
    drop((groups, tokens));
    let prepared = number(prepared)?;
    (options.progress)(Stage::Sealing, count(prepared.len()));
    let sealer = Sealer::new(keys);
    let sealed = in_order(
        prepared
            .par_iter()
            .map(|person| match options.sealed_plane {
                SealedPlane::Whole => person::seal(person, keys, &sealer),
                SealedPlane::HeadersOnly => person::header_only(person),
            })
            .collect(),
    )?;
    write_all::<K>(prepared, sealed, row_count, extract, keys, options, out)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// All results, or the error that stands first, whichever thread was faster.
fn in_order<T>(results: Vec<Result<T, BuildError>>) -> Result<Vec<T>, BuildError> {
    results.into_iter().collect()
}

/// Puts people into their keyed order; residences are numbered likewise.
fn number(mut people: Vec<Prepared>) -> Result<Vec<Prepared>, BuildError> {
    if people.is_empty() {
        return Err(BuildError::Empty);
    }
    people.par_sort_unstable_by(|a, b| a.order.cmp(&b.order));
    let mut residences: Vec<u64> = people
        .iter()
        .flat_map(|person| person.entries.iter().filter_map(|entry| entry.residence))
        .collect();
    residences.par_sort_unstable();
    residences.dedup();
    for (record, person) in (0_u32..).zip(&mut people) {
        person.record = model::id::RecordNumber(record);
        for entry in &mut person.entries {
            let place = entry
                .residence
                .and_then(|print| residences.binary_search(&print).ok());
            entry.residence_number = place.and_then(|p| u32::try_from(p).ok()).unwrap_or(0);
        }
    }
    if u32::try_from(people.len()).is_ok() {
        Ok(people)
    } else {
        Err(BuildError::TooLarge)
    }
}

fn write_all<K: RegisterKind>(
    prepared: Vec<Prepared>,
    sealed: Vec<Sealed>,
    rows: u64,
    extract: &Digest,
    keys: &EpochKeys,
    options: &BuildOptions<'_>,
    out: &Path,
) -> Result<BuildReport, BuildError> {
    let held = prepared.iter().filter(|person| person.is_held()).count();
    let contradictory = prepared.iter().filter(|p| p.contradictory).count();
    let entries: u64 = prepared.iter().map(|p| count(p.entries.len())).sum();
    let addresses: u64 = prepared.iter().map(|p| count(p.matchable())).sum();
    let without_key = prepared.iter().filter(|p| p.matchable() == 0).count();
    let block_keys: Vec<_> = prepared.par_iter().map(Prepared::block_keys).collect();
    let records: Vec<_> = prepared
        .into_par_iter()
        .map(Prepared::into_record)
        .collect();
    let match_bytes = match_plane::encode(&records).ok_or(BuildError::TooLarge)?;
    drop(records);
    let name_forms = MatchPlane::read(&match_bytes)
        .map_err(BuildError::Defect)?
        .name_forms();
    let index_bytes =
        index::encode(&block_keys, options.block_limit).ok_or(BuildError::TooLarge)?;
    drop(block_keys);
    let (sealed_rows, header_rows): (Vec<_>, Vec<_>) =
        sealed.into_iter().map(|s| (s.entries, s.header)).unzip();
    let leaves = header_rows.par_iter().map(|row| leaf_hash(row)).collect();
    let root = MerkleTree::from_leaf_hashes(leaves).root();
    (options.progress)(Stage::Writing, count(match_bytes.len() + index_bytes.len()));
    let files = write::planes(out, &match_bytes, &index_bytes, &sealed_rows, &header_rows)?;
    let snapshot = Snapshot {
        format: crate::snapshot::FORMAT.to_owned(),
        register: keys.register().clone(),
        synthetic: K::SYNTHETIC,
        epoch: keys.epoch(),
        extract: extract.to_string(),
        blocking: identity::blocking::KEYS_VERSION.to_owned(),
        name_forms: name_forms.to_string(),
        people: u32::try_from(header_rows.len()).map_err(|_| BuildError::TooLarge)?,
        rows,
        entries,
        addresses,
        keepers_needed: u32::try_from(keys.sets().needed()).unwrap_or(u32::MAX),
        keepers: keys.sets().keepers().to_vec(),
        headers_root: root.to_string(),
        files,
    };
    let snapshot_digest = write::snapshot(out, &snapshot)?.to_string();
    Ok(BuildReport {
        without_standard_form: entries.saturating_sub(addresses),
        records_without_key: count(without_key),
        contradictory_people: count(contradictory),
        held: count(held),
        snapshot,
        snapshot_digest,
    })
}
