//! The columns, rows and cells of one table of an ods.
//!
//! Place in the flow: over `content.xml` after the start of the table. Rows and cells that repeat
//! are written once with a count (OpenDocument 1.3 part 3 sections 19.677 and 19.679): empty ones
//! only move the place on, filled ones are delivered again within the limit.
//!
//! Left to others: paragraphs (text).

use std::{borrow::Cow, collections::BTreeSet, io::Read, ops::Range};

use model::row::CellKind;

use super::{CONTENT, text};
use crate::{
    IntakeError, LimitKind, Limits,
    notice::Notice,
    table::{RawCell, cell_name},
    taker::Taker,
    value::{iso_date, iso_time, plain_number},
    xml::{Element, Node, Space, Xml},
};

/// Bytes of the texts of one row.
const ROW_BYTES: usize = 8 << 20;

/// A filled cell of the row at hand.
struct Filled {
    position: u32,
    repeated: u32,
    kind: CellKind,
    formula: bool,
    computed: bool,
    text: Range<usize>,
}

/// The row at hand; its buffers are used again.
#[derive(Default)]
struct CurrentRow {
    cells: Vec<Filled>,
    text: String,
    /// One beyond the last position.
    next: u32,
    /// Row number, counted from 1.
    number: u32,
}

/// The attributes of a cell.
#[derive(Default)]
struct CellHead {
    kind: Vec<u8>,
    is_error: bool,
    value: Option<Vec<u8>>,
    date: Option<Vec<u8>>,
    time: Option<Vec<u8>>,
    boolean: Option<Vec<u8>>,
    string: bool,
    formula: bool,
    repeated: u32,
    columns_spanned: u32,
    rows_spanned: u32,
}

/// Names of the styles of columns and rows that have no width or height.
pub(super) type NoSize = BTreeSet<Vec<u8>>;

/// Where in the table the reading is.
#[derive(Default)]
struct At {
    row: CurrentRow,
    /// Position of the next column that is described.
    column: u32,
    /// For each open group of rows, and of columns, whether it is folded away.
    row_groups: Vec<bool>,
    column_groups: Vec<bool>,
}

/// Reads to the end of the table.
pub(super) fn read<R: Read, T: Taker>(
    xml: &mut Xml<R>,
    no_size: &NoSize,
    limits: &Limits,
    taker: &mut T,
) -> Result<(), IntakeError> {
    let mut at = At::default();
    loop {
        match xml.next()? {
            Node::Open(element) => match element.tag() {
                (Space::Table, b"table-row") => {
                    let (repeated, visible) = row_head(&element, no_size)?;
                    let hidden = !visible || at.row_groups.contains(&true);
                    read_row(xml, &mut at.row, limits, taker)?;
                    deliver(&mut at.row, repeated, hidden, limits, taker)?;
                }
                (Space::Table, b"table-column") => {
                    take_column(&element, &mut at, no_size, taker)?;
                }
                (Space::Table, b"table-row-group") => at.row_groups.push(is_folded(&element)?),
                (Space::Table, b"table-column-group") => {
                    at.column_groups.push(is_folded(&element)?);
                }
                (
                    Space::Table,
                    b"table-header-rows"
                    | b"table-rows"
                    | b"table-columns"
                    | b"table-header-columns",
                ) => {}
                (Space::Table, b"table-source") => {
                    xml.skip()?;
                    taker.note(Notice::ExternalLinks, "the whole sheet".to_owned());
                }
                (Space::Table, b"shapes") | (Space::Draw, _) => {
                    xml.skip()?;
                    taker.note(Notice::Drawings, "on the sheet".to_owned());
                }
                _ => xml.skip()?,
            },
            Node::Close((Space::Table, b"table-row-group")) => {
                at.row_groups.pop();
            }
            Node::Close((Space::Table, b"table-column-group")) => {
                at.column_groups.pop();
            }
            Node::Close((Space::Table, b"table")) | Node::End => return Ok(()),
            _ => {}
        }
    }
}

fn is_folded(group: &Element<'_>) -> Result<bool, IntakeError> {
    let display = group.attribute((Space::Table, b"display"))?;
    Ok(display.as_deref() == Some("false"))
}

fn count(value: &[u8]) -> u32 {
    let digits = value.trim_ascii();
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(digits).unwrap_or("");
    // A count beyond 32 bits is beyond every limit as well.
    let beyond = if is_number { u32::MAX } else { 1 };
    text.parse().unwrap_or(beyond).max(1)
}

