//! What can go wrong in linking, and whose fault it is.
//!
//! Place in the flow: returned by everything under `link`.
//!
//! Left to others: exit codes (main). No message holds a value of a person's record.

use std::path::{Path, PathBuf};

use model::fault::{Explain, Fault};
use thiserror::Error;

/// Why linking stopped.
#[derive(Debug, Error)]
pub enum LinkError {
    /// A file cannot be read: the path's or the disk's fault.
    #[error("`{}` cannot be read", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A result cannot be written: the path's or the disk's fault.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The map is not one: the fault of whoever wrote it.
    #[error("`{}`: {problem}", path.display())]
    Map {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with the key.
        problem: String,
    },
    /// A column that the map names is not there, or twice: the fault of the map or the file.
    #[error("`{}` has {found} columns named `{column}`, and the map's key `{key}` wants one", path.display())]
    Column {
        /// Which file.
        path: PathBuf,
        /// Key of the map.
        key: String,
        /// The column it names.
        column: String,
        /// How many there are.
        found: usize,
    },
    /// A line of a file cannot be used: the fault of the file.
    #[error("`{}`, line {line}: {problem}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Line, counted from 1; in Parquet the row.
        line: u64,
        /// What is wrong, with the column.
        problem: String,
    },
    /// The whole of a file cannot be used: the fault of the file.
    #[error("`{}` {problem}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The split is neither a share nor a list that fits: the caller's fault.
    #[error("`--learn` {0}")]
    Split(String),
}

impl LinkError {
    /// For `map_err`: a file that could not be read.
    pub fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    /// For `map_err`: a file that could not be written.
    pub fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}

impl Explain for LinkError {
    fn fault(&self) -> Fault {
        match self {
            Self::Read { .. } | Self::Write { .. } => Fault::Unavailable,
            _ => Fault::Input,
        }
    }
}
