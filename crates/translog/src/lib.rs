//! The transparency log: Merkle tiles, checkpoints, proofs, and following a log from outside.
//!
//! Place in the flow: the gate appends a leaf for every act ([`Log`]), keepers follow every leaf
//! ([`Follower`]) and cosign the checkpoint, and nothing is opened but under a checkpoint with enough
//! fresh cosignatures ([`WitnessPolicy`]). Formats are C2SP tlog-tiles, tlog-checkpoint and
//! tlog-cosignature; hashing is RFC 6962.
//!
//! Left to others: what a leaf says (instrument), files and networks (implementations of
//! [`TileStore`]), keys and clocks (callers). The formats are in `spec/translog.md`.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::expect_used
    )
)]

mod checkpoint;
mod edge;
mod follower;
mod hash;
mod lines;
mod log;
mod proof;
mod range;
mod reader;
mod store;
mod tile;

pub use checkpoint::{Checkpoint, CheckpointError, Cosigned, LogOrigin, WitnessPolicy};
pub use follower::{FollowError, Follower};
pub use hash::{empty_root, leaf_hash, node_hash, tree_root};
pub use log::Log;
pub use proof::{
    ConsistencyProof, InclusionProof, MAX_PROOF_HASHES, ProofError, consistency_ranges,
    inclusion_ranges,
};
pub use range::CompactRange;
pub use reader::{LogError, TileReader};
pub use store::{MemoryStore, StoreError, TileStore};
pub use tile::{MAX_ENTRY_BYTES, TILE_WIDTH, TileKind, TilePath, decode_bundle, encode_bundle};
