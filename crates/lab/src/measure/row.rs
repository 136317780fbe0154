//! A row of the request as the gate reads it: from cells to what the matcher is asked.
//!
//! Place in the flow: between the made rows and the register's tokens.
//!
//! Left to others: reading values (statute), tokens (ground).

use identity::query::RowParts;
use model::{
    column::Column,
    personal::Personal,
    row::{Cell, CellKind, Row},
};
use standard::{address, name};
use statute::{date::DateReading, reading, statute_book};

use crate::request::{Subject, Value};

/// What the row states about the person, read as casework reads an admitted row.
#[must_use]
pub fn row_parts(subject: &Subject) -> RowParts {
    let row = &sheet_row(subject);
    let read = reading::read_row(row, statute_book());
    let older = reading::more_addresses(row);
    let sufficient = |address: &&address::Reading| {
        let mut problems = address.problems.iter();
        problems.all(address::AddressProblem::is_question)
    };
    RowParts {
        name: name::standard_name(
            reading::value(row, Column::GivenNames),
            reading::value(row, Column::Surnames),
            reading::value(row, Column::Suffix),
        ),
        date_of_birth: match read.date_of_birth {
            DateReading::Date(date) => Some(date),
            _ => None,
        },
        tin: match read.tin {
            reading::TinReading::Tin(ref tin) => Some(tin.clone()),
            _ => None,
        },
        addresses: std::iter::once(&read.address)
            .chain(&older)
            .filter(sufficient)
            .map(|address| address.address.clone())
            .collect(),
    }
}

/// The row as intake reads it from a workbook.
fn sheet_row(subject: &Subject) -> Row {
    let cells = Column::ALL
        .iter()
        .zip(0_u16..)
        .filter_map(|(column, position)| {
            let (kind, text) = match subject.row.value(*column)? {
                Value::Text(text) => (CellKind::Text, text.clone()),
                Value::Number(number) => (CellKind::Number, number.to_string()),
                Value::Date(date) => (CellKind::Date, date.to_string()),
            };
            Some(Cell {
                column: *column,
                position,
                kind,
                formula: false,
                text: Personal::new(text),
            })
        });
    Row::new(1, 2, false, cells.collect())
}
