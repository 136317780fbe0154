//! The cells of one sheet of an xlsx, streamed.
//!
//! Place in the flow: over one worksheet part; hands each cell with its place and its text to the
//! assembler (subjects) or to the cover. Rows and cells must come in order (ECMA-376 part 1
//! sections 18.3.1.4 and 18.3.1.73), so nothing is kept but the cell at hand.
//!
//! Left to others: which columns matter (table).

use std::{borrow::Cow, io::Read};

use model::row::CellKind;

use super::{SharedStrings, package::SheetEntry, styles::DateStyles};
use crate::{
    IntakeError, LimitKind, Limits,
    archive::Archive,
    error::printable,
    notice::Notice,
    table::{RawCell, cell_name},
    taker::Taker,
    value::{DateSystem, iso_date, plain_number, serial_date, unescape_xstring},
    xml::{Element, Node, Space, Xml, is_true, is_zero},
};

/// What turns a cell's stored form into text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CellReader<'s> {
    pub(super) strings: &'s SharedStrings,
    pub(super) styles: &'s DateStyles,
    pub(super) dates: DateSystem,
}

/// The type of a cell, attribute `t` (section 18.18.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stored {
    #[default]
    Number,
    Shared,
    Inline,
    Text,
    Boolean,
    Error,
    IsoDate,
}

impl Stored {
    fn of(value: &[u8]) -> Option<Self> {
        Some(match value {
            b"n" => Self::Number,
            b"s" => Self::Shared,
            b"inlineStr" => Self::Inline,
            b"str" => Self::Text,
            b"b" => Self::Boolean,
            b"e" => Self::Error,
            b"d" => Self::IsoDate,
            _ => return None,
        })
    }
}

/// The cell at hand.
#[derive(Debug, Default)]
struct Current {
    row: u32,
    position: u32,
    stored: Stored,
    style: usize,
    formula: bool,
    /// Elements with a value in the cell: there is at most one.
    values: u32,
    text: String,
}

impl CellReader<'_> {
    /// Kind and text of a cell; empty text for an empty cell.
    fn text<'c>(&'c self, cell: &'c mut Current) -> Result<(CellKind, Cow<'c, str>), &'static str> {
        if cell.text.is_empty() {
            return Ok((CellKind::Text, Cow::Borrowed("")));
        }
        match cell.stored {
            Stored::Shared => {
                let number = cell.text.trim().parse().ok();
                let text = number.and_then(|number| self.strings.get(number));
                text.map(|text| (CellKind::Text, Cow::Borrowed(text)))
                    .ok_or("it refers to a shared string that the workbook does not have")
            }
            Stored::Inline | Stored::Text => {
                unescape_xstring(&mut cell.text);
                Ok((CellKind::Text, Cow::Borrowed(&cell.text)))
            }
            Stored::Boolean => Ok((
                CellKind::Boolean,
                Cow::Borrowed(if is_true(cell.text.trim().as_bytes()) {
                    "TRUE"
                } else {
                    "FALSE"
                }),
            )),
            Stored::Error => Ok((CellKind::Error, Cow::Borrowed(&cell.text))),
            Stored::IsoDate => Ok(match iso_date(&cell.text) {
                Some(date) => (CellKind::Date, Cow::Owned(date)),
                None => (CellKind::Text, Cow::Borrowed(&cell.text)),
            }),
            Stored::Number => self.number(cell),
        }
    }

    fn number<'c>(&self, cell: &'c Current) -> Result<(CellKind, Cow<'c, str>), &'static str> {
        if self.styles.is_date(cell.style, &cell.text)
            && let Some(date) = serial_date(&cell.text, self.dates)
        {
            return Ok((CellKind::Date, Cow::Owned(date)));
        }
        plain_number(&cell.text)
            .map(|text| (CellKind::Number, text))
            .ok_or("its value is not a number, though its type says so")
    }
}

/// One sheet to be read.
pub(super) struct SheetContent<'s> {
    part: &'s str,
    cells: CellReader<'s>,
    limits: &'s Limits,
}

impl<'s> SheetContent<'s> {
    pub(super) fn new(sheet: &'s SheetEntry, cells: CellReader<'s>, limits: &'s Limits) -> Self {
        Self {
            part: &sheet.part,
            cells,
            limits,
        }
    }

