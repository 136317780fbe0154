//! Extracts: csv or parquet, one row a person and tax period (DESIGN.md section 6).
//!
//! Place in the flow: [`open`] streams rows to [`crate::build::build`]. Each row knows its number,
//! so that every refusal names row and field.
//!
//! Left to others: standard forms, grouping by person (build).

mod delimited;
mod digested;
#[cfg(feature = "parquet")]
mod parquet;
mod plain;
mod row;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use model::{
    digest::{Digest, hex},
    fault::{Explain, Fault},
    id::{IdError, RegisterId},
};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub use delimited::read_csv;
pub use digested::ExtractDigest;
use digested::{Digesting, OnceRead};
#[cfg(feature = "parquet")]
pub use parquet::read_parquet;
pub use row::{ExtractRow, Field};

/// An extract that cannot be read. The fault of whoever made the extract, but for `Unreadable`.
#[derive(Debug, Error)]
pub enum ExtractError {
    /// The file cannot be opened or read. Unavailable.
    #[error("the extract `{}` cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A column is missing. Input.
    #[error("the extract has no column `{0}`")]
    ColumnMissing(&'static str),
    /// A column stands twice. Input.
    #[error("the extract has the column `{0}` twice")]
    ColumnTwice(&'static str),
    /// A row is not a record of the file's format. Input.
    #[error("row {row} of the extract cannot be read: {problem}")]
    Row {
        /// The row, counted from 1 without the header.
        row: u64,
        /// What is wrong, without the row's text.
        problem: String,
    },
    /// A field has no meaning. Input.
    #[error("row {row} of the extract, field `{field}`: {problem}")]
    Field {
        /// The row, counted from 1 without the header.
        row: u64,
        /// The column.
        field: &'static str,
        /// What it should be.
        problem: &'static str,
    },
    /// A Parquet file, and this program was built without its reader. Input.
    #[error("the extract is a Parquet file; this program reads csv only")]
    ParquetNotBuilt,
    /// Not a Parquet file after all. Input.
    #[error("the Parquet file cannot be read: {0}")]
    Parquet(String),
}

impl ExtractError {
    /// The error with its row counted from so many rows before it.
    fn after(mut self, rows: u64) -> Self {
        if let Self::Row { row, .. } | Self::Field { row, .. } = &mut self {
            *row = row.saturating_add(rows);
        }
        self
    }
}

impl Explain for ExtractError {
    fn fault(&self) -> Fault {
        match self {
            Self::Unreadable { .. } => Fault::Unavailable,
            _ => Fault::Input,
        }
    }
}

/// Rows of an extract, in the file's order.
pub type Rows = Box<dyn Iterator<Item = Result<ExtractRow, ExtractError>>>;

/// Opens an extract: Parquet by its first four bytes, else csv with a header line.
///
/// # Errors
/// [`ExtractError`] where it cannot be read or lacks a column.
pub fn open(path: &Path) -> Result<Rows, ExtractError> {
    let (file, format) = file(path)?;
    match format {
        Format::Parquet => open_parquet(file),
        Format::Csv => Ok(Box::new(read_csv(file)?)),
    }
}

/// As [`open`]; gives also the digest of the extract, to be asked for after the last row.
///
/// # Errors
/// As there.
pub fn open_digested(path: &Path) -> Result<(Rows, ExtractDigest), ExtractError> {
    let (file, format) = file(path)?;
    match format {
        Format::Parquet => {
            let again = file.try_clone();
            let again = again.map_err(|source| ExtractError::Unreadable {
                path: path.to_owned(),
                source,
            })?;
            let digest = ExtractDigest::of_file(again, path.to_owned());
            Ok((open_parquet(file)?, digest))
        }
        Format::Csv => {
            let (file, digest) = Digesting::new(OnceRead::new(file), path.to_owned());
            Ok((Box::new(read_csv(file)?), digest))
        }
    }
}

enum Format {
    Csv,
    Parquet,
}

/// A file at its beginning, and its format.
fn file(path: &Path) -> Result<(File, Format), ExtractError> {
    let unreadable = |source| ExtractError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut magic = Vec::with_capacity(4);
    (&mut file)
        .take(4)
        .read_to_end(&mut magic)
        .map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let format = if magic == b"PAR1" {
        Format::Parquet
    } else {
        Format::Csv
    };
    Ok((file, format))
}

#[cfg(feature = "parquet")]
fn open_parquet(file: File) -> Result<Rows, ExtractError> {
    Ok(Box::new(read_parquet(file)?))
}

#[cfg(not(feature = "parquet"))]
fn open_parquet(_file: File) -> Result<Rows, ExtractError> {
    Err(ExtractError::ParquetNotBuilt)
}

/// SHA-256 of a file, read in pieces.
///
/// # Errors
/// [`ExtractError::Unreadable`].
pub fn digest_of_file(path: &Path) -> Result<Digest, ExtractError> {
    let digest = File::open(path).and_then(digest_of);
    digest.map_err(|source| ExtractError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// SHA-256 of what is left of a file.
fn digest_of(mut file: File) -> std::io::Result<Digest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 20];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok(Digest::from_bytes(hasher.finalize().into()));
        }
        hasher.update(buffer.get(..length).unwrap_or(&[]));
    }
}

/// The id of a register: `NAME-` and the first 16 hexadecimal digits of its extract's digest.
///
/// # Errors
/// [`IdError`] where the name has other characters than an identifier or is too long.
pub fn register_id(name: &str, extract: &Digest) -> Result<RegisterId, IdError> {
    let digits: String = hex(extract.as_bytes()).chars().take(16).collect();
    format!("{name}-{digits}").parse()
}
