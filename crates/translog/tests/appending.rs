//! Appending to tiles: bytes, reopening, proofs from tiles, and a fault at every write.
//!
//! Place in the flow: tests of translog. After every append the log is read back from outside.
//!
//! Left to others: the proofs' own algebra (merkle.rs).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_translog as translog;

mod common;

use std::cell::Cell;

use common::{check_from_outside, entries, leaves, origin};
use model::{
    digest::Digest,
    fault::{Explain, Fault},
    id::LeafIndex,
};
use proptest::prelude::*;
use translog::{
    Checkpoint, Log, LogError, MAX_ENTRY_BYTES, MemoryStore, StoreError, TileKind, TilePath,
    TileStore, leaf_hash, tree_root,
};

fn new_log() -> Log<MemoryStore> {
    Log::open(MemoryStore::new(), &Checkpoint::empty(origin())).unwrap()
}

fn log_of(count: u64) -> Log<MemoryStore> {
    let mut log = new_log();
    log.append(&entries(count)).unwrap();
    log
}

fn path(text: &str) -> TilePath {
    text.parse().unwrap()
}

/// The names that a log of the size consists of, by the formula of C2SP tlog-tiles.
fn names_of(size: u64) -> Vec<String> {
    let mut names = Vec::new();
    let mut level = 0;
    let mut count = size;
    while count > 0 {
        let kinds: &[String] = &match level {
            0 => vec!["entries".to_owned(), "0".to_owned()],
            _ => vec![level.to_string()],
        };
        for kind in kinds {
            let name = |index: u64| match index {
                0..1000 => format!("tile/{kind}/{index:03}"),
                _ => format!("tile/{kind}/x{:03}/{:03}", index / 1000, index % 1000),
            };
            names.extend((0..count / 256).map(name));
            if !count.is_multiple_of(256) {
                names.push(format!("{}.p/{}", name(count / 256), count % 256));
            }
        }
        level += 1;
        count /= 256;
    }
    names.sort();
    names
}

#[test]
fn a_log_appended_at_once_is_exactly_its_tiles() {
    for size in [0, 1, 2, 255, 256, 257, 511, 512, 70_000] {
        let log = log_of(size);
        let mut names: Vec<String> = log
            .store()
            .tiles()
            .map(|(path, _)| path.to_string())
            .collect();
        names.sort();
        assert_eq!(names, names_of(size), "{size}");
    }
}

#[test]
fn seventy_thousand_leaves_are_the_tiles_of_the_specification() {
    let log = log_of(70_000);
    let width = |name: &str| {
        log.store()
            .read(&path(name))
            .unwrap()
            .map(|bytes| bytes.len() / 32)
    };
    assert_eq!(width("tile/0/272"), Some(256));
    assert_eq!(width("tile/0/273.p/112"), Some(112));
    assert_eq!(width("tile/1/000"), Some(256));
    assert_eq!(width("tile/1/001.p/17"), Some(17));
    assert_eq!(width("tile/2/000.p/1"), Some(1));
    let all = entries(70_000);
    check_from_outside(log.store(), &log.head(), &all);
    let hashes = leaves(&all);
    for (index, size) in [
        (0, 70_000),
        (69_999, 70_000),
        (65_535, 65_536),
        (65_536, 65_537),
    ] {
        let proof = log.inclusion_proof(LeafIndex(index), size).unwrap();
        let root = tree_root(&hashes[..size as usize]);
        assert_eq!(
            proof.verify(&hashes[index as usize], &root),
            Ok(()),
            "{index} {size}"
        );
    }
    for (old, new) in [
        (1, 70_000),
        (65_536, 65_537),
        (65_537, 70_000),
        (300, 66_000),
    ] {
        let proof = log.consistency_proof(old, new).unwrap();
        let root = |size: u64| tree_root(&hashes[..size as usize]);
        assert_eq!(proof.verify(&root(old), &root(new)), Ok(()), "{old} {new}");
    }
}

#[test]
fn proofs_from_tiles_verify_at_every_size_around_a_tile() {
    let all = leaves(&entries(515));
    let log = log_of(515);
    for size in [
        1, 2, 3, 100, 254, 255, 256, 257, 258, 300, 511, 512, 513, 515_u64,
    ] {
        let root = tree_root(&all[..size as usize]);
        for index in (0..size).filter(|index| index % 7 == 0 || index % 128 > 125) {
            let proof = log.inclusion_proof(LeafIndex(index), size).unwrap();
            assert_eq!(
                proof.verify(&all[index as usize], &root),
                Ok(()),
                "{index} {size}"
            );
        }
        for old in (0..=size).filter(|old| old % 13 == 0 || old % 128 < 2) {
            let proof = log.consistency_proof(old, size).unwrap();
            let old_root = tree_root(&all[..old as usize]);
            assert_eq!(proof.verify(&old_root, &root), Ok(()), "{old} {size}");
        }
    }
}

