//! The day the case was opened reads and does not lie in the future.
//!
//! Place in the flow: one of [`super::RULES`]. LAW.md check 12.
//!
//! Left to others: the request's day (`case_after_request`).

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
        id: RuleId("case.opened_on"),
        class: FindingClass::Deficient,
        citation: "26 U.S.C. 6103(i)(2)(B)(iv)",
        title: "the case was opened on a stated day",
        remedy: "write the day the case was opened as 2026-05-04",
        checks: &[12],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("missing", &[&[empty(Column::CaseOpenedOn)]]),
        Example::row("ambiguous", &[&[text(Column::CaseOpenedOn, "03/04/2026")]]),
        Example::row(
            "in the future",
            &[&[text(Column::CaseOpenedOn, "2026-12-24")]],
        ),
    ],
    passing: &[
        Example::row("today", &[&[text(Column::CaseOpenedOn, "2026-11-20")]]),
        Example::row(
            "month by name",
            &[&[text(Column::CaseOpenedOn, "14 Apr 2026")]],
        ),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let reading = view.reading.case_opened_on;
    if let Some(problem) = reading.problem() {
        report.at(
            Column::CaseOpenedOn,
            format!("the day the case was opened {problem}"),
        );
    }
    if let Some(day) = reading.date().filter(|day| *day > setting.terms.as_of) {
        report.at(
            Column::CaseOpenedOn,
            format!("the day the case was opened, {day}, lies in the future"),
        );
    }
}