    /// Reads the sheet from its top.
    pub(super) fn read<T: Taker>(
        &self,
        archive: &mut Archive<'_>,
        taker: &mut T,
    ) -> Result<(), IntakeError> {
        let Some(part) = archive.part(self.part)? else {
            let place = format!("sheet `{}`", taker.sheet());
            return Err(IntakeError::damaged(
                place,
                "its part is not in the archive",
            ));
        };
        let mut xml = Xml::new(part, self.part, self.limits);
        xml.root(&[(Space::Main, b"worksheet")])?;
        let mut has_rows = false;
        loop {
            match xml.next()? {
                Node::Open(element) => match element.main() {
                    b"sheetData" if has_rows => {
                        let what = "it has rows in two places";
                        return Err(IntakeError::hostile(xml.place(), what));
                    }
                    b"sheetData" => {
                        has_rows = true;
                        self.read_rows(&mut xml, taker)?;
                    }
                    b"cols" | b"mergeCells" => read_list(&mut xml, taker)?,
                    b"drawing" | b"picture" | b"oleObjects" | b"controls" => {
                        taker.note(Notice::Drawings, "on the sheet".to_owned());
                        xml.skip()?;
                    }
                    _ => xml.skip()?,
                },
                Node::End => return Ok(()),
                _ => {}
            }
        }
    }

    /// Reads to the end of `sheetData`.
    fn read_rows<R: Read, T: Taker>(
        &self,
        xml: &mut Xml<R>,
        taker: &mut T,
    ) -> Result<(), IntakeError> {
        let mut cell = Current::default();
        loop {
            match xml.next()? {
                Node::Open(element) if element.main() == b"row" => {
                    let hidden = begin_row(&element, &mut cell, taker)?;
                    taker.begin_row(cell.row, hidden);
                    self.read_row(xml, &mut cell, taker)?;
                    taker.end_row()?;
                }
                Node::Open(_) => xml.skip()?,
                Node::Close(_) | Node::End => return Ok(()),
                Node::Text(_) | Node::Nothing => {}
            }
        }
    }

    fn read_row<R: Read, T: Taker>(
        &self,
        xml: &mut Xml<R>,
        cell: &mut Current,
        taker: &mut T,
    ) -> Result<(), IntakeError> {
        // One beyond the position of the last cell.
        let mut next = 0_u32;
        loop {
            match xml.next()? {
                Node::Open(element) if element.main() == b"c" => {
                    begin_cell(&element, cell, next, taker)?;
                    next = cell.position.saturating_add(1);
                    self.read_cell(xml, cell, taker)?;
                    self.give(cell, taker)?;
                }
                Node::Open(_) => xml.skip()?,
                Node::Close(_) | Node::End => return Ok(()),
                Node::Text(_) | Node::Nothing => {}
            }
        }
    }

    /// Reads to the end of a cell: `v`, `f` and `is` with its `t`, of which runs may hold several.
    fn read_cell<R: Read, T: Taker>(
        &self,
        xml: &mut Xml<R>,
        cell: &mut Current,
        taker: &T,
    ) -> Result<(), IntakeError> {
        let mut depth = 1_u32;
        let mut capture = false;
        loop {
            match xml.next()? {
                Node::Open(element) => {
                    let name = element.main();
                    let is_inline = cell.stored == Stored::Inline;
                    capture = (name == b"v" && !is_inline) || (name == b"t" && is_inline);
                    cell.formula |= name == b"f";
                    let is_value = (name == b"v" && !is_inline) || (name == b"is" && is_inline);
                    cell.values = cell.values.saturating_add(u32::from(is_value));
                    if cell.values > 1 {
                        let what = "it has two values";
                        return Err(IntakeError::cell(place(cell, taker), what));
                    }
                    if matches!(name, b"rPh" | b"f" | b"extLst") {
                        xml.skip()?;
                    } else {
                        depth = depth.saturating_add(1);
                    }
                }
                Node::Close(_) => {
                    capture = false;
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Ok(());
                    }
                }
                Node::Text(piece) if capture => {
                    cell.text.push_str(piece);
                    if cell.text.len() as u64 > self.limits.cell_bytes {
                        let (allowed, place) = (self.limits.cell_bytes, place(cell, taker));
                        return Err(IntakeError::limit(LimitKind::CellBytes, allowed, place));
                    }
                }
                Node::Text(_) | Node::Nothing => {}
                Node::End => return Ok(()),
            }
        }
    }

    fn give<T: Taker>(&self, cell: &mut Current, taker: &mut T) -> Result<(), IntakeError> {
        if cell.text.is_empty() && !cell.formula {
            return Ok(());
        }
        let (row, position, formula) = (cell.row, cell.position, cell.formula);
        let computed = cell.stored == Stored::Text;
        let (kind, text) = self
            .cells
            .text(cell)
            .map_err(|what| IntakeError::cell(cell_place(row, position, taker), what))?;
        let raw = RawCell {
            position,
            kind,
            formula,
            computed,
            text: &text,
        };
        taker.cell(row, &raw);
        Ok(())
    }
}

fn cell_place<T: Taker>(row: u32, position: u32, taker: &T) -> String {
    format!(
        "sheet `{}`, cell {}",
        taker.sheet(),
        cell_name(position, row)
    )
}

fn place<T: Taker>(cell: &Current, taker: &T) -> String {
    cell_place(cell.row, cell.position, taker)
}

