//! A taxable period before the person was born is asked about.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 8: a bounded span. A question: either the
//! years or the birth date is wrong, and the row does not say which.
//!
//! Left to others: reading ([`crate::period`]), how many periods (`periods_span`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("tax_periods.before_birth"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(ii)",
        title: "no period lies before the birth date",
        remedy: "leave out the years before the person was born, or correct the birth date",
        checks: &[8],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "the year before",
            &[&[
                text(Column::DateOfBirth, "1988-01-01"),
                text(Column::TaxPeriods, "1987"),
            ]],
        ),
        Example::row(
            "a range that begins before",
            &[&[text(Column::TaxPeriods, "1986-1989")]],
        ),
    ],
    passing: &[
        Example::row(
            "the year of birth",
            &[&[
                text(Column::DateOfBirth, "1988-12-31"),
                text(Column::TaxPeriods, "1988"),
            ]],
        ),
        Example::row(
            "born today, which another rule says",
            &[&[text(Column::DateOfBirth, "2026-11-20")]],
        ),
        Example::row(
            "no birth date",
            &[&[empty(Column::DateOfBirth), text(Column::TaxPeriods, "1913")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let first = view.reading.periods.periods().first();
    let year = first.and_then(|period| i16::try_from(period.year()).ok());
    let birth = (view.reading.date_of_birth.date()).filter(|birth| *birth < setting.terms.as_of);
    if let Some(year) = year
        .zip(birth)
        .and_then(|(year, birth)| (year < birth.year()).then_some(year))
    {
        report.at(
            Column::TaxPeriods,
            format!("the tax period {year} lies before the birth date"),
        );
    }
}
