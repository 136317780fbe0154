//! The sheets of the template that are for people: the column guide and the examples.
//!
//! Place in the flow: part of `countersign template`. Intake reads neither sheet.
//!
//! Left to others: the sheets to fill in ([`super::sheets`]).

use instrument::agreement::Agreement;
use model::column::{Column, Need};
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use crate::look::body;

use super::{
    lists::provisions,
    sheets::{height_of, need_fill, title, width},
};

/// What stands in each column, and an example. No example names a real person.
pub const EXPLANATIONS: &[(Column, &str, &str)] = &[
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
    (
        Column::AddressLine2,
        "Unit, floor, building; within a jail the dormitory or the inmate's number, `Inmate 12345`.",
        "Apt 4",
    ),
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
    (
        Column::TaxPeriods,
        "Tax years asked about, none before the person's birth.",
        "2023-2024",
    ),
    (
        Column::Statute,
        "The specifically designated federal criminal statute, to its subsection.",
        "8 U.S.C. 1253(a)(1)(A)",
    ),
    (
        Column::CaseNumber,
        "Number of the criminal case or investigation, this person's own; not the order's, and no A-number.",
        "CR-2024-00123",
    ),
    (Column::CaseOpenedOn, "The day it was opened.", "2024-01-15"),
    (
        Column::Reason,
        "Why the disclosure is or may be relevant to this case; in your own words for this person.",
        "Two letters to the last lodging came back and the summons is still unserved",
    ),
    (
        Column::OfficerName,
        "The one officer personally and directly engaged; no team, office or duty.",
        "Officer Example",
    ),
    (
        Column::OfficerId,
        "That officer's id in the agreement.",
        "OFF-1001",
    ),
    (
        Column::FinalOrderDate,
        "8 U.S.C. 1253: day of the final order; where judicial review was had, of the court's final order. 1326: day of the earlier order.",
        "2023-03-01",
    ),
    (
        Column::FinalOrderCaseNumber,
        "8 U.S.C. 1253 and 1326: number of that order's case, this person's own.",
        "FO-2023-0042",
    ),
    (
        Column::OrderGround,
        "8 U.S.C. 1253(a)(1): the class of 1227(a) the order rests on.",
        "1227(a)(1)(B)",
    ),
    (
        Column::FinalityBasis,
        "8 U.S.C. 1253: what made the order final (8 CFR 1241.1); choose from the list.",
        "appeal-time-expired",
    ),
    (
        Column::ReviewStatus,
        "8 U.S.C. 1253(a)(1): judicial review of the order: none, or concluded with the day of the court's final order, which is also final_order_date.",
        "none",
    ),
    (
        Column::StayOrRelief,
        "8 U.S.C. 1253(a)(1): none, if no stay of removal or relief is in force. Beside other statutes anything else is asked about.",
        "none",
    ),
    (
        Column::ActDate,
        "Day of the act. 1326: of entry, or on which the person was found; 1325(a): of entry; 1306(a): day 30; 1306(b): day 10 after the move; 1253(b): of the breach.",
        "2023-06-30",
    ),
];

/// What stands in a column, and an example.
pub fn explanation(column: Column) -> (&'static str, &'static str) {
    let found = EXPLANATIONS
        .iter()
        .find(|(explained, _, _)| *explained == column);
    found.map_or(("", ""), |(_, what, example)| (what, example))
}

/// How to use the workbook, above the column guide.
const STEPS: [&str; 5] = [
    "1. Fill in the sheet Cover, then one person a row on the sheet Subjects. Cells are text: leading zeros stay, and dates are written year-month-day.",
    "2. Columns marked * are filled in for every person; dark green ones where the statute you name needs them; grey ones where you can.",
    "3. Give the address you already hold. A row without one is deficient, and no address can be opened for it.",
    "4. Say for each person, in your own words, why the disclosure is or may be relevant to their case. The same sentence in several rows is asked about.",
    "5. Examine before you sign: countersign examine FILE --agreement AGREEMENT. It names each cell that has to be mended, and how.",
];

