//! Why a register cannot be opened or read.
//!
//! Place in the flow: register gives these; gate and laboratory say them.
//!
//! Left to others: what goes wrong in building (build), formats of files (bytes).

use std::{io, path::PathBuf};

use model::{
    fault::{Explain, Fault},
    id::{EntryNumber, RecordNumber},
};
use seal::{entry::EntryFormatError, header::HeaderError};
use thiserror::Error;

use crate::bytes::FormatError;

/// A register that cannot be opened or read.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// A file is away or cannot be read. Unavailable.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// `snapshot.json` is not a manifest of this version. Input.
    #[error("`{}` is no snapshot manifest of this version: {problem}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The snapshot is of the other world. Refused.
    #[error("the snapshot is {found}; this program was asked to open a {expected} one")]
    OtherKind {
        /// What the snapshot is.
        found: &'static str,
        /// What was asked for.
        expected: &'static str,
    },
    /// The index was made with another table of nicknames. Input: build anew, or use the program
    /// that built it.
    #[error("the register was built with another table of given names than this program has")]
    OtherNames,
    /// A plane is not the one the manifest names. Integrity.
    #[error("`{file}` is not the file that the manifest names")]
    Digest {
        /// The file.
        file: String,
    },
    /// A plane contradicts itself. Integrity.
    #[error("a file of the register is damaged")]
    Format(#[from] FormatError),
    /// A sealed entry is damaged. Integrity.
    #[error("an entry of record `{record}` is damaged")]
    Entry {
        /// The record.
        record: RecordNumber,
        /// Why.
        #[source]
        source: EntryFormatError,
    },
    /// A header is damaged. Integrity.
    #[error("the header of record `{record}` is damaged")]
    Header {
        /// The record.
        record: RecordNumber,
        /// Why.
        #[source]
        source: HeaderError,
    },
    /// A file is longer or shorter than the manifest says. Integrity.
    #[error("`{file}` has {found} bytes instead of {expected}")]
    Length {
        /// The file.
        file: String,
        /// Its length.
        found: u64,
        /// The manifest's.
        expected: u64,
    },
    /// The headers do not have the manifest's root. Integrity.
    #[error("the headers do not have the root that the manifest names")]
    Root,
    /// No such record or entry. The fault of the caller.
    #[error("the register has no entry `{entry}` of record `{record}`")]
    NoSuchEntry {
        /// The record.
        record: RecordNumber,
        /// The entry.
        entry: EntryNumber,
    },
}

impl Explain for RegisterError {
    fn fault(&self) -> Fault {
        match self {
            Self::Unreadable { .. } => Fault::Unavailable,
            Self::Manifest { .. } | Self::OtherNames | Self::NoSuchEntry { .. } => Fault::Input,
            Self::OtherKind { .. } => Fault::Refused,
            _ => Fault::Integrity,
        }
    }
}
