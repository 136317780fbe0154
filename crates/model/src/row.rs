//! One row of a request as it was read: each value remembers its cell.
//!
//! Place in the flow: made by intake, examined by statute, committed to by the cover, matched by
//! identity.
//!
//! Left to others: reading (intake), meaning (statute, standard).

use crate::{
    column::{Column, column_letters},
    personal::Personal,
};

/// How the spreadsheet stored a value. Text forms are kept exactly; nothing is guessed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellKind {
    /// Text, or any field of a csv.
    Text,
    /// A number; the text is its shortest decimal form without exponent.
    Number,
    /// A date cell; the text is ISO, `2026-11-21`.
    Date,
    /// A truth value; the text is `TRUE` or `FALSE`.
    Boolean,
    /// A spreadsheet error such as `#N/A`; the text is that.
    Error,
}

/// One filled cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The column its header names.
    pub column: Column,
    /// Position in the sheet, counted from 0.
    pub position: u16,
    /// How it was stored.
    pub kind: CellKind,
    /// Whether the cell holds a formula; its text is then the value last computed.
    pub formula: bool,
    /// The text, exactly as read.
    pub text: Personal<String>,
}

/// One row of subjects, holding only filled cells in known columns, ordered by column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Sheet of subjects, counted from 1 (`Subjects` is 1, `Subjects 2` is 2).
    pub sheet: u16,
    /// The sheet's own row number (a csv: the record's line).
    pub row: u32,
    /// Whether the spreadsheet hides the row.
    pub hidden: bool,
    // INVARIANT: ordered by column, at most one cell a column.
    cells: Vec<Cell>,
}

impl Row {
    /// Makes a row; of two cells of one column the first stays (intake reports the other).
    #[must_use]
    pub fn new(sheet: u16, row: u32, hidden: bool, mut cells: Vec<Cell>) -> Self {
        cells.sort_by_key(|cell| cell.column);
        cells.dedup_by_key(|cell| cell.column);
        Self {
            sheet,
            row,
            hidden,
            cells,
        }
    }

    /// The filled cells in column order.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cell of a column, if filled.
    #[must_use]
    pub fn cell(&self, column: Column) -> Option<&Cell> {
        let position = self
            .cells
            .binary_search_by_key(&column, |cell| cell.column)
            .ok()?;
        self.cells.get(position)
    }

    /// The text of a column without the white space around it; empty where nothing is filled in.
    #[must_use]
    pub fn text(&self, column: Column) -> &str {
        self.cell(column)
            .map_or("", |cell| cell.text.expose().trim())
    }

    /// Whether a column holds anything but white space.
    #[must_use]
    pub fn is_filled(&self, column: Column) -> bool {
        !self.text(column).is_empty()
    }

    /// The cell's name as a spreadsheet shows it, `C2`; `None` where the row has no such cell.
    #[must_use]
    pub fn cell_name(&self, column: Column) -> Option<String> {
        self.cell(column)
            .map(|cell| format!("{}{}", column_letters(cell.position), self.row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(column: Column, position: u16, text: &str) -> Cell {
        Cell {
            column,
            position,
            kind: CellKind::Text,
            formula: false,
            text: Personal::from(text),
        }
    }

    #[test]
    fn cells_are_found_by_column_and_named_by_place() {
        let row = Row::new(
            1,
            2,
            false,
            vec![
                cell(Column::City, 7, " Reno "),
                cell(Column::Surnames, 1, "Diaz"),
            ],
        );
        assert_eq!(row.text(Column::City), "Reno");
        assert_eq!(row.cell_name(Column::City).as_deref(), Some("H2"));
        assert_eq!(row.text(Column::State), "");
        assert!(!format!("{row:?}").contains("Diaz"));
    }
}
