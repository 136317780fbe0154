//! The ZIP code is one the Postal Service assigns, complete with its leading zeros.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 4: a code that looks like a ZIP was
//! the only test in 2025.
//!
//! Left to others: whether it lies in the state (`address_state`) or serves the city
//! (`address_city`).

use model::{column::Column, finding::{FindingClass, RuleId}, row::CellKind};
use standard::address::AddressProblem;

use super::{Example, Examine, Needs, Rule, RuleDescription, empty, kind, text};
use crate::{terms::Setting, view::{RowReport, RowView}};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.zip"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the ZIP code is complete and assigned",
        remedy: "give the five digits of the ZIP code, or ZIP+4",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("missing", &[&[empty(Column::PostalCode)]]),
        Example::row("leading zero lost in a number cell", &[&[kind(Column::PostalCode, CellKind::Number, "2138"), text(Column::State, "MA"), text(Column::City, "Cambridge")]]),
        Example::row("six digits", &[&[text(Column::PostalCode, "895011")]]),
        Example::row("not assigned", &[&[text(Column::PostalCode, "00000")]]),
    ],
    passing: &[
        Example::row("ZIP+4", &[&[text(Column::PostalCode, "89501-1234")]]),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let text = view.text(Column::PostalCode);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    for problem in &view.reading.address.problems {
        match problem {
            AddressProblem::ZipForm if digits && matches!(text.len(), 3 | 4) => report.at_with(
                Column::PostalCode,
                format!("the ZIP code has {} digits: a spreadsheet has dropped zeros at its front", text.len()),
                format!("format the column as text and write `{text:0>5}`"),
            ),
            AddressProblem::ZipMissing => {
                let absence = view.absence(Column::PostalCode);
                report.at(Column::PostalCode, format!("the ZIP code {absence}"));
            }
            AddressProblem::ZipForm | AddressProblem::ZipNotAssigned => {
                report.at(Column::PostalCode, problem.to_string());
            }
            _ => {}
        }
    }
}
