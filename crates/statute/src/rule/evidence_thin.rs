//! A row with neither birth date nor taxpayer number cannot be answered with certainty.
//!
//! Place in the flow: one of [`super::RULES`]. DESIGN.md section 1: a same-named relative who is
//! on file cannot be told from an absent person, so such a row gets no answer.
//!
//! Left to others: weighing evidence (identity).

use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, empty, text};
use crate::{
    reading::TinReading,
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("evidence.thin"),
        class: FindingClass::Question,
        citation: "26 U.S.C. 6103(i)(2)(B)(i)",
        title: "a birth date or a taxpayer number is given",
        remedy: "add the birth date or the taxpayer number; without either the row will be answered with no disclosure",
        checks: &[3],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row(
            "neither",
            &[&[empty(Column::DateOfBirth), empty(Column::Tin)]],
        ),
        Example::row(
            "neither reads",
            &[&[
                text(Column::DateOfBirth, "03/04/1988"),
                text(Column::Tin, "12"),
            ]],
        ),
    ],
    passing: &[
        Example::row("birth date alone", &[&[empty(Column::Tin)]]),
        Example::row("taxpayer number alone", &[&[empty(Column::DateOfBirth)]]),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    let birth = view.reading.date_of_birth.date().is_some();
    let tin = matches!(view.reading.tin, TinReading::Tin(_));
    if !birth && !tin {
        report.at(
            Column::DateOfBirth,
            "the row has neither a birth date nor a taxpayer number that reads, so it cannot be answered with certainty",
        );
    }
}