/// Reads to the end of a list of columns or of merged ranges.
fn read_list<R: Read, T: Taker>(xml: &mut Xml<R>, taker: &mut T) -> Result<(), IntakeError> {
    loop {
        match xml.next()? {
            Node::Open(element) => {
                match element.main() {
                    b"col" => take_column(&element, taker)?,
                    b"mergeCell" => {
                        let range = element.plain(b"ref")?.unwrap_or_default();
                        taker.note(Notice::Merged, printable(&range));
                    }
                    _ => {}
                }
                xml.skip()?;
            }
            Node::Close(_) | Node::End => return Ok(()),
            Node::Text(_) | Node::Nothing => {}
        }
    }
}

fn take_column<T: Taker>(element: &Element<'_>, taker: &mut T) -> Result<(), IntakeError> {
    let (mut first, mut last, mut hidden) = (0, 0, false);
    element.each_attribute(|tag, value| match tag {
        (Space::None, b"min") => first = decimal(value).unwrap_or(0),
        (Space::None, b"max") => last = decimal(value).unwrap_or(0),
        (Space::None, b"hidden") => hidden |= is_true(value),
        (Space::None, b"width") => hidden |= is_zero(value),
        _ => {}
    })?;
    if hidden && first > 0 && last >= first {
        taker.hidden_columns(first.saturating_sub(1), last.saturating_sub(1));
    }
    Ok(())
}

/// Reads a row's number into `cell` and gives whether it is hidden.
fn begin_row<T: Taker>(
    element: &Element<'_>,
    cell: &mut Current,
    taker: &T,
) -> Result<bool, IntakeError> {
    let before = cell.row;
    let mut number = before.checked_add(1);
    let mut hidden = false;
    element.each_attribute(|tag, value| match tag {
        (Space::None, b"r") => number = decimal(value),
        (Space::None, b"hidden") => hidden |= is_true(value),
        (Space::None, b"ht") => hidden |= is_zero(value),
        _ => {}
    })?;
    match number {
        Some(number) if number > before && number <= Limits::SHEET_ROWS => {
            cell.row = number;
            Ok(hidden)
        }
        _ => {
            let place = format!("sheet `{}`, after row {before}", taker.sheet());
            let what = "the next row has a number that is out of order or beyond the sheet";
            Err(IntakeError::cell(place, what))
        }
    }
}

fn begin_cell<T: Taker>(
    element: &Element<'_>,
    cell: &mut Current,
    next: u32,
    taker: &T,
) -> Result<(), IntakeError> {
    cell.text.clear();
    cell.formula = false;
    cell.values = 0;
    cell.stored = Stored::Number;
    cell.style = 0;
    let mut place = Some((next, cell.row));
    let mut stored = Some(Stored::Number);
    let mut style = 0;
    element.each_attribute(|tag, value| match tag {
        (Space::None, b"r") => place = reference(value),
        (Space::None, b"t") => stored = Stored::of(value),
        (Space::None, b"s") => style = decimal(value).unwrap_or(u32::MAX),
        _ => {}
    })?;
    cell.style = usize::try_from(style).unwrap_or(usize::MAX);
    let good = place.filter(|(position, row)| {
        *row == cell.row && *position >= next && u64::from(*position) < Limits::SHEET_COLUMNS
    });
    let Some((position, _)) = good else {
        let place = cell_place(cell.row, next, taker);
        let what =
            "this cell or one after it has a reference that is out of order or beyond the sheet";
        return Err(IntakeError::cell(place, what));
    };
    cell.position = position;
    cell.stored = stored.ok_or_else(|| {
        IntakeError::cell(
            cell_place(cell.row, position, taker),
            "its type is not known",
        )
    })?;
    Ok(())
}

fn decimal(value: &[u8]) -> Option<u32> {
    if value.is_empty() || value.len() > 9 {
        return None;
    }
    value.iter().try_fold(0_u32, |sum, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        sum.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

/// Position from 0 and row of a reference such as `AB12`.
fn reference(value: &[u8]) -> Option<(u32, u32)> {
    let letters = value
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let (letters, digits) = value.split_at_checked(letters)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.iter().try_fold(0_u32, |sum, byte| {
        let letter = u32::from(byte.to_ascii_uppercase().checked_sub(b'A')?);
        sum.checked_mul(26)?.checked_add(letter)?.checked_add(1)
    })?;
    Some((column.checked_sub(1)?, decimal(digits)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (text, expected) in [
            ("A1", Some((0, 1))),
            ("AB12", Some((27, 12))),
            ("XFD1048576", Some((16_383, 1_048_576))),
            ("a1", Some((0, 1))),
            ("A", None),
            ("1", None),
            ("AAAA1", None),
            ("A1x", None),
            ("A9999999999", None),
        ] {
            assert_eq!(reference(text.as_bytes()), expected, "{text}");
        }
    }
}
