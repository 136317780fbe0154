//! From the cells of one sheet to its rows: header row, known columns, and what is odd about them.
//!
//! Place in the flow: the readers of xlsx, ods and csv all hand their cells to an [`Assembler`], so
//! that the same table gives the same rows whatever its format.
//!
//! Left to others: cells as the format stores them (the readers), what a value means (statute).

use std::collections::BTreeMap;

use model::{
    column::{Column, Need, column_letters},
    personal::Personal,
    row::{Cell, CellKind, Row},
};

use crate::{
    IntakeError, Limits,
    event::{Event, Outlet, sheet_name},
    notice::{Notice, Tally, sentence},
    oddity,
};

/// A cell as a reader met it. Its text is not empty, or it holds a formula without a value.
pub(crate) struct RawCell<'a> {
    /// Position from 0.
    pub(crate) position: u32,
    pub(crate) kind: CellKind,
    pub(crate) formula: bool,
    /// Whether a formula without text was computed: its value is an empty text.
    pub(crate) computed: bool,
    pub(crate) text: &'a str,
}

/// Filled rows that may stand above the headers.
const ROWS_ABOVE_HEADER: u32 = 20;
/// Bytes of a header cell that are looked at.
const HEADER_BYTES: usize = 400;

enum Stage {
    /// No header row yet.
    Seeking { looked_at: u32 },
    /// Rows are delivered.
    Reading,
}

/// Takes the cells of one sheet, row by row from the top and in each row from the left, and
/// delivers its events.
pub(crate) struct Assembler<'o, 'a> {
    outlet: &'o mut Outlet<'a>,
    sheet: u16,
    stage: Stage,
    /// Column of each position.
    known: Vec<Option<Column>>,
    /// Whether each position has a header, known or not.
    headed: Vec<bool>,
    /// Cells from here on are told otherwise than as cells without a header.
    width: u32,
    /// Text of cells while the header row is sought.
    heads: Vec<(u16, String)>,
    cells: Vec<Cell>,
    row: u32,
    hidden: bool,
    filled: bool,
    hidden_columns: Vec<(u32, u32)>,
    tallies: BTreeMap<Notice, Tally>,
}

impl<'o, 'a> Assembler<'o, 'a> {
    pub(crate) fn new(outlet: &'o mut Outlet<'a>, sheet: u16) -> Self {
        Self {
            outlet,
            sheet,
            stage: Stage::Seeking { looked_at: 0 },
            known: Vec::new(),
            headed: Vec::new(),
            width: u32::MAX,
            heads: Vec::new(),
            cells: Vec::new(),
            row: 0,
            hidden: false,
            filled: false,
            hidden_columns: Vec::new(),
            tallies: BTreeMap::new(),
        }
    }

