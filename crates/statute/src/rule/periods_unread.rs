//! A row states its taxable periods as years.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 8.
//!
//! Left to others: how many (`periods_span`), the future (`periods_future`), reading
//! ([`crate::period`]).

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
        id: RuleId("tax_periods.unread"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(ii)",
        title: "the taxable periods are stated",
        remedy: "write the years, as 2023, 2022-2024 or 2021; 2023",
        checks: &[8],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("missing", &[&[empty(Column::TaxPeriods)]]),
        Example::row("all years", &[&[text(Column::TaxPeriods, "all")]]),
        Example::row("two digits", &[&[text(Column::TaxPeriods, "23-24")]]),
        Example::row("backwards", &[&[text(Column::TaxPeriods, "2024-2022")]]),
    ],
    passing: &[
        Example::row(
            "the end of a year",
            &[&[text(Column::TaxPeriods, "12/31/2023")]],
        ),
        Example::row(
            "a calendar year",
            &[&[text(Column::TaxPeriods, "calendar year 2023.")]],
        ),
        Example::row("a range", &[&[text(Column::TaxPeriods, "2023-2024")]]),
        Example::row(
            "a number cell",
            &[&[kind(Column::TaxPeriods, CellKind::Number, "2024")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    if let Some(problem) = view.reading.periods.problem() {
        report.at(Column::TaxPeriods, problem);
    }
}
