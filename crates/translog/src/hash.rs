//! RFC 6962 section 2.1 hashing, and the tree's root as the standard writes it.
//!
//! Place in the flow: every other module hashes through here.
//!
//! Left to others: anything incremental ([`crate::CompactRange`]).

use model::digest::Digest;

/// Hash of a leaf: SHA-256(0x00 ‖ entry).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest::of_parts(&[&[0], entry])
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::of_parts(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// Root of the empty tree: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Digest {
    Digest::of(&[])
}

/// Root over leaf hashes, by the recursive definition of RFC 6962 section 2.1.
///
/// Slow and plain: the oracle of the tests, and good enough for small trees. Depth is the logarithm
/// of the number of leaves.
#[must_use]
pub fn tree_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            node_hash(&tree_root(left), &tree_root(right))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_the_empty_and_the_one_leaf_tree() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(tree_root(&[]).to_string(), empty);
        let of_empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(leaf_hash(b"").to_string(), of_empty_leaf);
        assert_eq!(tree_root(&[leaf_hash(b"")]).to_string(), of_empty_leaf);
    }
}
