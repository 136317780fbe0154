//! Inclusion and consistency proofs (RFC 9162 section 2.1.3 and 2.1.4; the trees of RFC 6962).
//!
//! Place in the flow: [`crate::TileReader`] makes proofs from tiles; keepers, recipients' tools and
//! verify check them. A proof is text in warrants and bundles.
//!
//! Left to others: whether the root is to be believed ([`crate::WitnessPolicy`]).

use std::{fmt, ops::Range, str::FromStr};

use model::{
    digest::Digest,
    fault::{Explain, Fault},
    id::LeafIndex,
};
use thiserror::Error;

use crate::{
    Checkpoint,
    hash::{empty_root, node_hash},
    lines::{parse_hash, parse_number, render_hash},
};

/// Most hashes a proof can need: two for each of 64 levels is never reached.
pub const MAX_PROOF_HASHES: usize = 65;

/// A proof that does not prove. The fault of whoever made it, or a sign of a forked log.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The text is not a proof in its written form: have it made again.
    #[error("line {line} of the proof: {problem}")]
    Malformed {
        /// Line counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Index or sizes are impossible: the leaf is not below the size, or the old tree is larger.
    #[error("the proof's index or sizes are impossible")]
    Range,
    /// The proof is for a tree of another size than the checkpoint's. Ask for one for this size.
    #[error("the proof is for another size than the checkpoint's")]
    Size,
    /// Too many or too few hashes for index and sizes.
    #[error("the proof has not the number of hashes its sizes ask for")]
    Length,
    /// The hashes do not lead to the root: the leaf, a root or the proof is not of this log.
    #[error("the proof does not lead to the root")]
    Root,
}

impl Explain for ProofError {
    fn fault(&self) -> Fault {
        match self {
            Self::Malformed { .. } | Self::Range | Self::Size => Fault::Input,
            Self::Length | Self::Root => Fault::Integrity,
        }
    }
}

/// That an entry stands at an index of a tree.
///
/// As text: `inclusion INDEX SIZE`, then one base64 hash a line, from the leaf's sibling upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// Position of the entry, from 0, below `size`.
    pub index: LeafIndex,
    /// Leaves in the tree.
    pub size: u64,
    /// Siblings from the leaf upwards.
    pub hashes: Vec<Digest>,
}

impl InclusionProof {
    /// Whether the leaf hash leads to the root of the checkpoint, in a tree of the checkpoint's size.
    ///
    /// # Errors
    /// [`ProofError::Size`] where the proof is for another size, and as [`InclusionProof::verify`].
    pub fn verify_in(&self, leaf: &Digest, checkpoint: &Checkpoint) -> Result<(), ProofError> {
        if self.size != checkpoint.size {
            return Err(ProofError::Size);
        }
        self.verify(leaf, &checkpoint.root)
    }

