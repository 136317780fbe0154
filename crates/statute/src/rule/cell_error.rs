//! A cell that holds a spreadsheet error holds no value.
//!
//! Place in the flow: one of [`super::RULES`]. Issue of form: a failed lookup is not evidence.
//! Required columns say so in their own findings.
//!
//! Left to others: required columns (their own rules).

use model::column::Need;
use model::{
    column::Column,
    finding::{FindingClass, RuleId},
    row::CellKind,
};

use super::{Examine, Example, Needs, Rule, RuleDescription, kind};
use crate::{
    terms::Setting,
    view::{RowReport, RowView},
};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    about: RuleDescription {
        id: RuleId("cell.error"),
        class: FindingClass::Question,
        citation: "agreement, form of requests",
        title: "no cell holds a spreadsheet error",
        remedy: "mend the formula or type the value; the cell counts as empty",
        checks: &[],
        needs: Needs::Nothing,
    },
    examine: Examine::Row(examine),
    failing: &[Example::row(
        "a failed lookup",
        &[&[kind(Column::Tin, CellKind::Error, "#N/A")]],
    )],
    passing: &[
        Example::row(
            "in a required column, which its own rule says",
            &[&[kind(Column::City, CellKind::Error, "#REF!")]],
        ),
        Example::row(
            "in a column the offence needs, likewise",
            &[&[kind(Column::OrderGround, CellKind::Error, "#REF!")]],
        ),
        Example::row("no error", &[&[]]),
    ],
};

fn examine(view: &RowView<'_>, _: &Setting<'_>, report: &mut RowReport<'_>) {
    for cell in view
        .row
        .cells()
        .iter()
        .filter(|cell| cell.kind == CellKind::Error)
    {
        if cell.column.need() != Need::Always && !view.needs(cell.column) {
            report.at(
                cell.column,
                "the cell holds a spreadsheet error and counts as empty",
            );
        }
    }
}
