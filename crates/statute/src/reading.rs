//! The cells of a row read once, for all rules and for what comes after them.
//!
//! Place in the flow: the examination reads each row through [`read_row`]; casework reads an
//! admitted row the same way, so that no later step understands a date or a citation differently.
//!
//! Left to others: whether what was read is enough (rules), names (standard).

use instrument::statement::Question;
use model::{
    column::Column,
    row::{CellKind, Row},
    tin::Tin,
};
use standard::address::{self, AddressText};

use crate::{
    book::StatuteBook,
    citation::{Citation, parse_all},
    date::{DateReading, read_date},
    filler::is_filler,
    period::{PeriodsReading, read_periods},
};

/// The column `tin` as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TinReading {
    /// Nothing is filled in.
    Missing,
    /// A number in form; its range is for [`crate::TinAcceptance`].
    Tin(Tin),
    /// `000-00-0000`, `123-45-6789`: nobody's number.
    Placeholder,
    /// A number cell of fewer than nine digits: a spreadsheet dropped zeros at its front.
    LostZeros,
    /// Not nine digits.
    Unreadable,
}

/// What the typed columns of a row say. Texts that need no reading stay in the row.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Date of birth.
    pub date_of_birth: DateReading,
    /// Day on which the requester knew the address to be the person's.
    pub address_as_of: DateReading,
    /// Day the case was opened.
    pub case_opened_on: DateReading,
    /// Day of the final order.
    pub final_order_date: DateReading,
    /// Day of the act.
    pub act_date: DateReading,
    /// Taxpayer number.
    pub tin: TinReading,
    /// The address given, with its problems.
    pub address: address::Reading,
    /// Tax periods.
    pub periods: PeriodsReading,
    /// What the row asks for.
    pub question: Option<Question>,
    /// Provisions named, in the Code's numbering; empty where the cell does not read.
    pub statutes: Vec<Citation>,
}

/// Reads a row.
#[must_use]
pub fn read_row(row: &Row, book: &StatuteBook) -> Reading {
    Reading {
        date_of_birth: date_cell(row, Column::DateOfBirth),
        address_as_of: date_cell(row, Column::AddressAsOf),
        case_opened_on: date_cell(row, Column::CaseOpenedOn),
        final_order_date: date_cell(row, Column::FinalOrderDate),
        act_date: date_cell(row, Column::ActDate),
        tin: tin_cell(row),
        address: address::read(&AddressText {
            line_1: value(row, Column::AddressLine1),
            line_2: value(row, Column::AddressLine2),
            city: value(row, Column::City),
            state: value(row, Column::State),
            postal_code: value(row, Column::PostalCode),
        }),
        periods: read_periods(value(row, Column::TaxPeriods)),
        question: Question::from_code(&value(row, Column::AsksFor).to_ascii_lowercase()),
        statutes: read_statutes(value(row, Column::Statute), book),
    }
}

/// Reads the older addresses of a row, one a line, at most 20.
#[must_use]
pub fn more_addresses(row: &Row) -> Vec<address::Reading> {
    value(row, Column::MoreAddresses)
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(20)
        .map(address::read_line)
        .collect()
}

/// The trimmed text of a column; empty for a cell that holds a spreadsheet error.
#[must_use]
pub fn value(row: &Row, column: Column) -> &str {
    match row.cell(column) {
        Some(cell) if cell.kind != CellKind::Error => cell.trimmed(),
        _ => "",
    }
}

/// Reads a column as a date.
#[must_use]
pub fn date_cell(row: &Row, column: Column) -> DateReading {
    row.cell(column).map_or(DateReading::Missing, |cell| {
        read_date(cell.kind, cell.text.expose())
    })
}

fn tin_cell(row: &Row) -> TinReading {
    let text = value(row, Column::Tin);
    if text.is_empty() {
        return TinReading::Missing;
    }
    let plain: String = text
        .chars()
        .map(|c| if c == ' ' { '-' } else { c })
        .collect();
    let number = row
        .cell(Column::Tin)
        .is_some_and(|cell| cell.kind == CellKind::Number);
    // Nobody's number with or without its hyphens.
    let unbroken: String = plain.chars().filter(|c| *c != '-').collect();
    let filler = is_filler(&unbroken);
    match plain.parse::<Tin>() {
        Ok(_) if filler => TinReading::Placeholder,
        Ok(tin) => TinReading::Tin(tin),
        Err(_) if filler => TinReading::Placeholder,
        Err(_) if number && (5..9).contains(&text.len()) => TinReading::LostZeros,
        Err(_) => TinReading::Unreadable,
    }
}

fn read_statutes(text: &str, book: &StatuteBook) -> Vec<Citation> {
    let Some(citations) = parse_all(text) else {
        return Vec::new();
    };
    let mut codified: Vec<Citation> = Vec::with_capacity(citations.len());
    for citation in citations {
        let Some(citation) = book.codified(citation) else {
            return Vec::new();
        };
        // `8 U.S.C. 1326(a) (INA 276(a))` names one provision.
        if !codified.contains(&citation) {
            codified.push(citation);
        }
    }
    codified
}

#[cfg(test)]
mod tests {
    use model::{personal::Personal, row::Cell};

    use super::*;

    fn tin(kind: CellKind, text: &str) -> TinReading {
        let cell = Cell {
            column: Column::Tin,
            position: 4,
            kind,
            formula: false,
            text: Personal::from(text),
        };
        tin_cell(&Row::new(1, 2, false, vec![cell]))
    }

    #[test]
    fn taxpayer_numbers() {
        for text in ["666-12-3456", "666123456", "666 12 3456"] {
            assert!(
                matches!(tin(CellKind::Text, text), TinReading::Tin(_)),
                "{text}"
            );
        }
        for text in ["000-00-0000", "123-45-6789", "999999999", "n/a"] {
            assert_eq!(tin(CellKind::Text, text), TinReading::Placeholder, "{text}");
        }
        assert_eq!(tin(CellKind::Number, "12345671"), TinReading::LostZeros);
        assert_eq!(tin(CellKind::Text, "12345671"), TinReading::Unreadable);
        assert_eq!(tin(CellKind::Error, "#N/A"), TinReading::Missing);
        assert_eq!(tin(CellKind::Text, "12-3456780"), TinReading::Unreadable);
    }
}
