//! The right edge of a tree: enough to append and to tell the root, in a few hashes.
//!
//! Place in the flow: a follower's whole state; a log's edge is turned into one for its root.
//!
//! Left to others: where the leaves are kept.

use model::digest::Digest;

use crate::hash::{empty_root, leaf_hash, node_hash};

/// Roots of the complete subtrees that make up a tree of `size` leaves, the largest first: one for
/// each bit set in `size`, at most 64.
// INVARIANT: peaks.len() == size.count_ones().
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CompactRange {
    size: u64,
    peaks: Vec<Digest>,
}

impl CompactRange {
    /// The empty tree.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Takes up a state kept earlier; `None` where the number of peaks is not that of `size`.
    #[must_use]
    pub fn from_peaks(size: u64, peaks: Vec<Digest>) -> Option<Self> {
        let wanted = usize::try_from(size.count_ones()).ok()?;
        (peaks.len() == wanted).then_some(Self { size, peaks })
    }

    /// Leaves in the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// Appends an entry. Constant time on average.
    pub fn push_entry(&mut self, entry: &[u8]) {
        self.push(leaf_hash(entry));
    }

    /// Appends the hash of a leaf (or, in a tile, of a subtree).
    pub fn push(&mut self, leaf: Digest) {
        let mut hash = leaf;
        let mut rest = self.size;
        while rest & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
            rest >>= 1;
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// The tree's root (RFC 6962 section 2.1).
    #[must_use]
    pub fn root(&self) -> Digest {
        fold_peaks(&self.peaks)
    }
}

/// Root of subtrees that stand left to right, each larger than the next.
pub(crate) fn fold_peaks(peaks: &[Digest]) -> Digest {
    peaks
        .iter()
        .rev()
        .copied()
        .reduce(|right, left| node_hash(&left, &right))
        .unwrap_or_else(empty_root)
}

/// Root of consecutive hashes that are leaves of one subtree.
pub(crate) fn root_of(hashes: impl IntoIterator<Item = Digest>) -> Digest {
    let mut range = CompactRange::empty();
    for hash in hashes {
        range.push(hash);
    }
    range.root()
}
