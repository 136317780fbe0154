//! What can go wrong in the laboratory, and whose fault it is.
//!
//! Place in the flow: returned by everything here that reads or writes.
//!
//! Left to others: exit codes (main).

use std::path::PathBuf;

use model::fault::{Explain, Fault};
use thiserror::Error;

/// Why the laboratory stopped.
#[derive(Debug, Error)]
pub enum LabError {
    /// A file could not be written or read: the disk's or the path's fault.
    #[error("cannot write `{path}`")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The request workbook could not be made: ours, or the disk's.
    #[error("cannot write the request workbook")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The Parquet writer stopped: ours, or the disk's.
    #[cfg(feature = "parquet")]
    #[error("cannot write the extract as Parquet")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// This program was built without a format: the caller's choice of format or of program.
    #[error("this program was built without `{format}`; use `--format csv`")]
    FormatNotBuilt {
        /// The format asked for.
        format: &'static str,
    },
    /// An argument is out of its range: the caller's fault.
    #[error("{what} must be {range}, not `{value}`")]
    Argument {
        /// Which argument.
        what: &'static str,
        /// What it may be.
        range: String,
        /// What it was.
        value: String,
    },
    /// `nation.toml` is not as it must be: the fault of whoever edited it.
    #[error("rate `{name}` of nation.toml {problem}")]
    Rate {
        /// Which rate.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A table built into this program cannot be read: our fault.
    #[error("built-in table `{name}` is damaged at line {line}")]
    Table {
        /// Which table.
        name: &'static str,
        /// Line, counted from 1; 0 for the whole.
        line: usize,
    },
}

impl LabError {
    /// For `map_err`: a file that could not be written.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

impl Explain for LabError {
    fn fault(&self) -> Fault {
        match self {
            Self::FormatNotBuilt { .. } | Self::Argument { .. } | Self::Rate { .. } => Fault::Input,
            Self::Table { .. } => Fault::Integrity,
            _ => Fault::Unavailable,
        }
    }
}
