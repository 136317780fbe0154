//! The request workbook: sheets `Cover`, `Subjects`, and `Subjects 2`, … where one is full.
//!
//! Place in the flow: takes the rows of a request; `countersign` reads the file.
//!
//! Left to others: what stands in the rows (subject), reading (intake).

use std::path::Path;

use model::{
    column::{Column, Need},
    time::Date,
};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

use super::subject::{Subject, Value};
use crate::error::LabError;

/// Rows of subjects on one sheet: what the format allows, less the header.
const ROWS_PER_SHEET: u32 = 1_048_575;

/// Requests above this size are streamed to disk as they are made.
const ROWS_IN_MEMORY: u32 = 20_000;

/// What the cover says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// Request id.
    pub request_id: String,
    /// Requesting agency.
    pub agency: String,
    /// Agreement.
    pub agreement: String,
    /// Who signs.
    pub signatory: String,
    /// Office of whoever signs.
    pub signatory_title: String,
    /// Day of signature.
    pub signed_on: Date,
    /// Purpose.
    pub purpose: String,
}

impl Cover {
    /// The cover of a synthetic request.
    #[must_use]
    pub fn synthetic(seed: u64, signed_on: Date) -> Self {
        let own = |text: &str| text.to_owned();
        Self {
            request_id: format!("REQ-{seed}"),
            agency: own("DEMO-AGENCY"),
            agreement: own("AGR-DEMO-1"),
            signatory: own("SIG-1"),
            signatory_title: own("Director"),
            signed_on,
            purpose: own(
                "SYNTHETIC: every person, address and number in this workbook is invented. Enforcement \
                 of the Federal criminal statutes named in the rows; solely for the use of the \
                 officers named.",
            ),
        }
    }

    /// Its fields, in the order of the sheet.
    #[must_use]
    pub fn lines(&self) -> [(&'static str, String); 7] {
        [
            ("request_id", self.request_id.clone()),
            ("agency", self.agency.clone()),
            ("agreement", self.agreement.clone()),
            ("signatory", self.signatory.clone()),
            ("signatory_title", self.signatory_title.clone()),
            ("signed_on", self.signed_on.to_string()),
            ("purpose", self.purpose.clone()),
        ]
    }
}

/// Cell formats of the sheet of subjects.
struct Formats {
    required: Format,
    other: Format,
    text: Format,
    wrapped: Format,
    date: Format,
    number: Format,
}

impl Formats {
    fn new() -> Self {
        let header = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_align(FormatAlign::VerticalCenter)
            .set_border_bottom(FormatBorder::Thin);
        let cell = Format::new().set_align(FormatAlign::Top);
        Self {
            required: header.clone().set_background_color(Color::RGB(0x1F_3A_5F)),
            other: header.set_background_color(Color::RGB(0x5B_6B_7F)),
            text: cell.clone().set_num_format("@"),
            wrapped: cell.clone().set_num_format("@").set_text_wrap(),
            date: cell
                .clone()
                .set_num_format("yyyy-mm-dd")
                .set_align(FormatAlign::Left),
            number: cell,
        }
    }
}

/// Writes a request workbook row by row.
pub struct WorkbookWriter {
    workbook: Workbook,
    formats: Formats,
    streamed: bool,
    /// Sheet of subjects being written, from 1; 0 before the first.
    sheet: u16,
    /// Rows written on it, without the header.
    rows: u32,
}

impl WorkbookWriter {
    /// Begins a workbook of about `rows` rows with its cover.
    ///
    /// # Errors
    /// [`LabError::Workbook`] where a cell cannot be written.
    pub fn new(cover: &Cover, rows: u32) -> Result<Self, LabError> {
        let mut workbook = Workbook::new();
        workbook.set_properties(&properties(cover)?);
        write_cover(workbook.add_worksheet(), cover)?;
        let streamed = rows > ROWS_IN_MEMORY;
        let mut writer = Self {
            workbook,
            formats: Formats::new(),
            streamed,
            sheet: 0,
            rows: 0,
        };
        writer.next_sheet()?;
        Ok(writer)
    }