    /// Whether the leaf hash leads to the root. Hashes alone do not bind `size`: a proof can verify
    /// for several sizes of one shape, so compare it with what signed the root
    /// ([`InclusionProof::verify_in`] does).
    ///
    /// # Errors
    /// [`ProofError::Range`], [`ProofError::Length`], [`ProofError::Root`].
    pub fn verify(&self, leaf: &Digest, root: &Digest) -> Result<(), ProofError> {
        let Some(mut last) = self.size.checked_sub(1).filter(|l| self.index.0 <= *l) else {
            return Err(ProofError::Range);
        };
        let mut node = self.index.0;
        let mut hash = *leaf;
        for sibling in &self.hashes {
            if last == 0 {
                return Err(ProofError::Length);
            }
            if node & 1 == 1 || node == last {
                hash = node_hash(sibling, &hash);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node_hash(&hash, sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        match (last, hash == *root) {
            (0, true) => Ok(()),
            (0, false) => Err(ProofError::Root),
            _ => Err(ProofError::Length),
        }
    }
}

/// That a tree is the beginning of a larger one.
///
/// As text: `consistency OLD NEW`, then one base64 hash a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Leaves in the earlier tree.
    pub old_size: u64,
    /// Leaves in the later tree, at least as many.
    pub new_size: u64,
    /// The hashes of RFC 9162 section 2.1.4.1.
    pub hashes: Vec<Digest>,
}

impl ConsistencyProof {
    /// Whether the later checkpoint goes on from the earlier, of the same log.
    ///
    /// # Errors
    /// [`ProofError::Size`] where sizes or origins are others, and as [`ConsistencyProof::verify`].
    pub fn verify_between(&self, old: &Checkpoint, new: &Checkpoint) -> Result<(), ProofError> {
        if (self.old_size, self.new_size) != (old.size, new.size) || old.origin != new.origin {
            return Err(ProofError::Size);
        }
        self.verify(&old.root, &new.root)
    }

    /// Whether both roots follow from the hashes. Compare the sizes with what signed the roots
    /// ([`ConsistencyProof::verify_between`] does). From the empty tree, and from a tree to itself,
    /// the proof is empty.
    ///
    /// # Errors
    /// [`ProofError::Range`], [`ProofError::Length`], [`ProofError::Root`].
    pub fn verify(&self, old_root: &Digest, new_root: &Digest) -> Result<(), ProofError> {
        if self.old_size > self.new_size {
            return Err(ProofError::Range);
        }
        if self.old_size == 0 || self.old_size == self.new_size {
            return self.verify_trivial(old_root, new_root);
        }
        let mut hashes = self.hashes.as_slice();
        let first = if self.old_size.is_power_of_two() {
            *old_root
        } else {
            let (first, rest) = hashes.split_first().ok_or(ProofError::Length)?;
            hashes = rest;
            *first
        };
        let (old, new) = self.climb(first, hashes)?;
        if old == *old_root && new == *new_root {
            Ok(())
        } else {
            Err(ProofError::Root)
        }
    }

    fn verify_trivial(&self, old_root: &Digest, new_root: &Digest) -> Result<(), ProofError> {
        if !self.hashes.is_empty() {
            return Err(ProofError::Length);
        }
        let same = self.old_size == self.new_size;
        let expected_old = if self.old_size == 0 {
            empty_root()
        } else {
            *new_root
        };
        if *old_root == expected_old && (!same || old_root == new_root) {
            Ok(())
        } else {
            Err(ProofError::Root)
        }
    }

    /// Both roots, from the node that the two trees share lowest down.
    fn climb(&self, first: Digest, hashes: &[Digest]) -> Result<(Digest, Digest), ProofError> {
        let mut node = self.old_size.saturating_sub(1);
        let mut last = self.new_size.saturating_sub(1);
        while node & 1 == 1 {
            node >>= 1;
            last >>= 1;
        }
        let (mut old, mut new) = (first, first);
        for hash in hashes {
            if last == 0 {
                return Err(ProofError::Length);
            }
            if node & 1 == 1 || node == last {
                old = node_hash(hash, &old);
                new = node_hash(hash, &new);
                while node & 1 == 0 && node != 0 {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                new = node_hash(&new, hash);
            }
            node >>= 1;
            last >>= 1;
        }
        if last == 0 {
            Ok((old, new))
        } else {
            Err(ProofError::Length)
        }
    }
}

/// The leaf ranges whose roots are the inclusion proof of `index` in a tree of `size`, in its order:
/// PATH of RFC 6962 section 2.1.1. `None` unless `index < size`.
#[must_use]
pub fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let mut ranges = Vec::new();
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        let middle = tree.start + split_of(tree.end - tree.start);
        if index < middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    ranges.reverse();
    Some(ranges)
}

/// The leaf ranges whose roots are the consistency proof from `old` to `new`, in its order: PROOF of
/// RFC 6962 section 2.1.2. Empty for equal sizes and from the empty tree; `None` where `old > new`.
#[must_use]
pub fn consistency_ranges(old: u64, new: u64) -> Option<Vec<Range<u64>>> {
    if old > new {
        return None;
    }
    let mut ranges = Vec::new();
    if old == 0 || old == new {
        return Some(ranges);
    }
    let mut tree = 0..new;
    while tree.end != old {
        let middle = tree.start + split_of(tree.end - tree.start);
        if old <= middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    if tree.start > 0 {
        ranges.push(tree);
    }
    ranges.reverse();
    Some(ranges)
}

/// The largest power of two below `length`, which is at least 2.
const fn split_of(length: u64) -> u64 {
    1 << (length.saturating_sub(1)).ilog2()
}

impl fmt::Display for InclusionProof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = (self.index.0, self.size);
        render(formatter, "inclusion", numbers, &self.hashes)
    }
}

impl FromStr for InclusionProof {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Self, ProofError> {
        let ((index, size), hashes) = parse(text, "inclusion")?;
        Ok(Self {
            index: LeafIndex(index),
            size,
            hashes,
        })
    }
}

impl fmt::Display for ConsistencyProof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = (self.old_size, self.new_size);
        render(formatter, "consistency", numbers, &self.hashes)
    }
}

impl FromStr for ConsistencyProof {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Self, ProofError> {
        let ((old_size, new_size), hashes) = parse(text, "consistency")?;
        Ok(Self {
            old_size,
            new_size,
            hashes,
        })
    }
}

fn render(
    formatter: &mut fmt::Formatter<'_>,
    word: &str,
    numbers: (u64, u64),
    hashes: &[Digest],
) -> fmt::Result {
    writeln!(formatter, "{word} {} {}", numbers.0, numbers.1)?;
    hashes
        .iter()
        .try_for_each(|hash| writeln!(formatter, "{}", render_hash(hash)))
}

fn parse(text: &str, word: &'static str) -> Result<((u64, u64), Vec<Digest>), ProofError> {
    let malformed = |line, problem| ProofError::Malformed { line, problem };
    if text.len() > 64 + MAX_PROOF_HASHES * 45 {
        return Err(malformed(1, "a proof has at most 65 hashes"));
    }
    let body = text
        .strip_suffix('\n')
        .ok_or(malformed(1, "the last line has no newline"))?;
    let mut lines = body.split('\n');
    let head = lines.next().unwrap_or_default();
    let parts: Vec<&str> = head.split(' ').collect();
    let numbers = match parts.as_slice() {
        [first, a, b] if *first == word => parse_number(a).zip(parse_number(b)),
        _ => None,
    };
    let numbers = numbers.ok_or(malformed(1, "a proof begins with its kind and two numbers"))?;
    let hashes = lines
        .enumerate()
        .map(|(at, line)| {
            parse_hash(line).ok_or(malformed(at + 2, "a hash is 44 characters of base64"))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok((numbers, hashes))
}
