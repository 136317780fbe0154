//! Builds and seals one epoch of a register, offline, and wipes its keys.
//!
//! Place in the flow: before any request. Reads the extract, draws the epoch's keys, has register
//! write the snapshot's files, encrypts each keeper's shares and the gate's token key to their
//! recipients, signs the manifest. After that nobody holds all keys (SEALING.md section 3).
//!
//! ```text
//! OUT/manifest.note          the manifest, signed by builder and data owner
//! OUT/snapshot/              the register's files, for the gate
//! OUT/deliver/keeper-ID.age  shares of keeper ID, encrypted to it
//! OUT/deliver/gate.age       the gate's token key, encrypted to it
//! ```
//!
//! Left to others: the formats (seal, register, instrument), taking the files to their places.
//! Keys are written nowhere unencrypted; a crash leaves at most a folder `OUT.partial` that nobody
//! has keys to.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

pub mod command;
pub mod epoch;
pub mod error;
pub mod folder;
pub mod recipients;
pub mod report;