#[test]
fn what_lies_beyond_the_log_is_refused() {
    let log = log_of(10);
    let out = |result: Result<(), LogError>| matches!(result, Err(LogError::OutOfRange));
    assert!(out(log.inclusion_proof(LeafIndex(10), 10).map(drop)));
    assert!(out(log.inclusion_proof(LeafIndex(0), 11).map(drop)));
    assert!(out(log.inclusion_proof(LeafIndex(0), 0).map(drop)));
    assert!(out(log.consistency_proof(3, 11).map(drop)));
    assert!(out(log.consistency_proof(4, 3).map(drop)));
    assert!(out(log.entry(LeafIndex(10)).map(drop)));
    assert!(out(log.entry(LeafIndex(u64::MAX)).map(drop)));
    assert!(out(log.entries(9..11).map(drop)));
    assert_eq!(log.entries(3..5).unwrap(), entries(10)[3..5]);
    assert_eq!(log.entry(LeafIndex(9)).unwrap(), b"entry 9");
    assert!(log.entries(5..5).unwrap().is_empty());
}

#[test]
fn entries_have_a_longest_length() {
    let mut log = new_log();
    let longest = vec![1; MAX_ENTRY_BYTES];
    let head = log.append(std::slice::from_ref(&longest)).unwrap();
    assert_eq!(head.root, leaf_hash(&longest));
    let error = log
        .append(&[vec![], vec![1; MAX_ENTRY_BYTES + 1]])
        .unwrap_err();
    assert!(matches!(error, LogError::EntryTooLong { bytes: 65_536 }));
    assert_eq!(error.fault(), Fault::Input);
    assert_eq!(log.head(), head);
}

#[test]
fn an_empty_batch_changes_nothing() {
    let mut log = log_of(3);
    let before = log.store().clone();
    let head = log.head();
    assert_eq!(log.append::<Vec<u8>>(&[]).unwrap(), head);
    assert_eq!(*log.store(), before);
}

#[test]
fn a_pruned_partial_tile_is_read_from_the_full_one() {
    let all = entries(300);
    let mut log = new_log();
    let old = log.append(&all[..200]).unwrap();
    log.append(&all[200..]).unwrap();
    let mut store = log.into_store();
    assert!(store.remove(&path("tile/0/000.p/200")).is_some());
    assert!(store.remove(&path("tile/entries/000.p/200")).is_some());
    check_from_outside(&store, &old, &all[..200]);
    assert_eq!(Log::open(store, &old).unwrap().head(), old);
}

/// Every tile of a log, changed in one byte, lost one, or gone: opening and reading must notice.
#[test]
fn a_damaged_store_is_noticed() {
    let size = 300;
    let good = log_of(size);
    let head = good.head();
    let store = good.into_store();
    let names: Vec<TilePath> = store.tiles().map(|(path, _)| *path).collect();
    for name in names {
        let bytes = store.read(&name).unwrap().unwrap();
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        for spoilt in [Some(changed), Some(bytes[..bytes.len() - 1].to_vec()), None] {
            let mut bad = store.clone();
            bad.remove(&name);
            if let Some(spoilt) = spoilt {
                bad.write(&name, &spoilt).unwrap();
            }
            let opened = Log::open(bad, &head);
            let outcome = opened.and_then(|log| {
                let read = log.entries(0..size)?;
                assert_eq!(log.reader().root(size)?, tree_root(&leaves(&read)));
                Ok(read)
            });
            // A full tile's change can leave entries and edge as they are; then its use is noticed.
            let error = outcome.expect_err(&name.to_string());
            assert_eq!(error.fault(), Fault::Integrity, "{name} {error}");
        }
    }
}

#[test]
fn another_checkpoint_does_not_open_the_store() {
    let log = log_of(300);
    let mut head = log.head();
    head.root = Digest::default();
    let error = Log::open(log.into_store(), &head).unwrap_err();
    assert!(matches!(error, LogError::Root { size: 300 }), "{error}");
    let error = Log::open(MemoryStore::new(), &log_of(3).head()).unwrap_err();
    assert!(matches!(error, LogError::Missing { .. }), "{error}");
}

/// A store that dies at one write: before it, halfway through the batch, or right after it.
struct Dying {
    inner: MemoryStore,
    writes_left: Cell<usize>,
    keeps_last: KeepsLast,
}

#[derive(Clone, Copy, PartialEq)]
enum KeepsLast {
    Yes,
    No,
}

impl TileStore for Dying {
    fn read(&self, path: &TilePath) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.read(path)
    }

    fn write(&mut self, path: &TilePath, bytes: &[u8]) -> Result<(), StoreError> {
        let left = self.writes_left.get();
        if left > 0 {
            self.writes_left.set(left - 1);
            return self.inner.write(path, bytes);
        }
        if self.keeps_last == KeepsLast::Yes {
            self.inner.write(path, bytes)?;
        }
        Err(StoreError::unavailable(path, "the disk is gone"))
    }
}

