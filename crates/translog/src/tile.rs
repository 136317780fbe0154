//! Names and bytes of tiles and entry bundles (C2SP tlog-tiles).
//!
//! Place in the flow: the log writes them, anyone may fetch them by name and check them.
//!
//! Left to others: where they are kept ([`crate::TileStore`]).

use std::{fmt, str::FromStr};

use thiserror::Error;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Longest entry in bytes: its length prefix has two.
pub const MAX_ENTRY_BYTES: usize = 65_535;

/// Highest level of a tile: 256^8 leaves are more than 2^63.
const MAX_LEVEL: u8 = 63;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Bundles of entries.
    Entries,
    /// Hashes: of leaves at level 0, of full tiles of the level below above it. 0 to 63.
    Hashes(u8),
}

/// Name of a tile or entry bundle: `tile/LEVEL/INDEX[.p/WIDTH]` or `tile/entries/INDEX[.p/WIDTH]`.
///
/// INDEX is written in groups of three digits, all but the last behind an `x`: 1,234,067 is
/// `x001/x234/067`. Contains no `..`; safe as a relative path.
// INVARIANT: level at most 63, width 1 to 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    kind: TileKind,
    index: u64,
    width: u16,
}

/// The text is not the name of a tile. The fault of whoever asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not the name of a tile")]
pub struct TilePathError;

impl TilePath {
    /// A tile of `width` hashes or entries, 1 to 256; `None` for another width or a level above 63.
    #[must_use]
    pub fn new(kind: TileKind, index: u64, width: u16) -> Option<Self> {
        let level_is_good = match kind {
            TileKind::Entries => true,
            TileKind::Hashes(level) => level <= MAX_LEVEL,
        };
        (level_is_good && (1..=TILE_WIDTH).contains(&width)).then_some(Self { kind, index, width })
    }

    /// What the tile holds.
    #[must_use]
    pub const fn kind(&self) -> TileKind {
        self.kind
    }

    /// Position among the tiles of its kind, from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Hashes or entries in it, 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it never changes: 256 wide.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The full tile at the same place.
    #[must_use]
    pub const fn full(&self) -> Self {
        Self {
            kind: self.kind,
            index: self.index,
            width: TILE_WIDTH,
        }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Entries => formatter.write_str("tile/entries/")?,
            TileKind::Hashes(level) => write!(formatter, "tile/{level}/")?,
        }
        let mut groups = vec![format!("{:03}", self.index % 1000)];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        formatter.write_str(&groups.join("/"))?;
        if self.is_full() {
            return Ok(());
        }
        write!(formatter, ".p/{}", self.width)
    }
}

impl FromStr for TilePath {
    type Err = TilePathError;

    /// Reads the one written form of a name.
    fn from_str(text: &str) -> Result<Self, TilePathError> {
        if text.len() > 64 {
            return Err(TilePathError);
        }
        parse_path(text)
            .filter(|path| path.to_string() == text)
            .ok_or(TilePathError)
    }
}

/// Reads a name laxly; writing it again and comparing makes it strict.
fn parse_path(text: &str) -> Option<TilePath> {
    let (kind, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes(level.parse().ok()?),
    };
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, width.parse().ok()?),
        None => (rest, TILE_WIDTH),
    };
    let index = index.split('/').try_fold(0_u64, |sum, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        sum.checked_mul(1000)?
            .checked_add(digits.parse::<u16>().ok()?.into())
    })?;
    TilePath::new(kind, index, width)
}

/// Entries of a bundle behind their lengths (two bytes, big-endian); `None` for an entry longer than
/// [`MAX_ENTRY_BYTES`].
#[must_use]
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for entry in entries {
        put_entry(&mut bytes, entry.as_ref())?;
    }
    Some(bytes)
}

pub(crate) fn put_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Option<()> {
    let length = u16::try_from(entry.len()).ok()?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Some(())
}

/// The entries of a bundle; `None` where the bytes are not exactly entries behind their lengths, or
/// more than 256 of them.
#[must_use]
pub fn decode_bundle(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        if entries.len() >= usize::from(TILE_WIDTH) {
            return None;
        }
        entries.push(entry);
        bytes = rest;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: TileKind, index: u64, width: u16, text: &str) {
        let path = TilePath::new(kind, index, width).unwrap();
        assert_eq!(path.to_string(), text);
        assert_eq!(text.parse(), Ok(path));
    }

    #[test]
    fn names() {
        check(TileKind::Hashes(0), 0, 256, "tile/0/000");
        check(TileKind::Hashes(0), 0, 1, "tile/0/000.p/1");
        check(TileKind::Hashes(63), 999, 255, "tile/63/999.p/255");
        check(TileKind::Entries, 1000, 256, "tile/entries/x001/000");
        check(
            TileKind::Hashes(1),
            1_234_067,
            112,
            "tile/1/x001/x234/067.p/112",
        );
        check(
            TileKind::Hashes(0),
            u64::MAX,
            256,
            "tile/0/x018/x446/x744/x073/x709/x551/615",
        );
    }

    #[test]
    fn other_names_are_refused() {
        for bad in [
            "",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/0/x000/001",
            "tile/0/001/x000",
            "tile/0/x001/x000",
            "tile/0/001/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/../0/000",
            "tile/0/+01",
            "/tile/0/000",
            "tile/data/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/x018/x446/x744/x073/x709/x551/x615/000",
        ] {
            assert_eq!(bad.parse::<TilePath>(), Err(TilePathError), "{bad:?}");
        }
        assert_eq!(TilePath::new(TileKind::Entries, 0, 0), None);
        assert_eq!(TilePath::new(TileKind::Entries, 0, 257), None);
        assert_eq!(TilePath::new(TileKind::Hashes(64), 0, 1), None);
    }

    #[test]
    fn bundles() {
        let longest = vec![7; MAX_ENTRY_BYTES];
        let entries: [&[u8]; 3] = [b"", b"ab", &longest];
        let bytes = encode_bundle(&entries).unwrap();
        assert_eq!(decode_bundle(&bytes).unwrap(), entries);
        assert_eq!(encode_bundle(&[vec![0; MAX_ENTRY_BYTES + 1]]), None);
        assert_eq!(decode_bundle(&bytes[..bytes.len() - 1]), None);
        assert_eq!(decode_bundle(&[0]), None);
        assert_eq!(decode_bundle(&vec![0; 512]).unwrap().len(), 256);
        assert_eq!(decode_bundle(&vec![0; 514]), None);
    }
}