fn row_head(element: &Element<'_>, no_size: &NoSize) -> Result<(u32, bool), IntakeError> {
    let (mut repeated, mut visible) = (1, true);
    element.each_attribute(|tag, value| match tag {
        (Space::Table, b"number-rows-repeated") => repeated = count(value),
        (Space::Table, b"visibility") => visible &= !matches!(value, b"collapse" | b"filter"),
        (Space::Table, b"style-name") => visible &= !no_size.contains(value),
        _ => {}
    })?;
    Ok((repeated, visible))
}

fn take_column<T: Taker>(
    element: &Element<'_>,
    at: &mut At,
    no_size: &NoSize,
    taker: &mut T,
) -> Result<(), IntakeError> {
    let (mut repeated, mut visible) = (1, !at.column_groups.contains(&true));
    element.each_attribute(|tag, value| match tag {
        (Space::Table, b"number-columns-repeated") => repeated = count(value),
        (Space::Table, b"visibility") => visible &= !matches!(value, b"collapse" | b"filter"),
        (Space::Table, b"style-name") => visible &= !no_size.contains(value),
        _ => {}
    })?;
    let after = at.column.saturating_add(repeated);
    if !visible {
        taker.hidden_columns(at.column, after.saturating_sub(1));
    }
    at.column = after;
    Ok(())
}

fn read_row<R: Read, T: Taker>(
    xml: &mut Xml<R>,
    row: &mut CurrentRow,
    limits: &Limits,
    taker: &mut T,
) -> Result<(), IntakeError> {
    row.cells.clear();
    row.text.clear();
    row.next = 0;
    loop {
        match xml.next()? {
            Node::Open(element)
                if matches!(
                    element.tag(),
                    (Space::Table, b"table-cell" | b"covered-table-cell")
                ) =>
            {
                let head = cell_head(&element, &mut row.text)?;
                read_cell(xml, row, head, limits, taker)?;
            }
            Node::Open(_) => xml.skip()?,
            Node::Close(_) | Node::End => return Ok(()),
            Node::Text(_) | Node::Nothing => {}
        }
    }
}

/// Reads the attributes; a string value goes to the end of `text`.
fn cell_head(element: &Element<'_>, text: &mut String) -> Result<CellHead, IntakeError> {
    let mut head = CellHead {
        repeated: 1,
        columns_spanned: 1,
        rows_spanned: 1,
        ..CellHead::default()
    };
    let mut string = None;
    element.each_attribute(|tag, value| match tag {
        // Where `office:value-type` says `string`.
        (Space::Calc, b"value-type") => head.is_error = value == b"error",
        (Space::Office, b"value-type") => head.kind = value.to_vec(),
        (Space::Office, b"value") => head.value = Some(value.to_vec()),
        (Space::Office, b"date-value") => head.date = Some(value.to_vec()),
        (Space::Office, b"time-value") => head.time = Some(value.to_vec()),
        (Space::Office, b"boolean-value") => head.boolean = Some(value.to_vec()),
        (Space::Office, b"string-value") => string = Some(value.to_vec()),
        (Space::Table, b"formula") => head.formula = true,
        (Space::Table, b"number-columns-repeated") => head.repeated = count(value),
        (Space::Table, b"number-columns-spanned") => head.columns_spanned = count(value),
        (Space::Table, b"number-rows-spanned") => head.rows_spanned = count(value),
        _ => {}
    })?;
    // The name of an error stands in the paragraphs alone.
    if let Some(string) = string.filter(|_| !head.is_error) {
        head.string = true;
        match std::str::from_utf8(&string) {
            Ok(string) => text.push_str(string),
            Err(_) => return Err(IntakeError::damaged(CONTENT, "a string value is not UTF-8")),
        }
    }
    Ok(head)
}

fn read_cell<R: Read, T: Taker>(
    xml: &mut Xml<R>,
    row: &mut CurrentRow,
    head: CellHead,
    limits: &Limits,
    taker: &mut T,
) -> Result<(), IntakeError> {
    let start = row.cells.last().map_or(0, |cell| cell.text.end);
    let position = row.next;
    let number = row.number.saturating_add(1);
    let place = || {
        format!(
            "sheet `{}`, cell {}",
            taker.sheet(),
            cell_name(position, number)
        )
    };
    let beside = text::read_cell(xml, &mut row.text, start, head.string, limits, &place)?;
    if row.text.len() > ROW_BYTES {
        let allowed = ROW_BYTES as u64;
        return Err(IntakeError::limit(LimitKind::RecordBytes, allowed, place()));
    }
    row.next = position.saturating_add(head.repeated);
    let kind =
        settle(&mut row.text, start, &head).map_err(|what| IntakeError::cell(place(), what))?;
    let is_empty = row.text.len() == start;
    if !is_empty && u64::from(row.next) > Limits::SHEET_COLUMNS {
        return Err(IntakeError::cell(
            place(),
            "it lies beyond the last column of a sheet",
        ));
    }
    for (notice, count) in [
        (Notice::Comments, beside.comments),
        (Notice::Drawings, beside.drawings),
    ] {
        if count > 0 {
            taker.note(notice, cell_name(position, number));
        }
    }
    if head.columns_spanned > 1 || head.rows_spanned > 1 {
        taker.note(Notice::Merged, span(position, number, &head));
    }
    if !is_empty || head.formula {
        row.cells.push(Filled {
            position,
            repeated: head.repeated,
            kind,
            formula: head.formula,
            computed: !head.kind.is_empty(),
            text: start..row.text.len(),
        });
    }
    Ok(())
}

