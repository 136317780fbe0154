//! `countersign template`: an empty request workbook to fill in.
//!
//! Place in the flow: at the requesting office, before anything. Sheets `Cover`, `Subjects` and
//! `Guide`; with an agreement its names, officers and statutes are filled in or offered. All cells of
//! `Subjects` are text, so that a spreadsheet eats no leading zero and turns no case number into a date.
//!
//! Left to others: reading it back (intake), rules (statute).

use instrument::agreement::Agreement;
use model::{
    column::{Column, Need},
    fault::ExitStatus,
};
use rust_xlsxwriter::{
    Color, DataValidation, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::{arguments::TemplateArguments, files, home::read_signed};

/// Rows prepared for filling in.
const ROWS: u32 = 60;

const NAVY: Color = Color::RGB(0x16_2E_51);
const PALE: Color = Color::RGB(0xF0_F3_F8);
const LINE: Color = Color::RGB(0xC9_CF_D9);

/// Writes the workbook.
pub fn run(arguments: &TemplateArguments) -> Result<ExitStatus, anyhow::Error> {
    let agreement = match &arguments.agreement {
        Some(path) => Some(read_signed::<Agreement>(path)?.document().clone()),
        None => None,
    };
    files::write(&arguments.out, &workbook(agreement.as_ref())?)?;
    Ok(ExitStatus::Done)
}

/// The workbook's bytes.
fn workbook(agreement: Option<&Agreement>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    cover(workbook.add_worksheet(), agreement)?;
    subjects(workbook.add_worksheet(), agreement)?;
    guide(workbook.add_worksheet(), agreement)?;
    workbook.save_to_buffer()
}

fn header() -> Format {
    Format::new()
        .set_bold()
        .set_font_color(Color::White)
        .set_background_color(NAVY)
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
}

fn text() -> Format {
    Format::new()
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
}

fn cover(sheet: &mut Worksheet, agreement: Option<&Agreement>) -> Result<(), XlsxError> {
    sheet.set_name("Cover")?;
    sheet.set_column_width(0, 22)?;
    sheet.set_column_width(1, 80)?;
    let signatory = agreement.and_then(|agreement| agreement.signatories.first());
    let of = |value: Option<String>| value.unwrap_or_default();
    let fields = [
        ("request_id", String::new()),
        (
            "agency",
            of(agreement.map(|agreement| agreement.requesting_agency.to_string())),
        ),
        (
            "agreement",
            of(agreement.map(|agreement| agreement.id.to_string())),
        ),
        (
            "signatory",
            of(signatory.map(|signatory| signatory.id.to_string())),
        ),
        (
            "signatory_title",
            of(signatory.map(|signatory| signatory.title.clone())),
        ),
        ("signed_on", String::new()),
        ("purpose", String::new()),
    ];
    for (line, (key, value)) in (0_u32..).zip(fields) {
        sheet.write_string_with_format(
            line,
            0,
            key,
            &text().set_bold().set_background_color(PALE),
        )?;
        sheet.write_string_with_format(line, 1, &value, &text())?;
    }
    Ok(())
}

fn subjects(sheet: &mut Worksheet, agreement: Option<&Agreement>) -> Result<(), XlsxError> {
    sheet.set_name("Subjects")?;
    for (position, column) in (0_u16..).zip(Column::ALL) {
        sheet.set_column_width(position, width(*column))?;
        sheet.write_string_with_format(0, position, title(*column, agreement), &header())?;
        sheet.set_column_format(position, &Format::new().set_num_format("@"))?;
        if let Some(validation) = validation(*column, agreement)? {
            sheet.add_data_validation(1, position, ROWS, position, &validation)?;
        }
    }
    sheet.set_row_height(0, 32)?;
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

/// The header of a column; `*` marks one that every row needs.
fn title(column: Column, agreement: Option<&Agreement>) -> String {
    let agreed = agreement.is_some_and(|agreement| agreement.required_columns.contains(&column));
    let mark = if column.need() == Need::Always || agreed {
        "*"
    } else {
        ""
    };
    format!("{}{mark}", column.header())
}

const fn width(column: Column) -> f64 {
    match column {
        Column::Reason => 60.0,
        Column::MoreAddresses | Column::AddressLine1 => 34.0,
        Column::State | Column::Suffix => 9.0,
        _ => 18.0,
    }
}

fn validation(
    column: Column,
    agreement: Option<&Agreement>,
) -> Result<Option<DataValidation>, XlsxError> {
    let list = match (column, agreement) {
        (Column::AsksFor, _) => vec!["verify".to_owned(), "address".to_owned()],
        (Column::OfficerId, Some(agreement)) => {
            agreement.officers.iter().map(ToString::to_string).collect()
        }
        (Column::Statute, Some(agreement)) => agreement.statutes.clone(),
        _ => return Ok(None),
    };
    // A spreadsheet takes a list of at most 255 characters; a longer one stands in the guide only.
    if list.join(",").len() > 255 {
        return Ok(None);
    }
    Ok(Some(DataValidation::new().allow_list_strings(&list)?))
}

fn guide(sheet: &mut Worksheet, agreement: Option<&Agreement>) -> Result<(), XlsxError> {
    sheet.set_name("Guide")?;
    sheet.set_column_width(0, 26)?;
    sheet.set_column_width(1, 14)?;
    sheet.set_column_width(2, 62)?;
    sheet.set_column_width(3, 40)?;
    for (position, title) in (0_u16..).zip(["Column", "Needed", "What stands in it", "Example"]) {
        sheet.write_string_with_format(0, position, title, &header())?;
    }
    let mut line = 1;
    for column in Column::ALL {
        let needed = match column.need() {
            Need::Always => "always",
            Need::Optional => "optional",
            Need::Statute => "by statute",
        };
        let (what, example) = explanation(*column);
        for (position, cell) in (0_u16..).zip([column.header(), needed, what, example]) {
            sheet.write_string_with_format(line, position, cell, &text())?;
        }
        line += 1;
    }
    for statute in agreement.iter().flat_map(|agreement| &agreement.statutes) {
        sheet.write_string_with_format(line, 0, "statute (agreed)", &text())?;
        sheet.write_string_with_format(line, 2, statute, &text())?;
        line += 1;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// What stands in each column, and an example. No example names a real person.
const EXPLANATIONS: &[(Column, &str, &str)] = &[
    (
        Column::GivenNames,
        "Given names as your records have them.",
        "Example Anna",
    ),
    (
        Column::Surnames,
        "All surnames; both of two-surname families.",
        "Sample Specimen",
    ),
    (Column::Suffix, "Jr, Sr, II, III, IV or V.", "Jr"),
    (
        Column::DateOfBirth,
        "Year-month-day. With neither this nor a TIN nobody can be told apart with certainty.",
        "1980-02-29",
    ),
    (
        Column::Tin,
        "Taxpayer number, if you hold it: evidence, never enough alone.",
        "666-12-3456",
    ),
    (
        Column::AddressLine1,
        "The address you already hold: house number and street, box or route.",
        "123 Example Street",
    ),
    (Column::AddressLine2, "Unit, floor, building.", "Apt 4"),
    (Column::City, "City of that address.", "Reno"),
    (Column::State, "Two letters.", "NV"),
    (
        Column::PostalCode,
        "ZIP, five digits or nine. Keep the cell as text.",
        "89501",
    ),
    (
        Column::AddressAsOf,
        "The day on which you knew the address to be the person's.",
        "2024-05-01",
    ),
    (
        Column::MoreAddresses,
        "Older addresses, one a line, each with city, state and ZIP.",
        "9 Old Road, Sparks, NV 89431",
    ),
    (
        Column::AsksFor,
        "verify: is the address the latest on file? address: what is the latest?",
        "verify",
    ),
    (Column::TaxPeriods, "Tax years asked about.", "2023-2024"),
    (
        Column::Statute,
        "The specifically designated federal criminal statute, to its subsection.",
        "8 U.S.C. 1326(a)",
    ),
    (
        Column::CaseNumber,
        "Number of the criminal case or investigation, this person's own.",
        "CR-2024-00123",
    ),
    (Column::CaseOpenedOn, "The day it was opened.", "2024-01-15"),
    (
        Column::Reason,
        "Why the disclosure is or may be relevant to this case; in your own words for this person.",
        "The indictment's witness list ...",
    ),
    (
        Column::OfficerName,
        "The officer personally and directly engaged.",
        "Officer Example",
    ),
    (
        Column::OfficerId,
        "That officer's id in the agreement.",
        "OFF-1001",
    ),
    (
        Column::FinalOrderDate,
        "8 U.S.C. 1253: day of the final order.",
        "2023-03-01",
    ),
    (
        Column::FinalOrderCaseNumber,
        "8 U.S.C. 1253: number of the order's case.",
        "FO-2023-0042",
    ),
    (
        Column::OrderGround,
        "8 U.S.C. 1253: the class of 1227(a) the order rests on.",
        "1227(a)(1)(B)",
    ),
    (
        Column::FinalityBasis,
        "What made the order final (8 CFR 1241.1).",
        "appeal dismissed",
    ),
    (Column::ReviewStatus, "State of judicial review.", "none"),
    (
        Column::StayOrRelief,
        "Stay of removal or relief in force, or none.",
        "none",
    ),
    (
        Column::ActDate,
        "Day of the act, where the statute is complete on a day.",
        "2023-06-30",
    ),
];

fn explanation(column: Column) -> (&'static str, &'static str) {
    let found = EXPLANATIONS
        .iter()
        .find(|(explained, _, _)| *explained == column);
    found.map_or(("", ""), |(_, what, example)| (what, example))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_reads_back_without_a_finding_about_its_form() {
        let bytes = workbook(None).unwrap();
        let mut collected = intake::Collected::default();
        let limits = intake::Limits::standard();
        intake::read(
            std::io::Cursor::new(bytes),
            "t.xlsx",
            &limits,
            &mut collected,
        )
        .unwrap();
        assert_eq!(collected.rows.len(), 0);
        assert_eq!(collected.sheets.len(), 1);
        assert_eq!(collected.sheets[0].1.len(), Column::COUNT);
        assert_eq!(collected.findings, vec![]);
    }

    #[test]
    fn every_column_is_explained() {
        for column in Column::ALL {
            assert!(!explanation(*column).0.is_empty(), "{}", column.header());
        }
    }
}
