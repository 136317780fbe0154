//! A cell that holds a formula shows what was last computed.
//!
//! Place in the flow: one of [`super::RULES`]. Issue of form: what was signed must be what stands
//! in the cell.
//!
//! Left to others: formulas elsewhere in the workbook (intake).

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
        id: RuleId("cell.formula"),
        class: FindingClass::Question,
        citation: "agreement, form of requests",
        title: "no cell holds a formula",
        remedy: "replace the formula by its value",
        checks: &[],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "a computed name",
        &[&[super::Change {
            formula: true,
            ..text(Column::City, "Reno")
        }]],
    )],
    passing: &[Example::row("typed", &[&[]])],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for cell in view.row.cells().iter().filter(|cell| cell.formula) {
        report.at(
            cell.column,
            "the cell holds a formula; the value last computed was examined",
        );
    }
}
