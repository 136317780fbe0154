//! The log's tiles as files.
//!
//! Place in the flow: behind [`translog::Log`]. A tile is written to a temporary file, flushed, renamed
//! into place, and its folder flushed: after a crash a tile is there whole or not at all.
//!
//! Left to others: order of writes (translog), the checkpoint ([`crate::log`]).

use std::{fs, path::PathBuf};

use translog::{StoreError, TilePath, TileStore};

use crate::files;

/// A folder of tiles.
#[derive(Debug, Clone)]
pub struct DirectoryTiles {
    folder: PathBuf,
}

impl DirectoryTiles {
    /// Tiles below a folder.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl TileStore for DirectoryTiles {
    fn read(&self, path: &TilePath) -> Result<Option<Vec<u8>>, StoreError> {
        match fs::read(self.folder.join(path.to_string())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::unavailable(path, error)),
        }
    }

    fn write(&mut self, path: &TilePath, bytes: &[u8]) -> Result<(), StoreError> {
        files::write(&self.folder.join(path.to_string()), bytes)
            .map_err(|error| StoreError::unavailable(path, error))
    }
}
