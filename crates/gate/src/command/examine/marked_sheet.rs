//! One sheet of the annotated workbook: the rows as they were read, flagged cells marked.
//!
//! Place in the flow: written from the top while the request is read a second time.
//!
//! Left to others: the list of findings ([`super::finding_list`]), the file ([`super::annotate`]).

use std::collections::BTreeMap;

use intake::CoverFields;
use model::{
    column::{Column, column_letters},
    finding::{FindingClass, FindingView},
    row::Row,
};
use rust_xlsxwriter::{Color, Format, Note, ObjectMovement, Worksheet, XlsxError};

use crate::look::{NAVY, body, header, height, shown};

use super::{
    found::Place,
    paint::{class_word, wrap},
    rows::ExaminedRow,
};

/// Comments in one workbook; spreadsheet programs grow slow with more.
const MOST_COMMENTS: u64 = 20_000;
/// Rows of a sheet of any spreadsheet program.
const SHEET_ROWS: u32 = 1_048_576;
/// Characters of a cell.
const CELL_CHARACTERS: usize = 32_000;
/// Characters of a comment, and of a line of it.
const COMMENT_CHARACTERS: usize = 4_000;
const COMMENT_LINE: usize = 52;

/// The fill of a class.
pub const fn fill(class: FindingClass) -> Color {
    match class {
        FindingClass::Deficient => Color::RGB(0xF8_CF_CB),
        FindingClass::Question => Color::RGB(0xFF_EC_B3),
        FindingClass::Deferred => Color::RGB(0xCF_E4_F7),
    }
}

/// Lines a text takes in a column of so many characters.
pub fn lines(text: &str, width: usize) -> usize {
    let of_line = |line: &str| wrap(line, width).len();
    text.lines().map(of_line).sum::<usize>().max(1)
}

