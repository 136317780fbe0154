//! What the readers of spreadsheets hand rows and cells to: the cover or a sheet of subjects.
//!
//! Place in the flow: between the readers of xlsx and ods and their two receivers.
//!
//! Left to others: csv, which has one receiver only.

use crate::{
    IntakeError,
    cover::CoverSheet,
    event::sheet_name,
    notice::Notice,
    table::{Assembler, RawCell},
};

/// What happens to rows and cells.
pub(crate) trait Taker {
    /// Name of the sheet for messages.
    fn sheet(&self) -> String;
    /// A row begins.
    fn begin_row(&mut self, row: u32, hidden: bool);
    /// A cell of the row that began last.
    fn cell(&mut self, row: u32, raw: &RawCell<'_>);
    /// The row is complete.
    fn end_row(&mut self) -> Result<(), IntakeError>;
    /// Hidden columns, positions from 0, inclusive; before the first row.
    fn hidden_columns(&mut self, first: u32, last: u32);
    /// Something to be counted for the sheet, with its place.
    fn note(&mut self, notice: Notice, place: String);
}

impl Taker for CoverSheet {
    fn sheet(&self) -> String {
        "Cover".to_owned()
    }

    fn begin_row(&mut self, _row: u32, hidden: bool) {
        CoverSheet::begin_row(self, hidden);
    }

    fn cell(&mut self, row: u32, raw: &RawCell<'_>) {
        CoverSheet::cell(self, row, raw);
    }

    fn end_row(&mut self) -> Result<(), IntakeError> {
        Ok(())
    }

    fn hidden_columns(&mut self, first: u32, last: u32) {
        self.hide_columns(first, last);
    }

    fn note(&mut self, notice: Notice, place: String) {
        CoverSheet::note(self, notice, || place);
    }
}

impl Taker for Assembler<'_, '_> {
    fn sheet(&self) -> String {
        sheet_name(self.number())
    }

    fn begin_row(&mut self, row: u32, hidden: bool) {
        Assembler::begin_row(self, row, hidden);
    }

    fn cell(&mut self, _row: u32, raw: &RawCell<'_>) {
        Assembler::cell(self, raw);
    }

    fn end_row(&mut self) -> Result<(), IntakeError> {
        Assembler::end_row(self)
    }

    fn hidden_columns(&mut self, first: u32, last: u32) {
        self.hide_columns(first, last);
    }

    fn note(&mut self, notice: Notice, place: String) {
        Assembler::note(self, notice, || place);
    }
}
