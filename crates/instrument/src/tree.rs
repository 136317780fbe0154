//! The small tree over a request's rows, and the genesis's policy for checkpoints.
//!
//! Place in the flow: the cover's `rows_root`, a warrant's row proof, and the quorum a keeper asks
//! for.
//!
//! Left to others: hashing, proofs and checkpoints themselves (translog).

use model::{digest::Digest, id::LeafIndex};
use translog::{InclusionProof, WitnessPolicy, inclusion_ranges, tree_root};

use crate::{genesis::Genesis, row_commitment::RowCommitment};

/// RFC 6962 root over rows in workbook order.
#[must_use]
pub fn rows_root(rows: &[RowCommitment]) -> Digest {
    let leaves: Vec<Digest> = rows.iter().map(RowCommitment::leaf_hash).collect();
    tree_root(&leaves)
}

/// Proof that the leaf at `index` stands in the tree over `leaves`; `None` where there is no such
/// leaf.
#[must_use]
pub fn prove(leaves: &[Digest], index: usize) -> Option<InclusionProof> {
    let index = u64::try_from(index).ok()?;
    let size = u64::try_from(leaves.len()).ok()?;
    let hashes = inclusion_ranges(index, size)?
        .into_iter()
        .map(|range| {
            let start = usize::try_from(range.start).ok()?;
            let end = usize::try_from(range.end).ok()?;
            leaves.get(start..end).map(tree_root)
        })
        .collect::<Option<Vec<_>>>()?;
    Some(InclusionProof {
        index: LeafIndex(index),
        size,
        hashes,
    })
}

/// Whose checkpoint counts under a genesis, and how fresh its cosignatures must be.
#[must_use]
pub fn witness_policy(genesis: &Genesis, freshness_seconds: u64) -> WitnessPolicy {
    WitnessPolicy {
        log: genesis.log.clone(),
        witnesses: genesis
            .keepers
            .iter()
            .map(|keeper| keeper.cosigner.clone())
            .collect(),
        quorum: usize::try_from(genesis.cosignatures_needed).unwrap_or(usize::MAX),
        freshness_seconds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leaf_of_each_small_tree_is_proved() {
        for size in 1..20_u8 {
            let leaves: Vec<Digest> = (0..size).map(|n| Digest::of(&[n])).collect();
            let root = tree_root(&leaves);
            for (index, leaf) in leaves.iter().enumerate() {
                prove(&leaves, index).unwrap().verify(leaf, &root).unwrap();
            }
            assert!(prove(&leaves, leaves.len()).is_none());
        }
    }
}
