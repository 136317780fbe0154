//! Reading a log of a known size from its tiles: entries, hashes, proofs.
//!
//! Place in the flow: the log itself, and anyone who fetched tiles and a checkpoint. Every answer is
//! as good as the checkpoint: proofs are checked by their receiver, entries against level 0.
//!
//! Left to others: whether the checkpoint is to be believed ([`crate::WitnessPolicy`]).

use std::ops::Range;

use model::{
    digest::Digest,
    fault::{Explain, Fault},
    id::LeafIndex,
};
use thiserror::Error;

use crate::{
    ConsistencyProof, InclusionProof, StoreError, TILE_WIDTH, TileKind, TilePath, TileStore,
    consistency_ranges, decode_bundle,
    edge::width_at,
    hash::leaf_hash,
    inclusion_ranges,
    range::{fold_peaks, root_of},
};

/// Why the log cannot be read or appended to.
#[derive(Debug, Error)]
pub enum LogError {
    /// The store refused or did not answer; see its own fault.
    #[error("the log's store failed")]
    Store(#[from] StoreError),
    /// A tile that the size asks for is not there. The store lost it: restore it, nothing is made up.
    #[error("tile `{path}` is missing")]
    Missing {
        /// The tile.
        path: TilePath,
    },
    /// A tile's bytes are not what its name and the tree ask for. The store was damaged or changed.
    #[error("tile `{path}`: {problem}")]
    Corrupt {
        /// The tile.
        path: TilePath,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The tiles do not have the checkpoint's root: another log's store, or a changed one.
    #[error("the tiles do not have the root of the checkpoint of size {size}")]
    Root {
        /// Size of the checkpoint.
        size: u64,
    },
    /// An entry is longer than an entry may be. The fault of whoever made it.
    #[error("an entry has at most 65535 bytes, this one has {bytes}")]
    EntryTooLong {
        /// Its length.
        bytes: usize,
    },
    /// An index or size beyond the log. The fault of whoever asked.
    #[error("the log does not reach that far")]
    OutOfRange,
}

impl Explain for LogError {
    fn fault(&self) -> Fault {
        match self {
            Self::Store(error) => error.fault(),
            Self::Missing { .. } | Self::Corrupt { .. } | Self::Root { .. } => Fault::Integrity,
            Self::EntryTooLong { .. } | Self::OutOfRange => Fault::Input,
        }
    }
}

/// Reads a log of `size` leaves from its tiles.
#[derive(Debug)]
pub struct TileReader<'a, S> {
    store: &'a S,
    size: u64,
}

impl<'a, S: TileStore> TileReader<'a, S> {
    /// A reader of the first `size` leaves.
    pub const fn new(store: &'a S, size: u64) -> Self {
        Self { store, size }
    }

    /// Proof that the entry at `index` is in the tree of the first `size` leaves.
    ///
    /// # Errors
    /// [`LogError::OutOfRange`] unless `index < size` and `size` is within the log;
    /// [`LogError::Missing`], [`LogError::Corrupt`], [`LogError::Store`].
    pub fn inclusion_proof(&self, index: LeafIndex, size: u64) -> Result<InclusionProof, LogError> {
        self.check_size(size)?;
        let ranges = inclusion_ranges(index.0, size).ok_or(LogError::OutOfRange)?;
        Ok(InclusionProof {
            index,
            size,
            hashes: self.roots(&ranges)?,
        })
    }

    /// Proof that the tree of `old_size` leaves is the beginning of the one of `new_size`.
    ///
    /// # Errors
    /// As [`TileReader::inclusion_proof`].
    pub fn consistency_proof(
        &self,
        old_size: u64,
        new_size: u64,
    ) -> Result<ConsistencyProof, LogError> {
        self.check_size(new_size)?;
        let ranges = consistency_ranges(old_size, new_size).ok_or(LogError::OutOfRange)?;
        Ok(ConsistencyProof {
            old_size,
            new_size,
            hashes: self.roots(&ranges)?,
        })
    }

    /// Root of the first `size` leaves.
    ///
    /// # Errors
    /// As [`TileReader::inclusion_proof`].
    pub fn root(&self, size: u64) -> Result<Digest, LogError> {
        self.check_size(size)?;
        self.range_root(0..size)
    }

    /// One entry, checked against its leaf hash.
    ///
    /// # Errors
    /// As [`TileReader::inclusion_proof`].
    pub fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, LogError> {
        let end = index.0.checked_add(1).ok_or(LogError::OutOfRange)?;
        let mut entries = self.entries(index.0..end)?;
        entries.pop().ok_or(LogError::OutOfRange)
    }

    /// The entries of a range of indices, each checked against its leaf hash. Reads whole bundles:
    /// ask for long ranges in parts.
    ///
    /// # Errors
    /// As [`TileReader::inclusion_proof`].
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, LogError> {
        if range.start > range.end {
            return Err(LogError::OutOfRange);
        }
        self.check_size(range.end)?;
        let mut entries = Vec::new();
        let mut next = range.start;
        while next < range.end {
            let index = next / u64::from(TILE_WIDTH);
            let first = index.saturating_mul(TILE_WIDTH.into());
            let skip = usize::try_from(next - first).unwrap_or(usize::MAX);
            let wanted = usize::try_from(range.end - next).unwrap_or(usize::MAX);
            let bundle = self.bundle(index)?;
            entries.extend(bundle.into_iter().skip(skip).take(wanted));
            next = first.saturating_add(TILE_WIDTH.into());
        }
        Ok(entries)
    }

