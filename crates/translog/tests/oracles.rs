//! The same trees by two other implementations: ct-merkle and Cloudflare's tlog_tiles.
//!
//! Place in the flow: tests of translog. Roots, proofs and tile bytes must be equal.
//!
//! Left to others: the definitions of the RFC (merkle.rs).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_translog as translog;

mod common;

use common::{entries, origin};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use model::{digest::Digest, id::LeafIndex};
use sha2::Sha256;
use tlog_tiles::{
    Checkpoint as OtherCheckpoint, Error as OtherError, Hash, HashReader, Tile, prove_record,
    prove_tree, stored_hashes, tree_hash,
};
use translog::{Checkpoint, Log, MemoryStore, TileKind};

fn log_of(count: u64) -> Log<MemoryStore> {
    let mut log = Log::open(MemoryStore::new(), &Checkpoint::empty(origin())).unwrap();
    log.append(&entries(count)).unwrap();
    log
}

fn concatenated(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn ct_merkle_has_the_same_roots_and_proofs() {
    let mut tree: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
    let all = entries(300);
    let log = log_of(300);
    for (index, entry) in (0_u64..).zip(&all) {
        tree.push(entry.clone());
        let size = index + 1;
        assert_eq!(
            tree.root().as_bytes()[..],
            *log.reader().root(size).unwrap().as_bytes()
        );
        let at = (index * 31 + 7) % size;
        let ours = log.inclusion_proof(LeafIndex(at), size).unwrap();
        assert_eq!(
            tree.prove_inclusion(at as usize).as_bytes(),
            concatenated(&ours.hashes)
        );
        let old = (index * 17 + 3) % size;
        if old > 0 {
            let ours = log.consistency_proof(old, size).unwrap();
            let theirs = tree.prove_consistency((size - old) as usize);
            assert_eq!(
                theirs.as_bytes(),
                concatenated(&ours.hashes),
                "{old} {size}"
            );
        }
    }
}

struct Stored(Vec<Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, OtherError> {
        Ok(indexes
            .iter()
            .map(|index| self.0[*index as usize])
            .collect())
    }
}

#[test]
fn tlog_tiles_has_the_same_roots_proofs_and_tiles() {
    let size = 66_000;
    let mut stored = Stored(Vec::new());
    for (index, entry) in (0_u64..).zip(entries(size)) {
        let more = stored_hashes(index, &entry, &stored).unwrap();
        stored.0.extend(more);
    }
    let log = log_of(size);
    let same = |theirs: &[Hash], ours: &[Digest]| {
        let theirs: Vec<[u8; 32]> = theirs.iter().map(|hash| hash.0).collect();
        let ours: Vec<[u8; 32]> = ours.iter().map(|hash| *hash.as_bytes()).collect();
        assert_eq!(theirs, ours);
    };
    same(&[tree_hash(size, &stored).unwrap()], &[log.head().root]);
    for at in (0..size).step_by(997) {
        let theirs = prove_record(size, at, &stored).unwrap();
        same(
            &theirs,
            &log.inclusion_proof(LeafIndex(at), size).unwrap().hashes,
        );
        let theirs = prove_tree(size, at + 1, &stored).unwrap();
        same(
            &theirs,
            &log.consistency_proof(at + 1, size).unwrap().hashes,
        );
    }
    for (path, bytes) in log.store().tiles() {
        if let TileKind::Hashes(level) = path.kind() {
            let tile = Tile::new(8, level, path.index(), path.width().into(), false);
            assert_eq!(tile.read_data(&stored).unwrap(), bytes, "{path}");
        }
    }
}

#[test]
fn tlog_tiles_reads_our_checkpoints() {
    let head = log_of(300).head();
    let theirs = OtherCheckpoint::from_bytes(head.text().as_bytes()).unwrap();
    assert_eq!(theirs.origin(), head.origin.as_str());
    assert_eq!(theirs.size(), 300);
    assert_eq!(theirs.hash().0, *head.root.as_bytes());
    assert_eq!(theirs.to_bytes(), head.text().into_bytes());
}
