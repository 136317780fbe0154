//! An extract as csv.
//!
//! Place in the flow: one of the two formats behind the extract's writer.
//!
//! Left to others: what stands in the rows.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{COLUMN_COUNT, COLUMNS, Rows};
use crate::error::LabError;

/// Bytes gathered before a write.
const BUFFER_BYTES: usize = 1 << 20;

pub(super) struct CommaRows {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl CommaRows {
    pub(super) fn create(path: &Path) -> Result<Self, LabError> {
        let file = File::create(path).map_err(LabError::file(path))?;
        let buffered = BufWriter::with_capacity(BUFFER_BYTES, file);
        let mut rows = Self {
            path: path.to_owned(),
            writer: csv::Writer::from_writer(buffered),
        };
        rows.row(&COLUMNS)?;
        Ok(rows)
    }
}

impl Rows for CommaRows {
    fn row(&mut self, row: &[&str; COLUMN_COUNT]) -> Result<(), LabError> {
        let done = self.writer.write_record(row);
        done.map_err(|error| LabError::file(&self.path)(error.into()))
    }

    fn finish(mut self: Box<Self>) -> Result<(), LabError> {
        self.writer.flush().map_err(LabError::file(&self.path))?;
        let buffered = self
            .writer
            .into_inner()
            .map_err(|error| LabError::file(&self.path)(error.into_error()))?;
        let mut file = buffered
            .into_inner()
            .map_err(|error| LabError::file(&self.path)(error.into_error()))?;
        file.flush().map_err(LabError::file(&self.path))
    }
}
