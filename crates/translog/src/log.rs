//! The writer's side of the log.
//!
//! Place in the flow: the gate's one log. Leaves come in batches from a durable queue, tiles go to
//! the store, a tree head comes back for the log's key to sign.
//!
//! Left to others: signing, cosigning and keeping the checkpoint (the caller). Keeping the signed
//! checkpoint is what commits; until then nothing has happened.

use std::ops::Range;

use model::id::LeafIndex;

use crate::{
    Checkpoint, ConsistencyProof, InclusionProof, LogError, LogOrigin, TILE_WIDTH, TileReader,
    TileStore, edge::Edge, encode_bundle, reader::level_count, tile::MAX_ENTRY_BYTES,
};

/// A log that can be appended to, and read as far as it was appended.
#[derive(Debug)]
pub struct Log<S> {
    store: S,
    origin: LogOrigin,
    edge: Edge,
}

impl<S: TileStore> Log<S> {
    /// Opens the log at its last committed checkpoint ([`Checkpoint::empty`] for a new one). Reads
    /// the right edge only, and checks that it has the checkpoint's root and that the last bundle has
    /// the leaves' hashes. Tiles beyond the checkpoint are leftovers of a crash and are not looked at.
    ///
    /// # Errors
    /// [`LogError::Missing`], [`LogError::Corrupt`], [`LogError::Root`], [`LogError::Store`].
    pub fn open(store: S, checkpoint: &Checkpoint) -> Result<Self, LogError> {
        let size = checkpoint.size;
        let edge = read_edge(&TileReader::new(&store, size), size)?;
        if edge.compact_range().root() != checkpoint.root {
            return Err(LogError::Root { size });
        }
        Ok(Self {
            store,
            origin: checkpoint.origin.clone(),
            edge,
        })
    }

    /// Appends entries and returns the new tree head, to be signed and kept by the caller.
    ///
    /// Order of writes, for each 256 entries and then for the rest: the entries, then the tile of
    /// their leaf hashes, then the tiles above that became full; at the end the partial tiles,
    /// upwards. So no hash stands without what it hashes. A crash after any write leaves tiles that
    /// no checkpoint asks for; [`Log::open`] at the last checkpoint does not see them, and the same
    /// entries appended again, in batches of any size, write the same bytes over them. The caller
    /// therefore keeps the order of entries durably before it appends: other entries at the place of
    /// a full tile are refused ([`crate::StoreError::Immutable`]).
    ///
    /// On an error the log in memory is as before; append again, or open again.
    ///
    /// # Errors
    /// [`LogError::EntryTooLong`] before anything is written; [`LogError::Store`].
    pub fn append<E: AsRef<[u8]>>(&mut self, entries: &[E]) -> Result<Checkpoint, LogError> {
        if let Some(bytes) = entries
            .iter()
            .map(|entry| entry.as_ref().len())
            .find(|bytes| *bytes > MAX_ENTRY_BYTES)
        {
            return Err(LogError::EntryTooLong { bytes });
        }
        let mut edge = self.edge.clone();
        for entry in entries {
            edge.push(&mut self.store, entry.as_ref())?;
        }
        edge.write_partial(&mut self.store, self.edge.size)?;
        self.edge = edge;
        Ok(self.head())
    }

    /// The tree head as appended so far.
    #[must_use]
    pub fn head(&self) -> Checkpoint {
        Checkpoint {
            origin: self.origin.clone(),
            size: self.edge.size,
            root: self.edge.compact_range().root(),
        }
    }

    /// Leaves appended so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.edge.size
    }

    /// A reader as far as the log was appended.
    #[must_use]
    pub const fn reader(&self) -> TileReader<'_, S> {
        TileReader::new(&self.store, self.edge.size)
    }

    /// As [`TileReader::inclusion_proof`].
    ///
    /// # Errors
    /// As there.
    pub fn inclusion_proof(&self, index: LeafIndex, size: u64) -> Result<InclusionProof, LogError> {
        self.reader().inclusion_proof(index, size)
    }

    /// As [`TileReader::consistency_proof`].
    ///
    /// # Errors
    /// As there.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<ConsistencyProof, LogError> {
        self.reader().consistency_proof(old, new)
    }

    /// As [`TileReader::entry`].
    ///
    /// # Errors
    /// As there.
    pub fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, LogError> {
        self.reader().entry(index)
    }

    /// As [`TileReader::entries`].
    ///
    /// # Errors
    /// As there.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, LogError> {
        self.reader().entries(range)
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Gives the store back.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }
}

/// Reads the partial tiles and the partial bundle of a log of `size` leaves.
fn read_edge<S: TileStore>(reader: &TileReader<'_, S>, size: u64) -> Result<Edge, LogError> {
    let width = u64::from(TILE_WIDTH);
    let mut edge = Edge {
        size,
        ..Edge::default()
    };
    for level in (0_u8..).take_while(|level| level_count(size, *level) > 0) {
        let count = level_count(size, level);
        let hashes = if count.is_multiple_of(width) {
            Vec::new()
        } else {
            reader.hashes(level, count / width)?
        };
        edge.levels.push(hashes);
    }
    if !size.is_multiple_of(width) {
        let entries = reader.bundle(size / width)?;
        edge.bundle = encode_bundle(&entries).unwrap_or_default();
    }
    Ok(edge)
}
