//! What reading delivers: cover, sheets, rows and findings, one after the other.
//!
//! Place in the flow: every format makes the same events in the same order: the cover if there is
//! one, then for each sheet of subjects its columns, its rows and what was found about it.
//!
//! Left to others: whether a row is good (statute), whether a cover is signed (instrument).

use std::{collections::BTreeMap, fmt};

use model::{column::Column, digest::Digest, finding::Finding, row::Row};

use crate::{IntakeError, LimitKind, Limits};

/// The kind of workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Office Open XML spreadsheet (ECMA-376, transitional or strict), with or without macros.
    Xlsx,
    /// OpenDocument spreadsheet (ODF 1.2 and later).
    Ods,
    /// Text with separators (RFC 4180).
    Csv,
}

impl Format {
    /// The usual extension of its files.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Ods => "ods",
            Self::Csv => "csv",
        }
    }
}

/// The keys a cover may have (DESIGN.md section 6), in the template's order.
pub const COVER_KEYS: [&str; 7] = [
    "request_id",
    "agency",
    "agreement",
    "signatory",
    "signatory_title",
    "signed_on",
    "purpose",
];

/// One value of a cover.
#[derive(Clone, PartialEq, Eq)]
pub struct CoverValue {
    /// The text as read, not trimmed.
    pub text: String,
    /// Where it stands: a cell of the sheet `Cover` (`B3`), or a line of the TOML (`line 3`).
    pub cell: String,
}

/// The fields of a cover, by key of [`COVER_KEYS`]. A key that is absent or empty has no entry.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct CoverFields {
    /// Value for each key.
    pub values: BTreeMap<String, CoverValue>,
}

impl CoverFields {
    /// The text of a field without the white space around it; empty where it is not filled in.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.values.get(key).map_or("", |value| value.text.trim())
    }
}

impl fmt::Debug for CoverFields {
    /// Keys and cells; a cover's values name people.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.values.iter().map(|(key, value)| (key, &value.cell));
        formatter.debug_map().entries(cells).finish()
    }
}

/// One thing read. For xlsx and ods `Cover` comes before every `Sheet`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The cover sheet.
    Cover(CoverFields),
    /// A sheet of subjects begins; its rows follow.
    Sheet {
        /// 1 for `Subjects`, 2 for `Subjects 2`, and so on.
        number: u16,
        /// The standard name that goes with the number.
        name: String,
        /// Known columns and their positions counted from 0, from left to right.
        columns: Vec<(Column, u16)>,
    },
    /// A row that is not wholly empty.
    Row(Row),
    /// Something about the workbook, not about one row.
    Finding(Finding),
}

/// The receiver's word that it wants no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;

/// The receiver of what is read.
pub trait Sink {
    /// Takes one event.
    ///
    /// # Errors
    /// [`Stop`] ends the reading with [`IntakeError::Stopped`].
    fn event(&mut self, event: Event) -> Result<(), Stop>;
}

impl<F: FnMut(Event) -> Result<(), Stop>> Sink for F {
    fn event(&mut self, event: Event) -> Result<(), Stop> {
        self(event)
    }
}

/// A receiver that keeps everything; for small requests and tests.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Collected {
    /// The cover, if there was one.
    pub cover: Option<CoverFields>,
    /// Number and columns of each sheet of subjects.
    pub sheets: Vec<(u16, Vec<(Column, u16)>)>,
    /// All rows in the order of the file.
    pub rows: Vec<Row>,
    /// All findings about the workbook.
    pub findings: Vec<Finding>,
}

impl Sink for Collected {
    fn event(&mut self, event: Event) -> Result<(), Stop> {
        match event {
            Event::Cover(cover) => self.cover = Some(cover),
            Event::Sheet {
                number, columns, ..
            } => self.sheets.push((number, columns)),
            Event::Row(row) => self.rows.push(row),
            Event::Finding(finding) => self.findings.push(finding),
        }
        Ok(())
    }
}

/// What was read, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// The kind of workbook.
    pub format: Format,
    /// SHA-256 of the file's bytes.
    pub digest: Digest,
    /// Bytes of the file.
    pub bytes: u64,
    /// Rows delivered.
    pub rows: u64,
    /// Sheets of subjects.
    pub sheets: u16,
}

/// The way out of every reader: counts the rows and hands events on.
pub(crate) struct Outlet<'a> {
    pub(crate) limits: &'a Limits,
    sink: &'a mut dyn Sink,
    pub(crate) rows: u64,
    pub(crate) sheets: u16,
    /// Bytes of all texts of rows so far, and how many there may be.
    texts: u64,
    allowed_texts: u64,
}

impl<'a> Outlet<'a> {
    /// The way out of a file of so many bytes.
    pub(crate) fn new(limits: &'a Limits, file_bytes: u64, sink: &'a mut dyn Sink) -> Self {
        Self {
            limits,
            sink,
            rows: 0,
            sheets: 0,
            texts: 0,
            allowed_texts: Limits::texts_for(file_bytes),
        }
    }

    /// Counts a row and its texts.
    fn count(&mut self, row: &Row) -> Result<(), IntakeError> {
        self.rows = self.rows.saturating_add(1);
        let lengths = row.cells().iter().map(|cell| cell.text.expose().len());
        let bytes = lengths.fold(0_u64, |sum, length| sum.saturating_add(length as u64));
        self.texts = self.texts.saturating_add(bytes);
        for (limit, found, allowed) in [
            (LimitKind::Rows, self.rows, self.limits.rows),
            (LimitKind::RowTextBytes, bytes, Limits::ROW_TEXT_BYTES),
            (LimitKind::TextBytes, self.texts, self.allowed_texts),
        ] {
            if found > allowed {
                let place = format!("sheet `{}`, row {}", sheet_name(row.sheet), row.row);
                return Err(IntakeError::limit(limit, allowed, place));
            }
        }
        Ok(())
    }

    pub(crate) fn send(&mut self, event: Event) -> Result<(), IntakeError> {
        match &event {
            Event::Row(row) => self.count(row)?,
            Event::Sheet { .. } => self.sheets = self.sheets.saturating_add(1),
            Event::Cover(_) | Event::Finding(_) => {}
        }
        self.sink.event(event).map_err(|Stop| IntakeError::Stopped)
    }
}

/// `Subjects`, `Subjects 2`, …
pub(crate) fn sheet_name(number: u16) -> String {
    if number == 1 {
        "Subjects".to_owned()
    } else {
        format!("Subjects {number}")
    }
}
