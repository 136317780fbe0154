//! Roots and proofs against RFC 6962's recursive definitions.
//!
//! Place in the flow: tests of translog. The oracle is `tree_root` over slices of leaves.
//!
//! Left to others: tiles (appending.rs), other implementations (oracles.rs).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

extern crate countersign_translog as translog;

mod common;

use std::ops::Range;

use common::{entries, leaves, origin};
use model::{
    digest::{Digest, unhex},
    id::LeafIndex,
};
use proptest::prelude::*;
use translog::{
    Checkpoint, CompactRange, ConsistencyProof, InclusionProof, ProofError, consistency_ranges,
    inclusion_ranges, leaf_hash, tree_root,
};

/// The eight leaves of the reference implementation's tests (certificate-transparency, 2013) and the
/// roots of the first one to eight of them.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_eight_roots_of_the_reference_implementation() {
    let hashes: Vec<Digest> = LEAVES
        .iter()
        .map(|leaf| leaf_hash(&unhex(leaf).unwrap()))
        .collect();
    let mut range = CompactRange::empty();
    for (count, root) in (1..).zip(ROOTS) {
        range.push(hashes[count - 1]);
        assert_eq!(tree_root(&hashes[..count]).to_string(), root);
        assert_eq!(range.root().to_string(), root);
    }
}

fn resolve(leaves: &[Digest], ranges: &[Range<u64>]) -> Vec<Digest> {
    let slice = |range: &Range<u64>| range.start as usize..range.end as usize;
    ranges
        .iter()
        .map(|range| tree_root(&leaves[slice(range)]))
        .collect()
}

/// PATH(m, D[n]) of RFC 6962 section 2.1.1, word for word.
fn path_by_definition(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    if index < left.len() {
        [path_by_definition(index, left), vec![tree_root(right)]].concat()
    } else {
        [
            path_by_definition(index - left.len(), right),
            vec![tree_root(left)],
        ]
        .concat()
    }
}

/// SUBPROOF(m, D[n], b) of RFC 6962 section 2.1.2, word for word.
fn subproof_by_definition(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole {
            vec![]
        } else {
            vec![tree_root(leaves)]
        };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    if old <= left.len() {
        [
            subproof_by_definition(old, left, whole),
            vec![tree_root(right)],
        ]
        .concat()
    } else {
        let rest = subproof_by_definition(old - left.len(), right, false);
        [rest, vec![tree_root(left)]].concat()
    }
}

fn inclusion(leaves: &[Digest], index: u64) -> InclusionProof {
    let size = leaves.len() as u64;
    InclusionProof {
        index: LeafIndex(index),
        size,
        hashes: resolve(leaves, &inclusion_ranges(index, size).unwrap()),
    }
}

fn consistency(leaves: &[Digest], old_size: u64) -> ConsistencyProof {
    let new_size = leaves.len() as u64;
    ConsistencyProof {
        old_size,
        new_size,
        hashes: resolve(leaves, &consistency_ranges(old_size, new_size).unwrap()),
    }
}

/// Every way to spoil a list of hashes by one bit, one hash more or one less.
fn spoilt(hashes: &[Digest]) -> Vec<Vec<Digest>> {
    let mut all = Vec::new();
    for at in 0..hashes.len() {
        for bit in 0..256 {
            let mut bytes = *hashes[at].as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let mut copy = hashes.to_vec();
            copy[at] = Digest::from_bytes(bytes);
            all.push(copy);
        }
        let mut without = hashes.to_vec();
        without.remove(at);
        all.push(without);
        let mut doubled = hashes.to_vec();
        doubled.insert(at, hashes[at]);
        all.push(doubled);
    }
    all.push([hashes, &[Digest::default()]].concat());
    all
}

#[test]
fn proofs_are_those_of_the_definition_and_verify() {
    let all = leaves(&entries(70));
    for size in 1..=70_usize {
        let tree = &all[..size];
        let root = tree_root(tree);
        for index in 0..size {
            let proof = inclusion(tree, index as u64);
            assert_eq!(proof.hashes, path_by_definition(index, tree));
            assert_eq!(proof.verify(&tree[index], &root), Ok(()));
            assert_eq!(proof.to_string().parse(), Ok(proof));
        }
        for old in 0..=size {
            let proof = consistency(tree, old as u64);
            if old > 0 {
                assert_eq!(proof.hashes, subproof_by_definition(old, tree, true));
            }
            assert_eq!(proof.verify(&tree_root(&tree[..old]), &root), Ok(()));
            assert_eq!(proof.to_string().parse(), Ok(proof));
        }
    }
}

#[test]
fn every_flipped_bit_of_an_inclusion_proof_fails() {
    let all = leaves(&entries(21));
    for size in [1, 2, 3, 7, 8, 13, 21] {
        let tree = &all[..size];
        let root = tree_root(tree);
        for index in 0..size {
            let good = inclusion(tree, index as u64);
            for hashes in spoilt(&good.hashes) {
                let bad = InclusionProof {
                    hashes,
                    ..good.clone()
                };
                assert!(bad.verify(&tree[index], &root).is_err(), "{bad:?}");
            }
            for other in (0..size).filter(|other| *other != index) {
                let moved = InclusionProof {
                    index: LeafIndex(other as u64),
                    ..good.clone()
                };
                assert!(moved.verify(&tree[index], &root).is_err());
                assert!(good.verify(&tree[other], &root).is_err());
            }
            let beyond = InclusionProof {
                index: LeafIndex(size as u64),
                ..good.clone()
            };
            assert_eq!(beyond.verify(&tree[index], &root), Err(ProofError::Range));
            assert_eq!(
                good.verify(&tree[index], &Digest::default()),
                Err(ProofError::Root)
            );
        }
    }
}

