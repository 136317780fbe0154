//! A row as rules see it, and where they put what they find.
//!
//! Place in the flow: made for each row by [`crate::examination`], handed to every row rule.
//!
//! Left to others: reading cells ([`crate::reading`]).

use model::{
    column::{Column, column_letters},
    finding::Finding,
    row::{CellKind, Row},
};

use crate::{
    book::{ElementTest, Listing, Provision},
    citation::Citation,
    cover::CoverView,
    examination::ExaminationCounts,
    reading::{Reading, read_row, value},
    reason::{Words, name_keys},
    rule::RuleDescription,
    terms::Setting,
};

/// Where the header row of a sheet puts each column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SheetColumns {
    positions: Vec<(Column, u16)>,
}

impl SheetColumns {
    /// Columns with their positions counted from 0, as intake's header gives them.
    #[must_use]
    pub fn new(columns: &[(Column, u16)]) -> Self {
        Self {
            positions: columns.to_vec(),
        }
    }

    /// The cell a column has in a row, `C2`, if the header names the column.
    #[must_use]
    pub fn cell_name(&self, column: Column, row: u32) -> Option<String> {
        let (_, position) = self.positions.iter().find(|(named, _)| *named == column)?;
        Some(format!("{}{row}", column_letters(*position)))
    }
}

/// A row with its cells read.
pub(crate) struct RowView<'a> {
    pub(crate) row: &'a Row,
    pub(crate) reading: Reading,
    /// What the book says of each provision named, in the order of `reading.statutes`.
    pub(crate) listings: Vec<Listing<'a>>,
    /// The listed criminal provisions the row names.
    pub(crate) offences: Vec<&'a Provision>,
    /// The words of the reason.
    pub(crate) reason: Words,
    /// Keys of those that are neither boilerplate nor names and places of the row itself.
    pub(crate) content: Vec<u64>,
    columns: &'a SheetColumns,
}

impl<'a> RowView<'a> {
    pub(crate) fn new(row: &'a Row, columns: &'a SheetColumns, setting: &Setting<'a>) -> Self {
        let book = setting.terms.book;
        let reading = read_row(row, book);
        let listings: Vec<Listing<'a>> = (reading.statutes.iter())
            .map(|citation| book.listing(citation))
            .collect();
        let offences = listings.iter().filter_map(|listing| match listing {
            Listing::Criminal(provision) => Some(*provision),
            _ => None,
        });
        let reason = Words::of(value(row, Column::Reason));
        Self {
            row,
            offences: offences.collect(),
            listings,
            reading,
            content: reason.content(&own_names(row)),
            reason,
            columns,
        }
    }

    /// Each provision named with what the book says of it.
    pub(crate) fn listed(&self) -> impl Iterator<Item = (&Citation, Listing<'a>)> {
        self.reading
            .statutes
            .iter()
            .zip(self.listings.iter().copied())
    }

    /// The trimmed text; empty for a cell that holds a spreadsheet error.
    pub(crate) fn text(&self, column: Column) -> &'a str {
        value(self.row, column)
    }

    /// `is missing`, or that the cell holds a spreadsheet error; for a column without a value.
    pub(crate) fn absence(&self, column: Column) -> &'static str {
        match self.row.cell(column) {
            Some(cell) if cell.kind == CellKind::Error => {
                "is missing: the cell holds a spreadsheet error"
            }
            _ => "is missing",
        }
    }

    /// The first offence named that is tested so.
    pub(crate) fn tested(&self, test: ElementTest) -> Option<&'a Provision> {
        self.offences
            .iter()
            .copied()
            .find(|offence| offence.has_test(test))
    }

    /// Whether an offence named needs a column.
    pub(crate) fn needs(&self, column: Column) -> bool {
        self.offences
            .iter()
            .any(|offence| offence.required.contains(&column))
    }

    pub(crate) fn cell_name(&self, column: Column) -> Option<String> {
        (self.row.cell_name(column)).or_else(|| self.columns.cell_name(column, self.row.row))
    }
}

/// Keys of the names and places in a row, which make no reason specific.
fn own_names(row: &Row) -> Vec<u64> {
    let mut keys = Vec::with_capacity(24);
    for column in [
        Column::GivenNames,
        Column::Surnames,
        Column::AddressLine1,
        Column::AddressLine2,
        Column::City,
        Column::State,
        Column::MoreAddresses,
        Column::OfficerName,
    ] {
        let text = value(row, column);
        if !text.is_empty() {
            name_keys(text, &mut keys);
        }
    }
    keys
}

/// Takes the findings of one rule on one row.
pub(crate) struct RowReport<'a> {
    pub(crate) about: &'static RuleDescription,
    pub(crate) view: &'a RowView<'a>,
    pub(crate) found: &'a mut Vec<Finding>,
}

impl RowReport<'_> {
    /// A finding at a column, with the rule's own remedy.
    pub(crate) fn at(&mut self, column: Column, message: impl Into<String>) {
        self.at_with(column, message, self.about.remedy);
    }

    /// A finding at a column with a remedy of its own.
    pub(crate) fn at_with(
        &mut self,
        column: Column,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.found.push(Finding {
            rule: self.about.id,
            class: self.about.class,
            column: Some(column),
            cell: self.view.cell_name(column),
            citation: self.about.citation,
            message: message.into(),
            remedy: remedy.into(),
        });
    }
}

/// A request as rules on the whole see it, at the end of the examination.
pub(crate) struct RequestView<'a> {
    /// The cover, if one was delivered.
    pub(crate) cover: Option<&'a CoverView>,
    pub(crate) counts: ExaminationCounts,
}

impl<'a> RequestView<'a> {
    /// The text of a cover field; empty without a cover.
    pub(crate) fn text(&self, key: &str) -> &'a str {
        self.cover.map_or("", |cover| cover.text(key))
    }
}

/// Takes the findings of one rule on the request.
pub(crate) struct RequestReport<'a> {
    pub(crate) about: &'static RuleDescription,
    pub(crate) view: &'a RequestView<'a>,
    pub(crate) found: &'a mut Vec<Finding>,
}

impl RequestReport<'_> {
    /// A finding at a field of the cover.
    pub(crate) fn at(&mut self, key: &str, message: impl Into<String>) {
        self.at_with(key, message, self.about.remedy);
    }

    /// A finding at a field of the cover with a remedy of its own.
    pub(crate) fn at_with(&mut self, key: &str, message: impl Into<String>, remedy: &str) {
        let cell = self
            .view
            .cover
            .and_then(|cover| cover.cell(key))
            .map(str::to_owned);
        self.push(cell, message.into(), remedy);
    }

    /// A finding on the request as a whole.
    pub(crate) fn whole(&mut self, message: impl Into<String>) {
        self.push(None, message.into(), self.about.remedy);
    }

    fn push(&mut self, cell: Option<String>, message: String, remedy: &str) {
        self.found.push(Finding {
            rule: self.about.id,
            class: self.about.class,
            column: None,
            cell,
            citation: self.about.citation,
            message,
            remedy: remedy.to_owned(),
        });
    }
}
