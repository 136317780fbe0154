//! Where tiles are kept: a trait, and memory for tests and keepers.
//!
//! Place in the flow: the log writes through it, readers read through it.
//!
//! Left to others: files, databases and networks implement it outside this crate.

use std::collections::BTreeMap;

use model::fault::{Explain, Fault};
use thiserror::Error;

use crate::TilePath;

/// Keeps tiles under their names.
///
/// An implementation over files writes to a temporary name, flushes, renames and flushes the folder,
/// so that a name never shows half a tile. It returns from [`TileStore::write`] only when the bytes
/// would survive a power cut: the log relies on the order of its writes.
pub trait TileStore {
    /// The bytes under the name; `None` where there are none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    fn read(&self, path: &TilePath) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps the bytes. A full tile never changes: the same bytes again are accepted, others are
    /// refused. A partial tile may be written again, and may be deleted once the full one stands:
    /// readers then take the front of that.
    ///
    /// # Errors
    /// [`StoreError::Immutable`], [`StoreError::Unavailable`].
    fn write(&mut self, path: &TilePath, bytes: &[u8]) -> Result<(), StoreError>;
}

impl<S: TileStore + ?Sized> TileStore for &mut S {
    fn read(&self, path: &TilePath) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).read(path)
    }

    fn write(&mut self, path: &TilePath, bytes: &[u8]) -> Result<(), StoreError> {
        (**self).write(path, bytes)
    }
}

/// Why a store did not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Other bytes stand under the name of a full tile: two different histories were appended. Our
    /// fault or an attack; stop.
    #[error("tile `{path}` is already written with other bytes")]
    Immutable {
        /// The tile.
        path: TilePath,
    },
    /// The store did not answer. Nobody's fault; try again from the last checkpoint.
    #[error("tile `{path}` cannot be read or written")]
    Unavailable {
        /// The tile.
        path: TilePath,
        /// What the disk, database or network said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// A store that did not answer, with its own error.
    pub fn unavailable(
        path: &TilePath,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Unavailable {
            path: *path,
            source: source.into(),
        }
    }
}

impl Explain for StoreError {
    fn fault(&self) -> Fault {
        match self {
            Self::Immutable { .. } => Fault::Integrity,
            Self::Unavailable { .. } => Fault::Unavailable,
        }
    }
}

/// Tiles in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryStore {
    tiles: BTreeMap<TilePath, Vec<u8>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tiles and their bytes, in the order of their names' parts.
    pub fn tiles(&self) -> impl Iterator<Item = (&TilePath, &[u8])> {
        self.tiles
            .iter()
            .map(|(path, bytes)| (path, bytes.as_slice()))
    }

    /// Takes a tile away, as pruning does with partial tiles whose full tile exists.
    pub fn remove(&mut self, path: &TilePath) -> Option<Vec<u8>> {
        self.tiles.remove(path)
    }
}

impl TileStore for MemoryStore {
    fn read(&self, path: &TilePath) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.tiles.get(path).cloned())
    }

    fn write(&mut self, path: &TilePath, bytes: &[u8]) -> Result<(), StoreError> {
        match self.tiles.get(path) {
            Some(kept) if path.is_full() && kept != bytes => {
                Err(StoreError::Immutable { path: *path })
            }
            _ => {
                self.tiles.insert(*path, bytes.to_vec());
                Ok(())
            }
        }
    }
}