#[test]
fn every_flipped_bit_of_a_consistency_proof_fails() {
    let all = leaves(&entries(21));
    for size in [1, 2, 3, 7, 8, 13, 21] {
        let new_root = tree_root(&all[..size]);
        for old in 0..=size {
            let old_root = tree_root(&all[..old]);
            let good = consistency(&all[..size], old as u64);
            for hashes in spoilt(&good.hashes) {
                let bad = ConsistencyProof {
                    hashes,
                    ..good.clone()
                };
                assert!(bad.verify(&old_root, &new_root).is_err(), "{bad:?}");
            }
            let zero = Digest::default();
            assert_eq!(
                good.verify(&zero, &new_root),
                Err(ProofError::Root),
                "{old} {size}"
            );
            // From the empty tree anything follows; otherwise the new root is bound as well.
            assert_eq!(good.verify(&old_root, &zero).is_ok(), old == 0);
        }
        let backwards = ConsistencyProof {
            old_size: size as u64 + 1,
            new_size: size as u64,
            hashes: vec![],
        };
        assert_eq!(
            backwards.verify(&new_root, &new_root),
            Err(ProofError::Range)
        );
    }
}

#[test]
fn a_proof_is_bound_to_its_checkpoints_size_and_log() {
    let all = leaves(&entries(6));
    let head = |size: usize| Checkpoint {
        origin: origin(),
        size: size as u64,
        root: tree_root(&all[..size]),
    };
    let good = inclusion(&all[..5], 2);
    let other = InclusionProof {
        size: 6,
        ..good.clone()
    };
    assert_eq!(good.verify_in(&all[2], &head(5)), Ok(()));
    // The hashes alone do not tell five leaves from six.
    assert_eq!(other.verify(&all[2], &head(5).root), Ok(()));
    assert_eq!(other.verify_in(&all[2], &head(5)), Err(ProofError::Size));
    assert_eq!(good.verify_in(&all[2], &head(6)), Err(ProofError::Size));
    assert_eq!(good.verify_in(&all[1], &head(5)), Err(ProofError::Root));

    let good = consistency(&all, 3);
    assert_eq!(good.verify_between(&head(3), &head(6)), Ok(()));
    assert_eq!(
        good.verify_between(&head(2), &head(6)),
        Err(ProofError::Size)
    );
    assert_eq!(
        good.verify_between(&head(3), &head(5)),
        Err(ProofError::Size)
    );
    let elsewhere = Checkpoint {
        origin: "other.example/log".parse().unwrap(),
        ..head(6)
    };
    assert_eq!(
        good.verify_between(&head(3), &elsewhere),
        Err(ProofError::Size)
    );
}

#[test]
fn spoilt_proof_texts_are_refused() {
    let good = inclusion(&leaves(&entries(5)), 2).to_string();
    let hash_line = good.lines().nth(1).unwrap().to_owned();
    for bad in [
        String::new(),
        "\n".to_owned(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        good.replace("inclusion 2 5", "inclusion 02 5"),
        good.replace("inclusion 2 5", "inclusion 2  5"),
        good.replace("inclusion 2 5", "inclusion 2"),
        good.replace("inclusion 2 5", "inclusion 2 5 6"),
        good.replace("inclusion 2 5", "inclusion +2 5"),
        good.replace("inclusion 2 5", "inclusion 2 18446744073709551616"),
        good.replace("inclusion", "consistency"),
        good.replace(&hash_line, &hash_line[1..]),
        good.replace(&hash_line, &hash_line.replace('=', "")),
        format!("inclusion 2 5\n{}", format!("{hash_line}\n").repeat(67)),
    ] {
        let parsed = bad.parse::<InclusionProof>();
        assert!(matches!(parsed, Err(ProofError::Malformed { .. })), "{bad}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn proofs_of_larger_trees_verify(size in 1_u64..300, a in any::<u64>(), b in any::<u64>()) {
        let tree = leaves(&entries(size));
        let root = tree_root(&tree);
        let index = a % size;
        let proof = inclusion(&tree, index);
        prop_assert_eq!(&proof.hashes, &path_by_definition(index as usize, &tree));
        prop_assert_eq!(proof.verify(&tree[index as usize], &root), Ok(()));
        let old = b % (size + 1);
        let proof = consistency(&tree, old);
        prop_assert_eq!(proof.verify(&tree_root(&tree[..old as usize]), &root), Ok(()));
    }

    #[test]
    fn compact_range_has_the_definitions_root(size in 0_u64..600) {
        let entries = entries(size);
        let mut range = CompactRange::empty();
        entries.iter().for_each(|entry| range.push_entry(entry));
        prop_assert_eq!(range.root(), tree_root(&leaves(&entries)));
        let again = CompactRange::from_peaks(size, range.peaks().to_vec());
        prop_assert_eq!(again.as_ref(), Some(&range));
        prop_assert_eq!(CompactRange::from_peaks(size + 1, range.peaks().to_vec()).is_some(),
            size.count_ones() == (size + 1).count_ones());
    }

    #[test]
    fn hostile_numbers_end_in_an_error(
        index in any::<u64>(), size in any::<u64>(), hashes in 0_usize..70,
    ) {
        let proof = InclusionProof {
            index: LeafIndex(index), size, hashes: vec![Digest::default(); hashes],
        };
        prop_assert!(proof.verify(&Digest::default(), &Digest::default()).is_err());
        let proof = ConsistencyProof {
            old_size: index, new_size: size, hashes: vec![Digest::default(); hashes],
        };
        let other = Digest::of(b"other");
        prop_assert!(proof.verify(&Digest::default(), &other).is_err());
    }
}