    /// A bundle's entries, each checked against the level-0 tile.
    pub(crate) fn bundle(&self, index: u64) -> Result<Vec<Vec<u8>>, LogError> {
        let width = self.width_of(self.size, index)?;
        let (path, bytes) = self.tile(TileKind::Entries, index, width)?;
        let corrupt = |problem| LogError::Corrupt { path, problem };
        let mut entries =
            decode_bundle(&bytes).ok_or(corrupt("the bytes are not length-prefixed entries"))?;
        if entries.len() != usize::from(path.width()) {
            return Err(corrupt("the number of entries is not its width"));
        }
        entries.truncate(usize::from(width));
        let hashes = self.hashes(0, index)?;
        let equal = entries
            .iter()
            .zip(&hashes)
            .all(|(entry, hash)| leaf_hash(entry) == *hash);
        if !equal {
            return Err(corrupt("an entry has another hash than its leaf"));
        }
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }

    /// The hashes of a tile as wide as the log's size makes it.
    pub(crate) fn hashes(&self, level: u8, index: u64) -> Result<Vec<Digest>, LogError> {
        let width = self.width_of(level_count(self.size, level), index)?;
        let (path, bytes) = self.tile(TileKind::Hashes(level), index, width)?;
        if bytes.len() != usize::from(path.width()).saturating_mul(Digest::LENGTH) {
            return Err(LogError::Corrupt {
                path,
                problem: "the number of bytes is not its width times 32",
            });
        }
        let (chunks, _) = bytes.as_chunks::<{ Digest::LENGTH }>();
        Ok(chunks
            .iter()
            .take(usize::from(width))
            .map(|bytes| Digest::from_bytes(*bytes))
            .collect())
    }

    fn check_size(&self, size: u64) -> Result<(), LogError> {
        if size > self.size {
            return Err(LogError::OutOfRange);
        }
        Ok(())
    }

    /// Width of tile `index` among `count` hashes or entries.
    fn width_of(&self, count: u64, index: u64) -> Result<u16, LogError> {
        let full = count / u64::from(TILE_WIDTH);
        match (index < full, width_at(count)) {
            (true, _) => Ok(TILE_WIDTH),
            (false, 0) => Err(LogError::OutOfRange),
            (false, width) if index == full => Ok(width),
            (false, _) => Err(LogError::OutOfRange),
        }
    }

    /// A tile's name and bytes; the full tile where the partial one was pruned after it filled.
    fn tile(
        &self,
        kind: TileKind,
        index: u64,
        width: u16,
    ) -> Result<(TilePath, Vec<u8>), LogError> {
        let path = TilePath::new(kind, index, width).ok_or(LogError::OutOfRange)?;
        if let Some(bytes) = self.store.read(&path)? {
            return Ok((path, bytes));
        }
        let full = path.full();
        let bytes = self.store.read(&full)?;
        bytes
            .map(|bytes| (full, bytes))
            .ok_or(LogError::Missing { path })
    }

    fn roots(&self, ranges: &[Range<u64>]) -> Result<Vec<Digest>, LogError> {
        ranges
            .iter()
            .map(|range| self.range_root(range.clone()))
            .collect()
    }

    /// Root of the leaves of a range that begins where a subtree of the tree begins.
    fn range_root(&self, range: Range<u64>) -> Result<Digest, LogError> {
        let mut peaks = Vec::new();
        let mut start = range.start;
        while start < range.end {
            let height = (range.end - start).ilog2();
            peaks.push(self.node(start, height)?);
            start = start.saturating_add(1 << height);
        }
        Ok(fold_peaks(&peaks))
    }

    /// Root of the complete subtree of 2^height leaves from `start`.
    fn node(&self, start: u64, height: u32) -> Result<Digest, LogError> {
        let level = u8::try_from(height / 8).map_err(|_| LogError::OutOfRange)?;
        let first = level_count(start, level);
        let hashes = self.hashes(level, first / u64::from(TILE_WIDTH))?;
        let skip = usize::from(width_at(first));
        let path = TilePath::new(
            TileKind::Hashes(level),
            first / u64::from(TILE_WIDTH),
            TILE_WIDTH,
        );
        let found = hashes.get(skip..skip.saturating_add(1 << (height % 8)));
        match (found, path) {
            (Some(hashes), _) => Ok(root_of(hashes.iter().copied())),
            (None, Some(path)) => Err(LogError::Missing { path }),
            (None, None) => Err(LogError::OutOfRange),
        }
    }
}

/// Hashes at `level` that `size` leaves complete: size / 256^level.
pub(crate) fn level_count(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * 8).unwrap_or_default()
}