/// Dies at write number `fault`; false when the append needs no more writes than that.
fn crash_and_recover(before: u64, batch: u64, fault: usize, keeps_last: KeepsLast) -> bool {
    let all = entries(before + batch);
    let (committed, rest) = all.split_at(before as usize);
    let mut first = new_log();
    let checkpoint = first.append(committed).unwrap();
    let dying = Dying {
        inner: first.into_store(),
        writes_left: Cell::new(fault),
        keeps_last,
    };
    let mut log = Log::open(dying, &checkpoint).unwrap();
    match log.append(rest) {
        Ok(_) => return false,
        Err(error) => assert_eq!(error.fault(), Fault::Unavailable),
    }
    assert_eq!(
        log.head(),
        checkpoint,
        "an append that failed must not be seen"
    );
    let left = log.into_store().inner;
    check_from_outside(&left, &checkpoint, committed);
    // The same entries again, in other batches than before the crash.
    let mut log = Log::open(left, &checkpoint).unwrap();
    for part in rest.chunks(100) {
        let head = log.append(part).unwrap();
        check_from_outside(log.store(), &head, &all[..head.size as usize]);
    }
    let head = log.head();
    assert_eq!(
        Log::open(log.into_store(), &head).unwrap().size(),
        before + batch
    );
    true
}

#[test]
fn a_crash_at_any_write_is_repaired_by_appending_again() {
    for (before, batch) in [(0, 1), (0, 256), (200, 400), (255, 1), (256, 300), (511, 2)] {
        for keeps_last in [KeepsLast::Yes, KeepsLast::No] {
            let faults =
                (0..).take_while(|fault| crash_and_recover(before, batch, *fault, keeps_last));
            assert!(faults.count() >= 2, "{before} {batch}");
        }
    }
}

#[test]
fn a_crash_where_the_second_level_fills_is_repaired() {
    let (before, batch) = (65_500, 100);
    let faults = (0..).take_while(|fault| crash_and_recover(before, batch, *fault, KeepsLast::Yes));
    // bundle, tile 0, tile 1 full; then partial bundle, tile 0, tile 2.
    assert_eq!(faults.count(), 6);
}

#[test]
fn one_leaf_writes_only_what_it_changes() {
    let writes = |before| {
        let faults = (0..).take_while(|fault| crash_and_recover(before, 1, *fault, KeepsLast::No));
        faults.count()
    };
    // A bundle and a tile of leaf hashes; the partial tile of level 1 stays as it is.
    assert_eq!(writes(300), 2);
    // Where they fill: both whole, and a wider tile of level 1.
    assert_eq!(writes(511), 3);
}

#[test]
fn other_entries_after_a_crash_are_refused_at_a_full_tile() {
    let mut log = log_of(100);
    let checkpoint = log.head();
    log.append(&entries(300)).unwrap();
    let mut log = Log::open(log.into_store(), &checkpoint).unwrap();
    let error = log.append(&vec![b"other".to_vec(); 200]).unwrap_err();
    assert!(matches!(
        error,
        LogError::Store(StoreError::Immutable { .. })
    ));
    assert_eq!(error.fault(), Fault::Integrity);
    assert_eq!(log.head(), checkpoint);
}

#[test]
fn full_tiles_never_change() {
    let mut store = MemoryStore::new();
    let full = TilePath::new(TileKind::Entries, 0, 256).unwrap();
    let partial = TilePath::new(TileKind::Entries, 0, 3).unwrap();
    store.write(&full, b"a").unwrap();
    store.write(&full, b"a").unwrap();
    assert!(matches!(
        store.write(&full, b"b"),
        Err(StoreError::Immutable { .. })
    ));
    store.write(&partial, b"a").unwrap();
    store.write(&partial, b"b").unwrap();
    assert_eq!(store.read(&full).unwrap().unwrap(), b"a");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_batches_give_the_same_log(batches in prop::collection::vec(0_u64..150, 1..8)) {
        let total: u64 = batches.iter().sum();
        let all = entries(total);
        let mut store = MemoryStore::new();
        let mut head = Checkpoint::empty(origin());
        let mut start = 0_usize;
        for batch in batches {
            let mut log = Log::open(&mut store, &head).unwrap();
            let end = start + batch as usize;
            head = log.append(&all[start..end]).unwrap();
            start = end;
            check_from_outside(&store, &head, &all[..end]);
        }
        let at_once = log_of(total);
        prop_assert_eq!(&head, &at_once.head());
        for (path, bytes) in at_once.store().tiles() {
            prop_assert_eq!(store.read(path).unwrap(), Some(bytes.to_vec()));
        }
    }
}
