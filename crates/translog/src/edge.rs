//! The unfinished right edge of a log: the tiles and the bundle that the next leaf goes into.
//!
//! Place in the flow: [`crate::Log`] keeps one in memory, reads it back at opening, and writes from
//! it. One append costs the hashing of its own leaves, whatever the log's size.
//!
//! Left to others: reading and writing (reader, log).

use model::digest::Digest;

use crate::{
    CompactRange, LogError, StoreError, TILE_WIDTH, TileKind, TilePath, TileStore, hash::leaf_hash,
    range::root_of, tile::put_entry,
};

/// The partial tiles of a log of `size` leaves.
// INVARIANT: levels[l].len() == floor(size / 256^l) mod 256; bundle holds size mod 256 entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edge {
    pub(crate) size: u64,
    pub(crate) levels: Vec<Vec<Digest>>,
    pub(crate) bundle: Vec<u8>,
}

impl Edge {
    /// Adds a leaf; where it fills a bundle, writes that and then every tile it fills, upwards.
    pub(crate) fn push<S: TileStore>(
        &mut self,
        store: &mut S,
        entry: &[u8],
    ) -> Result<(), LogError> {
        put_entry(&mut self.bundle, entry).ok_or(LogError::EntryTooLong { bytes: entry.len() })?;
        let index = self.size / u64::from(TILE_WIDTH);
        self.size = self.size.saturating_add(1);
        if self.size.is_multiple_of(u64::from(TILE_WIDTH)) {
            write(store, TileKind::Entries, index, TILE_WIDTH, &self.bundle)?;
            self.bundle.clear();
        }
        self.carry(store, leaf_hash(entry))
    }

    /// Puts a hash into level 0 and each full tile's root into the level above.
    fn carry<S: TileStore>(&mut self, store: &mut S, leaf: Digest) -> Result<(), LogError> {
        let mut hash = leaf;
        let mut index = self.size.saturating_sub(1) / u64::from(TILE_WIDTH);
        for level in 0_u8..=8 {
            if self.levels.len() <= usize::from(level) {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(usize::from(level)) else {
                return Ok(());
            };
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                return Ok(());
            }
            write(
                store,
                TileKind::Hashes(level),
                index,
                TILE_WIDTH,
                &tile_bytes(hashes),
            )?;
            hash = root_of(hashes.drain(..));
            index /= u64::from(TILE_WIDTH);
        }
        Ok(())
    }

    /// Writes what is unfinished and has grown since the log had `from` leaves: the bundle, then the
    /// partial tiles upwards.
    pub(crate) fn write_partial<S: TileStore>(
        &self,
        store: &mut S,
        from: u64,
    ) -> Result<(), LogError> {
        let mut count = self.size;
        let mut before = from;
        if !self.bundle.is_empty() && count != before {
            let width = width_at(count);
            write(
                store,
                TileKind::Entries,
                count / u64::from(TILE_WIDTH),
                width,
                &self.bundle,
            )?;
        }
        for (level, hashes) in (0_u8..).zip(&self.levels) {
            if count == before {
                break;
            }
            let index = count / u64::from(TILE_WIDTH);
            if !hashes.is_empty() {
                let bytes = tile_bytes(hashes);
                write(
                    store,
                    TileKind::Hashes(level),
                    index,
                    width_at(count),
                    &bytes,
                )?;
            }
            count /= u64::from(TILE_WIDTH);
            before /= u64::from(TILE_WIDTH);
        }
        Ok(())
    }

    /// The complete subtrees of the whole tree, largest first.
    pub(crate) fn compact_range(&self) -> CompactRange {
        let peaks = self.levels.iter().rev().flat_map(|hashes| {
            let mut range = CompactRange::empty();
            hashes.iter().for_each(|hash| range.push(*hash));
            range.peaks().to_vec()
        });
        CompactRange::from_peaks(self.size, peaks.collect()).unwrap_or_default()
    }
}

/// Width of the partial tile that the hashes of a level end in, 0 for none.
pub(crate) fn width_at(count: u64) -> u16 {
    u16::try_from(count % u64::from(TILE_WIDTH)).unwrap_or_default()
}

fn tile_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn write<S: TileStore>(
    store: &mut S,
    kind: TileKind,
    index: u64,
    width: u16,
    bytes: &[u8],
) -> Result<(), LogError> {
    match TilePath::new(kind, index, width) {
        Some(path) => store
            .write(&path, bytes)
            .map_err(|error: StoreError| error.into()),
        None => Err(LogError::OutOfRange),
    }
}
