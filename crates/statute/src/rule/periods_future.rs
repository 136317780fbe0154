//! No taxable period lies in the future.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 8.
//!
//! Left to others: whether a return was filed (nobody here may know).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("tax_periods.future"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(ii)",
        title: "no period lies in the future",
        remedy: "leave out years that have not begun",
        checks: &[8],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "next year",
        &[&[text(Column::TaxPeriods, "2026-2027")]],
    )],
    passing: &[Example::row(
        "this year",
        &[&[text(Column::TaxPeriods, "2026")]],
    )],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let last = view.reading.periods.periods().last();
    let year = last.and_then(|period| i16::try_from(period.year()).ok());
    if let Some(year) = year.filter(|year| *year > setting.terms.as_of.year()) {
        report.at(
            Column::TaxPeriods,
            format!("the tax period {year} lies in the future"),
        );
    }
}
