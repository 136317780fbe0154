//! The truth file: what a right answer to each row is.
//!
//! Place in the flow: beside the request workbook; for whoever measures, never for the gate.
//!
//! Left to others: measuring.

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use super::subject::Subject;
use crate::error::LabError;

/// Writes `truth.csv`: sheet, row, kind, `person_id` (empty where nobody on file is meant), and
/// whether the given address is the latest on file within the periods asked (`yes` or `no`).
pub struct TruthWriter {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl TruthWriter {
    /// Begins the file.
    ///
    /// # Errors
    /// [`LabError::File`] where it cannot be made.
    pub fn create(path: &Path) -> Result<Self, LabError> {
        let file = File::create(path).map_err(LabError::file(path))?;
        let mut truth = Self {
            path: path.to_owned(),
            writer: csv::Writer::from_writer(BufWriter::new(file)),
        };
        truth.record(["sheet", "row", "kind", "person_id", "latest_address_given"])?;
        Ok(truth)
    }

    fn record(&mut self, record: [&str; 5]) -> Result<(), LabError> {
        let done = self.writer.write_record(record);
        done.map_err(|error| LabError::file(&self.path)(error.into()))
    }

    /// Writes the truth about the row at that place of the workbook.
    ///
    /// # Errors
    /// [`LabError::File`] where it cannot be written.
    pub fn subject(&mut self, (sheet, row): (u16, u32), subject: &Subject) -> Result<(), LabError> {
        self.record([
            &sheet.to_string(),
            &row.to_string(),
            &subject.kind.label(),
            subject.person_id.as_deref().unwrap_or(""),
            if subject.latest_address_given {
                "yes"
            } else {
                "no"
            },
        ])
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`LabError::File`] where it cannot be written.
    pub fn finish(mut self) -> Result<(), LabError> {
        self.writer.flush().map_err(LabError::file(&self.path))
    }
}
