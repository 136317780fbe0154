//! A Merkle tree over record headers (RFC 6962 section 2.1 hashing).
//!
//! Place in the flow: the builder computes the root that the manifest states; the register gives
//! proofs; keepers and gate verify them against the signed manifest.
//!
//! Left to others: what a leaf is (header), the public log, which has a tree of its own
//! (translog).

use model::{
    digest::Digest,
    fault::{Explain, Fault},
};
use thiserror::Error;

/// SHA-256(0x00 ‖ leaf).
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    Digest::of_parts(&[&[0], leaf])
}

/// SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::of_parts(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// A proof does not lead from leaf to root. The fault of whoever made the warrant or the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    /// No such leaf in a tree of this size.
    #[error("leaf `{index}` does not exist in a tree of `{size}`")]
    NoSuchLeaf {
        /// The leaf asked for.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The proof has another number of hashes than this leaf's.
    #[error("the proof has `{0}` hashes, which does not fit the leaf's place")]
    Length(usize),
    /// The hashes do not give the root.
    #[error("the proof does not lead to the root in the manifest")]
    Root,
}

impl Explain for ProofError {
    fn fault(&self) -> Fault {
        Fault::Integrity
    }
}

/// A tree with all hashes of its complete subtrees, 64 bytes a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerkleTree {
    /// `levels[k]` has the hash of every complete subtree of 2^k leaves, from the left.
    levels: Vec<Vec<Digest>>,
}

impl MerkleTree {
    /// Builds the tree over leaf hashes in order.
    #[must_use]
    pub fn from_leaf_hashes(leaves: Vec<Digest>) -> Self {
        let mut levels = vec![leaves];
        while let Some(last) = levels.last().filter(|level| level.len() > 1) {
            let next = last
                .chunks_exact(2)
                .filter_map(|pair| match pair {
                    [left, right] => Some(node_hash(left, right)),
                    _ => None,
                })
                .collect();
            levels.push(next);
        }
        Self { levels }
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        let leaves = self.levels.first().map_or(0, Vec::len);
        u64::try_from(leaves).unwrap_or(u64::MAX)
    }

    /// The root; of an empty tree SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.range(0, self.size())
    }

    /// The inclusion proof of a leaf (RFC 6962 section 2.1.1), nearest hash first; `None` where
    /// there is no such leaf.
    #[must_use]
    pub fn proof(&self, index: u64) -> Option<Vec<Digest>> {
        if index >= self.size() {
            return None;
        }
        let mut path = Vec::new();
        let (mut start, mut length) = (0, self.size());
        while length > 1 {
            let left = largest_power_below(length);
            if index - start < left {
                path.push(self.range(start + left, length - left));
                length = left;
            } else {
                path.push(self.range(start, left));
                start += left;
                length -= left;
            }
        }
        path.reverse();
        Some(path)
    }

    /// Hash of `length` leaves from `start`, which is a multiple of a power of two ≥ `length`.
    fn range(&self, start: u64, length: u64) -> Digest {
        if length == 0 {
            return Digest::of(b"");
        }
        if length.is_power_of_two() {
            let level = usize::try_from(length.trailing_zeros()).ok();
            let place = usize::try_from(start / length).ok();
            return level
                .zip(place)
                .and_then(|(level, place)| self.levels.get(level)?.get(place).copied())
                .unwrap_or_default();
        }
        let left = largest_power_below(length);
        node_hash(
            &self.range(start, left),
            &self.range(start + left, length - left),
        )
    }
}

/// A tree while leaves are added to it: only its root can be asked for, and it holds a hash for each
/// power of two.
#[derive(Debug, Clone, Default)]
pub struct GrowingTree {
    /// Of the complete subtrees from the left, each smaller than the one before.
    subtrees: Vec<Digest>,
    size: u64,
}

impl GrowingTree {
    /// Adds the next leaf's hash.
    pub fn push(&mut self, leaf: Digest) {
        let mut hash = leaf;
        // Each one at the end of the number is a subtree as large as the one it is joined to.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.subtrees.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root, as [`MerkleTree::root`] gives it.
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut subtrees = self.subtrees.iter().rev();
        let last = subtrees.next().copied();
        last.map_or_else(
            || Digest::of(b""),
            |last| subtrees.fold(last, |right, left| node_hash(left, &right)),
        )
    }
}

/// The largest power of two below `length`, which is at least 2.
fn largest_power_below(length: u64) -> u64 {
    length.next_power_of_two() / 2
}

/// Checks an inclusion proof (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// [`ProofError`] saying which part does not fit.
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length(proof.len()));
        }
        if place % 2 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place.is_multiple_of(2) && place != 0 {
                place /= 2;
                last /= 2;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place /= 2;
        last /= 2;
    }
    if last != 0 {
        return Err(ProofError::Length(proof.len()));
    }
    if hash == *root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaves(count: u32) -> Vec<Digest> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    /// RFC 6962 section 2.1, word for word.
    fn slow_root(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => Digest::of(b""),
            [one] => *one,
            _ => {
                let mut k = 1;
                while k * 2 < leaves.len() {
                    k *= 2;
                }
                node_hash(&slow_root(&leaves[..k]), &slow_root(&leaves[k..]))
            }
        }
    }

    #[test]
    fn roots_of_the_rfc_test_tree() {
        // Inputs and roots of the Certificate Transparency reference implementation.
        let inputs = ["", "00", "10", "2021", "3031", "40414243"];
        let hashes = inputs.map(|text| leaf_hash(&model::digest::unhex(text).unwrap()));
        for (count, root) in [
            (
                0,
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                1,
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            ),
            (
                2,
                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            ),
            (
                3,
                "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            ),
            (
                6,
                "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            ),
        ] {
            let tree = MerkleTree::from_leaf_hashes(hashes[..count].to_vec());
            assert_eq!(tree.root().to_string(), root, "{count}");
        }
    }

    #[test]
    fn every_leaf_of_every_small_tree_is_proved_and_nothing_else() {
        for size in 0..40_u32 {
            let tree = MerkleTree::from_leaf_hashes(leaves(size));
            let root = slow_root(&leaves(size));
            assert_eq!(tree.root(), root);
            let mut growing = GrowingTree::default();
            leaves(size).into_iter().for_each(|leaf| growing.push(leaf));
            assert_eq!((growing.root(), growing.size()), (root, u64::from(size)));
            assert_eq!(tree.proof(size.into()), None);
            for index in 0..size {
                let proof = tree.proof(index.into()).unwrap();
                for other in 0..=size {
                    let leaf = leaf_hash(&index.to_be_bytes());
                    let checked = verify_inclusion(&leaf, other.into(), size.into(), &proof, &root);
                    assert_eq!(checked.is_ok(), other == index, "{size} {index} {other}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_changed_proof_fails(size in 2_u32..300, pick: u32, bit in 0_usize..256, more: bool) {
            let tree = MerkleTree::from_leaf_hashes(leaves(size));
            let index = pick % size;
            let leaf = leaf_hash(&index.to_be_bytes());
            let mut proof = tree.proof(index.into()).unwrap();
            prop_assert!(
                verify_inclusion(&leaf, index.into(), size.into(), &proof, &tree.root()).is_ok()
            );
            if more {
                proof.push(leaf);
            } else {
                let place = pick as usize % proof.len();
                let mut bytes = *proof[place].as_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                proof[place] = Digest::from_bytes(bytes);
            }
            prop_assert!(
                verify_inclusion(&leaf, index.into(), size.into(), &proof, &tree.root()).is_err()
            );
        }
    }
}