/// A text as a cell may hold it.
pub fn cell_text(text: &str) -> String {
    let held = |c: char| match c {
        '\n' | '\t' => c,
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut units = 0_usize;
    let cut = text.chars().map(held).take_while(|c| {
        units = units.saturating_add(c.len_utf16());
        units <= CELL_CHARACTERS
    });
    cut.collect()
}

/// What is done to flagged cells, over all sheets.
#[derive(Debug)]
pub struct Marks {
    deficient: Format,
    question: Format,
    deferred: Format,
    comments: u64,
    without_comment: u64,
}

impl Default for Marks {
    fn default() -> Self {
        let format = |class| body().set_background_color(fill(class));
        Self {
            deficient: format(FindingClass::Deficient),
            question: format(FindingClass::Question),
            deferred: format(FindingClass::Deferred),
            comments: 0,
            without_comment: 0,
        }
    }
}

impl Marks {
    /// Flagged cells that are coloured and have no comment.
    pub const fn without_comment(&self) -> u64 {
        self.without_comment
    }

    /// The format of the gravest of these findings.
    fn format(&self, findings: &[FindingView]) -> &Format {
        let gravest = findings.iter().map(|finding| finding.class).min();
        match gravest {
            Some(FindingClass::Deficient) | None => &self.deficient,
            Some(FindingClass::Question) => &self.question,
            Some(FindingClass::Deferred) => &self.deferred,
        }
    }

    fn mark(
        &mut self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        text: &str,
        findings: &[FindingView],
    ) -> Result<(), XlsxError> {
        let format = self.format(findings);
        if text.is_empty() {
            sheet.write_blank(row, column, format)?;
        } else {
            sheet.write_string_with_format(row, column, text, format)?;
        }
        if self.comments >= MOST_COMMENTS {
            self.without_comment = self.without_comment.saturating_add(1);
            return Ok(());
        }
        self.comments = self.comments.saturating_add(1);
        sheet.insert_note(row, column, &note(findings))?;
        Ok(())
    }
}

fn note(findings: &[FindingView]) -> Note {
    let text: String = comment(findings).chars().take(COMMENT_CHARACTERS).collect();
    let gravest = findings.iter().map(|finding| finding.class).min();
    let lines = u32::try_from(lines(&text, COMMENT_LINE)).unwrap_or(u32::MAX);
    Note::new(text)
        .set_author("countersign")
        .add_author_prefix(false)
        .set_font_name("Calibri")
        .set_font_size(10)
        .set_background_color(fill(gravest.unwrap_or(FindingClass::Deficient)))
        .set_object_movement(ObjectMovement::MoveButDontSizeWithCells)
        .set_width(340)
        .set_height(lines.saturating_mul(18).saturating_add(14).min(520))
}

/// Each finding with its law and remedy.
fn comment(findings: &[FindingView]) -> String {
    let parts = findings.iter().map(|finding| {
        format!(
            "{} · {}\n{}\nTo mend: {}\nLaw: {}",
            class_word(finding.class).to_uppercase(),
            finding.rule,
            shown(&finding.message),
            shown(&finding.remedy),
            finding.citation,
        )
    });
    parts.collect::<Vec<_>>().join("\n\n")
}

/// A sheet of subjects.
pub struct MarkedSheet {
    sheet: Worksheet,
    columns: Vec<(Column, u16)>,
    has_header: bool,
    /// The last line written, counted from 0.
    last: u32,
}

impl MarkedSheet {
    /// Prepares a sheet with these columns.
    pub fn new(
        mut sheet: Worksheet,
        name: &str,
        columns: &[(Column, u16)],
    ) -> Result<Self, XlsxError> {
        sheet.set_name(name)?;
        for (column, position) in columns {
            let width = u32::try_from(width(*column)).unwrap_or(20);
            sheet.set_column_width(*position, f64::from(width))?;
            sheet.set_column_format(*position, &body())?;
        }
        Ok(Self {
            sheet,
            columns: columns.to_vec(),
            has_header: false,
            last: 0,
        })
    }

    /// Writes a row with its marks; `false` where it stands further down than a sheet reaches.
    pub fn row(
        &mut self,
        row: &Row,
        examined: &ExaminedRow,
        marks: &mut Marks,
    ) -> Result<bool, XlsxError> {
        let Some(line) = row.row.checked_sub(1).filter(|line| *line < SHEET_ROWS) else {
            return Ok(false);
        };
        self.header(line)?;
        let first = (self.columns.iter().map(|(_, position)| *position)).min();
        let mut flagged: BTreeMap<u16, Vec<FindingView>> = BTreeMap::new();
        for finding in &examined.findings {
            let position = match finding.place {
                Place::Column(position) => position,
                Place::Row | Place::Named(_) => first.unwrap_or(0),
            };
            let view = finding.view(row.row);
            flagged.entry(position).or_default().push(view);
        }
        let mut most_lines = 1;
        for cell in row.cells() {
            let text = cell_text(cell.text.expose());
            most_lines = most_lines.max(lines(&text, width(cell.column)));
            match flagged.remove(&cell.position) {
                Some(findings) => {
                    marks.mark(&mut self.sheet, (line, cell.position), &text, &findings)?;
                }
                None => {
                    self.sheet.write_string(line, cell.position, text)?;
                }
            }
        }
        for (position, findings) in flagged {
            marks.mark(&mut self.sheet, (line, position), "", &findings)?;
        }
        if line < SHEET_ROWS - 1 {
            self.sheet.set_row_height(line, height(most_lines))?;
        }
        self.last = line;
        Ok(true)
    }

    /// Writes the headers directly above the first row: intake does not say where they stood.
    fn header(&mut self, line: u32) -> Result<(), XlsxError> {
        let Some(above) = line.checked_sub(1).filter(|_| !self.has_header) else {
            return Ok(());
        };
        self.has_header = true;
        for (column, position) in &self.columns {
            let name = column.header();
            (self.sheet).write_string_with_format(above, *position, name, &header(NAVY))?;
        }
        self.sheet.set_row_height(above, height(2))?;
        self.sheet.set_freeze_panes(line, 0)?;
        Ok(())
    }

    /// The sheet, with its headers even if it had no rows.
    pub fn finish(mut self) -> Result<Worksheet, XlsxError> {
        self.header(1)?;
        end(&mut self.sheet, self.last)?;
        self.sheet.set_landscape();
        Ok(self.sheet)
    }
}

/// Ends a sheet that is written row by row with an empty cell below its last line. Without it
/// `rust_xlsxwriter` 0.102 writes a last row that has a height a second time, which no reader takes.
pub fn end(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    let below = last.saturating_add(1);
    if below < SHEET_ROWS {
        sheet.write_blank(below, 0, &Format::new().set_num_format("@"))?;
    }
    Ok(())
}

/// Characters of a column.
const fn width(column: Column) -> usize {
    match column {
        Column::Reason => 52,
        Column::AddressLine1 | Column::MoreAddresses => 28,
        Column::Suffix | Column::State => 7,
        Column::Statute | Column::OrderGround | Column::FinalityBasis => 22,
        Column::GivenNames | Column::Surnames | Column::OfficerName => 18,
        _ => 15,
    }
}

/// The cover's sheet, its keys in column A and its values where they stood, with marks on the cells
/// that findings name.
pub fn cover_sheet(
    fields: &CoverFields,
    findings: &BTreeMap<String, Vec<FindingView>>,
    marks: &mut Marks,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("Cover")?;
    sheet.set_column_width(0, 20)?;
    sheet.set_column_width(1, 70)?;
    for (key, value) in &fields.values {
        let Some(line) = cover_line(&value.cell) else {
            continue;
        };
        let text = cell_text(&value.text);
        sheet.write_string_with_format(line, 0, key, &body().set_bold())?;
        sheet.set_row_height(line, height(lines(&text, 70)))?;
        match findings.get(&value.cell) {
            Some(findings) => marks.mark(&mut sheet, (line, 1), &text, findings)?,
            None => {
                sheet.write_string_with_format(line, 1, text, &body())?;
            }
        }
    }
    Ok(sheet)
}

/// The line, counted from 0, of a cover's cell: `B3` is 2.
fn cover_line(cell: &str) -> Option<u32> {
    let row: u32 = cell.strip_prefix('B')?.parse().ok()?;
    row.checked_sub(1)
}

/// The name of a cell for a link: `'Subjects 2'!C5`; a row as its first cell.
pub fn link(sheet: &str, place: &Place, row: u32) -> String {
    let column = match place {
        Place::Column(column) => column_letters(*column),
        Place::Row | Place::Named(_) => "A".to_owned(),
    };
    format!("internal:'{sheet}'!{column}{row}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_cleaned_for_cells() {
        let check = |text: &str, expected: &str| assert_eq!(cell_text(text), expected);
        check("=1+1", "=1+1");
        check("a\r\nb\rc\td", "a\nb\nc\td");
        check("\u{0}\u{1b}\u{fffe}x", "\u{fffd}\u{fffd}\u{fffd}x");
        assert_eq!(cell_text(&"x".repeat(40_000)).len(), CELL_CHARACTERS);
        let wide = cell_text(&"😀".repeat(40_000));
        assert_eq!(wide.encode_utf16().count(), CELL_CHARACTERS);
    }

    #[test]
    fn heights_follow_the_text() {
        assert_eq!(lines("one two", 20), 1);
        assert_eq!(lines("one two three", 7), 2);
        assert_eq!(lines("a\nb\n", 20), 2);
    }
}
