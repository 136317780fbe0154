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

impl Cell {
    /// The text without the white space around it.
    #[must_use]
    pub fn trimmed(&self) -> &str {
        trimmed(self.text.expose())
    }
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
    // INVARIANT: at a column's index the number of its cell counted from 1; 0 where it has none. Every
    // rule looks several columns up, so this is asked a hundred times a row.
    places: [u8; Column::COUNT],
}

/// The text without the white space around it. Most has none, and begins and ends in a letter or digit.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

impl Row {
    /// Makes a row; of two cells of one column the first stays (intake reports the other).
    #[must_use]
    pub fn new(sheet: u16, row: u32, hidden: bool, mut cells: Vec<Cell>) -> Self {
        cells.sort_by_key(|cell| cell.column);
        cells.dedup_by_key(|cell| cell.column);
        let mut places = [0; Column::COUNT];
        for (cell, number) in cells.iter().zip(1_u8..) {
            if let Some(place) = places.get_mut(cell.column.index()) {
                *place = number;
            }
        }
        Self {
            sheet,
            row,
            hidden,
            cells,
            places,
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
        let number = *self.places.get(column.index())?;
        self.cells.get(usize::from(number).checked_sub(1)?)
    }

    /// The text of a column without the white space around it; empty where nothing is filled in.
    #[must_use]
    pub fn text(&self, column: Column) -> &str {
        self.cell(column).map_or("", Cell::trimmed)
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
    fn texts_are_trimmed_as_the_library_does() {
        for text in [
            "",
            " ",
            "a",
            " a",
            "a ",
            "\u{a0}a b\u{2003}",
            "ab",
            "é",
            "\u{feff}a",
            "a\t",
        ] {
            assert_eq!(
                cell(Column::City, 0, text).trimmed(),
                text.trim(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn every_column_is_found_among_any_others() {
        for (column, other) in Column::ALL.iter().zip(Column::ALL.iter().skip(1)) {
            let row = Row::new(
                1,
                2,
                false,
                vec![cell(*other, 1, "b"), cell(*column, 0, "a")],
            );
            assert_eq!(row.text(*column), "a");
            assert_eq!(row.text(*other), "b");
            let found = Column::ALL
                .iter()
                .filter(|column| row.cell(**column).is_some());
            assert_eq!(found.count(), 2);
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
