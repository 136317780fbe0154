//! The manifest of a snapshot, `snapshot.json`.
//!
//! Place in the flow: written last by build, so a directory without it is no snapshot; read first
//! by the register. The builder's signed manifest (instrument) commits to its digest.
//!
//! Left to others: signatures.

use std::{collections::BTreeMap, fs, path::Path};

use identity::blocking::KEYS_VERSION;
use model::id::{Epoch, KeeperId, RegisterId};
use serde::{Deserialize, Serialize};

use crate::register::RegisterError;

/// File name.
pub const FILE: &str = "snapshot.json";
/// What `format` states.
pub const FORMAT: &str = "countersign-snapshot/v2";

/// Size and digest of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFacts {
    /// Bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub digest: String,
}

/// What a snapshot is and holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// [`FORMAT`].
    pub format: String,
    /// The register.
    pub register: RegisterId,
    /// Whether all taxpayer numbers are of never-issued ranges.
    pub synthetic: bool,
    /// The sealing.
    pub epoch: Epoch,
    /// SHA-256 of the extract, hexadecimal.
    pub extract: String,
    /// Version of the blocking keys the index was made with.
    pub blocking: String,
    /// Digest of the given names on file with their formal names, hexadecimal: the index depends on
    /// the table of nicknames it was made with.
    pub name_forms: String,
    /// People.
    pub people: u32,
    /// Rows of the extract.
    pub rows: u64,
    /// Sealed entries: distinct addresses of a record, over all records.
    pub entries: u64,
    /// Entries with a standard form, which a row can match.
    pub addresses: u64,
    /// Keepers needed to open.
    pub keepers_needed: u32,
    /// The keepers, in the order of the share sets.
    pub keepers: Vec<KeeperId>,
    /// Merkle root over the record headers, hexadecimal.
    pub headers_root: String,
    /// The files by name.
    pub files: BTreeMap<String, FileFacts>,
}

/// What `register show --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Show {
    /// The register's id.
    pub snapshot: RegisterId,
    /// Whether it is synthetic.
    pub synthetic: bool,
    /// The sealing.
    pub epoch: Epoch,
    /// People.
    pub people: u32,
    /// Addresses a row can match.
    pub addresses: u64,
    /// Sealed entries.
    pub entries: u64,
    /// Merkle root over the record headers.
    pub headers_root: String,
    /// Bytes of each plane.
    pub bytes: ShowBytes,
}

/// Bytes of each plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ShowBytes {
    /// Match plane.
    #[serde(rename = "match")]
    pub match_plane: u64,
    /// Index.
    pub index: u64,
    /// Sealed plane.
    pub sealed: u64,
    /// Headers.
    pub headers: u64,
}

impl Snapshot {
    /// Size of one file; 0 for one that is not there.
    #[must_use]
    pub fn bytes_of(&self, file: &str) -> u64 {
        self.files.get(file).map_or(0, |facts| facts.bytes)
    }

    /// The summary for people and programs.
    #[must_use]
    pub fn show(&self) -> Show {
        Show {
            snapshot: self.register.clone(),
            synthetic: self.synthetic,
            epoch: self.epoch,
            people: self.people,
            addresses: self.addresses,
            entries: self.entries,
            headers_root: self.headers_root.clone(),
            bytes: ShowBytes {
                match_plane: self.bytes_of(crate::match_plane::FILE),
                index: self.bytes_of(crate::index::FILE),
                sealed: self.bytes_of(crate::table::SEALED.file),
                headers: self.bytes_of(crate::table::HEADERS.file),
            },
        }
    }
}

/// Reads `snapshot.json`, whichever kind it is of.
///
/// # Errors
/// [`RegisterError::Unreadable`] or [`RegisterError::Manifest`].
pub fn read_manifest(directory: &Path) -> Result<Snapshot, RegisterError> {
    let path = directory.join(FILE);
    let bytes = fs::read(&path).map_err(|source| RegisterError::Unreadable {
        path: path.clone(),
        source,
    })?;
    let refuse = |problem: String| RegisterError::Manifest {
        path: path.clone(),
        problem,
    };
    let snapshot: Snapshot =
        serde_json::from_slice(&bytes).map_err(|error| refuse(error.to_string()))?;
    for (what, found, expected) in [
        ("format", &snapshot.format, FORMAT),
        ("blocking keys", &snapshot.blocking, KEYS_VERSION),
    ] {
        if found != expected {
            return Err(refuse(format!("{what} `{found}` instead of `{expected}`")));
        }
    }
    Ok(snapshot)
}

/// Checks that each file of a snapshot is there, at the length its manifest states: what can be said of
/// a register of any size without reading it.
///
/// # Errors
/// [`RegisterError::Unreadable`] or [`RegisterError::Length`].
pub fn check_lengths(directory: &Path, snapshot: &Snapshot) -> Result<(), RegisterError> {
    for (file, facts) in &snapshot.files {
        let path = directory.join(file);
        let found = fs::metadata(&path)
            .map_err(|source| RegisterError::Unreadable { path, source })?
            .len();
        if found != facts.bytes {
            return Err(RegisterError::Length {
                file: file.clone(),
                found,
                expected: facts.bytes,
            });
        }
    }
    Ok(())
}
