//! The look of a sheet: title, header, wrapped text, widths, print setup.
//!
//! Place in the flow: used by [`crate::workbook`] for each of its sheets.
//!
//! Left to others: what stands in the cells. Everything is written as text, so nothing a requester
//! sent can become a formula.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

const INK: Color = Color::RGB(0x1B_1B_1B);
const NAVY: Color = Color::RGB(0x16_2E_51);
const PALE: Color = Color::RGB(0xF0_F3_F8);
const LINE: Color = Color::RGB(0xC9_CF_D9);

/// A column of a table: its header and width in characters.
#[derive(Debug, Clone, Copy)]
pub struct TableColumn {
    /// Header text.
    pub header: &'static str,
    /// Width in characters.
    pub width: f64,
}

/// A column.
pub const fn column(header: &'static str, width: f64) -> TableColumn {
    TableColumn { header, width }
}

fn title_format() -> Format {
    Format::new()
        .set_bold()
        .set_font_size(16)
        .set_font_color(NAVY)
}

fn note_format() -> Format {
    Format::new()
        .set_font_color(INK)
        .set_text_wrap()
        .set_align(FormatAlign::Top)
}

fn header_format() -> Format {
    Format::new()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(NAVY)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
}

fn cell_format(shaded: Shade) -> Format {
    let format = Format::new()
        .set_font_color(INK)
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_num_format("@")
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE);
    match shaded {
        Shade::Plain => format,
        Shade::Pale => format.set_background_color(PALE),
    }
}

/// Background of a table row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// White.
    Plain,
    /// Every second row.
    Pale,
}

/// Adds a sheet with a title, a note of one paragraph and a table; `empty` is shown instead of a table
/// without rows.
pub fn add_table(
    workbook: &mut Workbook,
    name: &str,
    note: &str,
    columns: &[TableColumn],
    rows: &[Vec<String>],
    empty: &str,
) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    prepare(sheet, name)?;
    for (position, column) in (0_u16..).zip(columns) {
        sheet.set_column_width(position, column.width)?;
    }
    let last = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
    sheet.write_with_format(0, 0, name, &title_format())?;
    sheet.merge_range(1, 0, 1, last.max(1), note, &note_format())?;
    sheet.set_row_height(1, 34)?;
    if rows.is_empty() {
        sheet.write_with_format(3, 0, empty, &Format::new().set_italic().set_font_color(INK))?;
        return Ok(());
    }
    for (position, column) in (0_u16..).zip(columns) {
        sheet.write_with_format(3, position, column.header, &header_format())?;
    }
    sheet.set_row_height(3, 22)?;
    let formats = [cell_format(Shade::Plain), cell_format(Shade::Pale)];
    for (line, row) in (4_u32..).zip(rows) {
        sheet.set_row_height(
            line,
            height(columns.iter().map(|column| column.width).zip(row)),
        )?;
        let format = if line % 2 == 0 {
            &formats[0]
        } else {
            &formats[1]
        };
        for (position, text) in (0_u16..).zip(row) {
            sheet.write_string_with_format(line, position, text, format)?;
        }
    }
    sheet.set_freeze_panes(4, 0)?;
    sheet.set_repeat_rows(3, 3)?;
    Ok(())
}

/// Height of a row in points, so that its longest wrapped cell shows whole: spreadsheets do not work
/// heights out for rows written in one pass. A character is taken a fifth wider than the font's
/// average.
fn height<'a>(cells: impl Iterator<Item = (f64, &'a String)>) -> f64 {
    let lines = |(width, text): (f64, &String)| -> u32 {
        let fit = (width / 1.2).max(1.0);
        let wrapped = |line: &str| {
            let length = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
            (f64::from(length) / fit).ceil().max(1.0)
        };
        text.lines().map(wrapped).sum::<f64>().min(25.0) as u32
    };
    15.0 * f64::from(cells.map(lines).max().unwrap_or(1).max(1)) + 3.0
}

/// Adds a sheet of labelled facts.
pub fn add_facts(
    workbook: &mut Workbook,
    name: &str,
    title: &str,
    note: &str,
    facts: &[(String, String)],
) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    prepare(sheet, name)?;
    sheet.set_column_width(0, 30)?;
    sheet.set_column_width(1, 78)?;
    sheet.write_with_format(0, 0, title, &title_format())?;
    sheet.merge_range(1, 0, 1, 1, note, &note_format())?;
    sheet.set_row_height(1, 48)?;
    let label = cell_format(Shade::Pale).set_bold();
    let value = cell_format(Shade::Plain);
    for (line, (key, text)) in (3_u32..).zip(facts) {
        sheet.set_row_height(line, height(std::iter::once((78.0, text))))?;
        sheet.write_string_with_format(line, 0, key, &label)?;
        sheet.write_string_with_format(line, 1, text, &value)?;
    }
    Ok(())
}

fn prepare(sheet: &mut Worksheet, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_screen_gridlines(false);
    Ok(())
}
