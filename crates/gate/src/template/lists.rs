//! What may be chosen in a column, and the checks a spreadsheet makes while it is filled in.
//!
//! Place in the flow: part of `countersign template`. The lists stand on a sheet of their own, as a
//! spreadsheet takes at most 255 characters of a list written into a check. A check warns; what decides
//! is the examination.
//!
//! Left to others: the law (statute), what the columns are for ([`super::guide`]).

use instrument::agreement::Agreement;
use model::column::{Column, column_letters};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, Formula, Worksheet, XlsxError,
};
use statute::{
    book::{Line, Provision},
    citation::Citation,
    statute_book,
};

use super::{guide::explanation, sheets::need_fill};

/// Two letters of states, territories and military mail (USPS Publication 28, appendix B).
const STATES: &str = "AL AK AS AZ AR CA CO CT DE DC FL GA GU HI ID IL IN IA KS KY LA ME MD MA MI MN \
    MS MO MT NE NV NH NJ NM NY NC ND MP OH OK OR PA PR RI SC SD TN TX UT VT VI VA WA WV WI WY AA AE AP";

/// Bases of 8 CFR 1241.1, and the administrative order, in the words the rule `order.finality` names.
const FINALITY: &str = "board-dismissal appeal-waived appeal-time-expired decision-certified \
    in-absentia voluntary-departure-overstay administrative-order";

/// One list: the column it is for, and what may be chosen.
pub struct List {
    column: Column,
    values: Vec<String>,
}

/// The criminal provisions that may be named: the agreement's, or all of the book.
pub fn provisions(agreement: Option<&Agreement>) -> Vec<&'static Provision> {
    let agreed: Vec<Citation> = (agreement.iter())
        .flat_map(|agreement| &agreement.statutes)
        .filter_map(|text| Citation::parse(text))
        .collect();
    let is_agreed = |provision: &Provision| {
        let mut agreed = agreed.iter();
        agreement.is_none() || agreed.any(|wide| provision.citation.is_within(wide))
    };
    (statute_book().provisions().iter())
        .filter(|provision| provision.line == Line::Criminal && is_agreed(provision))
        .collect()
}

/// All lists.
pub fn lists(agreement: Option<&Agreement>) -> Vec<List> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let statutes = provisions(agreement).into_iter();
    let statutes = statutes.map(|provision| provision.citation.to_string());
    let mut lists = vec![
        (Column::Suffix, words("Jr Sr II III IV V")),
        (Column::State, words(STATES)),
        (Column::AsksFor, words("verify address")),
        (Column::Statute, statutes.collect()),
        (Column::FinalityBasis, words(FINALITY)),
        (Column::ReviewStatus, words("none concluded")),
        (Column::StayOrRelief, words("none")),
    ];
    if let Some(agreement) = agreement {
        let officers = agreement.officers.iter().map(ToString::to_string);
        lists.push((Column::OfficerId, officers.collect()));
    }
    lists
        .into_iter()
        .map(|(column, values)| List { column, values })
        .collect()
}

/// Fills the sheet `Lists`.
pub fn sheet(sheet: &mut Worksheet, lists: &[List]) -> Result<(), XlsxError> {
    sheet.set_name("Lists")?;
    for (position, list) in (0_u16..).zip(lists) {
        let head = need_fill(list.column.need());
        sheet.set_column_width(position, 26)?;
        sheet.write_string_with_format(0, position, list.column.header(), &head)?;
        for (line, value) in (1_u32..).zip(&list.values) {
            sheet.write_string(line, position, value)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// The check of a column, with the hint that shows when a cell of it is chosen.
pub fn check(column: Column, lists: &[List]) -> Result<DataValidation, XlsxError> {
    let (what, example) = explanation(column);
    let chosen = (0_u16..).zip(lists).find(|(_, list)| list.column == column);
    let check = match chosen {
        Some((position, list)) => {
            let letters = column_letters(position);
            let last = list.values.len().saturating_add(1);
            let range = format!("=Lists!${letters}$2:${letters}${last}");
            DataValidation::new().allow_list_formula(Formula::new(range))
        }
        None => own_check(column),
    };
    check
        .set_error_style(style(column))
        .set_error_title(column.header())?
        .set_error_message(format!(
            "{} For example: {}",
            fitting(what, 150),
            fitting(example, 80)
        ))?
        .set_input_title(column.header())?
        .set_input_message(fitting(what, 240))
}

/// What can be checked without a list.
fn own_check(column: Column) -> DataValidation {
    let letters = column_letters(u16::try_from(column.index()).unwrap_or(u16::MAX));
    let cell = format!("{letters}2");
    let custom = |formula: String| DataValidation::new().allow_custom(Formula::new(formula));
    match column {
        Column::DateOfBirth
        | Column::AddressAsOf
        | Column::CaseOpenedOn
        | Column::FinalOrderDate
        | Column::ActDate => custom(date_formula(&cell)),
        Column::PostalCode => custom(format!("=OR(LEN({cell})=5,LEN({cell})=10)")),
        Column::Tin => custom(format!("=OR(LEN({cell})=9,LEN({cell})=11)")),
        Column::Reason => {
            DataValidation::new().allow_text_length(DataValidationRule::Between(40, 8000))
        }
        _ => DataValidation::new().allow_any_value(),
    }
}

/// That a cell holds year-month-day.
pub fn date_formula(cell: &str) -> String {
    format!(
        "=AND(LEN({cell})=10,MID({cell},5,1)=\"-\",MID({cell},8,1)=\"-\",ISNUMBER(DATEVALUE({cell})))"
    )
}

/// Whether another value is refused or only warned of.
const fn style(column: Column) -> DataValidationErrorStyle {
    match column {
        Column::AsksFor | Column::OfficerId => DataValidationErrorStyle::Stop,
        // The day of the court's order stands beside `concluded`.
        Column::ReviewStatus => DataValidationErrorStyle::Information,
        _ => DataValidationErrorStyle::Warning,
    }
}

/// A text cut to what a check may hold.
pub fn fitting(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
