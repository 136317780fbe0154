//! The sheets of the template that are filled in: cover and subjects.
//!
//! Place in the flow: part of `countersign template`. Every cell is text, so that a spreadsheet eats no
//! leading zero and turns no case number into a date.
//!
//! Left to others: lists and checks ([`super::lists`]), the guide ([`super::guide`]).

use instrument::agreement::Agreement;
use model::column::{Column, Need};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, Formula, Worksheet,
    XlsxError,
};

use crate::look::{NAVY, body, header, height};

use super::{
    Filling,
    lists::{self, List},
};

/// Rows prepared for filling in: four times what one request may hold.
const ROWS: u32 = 200;

const GREEN: Color = Color::RGB(0x1D_5B_52);
const GREY: Color = Color::RGB(0x5B_66_75);
const PALE: Color = Color::RGB(0xF0_F3_F8);

/// A header's format: by when its column is needed.
pub fn need_fill(need: Need) -> Format {
    let colour = match need {
        Need::Always => NAVY,
        Need::Statute => GREEN,
        Need::Optional => GREY,
    };
    header(colour)
}

/// Height of a row, in points, for a text in a column of so many characters.
pub fn height_of(text: &str, width: usize) -> f64 {
    height(text.chars().count().div_ceil(width.max(1)))
}

/// The header of a column; `*` marks one that every row needs.
pub fn title(column: Column, agreement: Option<&Agreement>) -> String {
    let agreed = agreement.is_some_and(|agreement| agreement.required_columns.contains(&column));
    let mark = if column.need() == Need::Always || agreed {
        "*"
    } else {
        ""
    };
    format!("{}{mark}", column.header())
}

/// Width of a column in characters.
pub const fn width(column: Column) -> f64 {
    match column {
        Column::Reason => 60.0,
        Column::MoreAddresses | Column::AddressLine1 => 32.0,
        Column::State | Column::Suffix => 9.0,
        Column::Statute | Column::OrderGround | Column::FinalityBasis => 24.0,
        Column::FinalOrderCaseNumber => 26.0,
        _ => 18.0,
    }
}

/// Key, value and what stands there.
fn cover_fields(agreement: Option<&Agreement>) -> [(&'static str, String, &'static str); 7] {
    let of = |value: Option<String>| value.unwrap_or_default();
    let signatory = agreement.and_then(|agreement| agreement.signatories.first());
    [
        (
            "request_id",
            String::new(),
            "Your own number of this request: letters, digits and hyphens, never used before.",
        ),
        (
            "agency",
            of(agreement.map(|agreement| agreement.requesting_agency.to_string())),
            "The requesting agency, as the agreement names it.",
        ),
        (
            "agreement",
            of(agreement.map(|agreement| agreement.id.to_string())),
            "The agreement under which you ask.",
        ),
        (
            "signatory",
            of(signatory.map(|signatory| signatory.id.to_string())),
            "The official who signs: one whom 26 U.S.C. 6103(i)(2)(A) lists and the agreement names.",
        ),
        (
            "signatory_title",
            of(signatory.map(|signatory| signatory.title.clone())),
            "That official's office.",
        ),
        (
            "signed_on",
            String::new(),
            "The day of signing, year-month-day.",
        ),
        (
            "purpose",
            String::new(),
            "The criminal investigations or proceedings for which alone the answers will be used.",
        ),
    ]
}

/// Fills the sheet `Cover`.
pub fn cover(
    sheet: &mut Worksheet,
    agreement: Option<&Agreement>,
    filling: &Filling,
) -> Result<(), XlsxError> {
    sheet.set_name("Cover")?;
    for (position, width) in (0_u16..).zip([20.0, 56.0, 64.0]) {
        sheet.set_column_width(position, width)?;
    }
    for (position, head) in (0_u16..).zip(["Key", "Value", "What stands here"]) {
        sheet.write_string_with_format(0, position, head, &need_fill(Need::Always))?;
    }
    sheet.set_row_height(0, 20)?;
    let hint = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_italic()
        .set_font_color(GREY);
    for (line, (key, value, what)) in (1_u32..).zip(cover_fields(agreement)) {
        let filled = filling.cover.iter().find(|(filled, _)| *filled == key);
        let value = filled.map_or(value, |(_, value)| value.clone());
        let head = body().set_bold().set_background_color(PALE);
        sheet.write_string_with_format(line, 0, key, &head)?;
        if value.is_empty() {
            sheet.write_blank(line, 1, &body())?;
        } else {
            sheet.write_string_with_format(line, 1, value, &body())?;
        }
        sheet.write_string_with_format(line, 2, what, &hint)?;
        sheet.set_row_height(
            line,
            if key == "purpose" {
                64.0
            } else {
                height_of(what, 64).max(20.0)
            },
        )?;
    }
    cover_checks(sheet, agreement)?;
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_active(true);
    Ok(())
}

fn cover_checks(sheet: &mut Worksheet, agreement: Option<&Agreement>) -> Result<(), XlsxError> {
    let date = DataValidation::new()
        .allow_custom(Formula::new(lists::date_formula("B7")))
        .set_error_style(DataValidationErrorStyle::Warning)
        .set_error_message("Write the day as year-month-day, for example 2026-11-18.")?;
    sheet.add_data_validation(6, 1, 6, 1, &date)?;
    let signatories: Vec<String> = (agreement.iter())
        .flat_map(|agreement| &agreement.signatories)
        .map(|signatory| signatory.id.to_string())
        .collect();
    // A spreadsheet takes at most 255 characters of a list written into a check.
    if !signatories.is_empty() && signatories.join(",").len() <= 255 {
        let list = DataValidation::new().allow_list_strings(&signatories)?;
        sheet.add_data_validation(4, 1, 4, 1, &list)?;
    }
    Ok(())
}

/// Fills the sheet `Subjects`.
pub fn subjects(
    sheet: &mut Worksheet,
    agreement: Option<&Agreement>,
    lists: &[List],
    filling: &Filling,
) -> Result<(), XlsxError> {
    sheet.set_name("Subjects")?;
    let column_format = Format::new()
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    for (position, column) in (0_u16..).zip(Column::ALL) {
        let head = title(*column, agreement);
        let need = if head.ends_with('*') {
            Need::Always
        } else {
            column.need()
        };
        sheet.set_column_width(position, width(*column))?;
        sheet.set_column_format(position, &column_format)?;
        sheet.write_string_with_format(0, position, head, &need_fill(need))?;
        let check = lists::check(*column, lists)?;
        sheet.add_data_validation(1, position, ROWS, position, &check)?;
    }
    for (line, row) in (1_u32..).zip(&filling.rows) {
        for (column, value) in row {
            let position = u16::try_from(column.index()).unwrap_or(u16::MAX);
            sheet.write_string(line, position, value)?;
        }
    }
    sheet.set_row_height(0, 32)?;
    sheet.set_freeze_panes(1, 2)?;
    sheet.set_landscape();
    Ok(())
}
