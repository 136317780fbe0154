//! A register: one dated snapshot of the records, as files on disk.
//!
//! Place in the flow: the offline builder calls [`build::build`] once an epoch; the gate and the
//! laboratory open the directory with [`register::Register::open`], which implements
//! [`identity::candidates::Candidates`] and gives sealed entries, headers and their proofs.
//!
//! ```text
//! // builder side
//! let digest = extract::digest_of_file(path)?;
//! let register = extract::register_id("IRS-2026", &digest)?;          // NAME-<16 hex digits>
//! let keys = EpochKeys::draw(register, Epoch(1), sets)?;               // seal
//! let rows = extract::open(path)?;                                     // csv or parquet, by content
//! let report: BuildReport = build::build::<Synthetic>(rows, &digest, &keys, &BuildOptions::standard(), out_dir)?;
//! // gate side
//! let register = Register::<Synthetic>::open(dir)?;
//! ```
//!
//! `open::<Synthetic>` and `open::<Production>` are different types: neither reads the other's
//! snapshots, and a synthetic build refuses every taxpayer number that could have been issued.
//!
//! Files (spec/register.md): `snapshot.json`, `match.plane`, `index.plane`, `sealed.plane`,
//! `headers.plane`. The same rows and keys give the same bytes on any number of threads.
//!
//! Left to others: keys and their delivery (seal, builder), decisions (identity), signatures over
//! the manifest (instrument).

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod kind;

pub mod extract;

pub mod bytes;
pub mod file_map;
pub mod index;
mod interner;
pub mod match_plane;
pub mod names;
pub mod snapshot;
pub mod table;

pub mod build;
pub mod register;
mod register_error;
