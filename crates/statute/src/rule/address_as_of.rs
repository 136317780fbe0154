//! A row says as of which day the requester knew the address to be the person's.
//!
//! Place in the flow: one of [`super::RULES`]. DESIGN.md section 6: the day is required, and none
//! in the future can be known.
//!
//! Left to others: how old it is (`address_as_of_old`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    row::CellKind,
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, kind, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("address.as_of"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the address is dated",
        remedy: "write the day on which you knew the address to be the person's, as 2026-05-04",
        checks: &[4],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("missing", &[&[empty(Column::AddressAsOf)]]),
        Example::row("ambiguous", &[&[text(Column::AddressAsOf, "03/04/2026")]]),
        Example::row(
            "a serial number",
            &[&[kind(Column::AddressAsOf, CellKind::Number, "46085")]],
        ),
        Example::row(
            "in the future",
            &[&[text(Column::AddressAsOf, "2027-01-05")]],
        ),
    ],
    passing: &[
        Example::row("today", &[&[text(Column::AddressAsOf, "2026-11-20")]]),
        Example::row(
            "the United States' form",
            &[&[text(Column::AddressAsOf, "5/24/2026")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let reading = view.reading.address_as_of;
    if let Some(problem) = reading.problem() {
        report.at(
            Column::AddressAsOf,
            format!("the day of the address {problem}"),
        );
    }
    if let Some(day) = reading.date().filter(|day| *day > setting.terms.as_of) {
        report.at(
            Column::AddressAsOf,
            format!("the day of the address, {day}, lies in the future"),
        );
    }
}