fn span(position: u32, number: u32, head: &CellHead) -> String {
    let last = position.saturating_add(head.columns_spanned.saturating_sub(1));
    let bottom = number.saturating_add(head.rows_spanned.saturating_sub(1));
    format!(
        "{}:{}",
        cell_name(position, number),
        cell_name(last, bottom)
    )
}

/// Puts the stored value in the place of the shown text where the type has one; gives the kind.
fn settle(text: &mut String, start: usize, head: &CellHead) -> Result<CellKind, &'static str> {
    let utf8 = |value: &Option<Vec<u8>>| {
        let value = value
            .as_deref()
            .and_then(|value| std::str::from_utf8(value).ok());
        value.unwrap_or_default().to_owned()
    };
    let (kind, value): (CellKind, Cow<'_, str>) = match head.kind.as_slice() {
        _ if head.is_error => return Ok(CellKind::Error),
        b"float" | b"percentage" | b"currency" => {
            let value = utf8(&head.value);
            let number =
                plain_number(&value).ok_or("its value is not a number, though its type says so")?;
            (CellKind::Number, number.into_owned().into())
        }
        b"date" => {
            let date = iso_date(&utf8(&head.date));
            let date = date.ok_or("its value is not a date, though its type says so")?;
            (CellKind::Date, date.into())
        }
        b"time" => {
            let time = iso_time(&utf8(&head.time));
            let time = time.ok_or("its value is not a time, though its type says so")?;
            (CellKind::Number, time.into())
        }
        b"boolean" => match head.boolean.as_deref() {
            Some(b"true" | b"1") => (CellKind::Boolean, "TRUE".into()),
            Some(b"false" | b"0") => (CellKind::Boolean, "FALSE".into()),
            _ => return Err("its value is not a truth value, though its type says so"),
        },
        _ => return Ok(CellKind::Text),
    };
    text.truncate(start);
    text.push_str(&value);
    Ok(kind)
}

/// Delivers the row as often as it stands.
fn deliver<T: Taker>(
    row: &mut CurrentRow,
    repeated: u32,
    hidden: bool,
    limits: &Limits,
    taker: &mut T,
) -> Result<(), IntakeError> {
    let first = row.number.saturating_add(1);
    let last = row.number.saturating_add(repeated);
    row.number = last;
    let filled = |cell: &Filled| {
        let text = row.text.get(cell.text.clone()).unwrap_or("");
        cell.formula || !text.trim().is_empty()
    };
    if !row.cells.iter().any(filled) {
        return Ok(());
    }
    let place = || format!("sheet `{}`, row {first}", taker.sheet());
    if u64::from(repeated) > limits.repeated_rows {
        return Err(IntakeError::limit(
            LimitKind::RepeatedRows,
            limits.repeated_rows,
            place(),
        ));
    }
    if last > Limits::SHEET_ROWS {
        return Err(IntakeError::cell(
            place(),
            "it lies beyond the last row of a sheet",
        ));
    }
    for number in first..=last {
        taker.begin_row(number, hidden);
        give_cells(row, number, limits, taker);
        taker.end_row()?;
    }
    Ok(())
}

fn give_cells<T: Taker>(row: &CurrentRow, number: u32, limits: &Limits, taker: &mut T) {
    for cell in &row.cells {
        let after = cell.position.saturating_add(cell.repeated);
        // Beyond the columns that are read one cell says it for all.
        let beyond = u32::try_from(limits.columns).unwrap_or(u32::MAX);
        let after = after.min(beyond.max(cell.position).saturating_add(1));
        for position in cell.position..after {
            let raw = RawCell {
                position,
                kind: cell.kind,
                formula: cell.formula,
                computed: cell.computed,
                text: row.text.get(cell.text.clone()).unwrap_or(""),
            };
            taker.cell(number, &raw);
        }
    }
}
