//! A file of one byte string for each record, read in place: sealed entries and headers.
//!
//! Place in the flow: written by build; the register reads single records from disk, so the sealed
//! plane never has to be in memory.
//!
//! Layout: eight letters, version, number of records (8 bytes), the bytes of all records, then the end
//! of each record's bytes (8 bytes each): a table is written as its records come.
//!
//! Left to others: what the bytes mean (seal).

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::FileExt,
};

use crate::bytes::{FormatError, le32, le64};

const VERSION: u32 = 2;
/// Letters, version and count.
const HEAD_BYTES: u64 = 20;
/// Longest byte string of one record, 16 MiB.
const RECORD_BYTES_MAX: u64 = 1 << 24;

/// A kind of table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableKind {
    /// File name.
    pub file: &'static str,
    magic: [u8; 8],
    magic_text: &'static str,
}

/// Sealed entries of each record.
pub const SEALED: TableKind = TableKind {
    file: "sealed.plane",
    magic: *b"CSGNSEAL",
    magic_text: "CSGNSEAL",
};

/// Header of each record.
pub const HEADERS: TableKind = TableKind {
    file: "headers.plane",
    magic: *b"CSGNHEAD",
    magic_text: "CSGNHEAD",
};

/// Writes a table, record by record.
#[derive(Debug)]
pub struct TableWriter {
    rows: u64,
    ends: Vec<u8>,
    end: u64,
}

impl TableWriter {
    /// Begins a table of so many rows.
    ///
    /// # Errors
    /// As the writer's.
    pub fn begin(kind: TableKind, rows: u64, writer: &mut impl Write) -> io::Result<Self> {
        writer.write_all(&kind.magic)?;
        writer.write_all(&VERSION.to_le_bytes())?;
        writer.write_all(&rows.to_le_bytes())?;
        let ends = usize::try_from(rows.saturating_mul(8)).unwrap_or(0);
        Ok(Self {
            rows,
            ends: Vec::with_capacity(ends),
            end: 0,
        })
    }

    /// Writes the next row.
    ///
    /// # Errors
    /// As the writer's.
    pub fn row(&mut self, row: &[u8], writer: &mut impl Write) -> io::Result<()> {
        self.end = self
            .end
            .saturating_add(u64::try_from(row.len()).unwrap_or(u64::MAX));
        self.ends.extend_from_slice(&self.end.to_le_bytes());
        writer.write_all(row)
    }

    /// Writes the next rows, which stand one after the other and end where `ends` says.
    ///
    /// # Errors
    /// As the writer's.
    pub fn rows(&mut self, rows: &[u8], ends: &[usize], writer: &mut impl Write) -> io::Result<()> {
        for end in ends {
            let end = u64::try_from(*end).unwrap_or(u64::MAX);
            let end = self.end.saturating_add(end);
            self.ends.extend_from_slice(&end.to_le_bytes());
        }
        let length = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        self.end = self.end.saturating_add(length);
        writer.write_all(rows)
    }

    /// Ends the table.
    ///
    /// # Errors
    /// As the writer's; `InvalidData` where another number of rows was written.
    pub fn finish(self, writer: &mut impl Write) -> io::Result<()> {
        if u64::try_from(self.ends.len() / 8) != Ok(self.rows) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "rows missing"));
        }
        writer.write_all(&self.ends)
    }
}

/// A table on disk.
#[derive(Debug)]
pub struct Table {
    kind: TableKind,
    file: File,
    rows: u64,
    /// Where the ends begin.
    ends: u64,
}

/// A row could not be had.
#[derive(Debug)]
pub enum TableError {
    /// The system failed.
    Io(io::Error),
    /// The file contradicts itself.
    Format(FormatError),
}

impl Table {
    /// Opens a table of so many rows.
    ///
    /// # Errors
    /// [`TableError`] where it begins otherwise, has another number of rows or another length.
    pub fn open(kind: TableKind, file: File, rows: u64) -> Result<Self, TableError> {
        let mut head = [0; 20];
        file.read_exact_at(&mut head, 0).map_err(TableError::Io)?;
        if !head.starts_with(&kind.magic) {
            return Err(TableError::Format(FormatError::Magic {
                file: kind.file,
                expected: kind.magic_text,
            }));
        }
        let version = le32(head.get(8..).unwrap_or(&[]));
        if version != VERSION {
            return Err(TableError::Format(FormatError::Version {
                file: kind.file,
                found: version,
                expected: VERSION,
            }));
        }
        let length = file.metadata().map_err(TableError::Io)?.len();
        let table = Self {
            kind,
            file,
            rows,
            ends: length.saturating_sub(rows.saturating_mul(8)),
        };
        let end = match rows.checked_sub(1) {
            Some(last) => table.end(last)?,
            None => 0,
        };
        if le64(head.get(12..).unwrap_or(&[])) == rows
            && table.ends == HEAD_BYTES.saturating_add(end)
        {
            Ok(table)
        } else {
            Err(table.broken("rows"))
        }
    }

    fn broken(&self, section: &'static str) -> TableError {
        TableError::Format(FormatError::Content {
            file: self.kind.file,
            section,
        })
    }

    fn end(&self, row: u64) -> Result<u64, TableError> {
        let mut bytes = [0; 8];
        let place = self.ends.saturating_add(row.saturating_mul(8));
        self.file
            .read_exact_at(&mut bytes, place)
            .map_err(TableError::Io)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// The bytes of a row.
    ///
    /// # Errors
    /// [`TableError`] where there is none or the file cannot be read.
    pub fn row(&self, row: u64) -> Result<Vec<u8>, TableError> {
        if row >= self.rows {
            return Err(self.broken("rows"));
        }
        let start = match row.checked_sub(1) {
            Some(before) => self.end(before)?,
            None => 0,
        };
        let length = self
            .end(row)?
            .checked_sub(start)
            .filter(|length| *length <= RECORD_BYTES_MAX)
            .ok_or_else(|| self.broken("ends"))?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.file
            .read_exact_at(&mut bytes, HEAD_BYTES.saturating_add(start))
            .map_err(TableError::Io)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn write_table(kind: TableKind, rows: &[Vec<u8>], writer: &mut impl Write) -> io::Result<()> {
        let count = u64::try_from(rows.len()).unwrap();
        let mut table = TableWriter::begin(kind, count, writer)?;
        for row in rows {
            table.row(row, writer)?;
        }
        table.finish(writer)
    }

    #[test]
    fn rows_read_back_and_cut_files_are_refused() {
        let rows = vec![b"one".to_vec(), Vec::new(), b"three".to_vec()];
        let mut bytes = Vec::new();
        write_table(SEALED, &rows, &mut bytes).unwrap();
        let table = Table::open(SEALED, file(&bytes), 3).unwrap();
        for (number, row) in (0..).zip(&rows) {
            assert_eq!(&table.row(number).unwrap(), row);
        }
        assert!(table.row(3).is_err());
        assert!(Table::open(SEALED, file(&bytes), 2).is_err());
        assert!(Table::open(HEADERS, file(&bytes), 3).is_err());
        for length in 0..bytes.len() {
            assert!(Table::open(SEALED, file(&bytes[..length]), 3).is_err());
        }
        let mut changed = bytes;
        let ends = changed.len() - 24;
        changed[ends] = 200;
        let table = Table::open(SEALED, file(&changed), 3).unwrap();
        assert!(table.row(0).is_err() && table.row(1).is_err());
    }
}
