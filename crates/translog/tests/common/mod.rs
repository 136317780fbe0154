//! Synthetic entries, keys and the look from outside that several tests share.
//!
//! Place in the flow: tests of translog only.
//!
//! Left to others: the checks themselves.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use model::digest::Digest;
use translog::{Checkpoint, Follower, LogOrigin, TileReader, TileStore, leaf_hash, tree_root};

/// Entries that all differ, of lengths from 0.
pub fn entries(count: u64) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| match number {
            0 => Vec::new(),
            _ => format!("entry {number}").into_bytes(),
        })
        .collect()
}

pub fn leaves(entries: &[Vec<u8>]) -> Vec<Digest> {
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

pub fn origin() -> LogOrigin {
    "gate.example/log".parse().unwrap()
}

/// Follows the whole log from its tiles, from the first leaf, and compares with the entries.
pub fn check_from_outside<S: TileStore>(store: &S, head: &Checkpoint, expected: &[Vec<u8>]) {
    let reader = TileReader::new(store, head.size);
    let found = reader.entries(0..head.size).unwrap();
    assert_eq!(found, expected);
    assert_eq!(head.root, tree_root(&leaves(expected)));
    let mut follower = Follower::new(head.origin.clone());
    follower.follow(&found, head).unwrap();
    assert_eq!(reader.root(head.size).unwrap(), head.root);
}