    pub(crate) fn limits(&self) -> &'a Limits {
        self.outlet.limits
    }

    pub(crate) fn begin_row(&mut self, row: u32, hidden: bool) {
        self.row = row;
        self.hidden = hidden;
        self.filled = false;
        self.heads.clear();
    }

    /// Number of the sheet of subjects.
    pub(crate) fn number(&self) -> u16 {
        self.sheet
    }

    /// Hidden columns, positions from 0, inclusive. Told only if the header row has a column there.
    pub(crate) fn hide_columns(&mut self, first: u32, last: u32) {
        if self.hidden_columns.len() < 20_000 {
            self.hidden_columns.push((first, last));
        }
    }

    /// Whether rows are being delivered (the header row has been found).
    pub(crate) fn is_reading(&self) -> bool {
        matches!(self.stage, Stage::Reading)
    }

    /// Counts a place under a notice; told at the end of the sheet.
    pub(crate) fn note(&mut self, notice: Notice, place: impl FnOnce() -> String) {
        self.tallies.entry(notice).or_default().add(place);
    }

    fn note_cell(&mut self, notice: Notice, position: u32) {
        let row = self.row;
        self.note(notice, || cell_name(position, row));
    }

    pub(crate) fn cell(&mut self, raw: &RawCell<'_>) {
        if u64::from(raw.position) >= self.outlet.limits.columns {
            if !raw.text.trim().is_empty() {
                self.note_cell(Notice::BeyondColumns, raw.position);
            }
            return;
        }
        let Ok(position) = u16::try_from(raw.position) else {
            return;
        };
        if !self.is_reading() {
            self.head(position, raw.text);
            return;
        }
        let column = self.known.get(usize::from(position)).copied().flatten();
        if raw.text.trim().is_empty() {
            if raw.formula && column.is_some() {
                let notice = if raw.computed {
                    Notice::Formulas
                } else {
                    Notice::FormulasWithoutValue
                };
                self.note_cell(notice, raw.position);
            }
            return;
        }
        self.filled = true;
        let Some(column) = column else {
            self.note_without_header(raw.position);
            return;
        };
        self.note_oddities(column, raw);
        self.cells.push(Cell {
            column,
            position,
            kind: raw.kind,
            formula: raw.formula,
            text: Personal::new(raw.text.to_owned()),
        });
    }

    fn note_without_header(&mut self, position: u32) {
        let headed = usize::try_from(position)
            .ok()
            .and_then(|at| self.headed.get(at));
        if headed != Some(&true) && position < self.width {
            self.note_cell(Notice::WithoutHeader, position);
        }
    }

    fn note_oddities(&mut self, column: Column, raw: &RawCell<'_>) {
        if raw.formula {
            self.note_cell(Notice::Formulas, raw.position);
        }
        if raw.kind == CellKind::Error {
            self.note_cell(Notice::ErrorCells, raw.position);
        }
        oddity::look(column, raw.kind, raw.text, |notice| {
            self.note_cell(notice, raw.position);
        });
    }

    /// Says how many fields the header has, where records with more are told as such.
    pub(crate) fn has_fields(&mut self, width: u32) {
        self.width = width;
    }

    fn head(&mut self, position: u16, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.filled = true;
        let end = text
            .char_indices()
            .map(|(at, _)| at)
            .take_while(|at| *at <= HEADER_BYTES)
            .last()
            .unwrap_or(0);
        let cut = if text.len() <= HEADER_BYTES {
            text
        } else {
            text.get(..end).unwrap_or("")
        };
        self.heads.push((position, cut.to_owned()));
    }

    pub(crate) fn end_row(&mut self) -> Result<(), IntakeError> {
        if !self.filled {
            return Ok(());
        }
        if let Stage::Seeking { looked_at } = self.stage {
            return self.try_header(looked_at);
        }
        if self.hidden {
            let row = self.row;
            self.note(Notice::HiddenRows, || row.to_string());
        }
        // One allocation of the right size a row; the buffer stays.
        let cells = self.cells.drain(..).collect();
        let row = Row::new(self.sheet, self.row, self.hidden, cells);
        self.outlet.send(Event::Row(row))
    }

    fn try_header(&mut self, looked_at: u32) -> Result<(), IntakeError> {
        let known = self
            .heads
            .iter()
            .filter(|(_, text)| Column::from_header(text).is_some())
            .count();
        if known < 2 {
            if looked_at >= ROWS_ABOVE_HEADER {
                return Err(self.no_header(looked_at));
            }
            let row = self.row;
            self.note(Notice::AboveHeader, || row.to_string());
            self.stage = Stage::Seeking {
                looked_at: looked_at.saturating_add(1),
            };
            return Ok(());
        }
        self.stage = Stage::Reading;
        self.take_header()
    }

    fn no_header(&self, looked_at: u32) -> IntakeError {
        IntakeError::NoHeader {
            sheet: sheet_name(self.sheet),
            looked_at,
        }
    }

    fn take_header(&mut self) -> Result<(), IntakeError> {
        let mut columns: Vec<(Column, u16)> = Vec::new();
        let mut unknown = Vec::new();
        let mut doubled = Vec::new();
        let heads = std::mem::take(&mut self.heads);
        self.note_hidden_columns(&heads);
        let end = heads
            .last()
            .map_or(0, |(position, _)| usize::from(*position).saturating_add(1));
        self.headed = vec![false; end];
        for (position, _) in &heads {
            if let Some(place) = self.headed.get_mut(usize::from(*position)) {
                *place = true;
            }
        }
        for (position, text) in heads {
            let Some(column) = Column::from_header(&text) else {
                unknown.push(position);
                continue;
            };
            match columns.iter().find(|(taken, _)| *taken == column) {
                Some((_, first)) => doubled.push((column, *first, position)),
                None => columns.push((column, position)),
            }
        }
        let last = columns
            .iter()
            .map(|(_, position)| usize::from(*position))
            .max();
        self.known = vec![None; last.map_or(0, |last| last.saturating_add(1))];
        for (column, position) in &columns {
            if let Some(place) = self.known.get_mut(usize::from(*position)) {
                *place = Some(*column);
            }
        }
        let present: Vec<Column> = columns.iter().map(|(column, _)| *column).collect();
        self.outlet.send(Event::Sheet {
            number: self.sheet,
            name: sheet_name(self.sheet),
            columns,
        })?;
        self.tell_columns(&unknown, &doubled, &present)
    }

    fn note_hidden_columns(&mut self, heads: &[(u16, String)]) {
        let ranges = std::mem::take(&mut self.hidden_columns);
        for (position, _) in heads {
            let at = u32::from(*position);
            if ranges
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&at))
            {
                self.note(Notice::HiddenColumns, || column_letters(*position));
            }
        }
    }

    fn tell_columns(
        &mut self,
        unknown: &[u16],
        doubled: &[(Column, u16, u16)],
        present: &[Column],
    ) -> Result<(), IntakeError> {
        let sheet = sheet_name(self.sheet);
        let row = self.row;
        for position in unknown {
            let cell = cell_name(u32::from(*position), row);
            let message = format!("sheet `{sheet}`: the header in {cell} names no known column");
            self.tell(Notice::UnknownColumn, None, message, Some(cell))?;
        }
        for (column, first, second) in doubled {
            let cell = cell_name(u32::from(*second), row);
            let message = format!(
                "sheet `{sheet}`: the headers in {} and {cell} both name the column `{}`",
                cell_name(u32::from(*first), row),
                column.header()
            );
            self.tell(Notice::DuplicateColumn, Some(*column), message, Some(cell))?;
        }
        for column in Column::ALL {
            if column.need() == Need::Always && !present.contains(column) {
                let message = format!("sheet `{sheet}` has no column `{}`", column.header());
                self.tell(Notice::MissingColumn, Some(*column), message, None)?;
            }
        }
        Ok(())
    }

    fn tell(
        &mut self,
        notice: Notice,
        column: Option<Column>,
        message: String,
        cell: Option<String>,
    ) -> Result<(), IntakeError> {
        let finding = notice.finding_about(column, message, cell);
        self.outlet.send(Event::Finding(finding))
    }

    /// Ends the sheet: tells what was counted.
    ///
    /// # Errors
    /// [`IntakeError::NoHeader`] if no header row was met.
    pub(crate) fn finish(mut self) -> Result<(), IntakeError> {
        if let Stage::Seeking { looked_at } = self.stage {
            return Err(self.no_header(looked_at));
        }
        for (notice, tally) in std::mem::take(&mut self.tallies) {
            let (message, cell) = sentence(&sheet_name(self.sheet), notice, &tally);
            self.tell(notice, None, message, cell)?;
        }
        Ok(())
    }
}

/// A cell's name, `C2`, from its position counted from 0 and its row.
pub(crate) fn cell_name(position: u32, row: u32) -> String {
    let letters = u16::try_from(position).map_or_else(|_| "?".to_owned(), column_letters);
    format!("{letters}{row}")
}