    fn next_sheet(&mut self) -> Result<(), LabError> {
        self.sheet += 1;
        self.rows = 0;
        let sheet = if self.streamed {
            self.workbook.add_worksheet_with_constant_memory()?
        } else {
            self.workbook.add_worksheet()
        };
        match self.sheet {
            1 => sheet.set_name("Subjects")?,
            number => sheet.set_name(format!("Subjects {number}"))?,
        };
        sheet.set_freeze_panes(1, 2)?;
        sheet.set_header("&CSYNTHETIC");
        sheet.set_landscape();
        sheet.set_row_height(0, 22)?;
        for (column, position) in Column::ALL.iter().zip(0_u16..) {
            let format = if column.need() == Need::Always {
                &self.formats.required
            } else {
                &self.formats.other
            };
            sheet.set_column_width(position, width(*column))?;
            sheet.write_string_with_format(0, position, column.header(), format)?;
        }
        Ok(())
    }

    /// Writes a row; gives its sheet, counted from 1, and the sheet's own row number.
    ///
    /// # Errors
    /// [`LabError::Workbook`] where a cell cannot be written.
    pub fn subject(&mut self, subject: &Subject) -> Result<(u16, u32), LabError> {
        if self.rows >= ROWS_PER_SHEET {
            self.next_sheet()?;
        }
        self.rows += 1;
        let (row, formats) = (self.rows, &self.formats);
        let sheet = self
            .workbook
            .worksheet_from_index(usize::from(self.sheet))?;
        for (column, position) in Column::ALL.iter().zip(0_u16..) {
            match subject.row.value(*column) {
                Some(Value::Text(text)) => {
                    let long = matches!(column, Column::Reason | Column::MoreAddresses);
                    let format = if long {
                        &formats.wrapped
                    } else {
                        &formats.text
                    };
                    sheet.write_string_with_format(row, position, text, format)?;
                }
                Some(Value::Number(number)) => {
                    sheet.write_number_with_format(row, position, *number, &formats.number)?;
                }
                Some(Value::Date(date)) => {
                    sheet.write_datetime_with_format(
                        row,
                        position,
                        excel(*date)?,
                        &formats.date,
                    )?;
                }
                None => {}
            }
        }
        Ok((self.sheet, row + 1))
    }

    /// Ends the workbook and writes it to `path`.
    ///
    /// # Errors
    /// [`LabError::Workbook`] where it cannot be written.
    pub fn finish(mut self, path: &Path) -> Result<(), LabError> {
        self.workbook.save(path)?;
        Ok(())
    }
}

/// Properties with a fixed time, so that the same request is the same bytes.
fn properties(cover: &Cover) -> Result<DocProperties, LabError> {
    Ok(DocProperties::new()
        .set_title("SYNTHETIC request")
        .set_subject("26 U.S.C. 6103(i)(2), synthetic data")
        .set_author("countersign-lab")
        .set_comment("SYNTHETIC: nobody in this workbook exists.")
        .set_creation_datetime(&excel(cover.signed_on)?))
}

fn write_cover(sheet: &mut Worksheet, cover: &Cover) -> Result<(), LabError> {
    let key = Format::new()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(Color::RGB(0x1F_3A_5F))
        .set_align(FormatAlign::Top);
    let value = Format::new()
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    sheet.set_name("Cover")?;
    sheet.set_column_width(0, 20)?;
    sheet.set_column_width(1, 80)?;
    for ((name, text), row) in cover.lines().iter().zip(0_u32..) {
        sheet.write_string_with_format(row, 0, *name, &key)?;
        sheet.write_string_with_format(row, 1, text, &value)?;
    }
    Ok(())
}

fn excel(date: Date) -> Result<ExcelDateTime, LabError> {
    let part = |part: i8| u8::try_from(part).unwrap_or(1);
    let year = u16::try_from(date.year()).unwrap_or(1900);
    Ok(ExcelDateTime::from_ymd(
        year,
        part(date.month()),
        part(date.day()),
    )?)
}

/// Width of a column in characters.
const fn width(column: Column) -> f64 {
    match column {
        Column::Reason => 90.0,
        Column::MoreAddresses => 38.0,
        Column::AddressLine1 | Column::FinalityBasis => 27.0,
        Column::GivenNames | Column::Surnames | Column::Statute | Column::OfficerName => 21.0,
        Column::City | Column::CaseNumber | Column::FinalOrderCaseNumber | Column::OrderGround => {
            20.0
        }
        Column::State | Column::Suffix => 8.0,
        Column::StayOrRelief => 22.0,
        _ => 15.0,
    }
}
