//! The columns are filled that the agreement requires beyond the law.
//!
//! Place in the flow: one of [`super::RULES`]. DESIGN.md section 6: an agreement can require
//! more.
//!
//! Left to others: columns required always or by the offence (their own rules).

use model::column::Need;
use model::{
    column::Column,
    finding::{FindingClass, RuleId},
};

use super::{Examine, Example, Needs, Rule, RuleDescription, TermsChange, empty};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("agreement.column"),
        class: FindingClass::Deficient,
        citation: "agreement, required columns",
        title: "what the agreement requires is filled in",
        remedy: "fill in the column, which the agreement requires in every row",
        checks: &[10],
        needs: Needs::Agreement,
    },
    examine: Examine::Row(examine),
    failing: &[
        Example::row("a birth date is required", &[&[empty(Column::DateOfBirth)]])
            .under(&[TermsChange::Requires(Column::DateOfBirth)]),
    ],
    passing: &[
        Example::row("filled in", &[&[]]).under(&[TermsChange::Requires(Column::DateOfBirth)])
    ],
};

fn examine(view: &RowView<'_>, setting: &Setting<'_>, report: &mut RowReport<'_>) {
    let required = setting
        .terms
        .agreement
        .map_or(&[][..], |agreement| &agreement.required_columns);
    for column in required
        .iter()
        .copied()
        .filter(|column| column.need() != Need::Always)
    {
        if view.text(column).is_empty() && !view.needs(column) {
            report.at(
                column,
                format!(
                    "`{}` is empty, and the agreement requires it",
                    column.header()
                ),
            );
        }
    }
}
