//! A birth date, where given, is a date on which somebody now living could be born.
//!
//! Place in the flow: one of [`super::RULES`]. The birth date is optional evidence (DESIGN.md
//! section 6); one that does not read counts as not given.
//!
//! Left to others: its weight (identity), the age an offence needs (`age_below`).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    date::years_after,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("birth_date.unread"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "the birth date reads",
        remedy: "write the birth date as 1988-04-17, or leave the cell empty",
        checks: &[3],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("born today", &[&[text(Column::DateOfBirth, "2026-11-20")]]),
        Example::row("ambiguous", &[&[text(Column::DateOfBirth, "03/04/1988")]]),
        Example::row("two digits", &[&[text(Column::DateOfBirth, "3/14/88")]]),
        Example::row(
            "in the future",
            &[&[text(Column::DateOfBirth, "2030-01-01")]],
        ),
        Example::row(
            "two centuries ago",
            &[&[text(Column::DateOfBirth, "1826-01-01")]],
        ),
    ],
    passing: &[
        Example::row(
            "a hundred and twenty today",
            &[&[text(Column::DateOfBirth, "1906-11-20")]],
        ),
        Example::row(
            "fourteen today",
            &[&[text(Column::DateOfBirth, "2012-11-20")]],
        ),
        Example::row("none", &[&[empty(Column::DateOfBirth)]]),
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let reading = view.reading.date_of_birth;
    if view.text(Column::DateOfBirth).is_empty() {
        return;
    }
    if let Some(problem) = reading.problem() {
        report.at(
            Column::DateOfBirth,
            format!("the birth date {problem}, and counts as not given"),
        );
    }
    let as_of = setting.terms.as_of;
    match reading.date() {
        Some(birth) if birth > as_of => {
            report.at(Column::DateOfBirth, "the birth date lies in the future")
        }
        Some(birth) if years_after(birth, 120) < as_of => {
            report.at(
                Column::DateOfBirth,
                "the birth date would make the person more than 120 years old",
            );
        }
        Some(birth) if years_after(birth, 14) > as_of => {
            report.at(
                Column::DateOfBirth,
                "the birth date would make the person less than 14 years old",
            );
        }
        _ => {}
    }
}