/// Fills the sheet `Guide`.
pub fn guide(sheet: &mut Worksheet, agreement: Option<&Agreement>) -> Result<(), XlsxError> {
    sheet.set_name("Guide")?;
    sheet.set_screen_gridlines(false);
    for (position, width) in (0_u16..).zip([26.0, 22.0, 64.0, 44.0]) {
        sheet.set_column_width(position, width)?;
    }
    let large = Format::new().set_bold().set_font_size(15);
    sheet.write_string_with_format(0, 0, "How to fill in a request", &large)?;
    sheet.set_row_height(0, 24)?;
    let plain = Format::new().set_text_wrap();
    for (line, step) in (1_u32..).zip(STEPS) {
        sheet.merge_range(line, 0, line, 3, step, &plain)?;
        sheet.set_row_height(line, height_of(step, 140))?;
    }
    let line = columns(sheet, 7, agreement)?;
    offences(sheet, line.saturating_add(1), agreement)?;
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    Ok(())
}

fn heads(sheet: &mut Worksheet, line: u32, heads: [&str; 4]) -> Result<(), XlsxError> {
    for (position, head) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(line, position, head, &need_fill(Need::Always))?;
    }
    sheet.set_row_height(line, 20)?;
    Ok(())
}

fn columns(
    sheet: &mut Worksheet,
    first: u32,
    agreement: Option<&Agreement>,
) -> Result<u32, XlsxError> {
    heads(
        sheet,
        first,
        ["Column", "Needed", "What stands in it", "Example"],
    )?;
    let mut line = first;
    for column in Column::ALL {
        line = line.saturating_add(1);
        let needed = match column.need() {
            _ if title(*column, agreement).ends_with('*') => "always",
            Need::Statute => "by statute",
            Need::Always | Need::Optional => "if you hold it",
        };
        let (what, example) = explanation(*column);
        sheet.write_string_with_format(line, 0, column.header(), &body().set_bold())?;
        for (position, cell) in (1_u16..).zip([needed, what, example]) {
            sheet.write_string_with_format(line, position, cell, &body())?;
        }
        sheet.set_row_height(line, height_of(what, 72).max(height_of(example, 46)))?;
    }
    Ok(line.saturating_add(1))
}

/// The provisions that may be named, with the columns each needs.
fn offences(
    sheet: &mut Worksheet,
    first: u32,
    agreement: Option<&Agreement>,
) -> Result<(), XlsxError> {
    heads(
        sheet,
        first,
        ["Statute", "Up to", "What it punishes", "Columns it needs"],
    )?;
    let mut line = first;
    for provision in provisions(agreement) {
        line = line.saturating_add(1);
        let needs: Vec<&str> = provision
            .required
            .iter()
            .map(|column| column.header())
            .collect();
        let needs = needs.join(", ");
        let citation = provision.citation.to_string();
        sheet.write_string_with_format(line, 0, citation, &body().set_bold())?;
        for (position, cell) in
            (1_u16..).zip([&provision.maximum_penalty, &provision.title, &needs])
        {
            sheet.write_string_with_format(line, position, cell, &body())?;
        }
        let most = height_of(&needs, 44).max(height_of(&provision.title, 70));
        sheet.set_row_height(line, most.max(height_of(&provision.maximum_penalty, 22)))?;
    }
    Ok(())
}

/// Rows shown on the sheet `Examples`.
const EXAMPLES: usize = 3;

/// Fills the sheet `Examples`: made-up persons, numbers nobody was ever given.
pub fn examples(sheet: &mut Worksheet, agreement: Option<&Agreement>) -> Result<(), XlsxError> {
    sheet.set_name("Examples")?;
    for (position, column) in (0_u16..).zip(Column::ALL) {
        sheet.set_column_width(position, width(*column))?;
        let head = title(*column, agreement);
        sheet.write_string_with_format(0, position, head, &need_fill(column.need()))?;
    }
    sheet.set_row_height(0, 32)?;
    let faint = body().set_italic();
    for (line, number) in (1_u32..).zip(0..EXAMPLES) {
        for (column, value) in statute::sample::values(number) {
            let position = u16::try_from(column.index()).unwrap_or(u16::MAX);
            sheet.write_string_with_format(line, position, value, &faint)?;
        }
        sheet.set_row_height(line, 48)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    sheet.set_landscape();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_explained() {
        for column in Column::ALL {
            assert!(!explanation(*column).0.is_empty(), "{}", column.header());
        }
    }
}
